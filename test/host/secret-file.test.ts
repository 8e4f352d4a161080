/** A secret that a program reads from a file that is none, with programs that do it in every way. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Argv, RunOptions } from '../../src/host/host.ts';
import { realHost } from '../../src/host/real.ts';

const host = realHost();
const text = 'kJ8Ymw2l0Q9S1wYIuW8oQk1t3zq2S3vFqXwzC7m5n0I=';
let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-secret-test-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Directories of pipes, and the files that this process has open. */
const litter = () => ({
  pipes: [...readdirSync('/run'), ...readdirSync(tmpdir())].filter((name) => /^meshtui-.{6}$/.test(name)),
  open: readdirSync('/proc/self/fd').length,
});
let before = litter();
beforeEach(() => {
  before = litter();
});

/** Nothing is left over; Node closes what was a pipe to a program a moment later. */
const expectNoLitter = () => vi.waitFor(() => expect(litter()).toEqual(before));

const give = (argv: Argv, options: RunOptions = {}) =>
  host.run(argv, { ...options, secretFile: { placeholder: '@', text } });
const sh = (script: string, options?: RunOptions) => give(['sh', '-c', script, 'sh', '@'], options);

describe('a program that reads the secret', () => {
  test.each([
    ['once', 'cat "$1"'],
    ['late', 'sleep 0.3; cat "$1"'],
    ['slowly', 'exec 3< "$1"; sleep 0.1; cat <&3'],
    ['by its standard input', 'cat < "$1"'],
    ['a byte at a time', 'dd bs=1 status=none if="$1"'],
  ])('%s gets it, and the end of the file', async (_how, script) => {
    expect(await sh(script)).toEqual({ outcome: 'exited', code: 0, stdout: text, stderr: '' });
    await expectNoLitter();
  });

  test('gets it from a pipe that only we may open, in a directory that only we may enter', async () => {
    const result = await sh('stat -c "%A %u %n" "$1" "$(dirname "$1")"; cat "$1"');
    const uid = process.geteuid?.();
    expect(result).toMatchObject({
      stdout: expect.stringMatching(
        new RegExp(`^prw------- ${uid} (/run|${tmpdir()})/meshtui-\\w+/secret\ndrwx------ ${uid} \\S+\n`),
      ),
    });
  });

  test('twice finds nothing the second time, and does not hang', async () => {
    expect(await sh('cat "$1"; cat "$1"')).toMatchObject({
      outcome: 'exited',
      code: 1,
      stdout: text,
      stderr: expect.stringContaining('No such file'),
    });
    await expectNoLitter();
  });

  test('gets each its own, when many run at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        host.run(['cat', '@'], { secretFile: { placeholder: '@', text: `secret ${index}` } }),
      ),
    );
    expect(results.map((result) => (result.outcome === 'exited' ? result.stdout : result.outcome))).toEqual(
      results.map((_, index) => `secret ${index}`),
    );
    await expectNoLitter();
  });
});

describe('a program that does not', () => {
  test('read it, ends as it ends', async () => {
    expect(await sh('echo no >&2; exit 3')).toEqual({ outcome: 'exited', code: 3, stdout: '', stderr: 'no\n' });
    await expectNoLitter();
  });

  test('read what it opened, ends as it ends', async () => {
    expect(await sh('exec 3< "$1"; exec 3<&-; exit 4')).toMatchObject({ outcome: 'exited', code: 4 });
    await expectNoLitter();
  });

  test('end, is ended in time', async () => {
    expect(await sh('exec sleep 60', { timeoutMs: 300 })).toEqual({ outcome: 'timed-out', afterMs: 300 });
    expect(await sh('cat "$1"; exec sleep 60', { timeoutMs: 300 })).toEqual({ outcome: 'timed-out', afterMs: 300 });
    await expectNoLitter();
  });

  test('exist, is missing', async () => {
    expect(await give(['meshtui-no-such-program', '@'])).toEqual({
      outcome: 'missing',
      program: 'meshtui-no-such-program',
    });
    await expectNoLitter();
  });

  test('have an argument for it, or gets too much, is not run', async () => {
    const marker = join(directory, 'ran');
    expect(await give(['touch', marker])).toEqual({
      outcome: 'failed',
      reason: 'touch has no argument for the secret',
    });
    const secretFile = { placeholder: '@', text: 'x'.repeat(4_097) };
    expect(await host.run(['touch', marker, '@'], { secretFile })).toMatchObject({ outcome: 'failed' });
    expect(readdirSync(directory)).not.toContain('ran');
    await expectNoLitter();
  });
});

test('says which package is missing without mkfifo', async () => {
  vi.stubEnv('PATH', directory);
  expect(await give(['/bin/cat', '@'])).toEqual({
    outcome: 'failed',
    reason: 'mkfifo is not installed (package coreutils)',
  });
  vi.unstubAllEnvs();
  await expectNoLitter();
});

test('a process that ends while the program has not read leaves no pipe, and can end', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'process.ts'), 'secret'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
  await vi.waitFor(() => expect(litter().pipes).toHaveLength(before.pipes.length + 1), { timeout: 5_000 });
  child.kill('SIGUSR2');
  expect(await ended).toBe(9);
  expect(litter().pipes).toEqual(before.pipes);
});
