import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Result {
  /** The exit code; 124 where the time was up, 128 and more where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to standard input, which is empty otherwise. The way for keys. */
  readonly input?: string;
  /** The whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working directory. Default: that of this process. */
  readonly cwd?: string;
  /** Default 30,000. */
  readonly timeoutMs?: number;
}

/** Something that the lab could not do; the message is for the person who runs it. */
export class LabError extends Error {
  override readonly name = 'LabError';
}

/** Runs a program to its end. Rejects only where it cannot be started. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const [program = '', ...args] = argv;
  const { input = '', env = process.env, cwd = process.cwd(), timeoutMs = 30_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', env: { ...env }, cwd });
    const output = { stdout: '', stderr: '' };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    // A program may end without reading its input.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new LabError(`${program} could not be started: ${error.message}`));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 128), ...output });
    });
  });
}

/** Like {@link run}, but a failure is a {@link LabError} with what the program said. */
export async function mustRun(argv: readonly string[], options?: RunOptions): Promise<Result> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    const said = result.stderr.trim() || result.stdout.trim();
    throw new LabError(`exit ${result.code}: ${argv.join(' ')}${said === '' ? '' : `\n${said}`}`);
  }
  return result;
}

/** Asks until the answer is true. Throws a {@link LabError} about `what` when the time is up. */
export async function until(what: string, ms: number, holds: () => Promise<boolean> | boolean): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new LabError(`waited ${ms} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * The words for a program that opens `/dev/stdin` by name, as `wg` does: Node's own pipes are sockets, which cannot be
 * opened (ENXIO), so `cat` hands the input over through a real pipe.
 */
export function readingStdin(argv: readonly string[]): string[] {
  return ['bash', '-o', 'pipefail', '-c', 'cat | "$@"', 'piped', ...argv];
}
