import type { Printable } from './printable.ts';

/** A program and its arguments. No shell ever reads it, and no secret is ever in it. */
export type Argv = readonly [program: string, ...args: string[]];

export interface RunOptions {
  /** The program is killed (SIGKILL) after this many milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Written to the program's standard input, which is empty otherwise. The way for secrets. */
  readonly input?: string;
  /** Added to the environment. Never a secret. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More output than this many bytes fails the run. Default 64 MiB. */
  readonly maxBytes?: number;
}

/** How a run of a program ended. */
export type RunResult =
  | { readonly outcome: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** There is no such program on the PATH. */
  | { readonly outcome: 'missing'; readonly program: string }
  | { readonly outcome: 'timed-out'; readonly afterMs: number }
  /** It could not be started, was killed, or wrote too much. */
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** What reading a file or a directory gave. Absence and refusal are facts to show, not exceptions. */
export type ReadResult<T> =
  | { readonly outcome: 'read'; readonly value: T }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'denied' }
  | { readonly outcome: 'failed'; readonly reason: Printable };

export interface FileStat {
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** Bytes. */
  readonly size: number;
  readonly inode: number;
  readonly kind: 'file' | 'directory' | 'other';
}

/** Facts about the process and the machine that hold as long as the program runs. */
export interface HostFacts {
  readonly hostname: Printable;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  readonly pid: number;
  /** The words that start this program, for messages such as "sudo …". */
  readonly commandLine: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where what can be thrown away is kept: `/var/lib/meshtui`, or the user's own state directory without root. */
  readonly stateDirectory: string;
  /** Where preferences are kept. */
  readonly configDirectory: string;
}

/** The only door outside. Everything but `host/` reaches programs, files and the clock through it. */
export interface Host {
  readonly kind: 'real' | 'simulated' | 'fake';
  readonly facts: HostFacts;
  /** Runs a program to its end. Never throws, never uses a shell. */
  run(argv: Argv, options?: RunOptions): Promise<RunResult>;
  /** The whole file as UTF-8 text. */
  readFile(path: string): Promise<ReadResult<string>>;
  /** The names in a directory, sorted. */
  listDirectory(path: string): Promise<ReadResult<readonly string[]>>;
  stat(path: string): Promise<ReadResult<FileStat>>;
  /** Where a symbolic link leads. */
  readLink(path: string): Promise<ReadResult<string>>;
  /**
   * Replaces a file in one step (temporary file beside it, fsync, rename) and makes missing directories (0700).
   * Throws {@link HostError} with the old file untouched.
   */
  writeFileAtomic(path: string, text: string, options?: { readonly mode?: number }): Promise<void>;
  /** The whole file as bytes. */
  readBytes(path: string): Promise<ReadResult<Uint8Array>>;
  /**
   * Adds bytes at the end of a file by one write, so that several processes may do it, and makes what is missing
   * (directories 0700, the file 0600). Not synced: for what can be thrown away. Throws {@link HostError}; a part of the
   * bytes may be in the file then, as after a kill.
   */
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /** Gives a file another name in the same file system, in place of what had that name. Throws {@link HostError}. */
  moveFile(from: string, to: string): Promise<void>;
  /** Removes a file, where there is one. Throws {@link HostError}. */
  removeFile(path: string): Promise<void>;
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** A clock that never jumps, milliseconds since some moment. For rates and ages. */
  monotonic(): number;
}

/** A change outside that could not be made. The message is one printable sentence. */
export class HostError extends Error {
  override readonly name = 'HostError';
}
