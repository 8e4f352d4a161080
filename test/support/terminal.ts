/**
 * A real program in a real pseudo-terminal, with a terminal emulator on the other side.
 *
 *     const terminal = launch([process.execPath, 'dist/meshtui.mjs', 'demo'], { columns: 120, rows: 40 });
 *     await terminal.waitFor('home');
 *     terminal.send('q');
 *     expect((await terminal.exit()).code).toBe(0);
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pty from '@lydell/node-pty';
import { afterEach } from 'vitest';
import { cleanEnvironment } from './environment.ts';
import { createScreen, type Screen } from './screen.ts';

export interface LaunchOptions {
  /** Default 80. */
  readonly columns?: number;
  /** Default 24. */
  readonly rows?: number;
  /** Added to the clean environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** How the program ended. `signal` is 0 unless a signal killed it. */
export interface Exit {
  readonly code: number;
  readonly signal: number;
}

export interface Terminal extends Omit<Screen, 'write'> {
  readonly pid: number;
  /** Types into the program. */
  send(keys: string): void;
  /** Changes the size of emulator and pseudo-terminal; the program gets SIGWINCH. */
  resize(columns: number, rows: number): void;
  /** Bytes that the program has written so far. */
  bytes(): number;
  /** All that the program has written, escape sequences included. */
  raw(): string;
  /** Stops reading: the program's writes block once the kernel's buffer is full, as over a stalled link. */
  pause(): void;
  resume(): void;
  /** Closes the terminal under the program, as a lost connection does. */
  hangUp(): void;
  /** Sends a signal to the program (not to its children). Default SIGTERM. */
  kill(signal?: NodeJS.Signals): void;
  /** Resolves when the program has ended and its last output is drawn. Throws after `ms` (default 10,000). */
  exit(ms?: number): Promise<Exit>;
  /** Whether the program has ended. */
  hasExited(): boolean;
  /** `stty -a` of the program's terminal. Only while the program runs. */
  stty(): Promise<string>;
  /** Whether the terminal hands over key by key without echo (raw mode). Only while the program runs. */
  isRaw(): Promise<boolean>;
  /** Kills the program's whole session and forgets it. Done by itself at the end of each test. */
  dispose(): void;
}

const open = new Set<Terminal>();
const execFileAsync = promisify(execFile);

/** Starts a program in a pseudo-terminal of its own. */
export function launch(argv: readonly string[], options: LaunchOptions = {}): Terminal {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError('launch needs a program');
  const { columns = 80, rows = 24, cwd } = options;
  const screen = createScreen(columns, rows);
  const env = cleanEnvironment(options.env);
  const child = pty.spawn(program, args, {
    cols: columns,
    rows,
    name: env['TERM'] ?? 'dumb',
    env,
    cwd: cwd ?? process.cwd(),
  });

  const output: string[] = [];
  let bytes = 0;
  let ended: Exit | undefined;
  child.onData((data) => {
    output.push(data);
    bytes += Buffer.byteLength(data);
    void screen.write(data);
  });
  // The emulator answers what the program asks it (device attributes, cursor position).
  screen.xterm.onData((answer) => {
    if (ended === undefined) child.write(answer);
  });
  const exited = new Promise<Exit>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      ended = { code: exitCode, signal: signal ?? 0 };
      void screen.write('').then(() => resolve({ code: exitCode, signal: signal ?? 0 }));
    });
  });

  const stty = async () => (await execFileAsync('stty', ['-a', '-F', slaveOf(child)])).stdout;
  const terminal: Terminal = {
    ...screen,
    pid: child.pid,
    send: (keys) => child.write(keys),
    resize(newColumns, newRows) {
      screen.xterm.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    bytes: () => bytes,
    raw: () => output.join(''),
    pause: () => child.pause(),
    resume: () => child.resume(),
    hangUp: () => destroy(child),
    kill: (signal = 'SIGTERM') => process.kill(child.pid, signal),
    hasExited: () => ended !== undefined,
    async exit(ms = 10_000) {
      const late = Symbol('late');
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<typeof late>((resolve) => {
        timer = setTimeout(resolve, ms, late);
      });
      const result = await Promise.race([exited, timeout]);
      clearTimeout(timer);
      if (result === late) throw new Error(`still running after ${ms} ms\n${screen.text()}`);
      return result;
    },
    stty,
    isRaw: async () => /-icanon\b/.test(await stty()),
    dispose() {
      open.delete(terminal);
      if (ended === undefined) killSession(child.pid);
      child.resume();
      screen.xterm.dispose();
    },
  };
  open.add(terminal);
  return terminal;
}

/** Ends every program that {@link launch} started and that still runs. */
export function disposeTerminals(): void {
  for (const terminal of [...open]) terminal.dispose();
}

afterEach(disposeTerminals);

/** The pseudo-terminal's name, which node-pty has but does not declare. */
function slaveOf(child: pty.IPty): string {
  const name: unknown = Reflect.get(child, 'ptsName');
  if (typeof name !== 'string') throw new Error('node-pty does not tell the name of its terminal');
  return name;
}

/** Closes this end of a pseudo-terminal, which node-pty can do and does not declare. */
function destroy(child: pty.IPty): void {
  const method: unknown = Reflect.get(child, 'destroy');
  if (typeof method !== 'function') throw new Error('node-pty does not close its terminal');
  method.call(child);
}

/** A program in a pseudo-terminal leads its own session and process group. */
function killSession(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
