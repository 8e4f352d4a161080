import { spawn } from 'node:child_process';
import { codeOf, reasonOf } from './files.ts';
import type { Argv, StartResult } from './host.ts';
import { known } from './printable.ts';

/** {@link Host.startDetached}. `environment` is added to our own. */
export function startDetached(
  [program, ...args]: Argv,
  environment: Readonly<Record<string, string>>,
): Promise<StartResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: 'ignore',
      cwd: '/',
      env: { ...process.env, ...environment },
    });
    child.on('error', (error) => {
      const missing = codeOf(error) === 'ENOENT';
      resolve(missing ? { outcome: 'missing', program } : { outcome: 'failed', reason: known(reasonOf(error)) });
    });
    child.on('spawn', () => {
      child.unref();
      resolve({ outcome: 'started', pid: child.pid ?? 0 });
    });
  });
}
