/**
 * `npm test [-- --full] [-- vitest's arguments]`: sets up what the tests need, bundles the product, runs all tests.
 * The last line of the output is exactly `N passed, N failed, N skipped`; the exit code is 0 only where nothing failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissingPackages } from '../test/lab/packages.ts';
import { type Counts, countsVariable } from '../test/support/reporter.ts';

const oldestNode = 22;
/** A run that ends before any test could be counted has failed. */
const notRun: Counts = { passed: 0, failed: 1, skipped: 0 };

const full = process.argv.includes('--full');
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--full');
const { counts, code } = test();
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = code;

function test(): { counts: Counts; code: number } {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < oldestNode)
    return refuse(`Node ${process.versions.node} runs this script: use "npm test", after "npm ci"`);
  const packages = installMissingPackages();
  if (packages.outcome === 'missing') {
    process.stderr.write(`tests that need ${packages.missing.join(', ')} are skipped: ${packages.reason}\n`);
  }
  if (existsSync('bin/meshtui.ts') && run(['scripts/build.ts']) !== 0) return refuse('the product could not be built');
  return runVitest();
}

function runVitest(): { counts: Counts; code: number } {
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-test-'));
  try {
    const file = join(directory, 'counts.json');
    const status = run(['node_modules/vitest/vitest.mjs', 'run', ...passedOn], {
      [countsVariable]: file,
      ...(full ? { MESHTUI_FULL: '1' } : {}),
    });
    if (!existsSync(file)) return refuse('the tests did not run to their end');
    const counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
    return { counts, code: status === 0 && counts.failed === 0 ? 0 : 1 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function refuse(reason: string): { counts: Counts; code: number } {
  process.stderr.write(`npm test: ${reason}\n`);
  return { counts: notRun, code: 1 };
}

/** Runs a script under this Node with the output passed through; its exit code. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): number {
  return spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;
}
