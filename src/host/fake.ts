import { resultInBytes } from './bytes.ts';
import { fakeFiles } from './fake-files.ts';
import type { Argv, FileStat, Host, HostFacts, LockResult, RunOptions, RunResult, StartResult } from './host.ts';
import { known } from './printable.ts';

/** What a fake host answers. Tests fill it and change it while the program under test runs. */
export interface FakeWorld {
  /** Path to text. A path that ends in ` ->` is a symbolic link and its text the target. */
  files: Map<string, string>;
  /** Path to bytes: files that were made by `appendBytes`. */
  bytes: Map<string, Uint8Array>;
  /** Permission bits of files; 0600 where nothing is said. */
  modes: Map<string, number>;
  /** Owners of files that are not this host's user. */
  owners: Map<string, Pick<FileStat, 'uid' | 'gid'>>;
  /** Directories that were made, with their permission bits. Those above a file need not be here. */
  directories: Map<string, number>;
  /** Paths that cannot be read or written; nor can what is in a directory of these. */
  denied: Set<string>;
  /** Path to holder of the locks that somebody has: this host, or by a test's word another process. */
  locks: Map<string, string>;
  /** Answers the start of a program that outlives us. Default: it started. */
  starts: (argv: Argv) => StartResult;
  /** Answers a program; undefined means that there is no such program. */
  programs: (argv: Argv, options: RunOptions | undefined) => RunResult | string | undefined | Promise<RunResult>;
  /** Milliseconds since the epoch; also the monotonic clock. */
  now: number;
  /** Every program that was run, in order. */
  readonly ran: Argv[];
  /** Every program that was started to outlive us, in order. */
  readonly detached: Argv[];
}

/** A host of plain data for unit tests: files in a map, programs as a function, a clock that the test turns. */
export function fakeHost(world: Partial<FakeWorld> = {}, facts: Partial<HostFacts> = {}): Host & { world: FakeWorld } {
  const full: FakeWorld = {
    files: new Map(),
    bytes: new Map(),
    modes: new Map(),
    owners: new Map(),
    directories: new Map(),
    denied: new Set(),
    locks: new Map(),
    starts: () => ({ outcome: 'started', pid: 5000 + full.detached.length }),
    programs: () => undefined,
    now: Date.UTC(2026, 10, 23, 12, 0, 0),
    ran: [],
    detached: [],
    ...world,
  };
  const ownFacts: HostFacts = {
    hostname: known('edge'),
    uid: 0,
    pid: 4242,
    commandLine: ['meshtui'],
    environment: {},
    stateDirectory: '/var/lib/meshtui',
    configDirectory: '/root/.config/meshtui',
    ...facts,
  };
  const run = async (argv: Argv, options?: RunOptions): Promise<RunResult> => {
    full.ran.push(argv);
    const answer = await full.programs(argv, options);
    if (answer === undefined) return { outcome: 'missing', program: argv[0] };
    return typeof answer === 'string' ? { outcome: 'exited', code: 0, stdout: answer, stderr: '' } : answer;
  };
  return {
    kind: 'fake',
    world: full,
    facts: ownFacts,
    run,
    runBytes: async (argv, options) => resultInBytes(await run(argv, options)),
    ...fakeFiles(full, ownFacts),
    async lock(path, holder): Promise<LockResult> {
      if (full.denied.has(path)) return { outcome: 'failed', reason: known(`${path} cannot be written`) };
      const other = full.locks.get(path);
      if (other !== undefined) return { outcome: 'held', holder: other === '' ? undefined : other };
      full.locks.set(path, holder);
      let isReleased = false;
      const isHeld = () => !isReleased && full.locks.get(path) === holder;
      return {
        outcome: 'locked',
        lock: {
          isHeld,
          async release() {
            if (isHeld()) full.locks.delete(path);
            isReleased = true;
          },
        },
      };
    },
    async startDetached(argv) {
      full.detached.push(argv);
      return full.starts(argv);
    },
    now: () => full.now,
    monotonic: () => full.now,
  };
}
