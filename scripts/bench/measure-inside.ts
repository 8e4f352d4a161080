import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InsideFigures } from './inside.ts';
import { BenchError } from './session.ts';

const run = promisify(execFile);

/** Runs inside.ts in a process of its own and takes its figures. */
export async function measureInside(): Promise<InsideFigures> {
  try {
    const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'inside.ts')], { timeout: 120_000 });
    return JSON.parse(stdout) as InsideFigures;
  } catch (error) {
    throw new BenchError(`inside.ts: ${error instanceof Error ? error.message : String(error)}`);
  }
}
