import { dirname } from 'node:path/posix';
import { partOf, wholeOf } from '../bytes.ts';
import { type FileStat, HostError, type HostFacts, type HostFiles } from '../host.ts';
import { demandOwn } from '../own-directories.ts';

/** A file, which may have several names. */
interface Inode {
  readonly number: number;
  content: string | Uint8Array;
  modifiedMs: number;
  mode: number;
}

/** Files in memory, which can be brought back. */
export interface MemoryFiles extends HostFiles {
  /** Remembers all files but what meshtui keeps for itself (the state directory and directories named `.meshtui`). */
  remember(): () => void;
}

/**
 * Files that live in memory only: what is written is read again, and nothing reaches a disk. There are no symbolic links.
 * `now` dates what is written.
 */
export function memoryFiles(given: ReadonlyMap<string, string>, now: () => number, facts: HostFacts): MemoryFiles {
  const born = now();
  let count = 1;
  const make = (content: string | Uint8Array, mode: number): Inode => ({
    number: ++count,
    content,
    modifiedMs: now(),
    mode,
  });
  const files = new Map([...given].map(([path, text]) => [path, make(text, 0o600)]));
  const directories = new Map<string, number>();
  const names = (path: string): readonly string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const below = [...files.keys(), ...directories.keys()].filter((name) => name.startsWith(prefix));
    return [...new Set(below.map((name) => name.slice(prefix.length).split('/', 1)[0] ?? ''))].sort();
  };
  const isDirectory = (path: string): boolean => directories.has(path) || names(path).length > 0;
  const found = (path: string, failure: string): Inode => {
    const inode = files.get(path);
    if (inode === undefined) throw new HostError(`${failure} (there is no such file).`);
    return inode;
  };
  const demandFree = (path: string, failure: string): void => {
    if (files.has(path) || isDirectory(path)) throw new HostError(`${failure} (the name is taken).`);
  };
  /** Directories stay when what is in them is removed, and are made with what is in them. */
  const keepDirectories = (path: string): void => {
    for (let above = dirname(path); above !== '/' && !directories.has(above); above = dirname(above)) {
      directories.set(above, 0o700);
    }
  };
  const isOwn = (path: string): boolean =>
    path.startsWith(`${facts.stateDirectory}/`) || path.split('/').includes('.meshtui');
  const statOf = ({ number, content, modifiedMs, mode }: Inode): FileStat => {
    const links = [...files.values()].filter((inode) => inode.number === number).length;
    return { modifiedMs, size: Buffer.byteLength(content), inode: number, kind: 'file', mode, uid: 0, gid: 0, links };
  };
  return {
    remember() {
      const before = [...files].filter(([path]) => !isOwn(path));
      return () => {
        for (const path of [...files.keys()]) if (!isOwn(path)) files.delete(path);
        for (const [path, inode] of before) files.set(path, inode);
      };
    },
    async readFile(path) {
      const inode = files.get(path);
      return inode === undefined
        ? { outcome: 'absent' }
        : { outcome: 'read', value: Buffer.from(inode.content).toString('utf8') };
    },
    async listDirectory(path) {
      return isDirectory(path) ? { outcome: 'read', value: names(path) } : { outcome: 'absent' };
    },
    async stat(path) {
      const inode = files.get(path);
      if (inode !== undefined) return { outcome: 'read', value: statOf(inode) };
      if (!isDirectory(path)) return { outcome: 'absent' };
      const mode = directories.get(path) ?? 0o755;
      const value = { modifiedMs: born, size: 0, inode: 1, kind: 'directory' as const, mode, uid: 0, gid: 0, links: 1 };
      return { outcome: 'read', value };
    },
    readLink: async () => ({ outcome: 'absent' }),
    async realPath(path) {
      return files.has(path) || isDirectory(path) ? { outcome: 'read', value: path } : { outcome: 'absent' };
    },
    async writeFileAtomic(path, content, options) {
      files.set(path, make(wholeOf(content), options?.mode ?? files.get(path)?.mode ?? 0o600));
    },
    async readBytes(path, part) {
      const inode = files.get(path);
      if (inode === undefined) return { outcome: 'absent' };
      return { outcome: 'read', value: partOf(Buffer.from(inode.content), part) };
    },
    async appendBytes(path, bytes) {
      const inode = files.get(path) ?? make('', 0o600);
      inode.content = Buffer.concat([Buffer.from(inode.content), bytes]);
      inode.modifiedMs = now();
      files.set(path, inode);
    },
    async writeNewFile(path, content, { mode }) {
      demandFree(path, `${path} could not be made`);
      files.set(path, make(content, mode));
    },
    async linkFile(from, to) {
      const failure = `${from} could not be given the second name ${to}`;
      const inode = found(from, failure);
      demandFree(to, failure);
      files.set(to, inode);
    },
    async moveFile(from, to) {
      const inode = found(from, `${from} could not be renamed to ${to}`);
      keepDirectories(from);
      files.delete(from);
      files.set(to, inode);
    },
    async removeFile(path) {
      keepDirectories(path);
      files.delete(path);
    },
    async makeDirectory(path, mode) {
      if (files.has(path)) throw new HostError(`The directory ${path} could not be made (it is a file).`);
      if (isDirectory(path)) return;
      keepDirectories(path);
      directories.set(path, mode);
    },
    async removeDirectory(path) {
      demandOwn(path, facts);
      for (const map of [files, directories]) {
        for (const name of [...map.keys()]) if (name === path || name.startsWith(`${path}/`)) map.delete(name);
      }
    },
  };
}
