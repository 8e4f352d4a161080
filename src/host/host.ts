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
  /** In a session of its own: what it leaves running is not ended with our terminal (setsid(2), tty_ioctl(4): hangup). */
  readonly ownSession?: boolean;
  /** More output than this many bytes fails the run. Default 64 MiB. */
  readonly maxBytes?: number;
  /** A secret for a program that wants to open a file by name, as `wg set … preshared-key FILE` does. Without `input`. */
  readonly secretFile?: SecretFile;
}

/** A text that a program reads once from a pipe with a name, which only the user may open. It never is on a disk. */
export interface SecretFile {
  /** The arguments that are equal to this are replaced by the name of the pipe. */
  readonly placeholder: string;
  /** At most 4,096 bytes. */
  readonly text: string;
}

/** How a run of a program ended. `Output` is how its standard output is given: as UTF-8 text, or the bytes themselves. */
export type RunResult<Output = string> =
  | { readonly outcome: 'exited'; readonly code: number; readonly stdout: Output; readonly stderr: string }
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
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** The owner's user id. */
  readonly uid: number;
  readonly gid: number;
  /** How many names (hard links) the file has. */
  readonly links: number;
}

/** A stretch of a file, in bytes. */
export interface FilePart {
  readonly from: number;
  readonly length: number;
}

/** What a new file is made with. */
export interface NewFileOptions {
  /** Permission bits, whatever the umask. */
  readonly mode: number;
  /** For a file that is to take the place of another. Default: ours. */
  readonly owner?: Pick<FileStat, 'uid' | 'gid'>;
}

/** A lock that this process has. */
export interface Lock {
  /** False after the release, and where somebody ended the program that keeps the lock for us. */
  isHeld(): boolean;
  /** Lets go. Resolves when others can have it. */
  release(): Promise<void>;
}

/** What came of asking for a lock. */
export type LockResult =
  | { readonly outcome: 'locked'; readonly lock: Lock }
  /** Somebody else has it; `holder` is what they said of themselves, undefined where they said nothing. */
  | { readonly outcome: 'held'; readonly holder: string | undefined }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** How the start of a program that outlives us went. */
export type StartResult =
  | { readonly outcome: 'started'; readonly pid: number }
  /** There is no such program on the PATH. */
  | { readonly outcome: 'missing'; readonly program: string }
  | { readonly outcome: 'failed'; readonly reason: Printable };

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

/** What is written to a file: all of it, or pieces, each good until the next one is asked for. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array, void, void>;

/** The only door outside. Everything but `host/` reaches programs, files and the clock through it. */
export interface Host {
  readonly kind: 'real' | 'simulated' | 'fake';
  readonly facts: HostFacts;
  /** Runs a program to its end. Never throws, never uses a shell. */
  run(argv: Argv, options?: RunOptions): Promise<RunResult>;
  /**
   * The same of a program that only asks, for what is large and read often. The bytes belong to the caller, who may give
   * their memory back with `releaseBytes` (host/bytes.ts).
   */
  runBytes(argv: Argv, options?: Pick<RunOptions, 'timeoutMs' | 'maxBytes'>): Promise<RunResult<Uint8Array>>;
  /** The whole file as UTF-8 text. */
  readFile(path: string): Promise<ReadResult<string>>;
  /** The names in a directory, sorted. */
  listDirectory(path: string): Promise<ReadResult<readonly string[]>>;
  stat(path: string): Promise<ReadResult<FileStat>>;
  /** Where a symbolic link leads. */
  readLink(path: string): Promise<ReadResult<string>>;
  /** The path without symbolic links in it. Absent where it leads to nothing. */
  realPath(path: string): Promise<ReadResult<string>>;
  /**
   * Replaces a file in one step (temporary file beside it, fsync, rename, fsync of the directory) and makes missing
   * directories (0700). A symbolic link stays and its target is replaced; owner and, without `mode`, permission bits
   * are kept. A new file has 0600. Content in pieces is asked for piece by piece as it is written, so a large file need not
   * be in memory. Throws {@link HostError} with the old file untouched.
   */
  writeFileAtomic(path: string, content: FileContent, options?: { readonly mode?: number }): Promise<void>;
  /** The file as bytes, or a part of it: as much of the part as there is. The memory of a part is nobody else's. */
  readBytes(path: string, part?: FilePart): Promise<ReadResult<Uint8Array>>;
  /**
   * Adds bytes at the end of a file by one write, so that several processes may do it, and makes what is missing
   * (directories 0700, the file 0600). Not synced: for what can be thrown away. Throws {@link HostError}; a part of the
   * bytes may be in the file then, as after a kill.
   */
  appendBytes(path: string, bytes: Uint8Array): Promise<void>;
  /**
   * Makes a file that was not there, all of it or nothing, synced with its directory; missing directories are made
   * (0700). Throws {@link HostError}, also where there is something of that name.
   */
  writeNewFile(path: string, content: string | Uint8Array, options: NewFileOptions): Promise<void>;
  /** Gives a file a second name (hard link) in the same file system. Throws {@link HostError}, also where the name is taken. */
  linkFile(from: string, to: string): Promise<void>;
  /**
   * Gives a file another name in the same file system, in place of what had that name; synced. Symbolic links are
   * moved and replaced themselves. Throws {@link HostError}.
   */
  moveFile(from: string, to: string): Promise<void>;
  /** Removes a file, where there is one; synced. Throws {@link HostError}. */
  removeFile(path: string): Promise<void>;
  /** Makes a directory, and those above it that are missing (0700). One that is there stays as it is. Throws {@link HostError}. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /**
   * Removes a directory with all that is in it, where there is one. Only what is ours: directories named `.meshtui`, and
   * what is below these or the state directory. Throws {@link HostError}, also for anything else.
   */
  removeDirectory(path: string): Promise<void>;
  /**
   * Takes an exclusive lock across processes, that ends with this process however it ends. Waits up to 2 s for it.
   * `path` is a file that is made and never removed; anybody can wait for it with flock(1). `holder` is a line about us,
   * for others who want the lock.
   */
  lock(path: string, holder: string): Promise<LockResult>;
  /**
   * Starts a program in a session of its own, in `/`, with nothing to read or to write to, that outlives us. It has our
   * environment.
   */
  startDetached(argv: Argv): Promise<StartResult>;
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** A clock that never jumps, milliseconds since some moment. For rates and ages. */
  monotonic(): number;
}

/** The part of a {@link Host} that is files. */
export type HostFiles = Pick<
  Host,
  | 'readFile'
  | 'listDirectory'
  | 'stat'
  | 'readLink'
  | 'realPath'
  | 'writeFileAtomic'
  | 'readBytes'
  | 'appendBytes'
  | 'writeNewFile'
  | 'linkFile'
  | 'moveFile'
  | 'removeFile'
  | 'makeDirectory'
  | 'removeDirectory'
>;

/** A change outside that could not be made. The message is one printable sentence. */
export class HostError extends Error {
  override readonly name = 'HostError';
}
