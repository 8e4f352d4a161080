import { dirname } from 'node:path/posix';
import type { Argv, FileStat, Host, HostFacts, ReadResult, RunOptions, RunResult } from './host.ts';
import { known } from './printable.ts';

/** What a fake host answers. Tests fill it and change it while the program under test runs. */
export interface FakeWorld {
  /** Path to text. A path that ends in ` ->` is a symbolic link and its text the target. */
  files: Map<string, string>;
  /** Paths that cannot be read. */
  denied: Set<string>;
  /** Answers a program; undefined means that there is no such program. */
  programs: (argv: Argv, options: RunOptions | undefined) => RunResult | string | undefined | Promise<RunResult>;
  /** Milliseconds since the epoch; also the monotonic clock. */
  now: number;
  /** Every program that was run, in order. */
  readonly ran: Argv[];
}

/** A host of plain data for unit tests: files in a map, programs as a function, a clock that the test turns. */
export function fakeHost(world: Partial<FakeWorld> = {}, facts: Partial<HostFacts> = {}): Host & { world: FakeWorld } {
  const full: FakeWorld = {
    files: new Map(),
    denied: new Set(),
    programs: () => undefined,
    now: Date.UTC(2026, 10, 23, 12, 0, 0),
    ran: [],
    ...world,
  };
  const modified = new Map<string, { text: string; at: number }>();
  const read = (path: string): ReadResult<string> => {
    if (full.denied.has(path)) return { outcome: 'denied' };
    const text = full.files.get(path);
    return text === undefined ? { outcome: 'absent' } : { outcome: 'read', value: text };
  };
  const children = (path: string): string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const names = [...full.files.keys()].filter((file) => file.startsWith(prefix));
    return [...new Set(names.map((file) => file.slice(prefix.length).split('/')[0]?.replace(/ ->$/, '') ?? ''))].sort();
  };
  return {
    kind: 'fake',
    world: full,
    facts: {
      hostname: known('edge'),
      uid: 0,
      pid: 4242,
      commandLine: ['meshtui'],
      environment: {},
      stateDirectory: '/var/lib/meshtui',
      configDirectory: '/root/.config/meshtui',
      ...facts,
    },
    async run(argv, options) {
      full.ran.push(argv);
      const answer = await full.programs(argv, options);
      if (answer === undefined) return { outcome: 'missing', program: argv[0] };
      return typeof answer === 'string' ? { outcome: 'exited', code: 0, stdout: answer, stderr: '' } : answer;
    },
    readFile: async (path) => read(path),
    async listDirectory(path) {
      if (full.denied.has(path)) return { outcome: 'denied' };
      const names = children(path);
      return names.length === 0 ? { outcome: 'absent' } : { outcome: 'read', value: names };
    },
    async stat(path): Promise<ReadResult<FileStat>> {
      const text = full.files.get(path);
      if (text !== undefined) {
        const seen = modified.get(path);
        if (seen?.text !== text) modified.set(path, { text, at: full.now });
        const modifiedMs = modified.get(path)?.at ?? full.now;
        return { outcome: 'read', value: { modifiedMs, size: text.length, inode: 1, kind: 'file' } };
      }
      if (children(path).length === 0) return { outcome: 'absent' };
      return { outcome: 'read', value: { modifiedMs: 0, size: 0, inode: 1, kind: 'directory' } };
    },
    async readLink(path) {
      return read(`${path} ->`);
    },
    async writeFileAtomic(path, text) {
      if (full.denied.has(path) || full.denied.has(dirname(path))) throw new Error(`${path} cannot be written`);
      full.files.set(path, text);
    },
    now: () => full.now,
    monotonic: () => full.now,
  };
}
