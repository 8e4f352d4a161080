import { dirname, resolve } from 'node:path/posix';
import {
  type Argv,
  type FileStat,
  type Host,
  HostError,
  type HostFacts,
  type LockResult,
  type ReadResult,
  type RunOptions,
  type RunResult,
  type StartResult,
} from './host.ts';
import { demandOwn } from './own-directories.ts';
import { known } from './printable.ts';

/** What a fake host answers. Tests fill it and change it while the program under test runs. */
export interface FakeWorld {
  /** Path to text. A path that ends in ` ->` is a symbolic link and its text the target. */
  files: Map<string, string>;
  /** Path to bytes: files that were made by `appendBytes`. */
  bytes: Map<string, Uint8Array>;
  /** Permission bits of files; 0600 where nothing is said. */
  modes: Map<string, number>;
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
  const modified = new Map<string, { content: string | Uint8Array; at: number }>();
  const guard = (...paths: string[]): void => {
    const denied = paths.find((path) => full.denied.has(path) || full.denied.has(dirname(path)));
    if (denied !== undefined) throw new HostError(`${denied} cannot be written`);
  };
  const touch = (path: string, content: string | Uint8Array): void => {
    modified.set(path, { content, at: full.now });
  };
  const inodes = new Map<string, number>();
  let lastInode = 1;
  const inodeOf = (path: string): number => {
    const inode = inodes.get(path) ?? ++lastInode;
    inodes.set(path, inode);
    return inode;
  };
  const forget = (path: string): void => {
    for (const map of [full.files, full.bytes, full.modes, inodes]) map.delete(path);
  };
  /** The path with the links at its end followed. */
  const follow = (path: string, depth = 0): string => {
    const target = full.files.get(`${path} ->`);
    return target === undefined || depth === 40 ? path : follow(resolve(dirname(path), target), depth + 1);
  };
  const exists = (path: string): boolean =>
    full.files.has(path) || full.bytes.has(path) || full.files.has(`${path} ->`);
  const demand = (holds: boolean, message: string): void => {
    if (!holds) throw new HostError(message);
  };
  /** Gives the content of a file to another name, which shares its inode. */
  const share = (from: string, to: string): void => {
    const text = full.files.get(from);
    const bytes = full.bytes.get(from);
    const mode = full.modes.get(from);
    const inode = inodeOf(from);
    forget(to);
    if (text !== undefined) full.files.set(to, text);
    if (bytes !== undefined) full.bytes.set(to, bytes);
    if (mode !== undefined) full.modes.set(to, mode);
    inodes.set(to, inode);
  };
  const read = (given: string): ReadResult<string> => {
    const path = follow(given);
    if (full.denied.has(path)) return { outcome: 'denied' };
    const text = full.files.get(path);
    return text === undefined ? { outcome: 'absent' } : { outcome: 'read', value: text };
  };
  const children = (path: string): string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const names = [...full.files.keys(), ...full.bytes.keys()].filter((file) => file.startsWith(prefix));
    for (const directory of full.directories.keys()) if (directory.startsWith(prefix)) names.push(directory);
    return [...new Set(names.map((file) => file.slice(prefix.length).split('/')[0]?.replace(/ ->$/, '') ?? ''))].sort();
  };
  return {
    kind: 'fake',
    world: full,
    facts: ownFacts,
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
      return names.length === 0 && !full.directories.has(path)
        ? { outcome: 'absent' }
        : { outcome: 'read', value: names };
    },
    async stat(given): Promise<ReadResult<FileStat>> {
      const path = follow(given);
      const owner = { uid: ownFacts.uid, gid: ownFacts.uid };
      const content = full.files.get(path) ?? full.bytes.get(path);
      if (content !== undefined) {
        if (modified.get(path)?.content !== content) touch(path, content);
        const modifiedMs = modified.get(path)?.at ?? full.now;
        const inode = inodeOf(path);
        const links = [...inodes].filter(([name, other]) => other === inode && exists(name)).length;
        const mode = full.modes.get(path) ?? 0o600;
        return {
          outcome: 'read',
          value: { modifiedMs, size: content.length, inode, kind: 'file', mode, links, ...owner },
        };
      }
      const mode = full.directories.get(path);
      if (mode === undefined && children(path).length === 0) return { outcome: 'absent' };
      return {
        outcome: 'read',
        value: { modifiedMs: 0, size: 0, inode: 1, kind: 'directory', mode: mode ?? 0o755, links: 1, ...owner },
      };
    },
    async readLink(path) {
      const target = full.files.get(`${path} ->`);
      if (full.denied.has(path)) return { outcome: 'denied' };
      return target === undefined ? { outcome: 'absent' } : { outcome: 'read', value: target };
    },
    async realPath(path) {
      const real = follow(path);
      if (full.denied.has(real)) return { outcome: 'denied' };
      const isThere = exists(real) || full.directories.has(real) || children(real).length > 0;
      return isThere ? { outcome: 'read', value: real } : { outcome: 'absent' };
    },
    async writeFileAtomic(given, text, options) {
      const path = follow(given);
      guard(path);
      const mode = options?.mode ?? full.modes.get(path);
      forget(path);
      full.files.set(path, text);
      if (mode !== undefined) full.modes.set(path, mode);
      touch(path, text);
    },
    async readBytes(given) {
      const path = follow(given);
      const bytes = full.bytes.get(path);
      if (bytes !== undefined && !full.denied.has(path)) return { outcome: 'read', value: bytes };
      const text = read(path);
      return text.outcome === 'read' ? { outcome: 'read', value: Buffer.from(text.value) } : text;
    },
    async appendBytes(path, bytes) {
      guard(path);
      const before = full.bytes.get(path) ?? Buffer.from(full.files.get(path) ?? '');
      const after = Buffer.concat([before, bytes]);
      full.files.delete(path);
      full.bytes.set(path, after);
      touch(path, after);
    },
    async writeNewFile(path, text, { mode }) {
      guard(path);
      demand(!exists(path), `${path} could not be made (it exists).`);
      full.files.set(path, text);
      full.modes.set(path, mode);
      touch(path, text);
    },
    async linkFile(from, to) {
      guard(from, to);
      demand(exists(from), `${from} could not be given the second name ${to} (there is no such file).`);
      demand(!exists(to), `${from} could not be given the second name ${to} (it exists).`);
      share(from, to);
    },
    async moveFile(from, to) {
      guard(from, to);
      demand(exists(from), `${from} could not be renamed to ${to} (there is no such file).`);
      share(from, to);
      forget(from);
    },
    async removeFile(path) {
      guard(path);
      forget(path);
      full.files.delete(`${path} ->`);
    },
    async makeDirectory(path, mode) {
      guard(path);
      demand(!exists(path), `The directory ${path} could not be made (it is a file).`);
      if (children(path).length === 0 && !full.directories.has(path)) full.directories.set(path, mode);
    },
    async removeDirectory(path) {
      demandOwn(path, ownFacts);
      guard(path);
      const below = (name: string) => name === path || name.startsWith(`${path}/`);
      for (const name of [...full.files.keys(), ...full.bytes.keys()].filter(below)) forget(name);
      for (const name of [...full.directories.keys()].filter(below)) full.directories.delete(name);
    },
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
