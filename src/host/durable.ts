import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readlink, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, reasonOf } from './files.ts';
import { HostError } from './host.ts';

/** What a file is made with. Undefined: what a new file of ours has. */
interface Attributes {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** {@link Host.writeFileAtomic} on real files. */
export async function writeFileAtomic(path: string, text: string, options: { mode?: number } = {}): Promise<void> {
  await changing(`${path} could not be written`, '; the old file is untouched', async () => {
    const target = await followLinks(path);
    await makeMissing(dirname(target), 0o700);
    const old = await attributesOf(target);
    await throughTemporary(target, text, { mode: 0o600, ...old, ...options }, (temporary) => rename(temporary, target));
  });
}

/** {@link Host.writeNewFile} on real files. Linking, other than renaming, fails where the name is taken. */
export async function writeNewFile(path: string, text: string, options: { mode: number }): Promise<void> {
  await changing(`${path} could not be made`, '', async () => {
    await makeMissing(dirname(path), 0o700);
    await throughTemporary(path, text, options, async (temporary) => {
      await link(temporary, path);
      await unlink(temporary);
    });
  });
}

/** {@link Host.linkFile} on real files. */
export async function linkFile(from: string, to: string): Promise<void> {
  await changing(`${from} could not be given the second name ${to}`, '', async () => {
    await withDirectories([to], () => link(from, to));
  });
}

/** {@link Host.moveFile} on real files. */
export async function moveFile(from: string, to: string): Promise<void> {
  await changing(`${from} could not be renamed to ${to}`, '', async () => {
    await withDirectories([from, to], () => rename(from, to));
  });
}

/** {@link Host.removeFile} on real files. */
export async function removeFile(path: string): Promise<void> {
  await changing(`${path} could not be removed`, '', async () => {
    await unlessAbsent(() => withDirectories([path], () => unlink(path)));
  });
}

/** {@link Host.makeDirectory} on real files. */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  await changing(`The directory ${path} could not be made`, '', () => makeMissing(path, mode));
}

/** {@link Host.removeDirectory} on real files, without a look at whose it is. */
export async function removeDirectory(path: string): Promise<void> {
  await changing(`The directory ${path} could not be removed`, '', async () => {
    await unlessAbsent(() => withDirectories([path], () => rm(path, { recursive: true, force: true })));
  });
}

/** Where the text has to go so that links stay: also through links to a file that is not there yet. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const next = await readlink(path).catch(() => undefined);
  return next === undefined ? path : followLinks(resolve(dirname(path), next));
}

async function attributesOf(path: string): Promise<Attributes | undefined> {
  try {
    const { mode, uid, gid } = await stat(path);
    return { mode: mode & 0o7777, uid, gid };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes and syncs a temporary file beside `path`, has it put in place, and leaves none behind. */
async function throughTemporary(
  path: string,
  text: string,
  attributes: Attributes,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await withDirectories([path], async () => {
      await writeSynced(temporary, text, attributes);
      await put(temporary);
    });
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** The owner before the mode, because chown(2) may clear bits; both before anybody can see the file in place. */
async function writeSynced(path: string, text: string, { mode, uid, gid }: Attributes): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    const own = await file.stat();
    if (uid !== undefined && gid !== undefined && (uid !== own.uid || gid !== own.gid)) await file.chown(uid, gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Does something to names and has the directories of these names synced, which are opened before: nothing fails late but the disk. */
async function withDirectories(paths: readonly string[], act: () => Promise<void>): Promise<void> {
  const directories = await Promise.all(
    [...new Set(paths.map((path) => dirname(path)))].map((path) => open(path, 'r')),
  );
  try {
    await act();
    for (const directory of directories) {
      // A file system that cannot sync directories says so by EINVAL (fsync(2)).
      await directory.sync().catch((error: unknown) => {
        if (codeOf(error) !== 'EINVAL') throw error;
      });
    }
  } finally {
    await Promise.all(directories.map((directory) => directory.close()));
  }
}

/** Makes a directory and those above that are missing (0700), each synced into the one above. */
async function makeMissing(path: string, mode: number): Promise<void> {
  const above = dirname(path);
  try {
    await withDirectories([path], () => mkdir(path, mode));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || above === path) throw error;
    await makeMissing(above, 0o700);
    await makeMissing(path, mode);
  }
}

async function unlessAbsent(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function changing(failure: string, consequence: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new HostError(`${failure} (${reasonOf(error)})${consequence}.`);
  }
}
