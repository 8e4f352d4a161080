import type { FileStat, Host } from '../host.ts';

/** The part of a {@link Host} that is files. */
export type Files = Pick<Host, 'readFile' | 'listDirectory' | 'stat' | 'readLink' | 'writeFileAtomic'>;

/** Files that live in memory only: what is written is read again, and nothing reaches a disk. `now` dates what is written. */
export function memoryFiles(contents: Map<string, string>, now: () => number): Files {
  const born = now();
  const written = new Map<string, FileStat>();
  const names = (path: string): readonly string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const below = [...contents.keys()].filter((file) => file.startsWith(prefix));
    return [...new Set(below.map((file) => file.slice(prefix.length).split('/', 1)[0] ?? ''))].sort();
  };
  return {
    async readFile(path) {
      const text = contents.get(path);
      return text === undefined ? { outcome: 'absent' } : { outcome: 'read', value: text };
    },
    async listDirectory(path) {
      const found = names(path);
      return found.length === 0 ? { outcome: 'absent' } : { outcome: 'read', value: found };
    },
    async stat(path) {
      const text = contents.get(path);
      if (text !== undefined) {
        const first: FileStat = { modifiedMs: born, size: Buffer.byteLength(text), inode: 1, kind: 'file' };
        return { outcome: 'read', value: written.get(path) ?? first };
      }
      if (names(path).length === 0) return { outcome: 'absent' };
      return { outcome: 'read', value: { modifiedMs: born, size: 0, inode: 1, kind: 'directory' } };
    },
    readLink: async () => ({ outcome: 'absent' }),
    async writeFileAtomic(path, text) {
      const inode = (written.get(path)?.inode ?? 1) + 1;
      contents.set(path, text);
      written.set(path, { modifiedMs: now(), size: Buffer.byteLength(text), inode, kind: 'file' });
    },
  };
}
