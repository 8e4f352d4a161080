import { execa } from 'execa';
import type { Argv, RunOptions, RunResult } from './host.ts';
import { printable } from './printable.ts';

/** {@link Host.run} by execa: standard input, time-out, output limit, and its children ended with the program. */
export async function runFull(argv: Argv, options: RunOptions): Promise<RunResult> {
  const [program, ...args] = argv;
  const timeoutMs = options.timeoutMs ?? 10_000;
  const result = await execa(program, args, {
    reject: false,
    stripFinalNewline: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    detached: options.ownSession === true,
    maxBuffer: options.maxBytes ?? 64 * 1024 * 1024,
    env: { ...options.environment },
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  if (result.code === 'ENOENT') return { outcome: 'missing', program };
  if (result.timedOut) return { outcome: 'timed-out', afterMs: timeoutMs };
  if (result.exitCode === undefined || result.isMaxBuffer) {
    return { outcome: 'failed', reason: printable(result.shortMessage ?? `${program} failed`) };
  }
  return { outcome: 'exited', code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}
