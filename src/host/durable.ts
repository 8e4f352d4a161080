import type { Stats } from 'node:fs';
import {
  chmod,
  type FileHandle,
  link,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, reasonOf } from './files.ts';
import { type FileContent, HostError, type NewFileOptions } from './host.ts';

/** {@link Host.writeFileAtomic} on real files. */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: { mode?: number } = {},
): Promise<void> {
  await changing(path, 'written', '; the old file is untouched', async () => {
    const target = await followLinks(path);
    await makeMissing(dirname(target), 0o700);
    const old = await attributesOf(target);
    await throughTemporary(target, content, { mode: 0o600, ...old, ...options }, (temporary) =>
      rename(temporary, target),
    );
  });
}

/** {@link Host.writeNewFile} on real files. Linking, other than renaming, fails where the name is taken. */
export async function writeNewFile(path: string, content: string | Uint8Array, options: NewFileOptions): Promise<void> {
  await changing(path, 'made', '', async () => {
    await makeMissing(dirname(path), 0o700);
    await throughTemporary(path, content, options, async (temporary) => {
      await link(temporary, path);
      await unlink(temporary);
    });
  });
}

/** {@link Host.linkFile} on real files. */
export async function linkFile(from: string, to: string): Promise<void> {
  await changing(from, `given the second name ${to}`, '', async () => {
    await withDirectories([to], () => link(from, to));
  });
}

/** {@link Host.moveFile} on real files. */
export async function moveFile(from: string, to: string): Promise<void> {
  await changing(from, `renamed to ${to}`, '', async () => {
    await withDirectories([from, to], () => rename(from, to));
  });
}

/** {@link Host.removeFile} on real files. */
export async function removeFile(path: string): Promise<void> {
  await changing(path, 'removed', '', async () => {
    await unlessAbsent(() => withDirectories([path], () => unlink(path)));
  });
}

/** {@link Host.makeDirectory} on real files. */
export async function makeDirectory(path: string, mode: number): Promise<void> {
  await changing(`The directory ${path}`, 'made', '', () => makeMissing(path, mode));
}

/** {@link Host.removeDirectory} on real files, without a look at whose it is. */
export async function removeDirectory(path: string): Promise<void> {
  await changing(`The directory ${path}`, 'removed', '', async () => {
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

async function attributesOf(path: string): Promise<NewFileOptions | undefined> {
  const found = await statWhereThere(path);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new Error('it is not a file');
  return { mode: found.mode & 0o7777, owner: found };
}

async function statWhereThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes and syncs a temporary file beside `path`, has it put in place, and leaves none behind. */
async function throughTemporary(
  path: string,
  content: FileContent,
  attributes: NewFileOptions,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  // It is made with O_EXCL, so no name can be foreseen to any use; OpenSSL would take 3 MB of every console.
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    await withDirectories([path], async () => {
      await writeSynced(temporary, content, attributes);
      await put(temporary);
    });
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** The owner before the mode, because chown(2) may clear bits; both before anybody can see the file in place. */
async function writeSynced(path: string, content: FileContent, { mode, owner }: NewFileOptions): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    const { uid, gid } = await file.stat();
    if (owner !== undefined && (owner.uid !== uid || owner.gid !== gid)) await file.chown(owner.uid, owner.gid);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Does something to names and has the directories of these names synced. They are opened before, so that nothing but the
 * disk itself can fail late.
 */
async function withDirectories(paths: readonly string[], act: () => Promise<void>): Promise<void> {
  const directories: FileHandle[] = [];
  try {
    for (const path of new Set(paths.map((name) => dirname(name)))) directories.push(await open(path, 'r'));
    await act();
    for (const directory of directories) await syncDirectory(directory);
  } finally {
    for (const directory of directories) await directory.close();
  }
}

/** A change was made and the disk did not confirm it: it may be gone after a loss of power. */
class UnconfirmedError extends Error {
  override readonly name = 'UnconfirmedError';
}

async function syncDirectory(directory: FileHandle): Promise<void> {
  try {
    await directory.sync();
  } catch (error) {
    // A file system that cannot sync directories says so by EINVAL (fsync(2)).
    if (codeOf(error) !== 'EINVAL') throw new UnconfirmedError(reasonOf(error));
  }
}

/** Makes a directory and those above that are missing (0700), each synced into the one above. */
async function makeMissing(path: string, mode: number): Promise<void> {
  const found = await statWhereThere(path);
  if (found?.isDirectory()) return;
  if (found === undefined && dirname(path) !== path) await makeMissing(dirname(path), 0o700);
  try {
    await withDirectories([path], async () => {
      await mkdir(path, 0o700);
      await chmod(path, mode);
    });
  } catch (error) {
    // Another process was quicker.
    if (codeOf(error) !== 'EEXIST' || !(await statWhereThere(path))?.isDirectory()) throw error;
  }
}

async function unlessAbsent(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** `what` could not be … `failure` */
async function changing(what: string, failure: string, consequence: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const reason = reasonOf(error);
    if (error instanceof UnconfirmedError)
      throw new HostError(`${what} was changed, but the disk did not confirm it (${reason}).`);
    throw new HostError(`${what} could not be ${failure} (${reason})${consequence}.`);
  }
}
