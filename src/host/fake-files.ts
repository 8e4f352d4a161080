import { dirname, resolve } from 'node:path/posix';
import { partOf, wholeOf } from './bytes.ts';
import type { FakeWorld } from './fake.ts';
import { type FileStat, HostError, type HostFacts, type HostFiles, type ReadResult } from './host.ts';
import { demandOwn } from './own-directories.ts';

/** The files of a fake host, in the maps of its world. A missing directory is no hindrance. */
export function fakeFiles(world: FakeWorld, facts: HostFacts): HostFiles {
  const modified = new Map<string, { content: string | Uint8Array; at: number }>();
  const guard = (...paths: string[]): void => {
    const denied = paths.find((path) => world.denied.has(path) || world.denied.has(dirname(path)));
    if (denied !== undefined) throw new HostError(`${denied} cannot be written`);
  };
  const touch = (path: string, content: string | Uint8Array): void => {
    modified.set(path, { content, at: world.now });
  };
  const inodes = new Map<string, number>();
  let lastInode = 1;
  const inodeOf = (path: string): number => {
    const inode = inodes.get(path) ?? ++lastInode;
    inodes.set(path, inode);
    return inode;
  };
  const forget = (path: string): void => {
    for (const map of [world.files, world.bytes, world.modes, world.owners, inodes]) map.delete(path);
  };
  /** The path with the links at its end followed. */
  const follow = (path: string, depth = 0): string => {
    const target = world.files.get(`${path} ->`);
    return target === undefined || depth === 40 ? path : follow(resolve(dirname(path), target), depth + 1);
  };
  const exists = (path: string): boolean =>
    world.files.has(path) || world.bytes.has(path) || world.files.has(`${path} ->`);
  const demand = (holds: boolean, message: string): void => {
    if (!holds) throw new HostError(message);
  };
  /** Gives the content of a file to another name, which shares its inode. */
  const share = (from: string, to: string): void => {
    const text = world.files.get(from);
    const bytes = world.bytes.get(from);
    const mode = world.modes.get(from);
    const owner = world.owners.get(from);
    const inode = inodeOf(from);
    forget(to);
    if (text !== undefined) world.files.set(to, text);
    if (bytes !== undefined) world.bytes.set(to, bytes);
    if (mode !== undefined) world.modes.set(to, mode);
    if (owner !== undefined) world.owners.set(to, owner);
    inodes.set(to, inode);
  };
  /** Bytes that are text are kept as text, which tests look at. */
  const put = (path: string, content: string | Uint8Array): void => {
    const bytes = Buffer.from(content);
    const text = bytes.toString();
    if (typeof content === 'string' || bytes.equals(Buffer.from(text))) world.files.set(path, text);
    else world.bytes.set(path, bytes);
  };
  const read = (given: string): ReadResult<string> => {
    const path = follow(given);
    if (world.denied.has(path)) return { outcome: 'denied' };
    const text = world.files.get(path);
    return text === undefined ? { outcome: 'absent' } : { outcome: 'read', value: text };
  };
  const children = (path: string): string[] => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const names = [...world.files.keys(), ...world.bytes.keys()].filter((file) => file.startsWith(prefix));
    for (const directory of world.directories.keys()) if (directory.startsWith(prefix)) names.push(directory);
    return [...new Set(names.map((file) => file.slice(prefix.length).split('/')[0]?.replace(/ ->$/, '') ?? ''))].sort();
  };
  return {
    readFile: async (path) => read(path),
    async listDirectory(path) {
      if (world.denied.has(path)) return { outcome: 'denied' };
      const names = children(path);
      return names.length === 0 && !world.directories.has(path)
        ? { outcome: 'absent' }
        : { outcome: 'read', value: names };
    },
    async stat(given): Promise<ReadResult<FileStat>> {
      const path = follow(given);
      const owner = world.owners.get(path) ?? { uid: facts.uid, gid: facts.uid };
      const content = world.files.get(path) ?? world.bytes.get(path);
      if (content !== undefined) {
        if (modified.get(path)?.content !== content) touch(path, content);
        const modifiedMs = modified.get(path)?.at ?? world.now;
        const inode = inodeOf(path);
        const links = [...inodes].filter(([name, other]) => other === inode && exists(name)).length;
        const mode = world.modes.get(path) ?? 0o600;
        return {
          outcome: 'read',
          value: { modifiedMs, size: content.length, inode, kind: 'file', mode, links, ...owner },
        };
      }
      const mode = world.directories.get(path);
      if (mode === undefined && children(path).length === 0) return { outcome: 'absent' };
      return {
        outcome: 'read',
        value: { modifiedMs: 0, size: 0, inode: 1, kind: 'directory', mode: mode ?? 0o755, links: 1, ...owner },
      };
    },
    async readLink(path) {
      const target = world.files.get(`${path} ->`);
      if (world.denied.has(path)) return { outcome: 'denied' };
      return target === undefined ? { outcome: 'absent' } : { outcome: 'read', value: target };
    },
    async realPath(path) {
      const real = follow(path);
      if (world.denied.has(real)) return { outcome: 'denied' };
      const isThere = exists(real) || world.directories.has(real) || children(real).length > 0;
      return isThere ? { outcome: 'read', value: real } : { outcome: 'absent' };
    },
    async writeFileAtomic(given, pieces, options) {
      const path = follow(given);
      const content = wholeOf(pieces);
      guard(path);
      const mode = options?.mode ?? world.modes.get(path);
      const owner = world.owners.get(path);
      forget(path);
      put(path, content);
      if (mode !== undefined) world.modes.set(path, mode);
      if (owner !== undefined) world.owners.set(path, owner);
      touch(path, content);
    },
    async readBytes(given, part) {
      const path = follow(given);
      const bytes = world.bytes.get(path);
      if (bytes !== undefined && !world.denied.has(path)) return { outcome: 'read', value: partOf(bytes, part) };
      const text = read(path);
      return text.outcome === 'read' ? { outcome: 'read', value: partOf(Buffer.from(text.value), part) } : text;
    },
    async appendBytes(path, bytes) {
      guard(path);
      const before = world.bytes.get(path) ?? Buffer.from(world.files.get(path) ?? '');
      const after = Buffer.concat([before, bytes]);
      world.files.delete(path);
      world.bytes.set(path, after);
      touch(path, after);
    },
    async writeNewFile(path, content, { mode, owner }) {
      guard(path);
      demand(!exists(path), `${path} could not be made (it exists).`);
      put(path, content);
      world.modes.set(path, mode);
      if (owner !== undefined) world.owners.set(path, owner);
      touch(path, content);
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
      world.files.delete(`${path} ->`);
    },
    async makeDirectory(path, mode) {
      guard(path);
      demand(!exists(path), `The directory ${path} could not be made (it is a file).`);
      const isThere = (name: string) => children(name).length > 0 || world.directories.has(name);
      if (isThere(path)) return;
      for (let above = dirname(path); !isThere(above) && above !== '/'; above = dirname(above)) {
        world.directories.set(above, 0o700);
      }
      world.directories.set(path, mode);
    },
    async removeDirectory(path) {
      demandOwn(path, facts);
      guard(path);
      const below = (name: string) => name === path || name.startsWith(`${path}/`);
      for (const name of [...world.files.keys(), ...world.bytes.keys()].filter(below)) forget(name);
      for (const name of [...world.directories.keys()].filter(below)) world.directories.delete(name);
    },
  };
}
