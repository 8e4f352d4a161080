import { type FileStat, type Host, HostError } from '../host.ts';

/** The part of a {@link Host} that is files. */
export type Files = Pick<
  Host,
  | 'readFile'
  | 'listDirectory'
  | 'stat'
  | 'readLink'
  | 'writeFileAtomic'
  | 'readBytes'
  | 'appendBytes'
  | 'moveFile'
  | 'removeFile'
>;

/** Files that live in memory only: what is written is read again, and nothing reaches a disk. `now` dates what is written. */
export function memoryFiles(given: ReadonlyMap<string, string>, now: () => number): Files {
  const born = now();
  const contents = new Map<string, string | Uint8Array>(given);
  const written = new Map<string, FileStat>();
  const names = (path: string): readonly string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const below = [...contents.keys()].filter((file) => file.startsWith(prefix));
    return [...new Set(below.map((file) => file.slice(prefix.length).split('/', 1)[0] ?? ''))].sort();
  };
  const write = (path: string, content: string | Uint8Array, inode: number): void => {
    contents.set(path, content);
    written.set(path, { modifiedMs: now(), size: Buffer.byteLength(content), inode, kind: 'file' });
  };
  const inodeOf = (path: string): number => written.get(path)?.inode ?? 1;
  return {
    async readFile(path) {
      const content = contents.get(path);
      if (content === undefined) return { outcome: 'absent' };
      return { outcome: 'read', value: typeof content === 'string' ? content : Buffer.from(content).toString('utf8') };
    },
    async listDirectory(path) {
      const found = names(path);
      return found.length === 0 ? { outcome: 'absent' } : { outcome: 'read', value: found };
    },
    async stat(path) {
      const content = contents.get(path);
      if (content !== undefined) {
        const first: FileStat = { modifiedMs: born, size: Buffer.byteLength(content), inode: 1, kind: 'file' };
        return { outcome: 'read', value: written.get(path) ?? first };
      }
      if (names(path).length === 0) return { outcome: 'absent' };
      return { outcome: 'read', value: { modifiedMs: born, size: 0, inode: 1, kind: 'directory' } };
    },
    readLink: async () => ({ outcome: 'absent' }),
    async writeFileAtomic(path, text) {
      write(path, text, inodeOf(path) + 1);
    },
    async readBytes(path) {
      const content = contents.get(path);
      if (content === undefined) return { outcome: 'absent' };
      return { outcome: 'read', value: Buffer.from(content) };
    },
    async appendBytes(path, bytes) {
      write(path, Buffer.concat([Buffer.from(contents.get(path) ?? ''), bytes]), inodeOf(path));
    },
    async moveFile(from, to) {
      const content = contents.get(from);
      if (content === undefined) throw new HostError(`${from} could not be renamed to ${to} (there is no such file).`);
      contents.delete(from);
      write(to, content, inodeOf(from));
      written.delete(from);
    },
    async removeFile(path) {
      contents.delete(path);
      written.delete(path);
    },
  };
}
