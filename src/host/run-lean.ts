import { type ChildProcess, spawn } from 'node:child_process';
import { GatheredBytes, releaseBytes } from './bytes.ts';
import { codeOf, reasonOf } from './files.ts';
import type { Argv, RunOptions, RunResult } from './host.ts';
import { known, printable } from './printable.ts';

/** Programs that have not ended: a `wg` that hangs must not outlive the console. */
const running = new Set<ChildProcess>();

/** How much the commands that print much printed last. */
const lastLengths = new Map<string, number>();
/** What comes from a pipe in one piece needs no room of its own. */
const onePiece = 64 * 1024;

function endRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** {@link Host.run} for a program that reads nothing: one child process and two buffers, nothing to load before it starts. */
export async function runLean(argv: Argv, options: RunOptions): Promise<RunResult> {
  const result = await runLeanBytes(argv, options);
  if (result.outcome !== 'exited') return result;
  return { ...result, stdout: textOf(result.stdout) };
}

/** {@link Host.runBytes}. */
export function runLeanBytes(argv: Argv, options: RunOptions): Promise<RunResult<Uint8Array>> {
  const [program, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? 10_000;
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.ownSession === true,
      env: { ...process.env, ...options.environment },
    });
    if (running.size === 0) process.on('exit', endRunning);
    running.add(child);
    const forget = () => {
      running.delete(child);
      if (running.size === 0) process.off('exit', endRunning);
    };
    const command = argv.join(' ');
    const stdout = new GatheredBytes(lastLengths.get(command));
    const stderr = new GatheredBytes();
    let bytes = 0;
    let stopped: RunResult<Uint8Array> | undefined;
    const stop = (result: RunResult<Uint8Array>) => {
      stopped = result;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open after the kill; the answer does not wait for it.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(() => stop({ outcome: 'timed-out', afterMs: timeoutMs }), timeoutMs);
    const collect = (into: GatheredBytes) => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes)
        stop({ outcome: 'failed', reason: printable(`${program} wrote more than ${maxBytes} bytes`) });
      else into.add(chunk);
    };
    child.stdout.on('data', collect(stdout));
    child.stderr.on('data', collect(stderr));
    child.on('error', (error) => {
      clearTimeout(timer);
      forget();
      const missing = codeOf(error) === 'ENOENT';
      resolve(missing ? { outcome: 'missing', program } : { outcome: 'failed', reason: known(reasonOf(error)) });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      forget();
      if (stopped !== undefined) resolve(stopped);
      else if (code === null) resolve({ outcome: 'failed', reason: printable(`${program} was ended by ${signal}`) });
      else {
        const printed = stdout.all();
        if (printed.length > onePiece) lastLengths.set(command, printed.length);
        else lastLengths.delete(command);
        resolve({ outcome: 'exited', code, stdout: printed, stderr: textOf(stderr.all()) });
      }
    });
  });
}

function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  releaseBytes(bytes);
  return text;
}
