import { closeSync, constants, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, reasonOf } from './files.ts';
import type { Argv, RunOptions, RunResult, SecretFile } from './host.ts';
import { printable } from './printable.ts';
import { runLean } from './run-lean.ts';

/** What a pipe takes in one piece, however small it is made (PIPE_BUF, pipe(7)). */
const largest = 4_096;

/**
 * Runs a program that opens a file by name to read a secret. The file is a pipe with a name (fifo(7)) in a directory of
 * its own that only we may enter; it is gone when the program has opened it, so what opens it again finds nothing.
 * Node's own pipes to a child are sockets, and a socket cannot be opened by name (ENXIO for /dev/stdin).
 */
export async function runWithSecret(argv: Argv, options: RunOptions, secret: SecretFile): Promise<RunResult> {
  const [program, ...args] = argv;
  if (!args.includes(secret.placeholder)) return failed(`${program} has no argument for the secret`);
  if (Buffer.byteLength(secret.text) > largest)
    return failed(`the secret for ${program} is longer than ${largest} bytes`);
  let directory: string;
  try {
    directory = await makePrivateDirectory();
    if (directories.size === 0) process.on('exit', removeAll);
    directories.add(directory);
  } catch (error) {
    return failed(reasonOf(error));
  }
  try {
    const pipe = join(directory, 'secret');
    const made = await runLean(['mkfifo', '-m', '600', pipe], options);
    if (made.outcome === 'missing') return failed('mkfifo is not installed (package coreutils)');
    if (made.outcome !== 'exited') return made;
    if (made.code !== 0) return failed(made.stderr.trim());
    const stop = offer(pipe, secret.text);
    try {
      return await runLean([program, ...args.map((arg) => (arg === secret.placeholder ? pipe : arg))], options);
    } finally {
      stop();
    }
  } finally {
    remove(directory);
  }
}

/** Directories of programs that have not ended. */
const directories = new Set<string>();

function remove(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
  if (directories.size === 0) process.off('exit', removeAll);
}

function removeAll(): void {
  for (const directory of directories) remove(directory);
}

/** Mode 0700 (mkdtemp(3)). In memory, where we may: even a pipe's name is not worth a write to a disk. */
async function makePrivateDirectory(): Promise<string> {
  try {
    return await mkdtemp('/run/meshtui-');
  } catch {
    return mkdtemp(join(tmpdir(), 'meshtui-'));
  }
}

function failed(reason: string): RunResult {
  return { outcome: 'failed', reason: printable(reason) };
}

/** The longest pause between two looks whether the program has opened the pipe, milliseconds. */
const longestPauseMs = 16;

/**
 * Writes the text once somebody has the pipe open, and gives what calls that off. To wait in open(2) would occupy a thread of
 * Node's, which cannot end while a program never opens the pipe; so it is tried without waiting, at first each millisecond.
 */
function offer(pipe: string, text: string): () => void {
  let timer: NodeJS.Timeout | undefined;
  const attempt = (pauseMs: number): void => {
    const descriptor = openWhereRead(pipe);
    if (descriptor === undefined) timer = setTimeout(attempt, pauseMs, Math.min(pauseMs * 2, longestPauseMs));
    else if (descriptor !== 'gone') give(descriptor, pipe, text);
  };
  attempt(1);
  return () => clearTimeout(timer);
}

/** Undefined while nobody has the pipe open for reading (ENXIO, fifo(7)) or we have too many files open. */
function openWhereRead(pipe: string): number | 'gone' | undefined {
  try {
    return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : undefined;
  }
}

/** The program may have closed it again (EPIPE); then it says itself what it misses. */
function give(descriptor: number, pipe: string, text: string): void {
  try {
    unlinkSync(pipe);
    writeSync(descriptor, text);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  } finally {
    closeSync(descriptor);
  }
}
