import { dirname } from 'node:path/posix';
import {
  type Argv,
  type FileStat,
  type Host,
  HostError,
  type HostFacts,
  type ReadResult,
  type RunOptions,
  type RunResult,
} from './host.ts';
import { known } from './printable.ts';

/** What a fake host answers. Tests fill it and change it while the program under test runs. */
export interface FakeWorld {
  /** Path to text. A path that ends in ` ->` is a symbolic link and its text the target. */
  files: Map<string, string>;
  /** Path to bytes: files that were made by `appendBytes`. */
  bytes: Map<string, Uint8Array>;
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
    bytes: new Map(),
    denied: new Set(),
    programs: () => undefined,
    now: Date.UTC(2026, 10, 23, 12, 0, 0),
    ran: [],
    ...world,
  };
  const modified = new Map<string, { content: string | Uint8Array; at: number }>();
  const guard = (...paths: string[]): void => {
    const denied = paths.find((path) => full.denied.has(path) || full.denied.has(dirname(path)));
    if (denied !== undefined) throw new HostError(`${denied} cannot be written`);
  };
  const touch = (path: string, content: string | Uint8Array): void => {
    modified.set(path, { content, at: full.now });
  };
  const read = (path: string): ReadResult<string> => {
    if (full.denied.has(path)) return { outcome: 'denied' };
    const text = full.files.get(path);
    return text === undefined ? { outcome: 'absent' } : { outcome: 'read', value: text };
  };
  const children = (path: string): string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const names = [...full.files.keys(), ...full.bytes.keys()].filter((file) => file.startsWith(prefix));
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
      const content = full.files.get(path) ?? full.bytes.get(path);
      if (content !== undefined) {
        if (modified.get(path)?.content !== content) touch(path, content);
        const modifiedMs = modified.get(path)?.at ?? full.now;
        return { outcome: 'read', value: { modifiedMs, size: content.length, inode: 1, kind: 'file' } };
      }
      if (children(path).length === 0) return { outcome: 'absent' };
      return { outcome: 'read', value: { modifiedMs: 0, size: 0, inode: 1, kind: 'directory' } };
    },
    async readLink(path) {
      return read(`${path} ->`);
    },
    async writeFileAtomic(path, text) {
      guard(path);
      full.files.set(path, text);
      touch(path, text);
    },
    async readBytes(path) {
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
    async moveFile(from, to) {
      guard(from, to);
      const text = full.files.get(from);
      const bytes = full.bytes.get(from);
      if (text === undefined && bytes === undefined) throw new HostError(`${from} cannot be renamed`);
      for (const content of [full.files, full.bytes]) {
        content.delete(from);
        content.delete(to);
      }
      if (text !== undefined) full.files.set(to, text);
      if (bytes !== undefined) full.bytes.set(to, bytes);
    },
    async removeFile(path) {
      guard(path);
      full.files.delete(path);
      full.bytes.delete(path);
    },
    now: () => full.now,
    monotonic: () => full.now,
  };
}
