import { mkdir, open, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FilePart, type FileStat, HostError, type ReadResult } from './host.ts';
import { printable } from './printable.ts';

/** The whole file as UTF-8 text. */
export function readFileText(path: string): Promise<ReadResult<string>> {
  return reading(() => readFile(path, 'utf8'));
}

/** The names in a directory, sorted. */
export function listDirectory(path: string): Promise<ReadResult<readonly string[]>> {
  return reading(async () => (await readdir(path)).sort());
}

/** Where a symbolic link leads. */
export function readLink(path: string): Promise<ReadResult<string>> {
  return reading(() => readlink(path));
}

/** The path without symbolic links in it. */
export function realPath(path: string): Promise<ReadResult<string>> {
  return reading(() => realpath(path));
}

/** Size, time, kind and owner of what a path leads to. */
export function statFile(path: string): Promise<ReadResult<FileStat>> {
  return reading(async () => {
    const found = await stat(path);
    return {
      modifiedMs: found.mtimeMs,
      size: found.size,
      inode: found.ino,
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
      mode: found.mode & 0o7777,
      uid: found.uid,
      gid: found.gid,
      links: found.nlink,
    };
  });
}

/** The file as bytes, or a part of it, in memory of its own. */
export function readFileBytes(path: string, part?: FilePart): Promise<ReadResult<Uint8Array>> {
  return reading(() => (part === undefined ? readFile(path) : readPart(path, part)));
}

async function readPart(path: string, { from, length }: FilePart): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(length, size - from)));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

/** Adds bytes at the end of a file by one write. Throws {@link HostError}. */
export async function appendBytes(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const file = await openToAppend(path);
    try {
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new HostError(`${path} could not be added to (${reasonOf(error)}).`);
  }
}

async function openToAppend(path: string) {
  try {
    return await open(path, 'a', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return open(path, 'a', 0o600);
  }
}

async function reading<T>(read: () => Promise<T>): Promise<ReadResult<T>> {
  try {
    return { outcome: 'read', value: await read() };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { outcome: 'absent' };
    if (code === 'EACCES' || code === 'EPERM') return { outcome: 'denied' };
    return { outcome: 'failed', reason: printable(reasonOf(error)) };
  }
}

/** The error code of the operating system, where the error has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error's own words on one line. */
export function reasonOf(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error));
}
