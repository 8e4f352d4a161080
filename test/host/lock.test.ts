/** The lock between processes, with real processes that die in every way. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import { realHost } from '../../src/host/real.ts';

const host = realHost();
let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-lock-'));
  path = join(directory, 'state', 'lock');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

interface Other {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The next line that it says. */
  next(): Promise<unknown>;
}

/** A process with the real host, the leader of a group of its own. It ends with the test. */
function other(...args: readonly string[]): Other {
  const script = join(import.meta.dirname, 'process.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, pid: child.pid ?? 0, next: async () => JSON.parse((await lines.next()).value ?? 'null') };
}

async function lockOf(holder = 'test') {
  const result = await host.lock(path, holder);
  if (result.outcome !== 'locked') throw new Error(`not locked: ${JSON.stringify(result)}`);
  return result.lock;
}

/** Whether flock(1) can have the lock without waiting, as a guard script would try. */
function isFree(): boolean {
  return spawnSync('flock', ['--nonblock', path, 'true']).status === 0;
}

/** Milliseconds until the lock is free. */
async function untilFree(): Promise<number> {
  const start = performance.now();
  while (!isFree()) {
    if (performance.now() - start > 5_000) throw new Error('the lock is not let go');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return performance.now() - start;
}

describe('a lock', () => {
  test('is had by one and let go for the next, and only we may open its file', async () => {
    const lock = await lockOf();
    expect(lock.isHeld()).toBe(true);
    expect(isFree()).toBe(false);
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
    await lock.release();
    expect(lock.isHeld()).toBe(false);
    expect(isFree()).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['lock']);
    await lock.release();
    await (await lockOf()).release();
  });

  test('is refused to another process, which is told who has it, after two seconds', async () => {
    const lock = await lockOf('{"who":"anna","what":"Disable laptop"}');
    const start = performance.now();
    expect(await other('lock', path, 'second').next()).toEqual({
      outcome: 'held',
      holder: '{"who":"anna","what":"Disable laptop"}',
    });
    expect(performance.now() - start).toBeGreaterThan(1_900);
    expect(lock.isHeld()).toBe(true);
    await lock.release();
  });

  test('is had after waiting for a script that has it for a moment', async () => {
    await (await lockOf()).release();
    spawn('flock', [path, 'sleep', '0.4']);
    while (isFree()) await new Promise((resolve) => setTimeout(resolve, 1));
    await (await lockOf()).release();
  });

  test('keeps no process alive that forgets it', async () => {
    const forgetful = other('leave', path);
    expect(await forgetful.next()).toEqual({ outcome: 'locked' });
    const code = await new Promise((resolve) => forgetful.child.on('exit', resolve));
    expect(code).toBe(0);
    expect(await untilFree()).toBeLessThan(1_000);
  });
});

describe('the death of who has it', () => {
  test.each([
    ['KILL of the process', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['KILL of its group', (pid: number) => process.kill(-pid, 'SIGKILL')],
    ['HUP of its group', (pid: number) => process.kill(-pid, 'SIGHUP')],
    ['TERM of the process', (pid: number) => process.kill(pid, 'SIGTERM')],
  ])('frees it at once: %s', async (_what, end) => {
    const owner = other('lock', path, 'dead');
    expect(await owner.next()).toEqual({ outcome: 'locked', isHeld: true });
    expect(isFree()).toBe(false);
    end(owner.pid);
    expect(await untilFree()).toBeLessThan(1_000);
  });

  test('frees it though a program that it started lives on', async () => {
    const owner = other('lock-and-start', path, '20');
    const said = (await owner.next()) as { outcome: string; started: { pid: number } };
    expect(said).toMatchObject({ outcome: 'locked', started: { outcome: 'started' } });
    process.kill(-owner.pid, 'SIGKILL');
    expect(await untilFree()).toBeLessThan(1_000);
    expect(readFileSync(`/proc/${said.started.pid}/comm`, 'utf8')).toBe('sleep\n');
    process.kill(said.started.pid, 'SIGKILL');
  });

  test('is not named as who has it, when a script without a name took it', async () => {
    const owner = other('lock', path, 'dead');
    await owner.next();
    process.kill(owner.pid, 'SIGKILL');
    await untilFree();
    expect(existsSync(`${path}.holder`)).toBe(true);
    const script = spawn('flock', [path, 'sleep', '20'], { detached: true });
    while (isFree()) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await host.lock(path, 'me')).toEqual({ outcome: 'held', holder: undefined });
    process.kill(-(script.pid ?? 0), 'SIGKILL');
  });
});

test('Ctrl-C, which goes to the whole group, does not take the lock from us', async () => {
  const owner = other('lock', path, 'x');
  await owner.next();
  process.kill(-owner.pid, 'SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect([await owner.next(), await owner.next(), await owner.next()].at(-1)).toEqual({ isHeld: true });
  expect(isFree()).toBe(false);
});

test('who keeps the lock for us may be killed: then we know that we have it no more', async () => {
  const lock = await lockOf('us');
  const keeper = Number(readFileSync(`${path}.holder`, 'utf8').split(' ')[0]);
  expect(readFileSync(`/proc/${keeper}/comm`, 'utf8')).toBe('cat\n');
  process.kill(keeper, 'SIGKILL');
  await vi.waitFor(() => expect(lock.isHeld()).toBe(false));
  const next = await lockOf('next');
  await lock.release();
  expect(next.isHeld()).toBe(true);
  expect(readFileSync(`${path}.holder`, 'utf8')).toContain('\nnext\n');
  await next.release();
});

describe('no lock, and a reason', () => {
  test('where flock is not installed', async () => {
    vi.stubEnv('PATH', directory);
    expect(await host.lock(path, 'x')).toEqual({
      outcome: 'failed',
      reason: 'flock is not installed (package util-linux)',
    });
  });

  test('where flock is another one', async () => {
    writeFileSync(join(directory, 'flock'), "#!/bin/sh\necho 'flock: unrecognized option --exclusive' >&2\nexit 1\n", {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
    expect(await host.lock(path, 'x')).toEqual({ outcome: 'failed', reason: 'flock: unrecognized option --exclusive' });
  });

  test('where its file cannot be made', async () => {
    writeFileSync(join(directory, 'state'), '');
    expect(await host.lock(path, 'x')).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });
});

test("the tests' host has locks and detached programs as plain data", async () => {
  const fake = fakeHost({
    locks: new Map([
      ['/other', 'anna'],
      ['/nameless', ''],
    ]),
  });
  expect(await fake.lock('/other', 'us')).toEqual({ outcome: 'held', holder: 'anna' });
  expect(await fake.lock('/nameless', 'us')).toEqual({ outcome: 'held', holder: undefined });
  const taken = await fake.lock('/ours', 'us');
  if (taken.outcome !== 'locked') throw new Error(taken.outcome);
  expect(await fake.lock('/ours', 'us again')).toEqual({ outcome: 'held', holder: 'us' });
  expect([taken.lock.isHeld(), fake.world.locks.get('/ours')]).toEqual([true, 'us']);
  fake.world.locks.set('/ours', 'a thief');
  expect(taken.lock.isHeld()).toBe(false);
  await taken.lock.release();
  expect(fake.world.locks.get('/ours')).toBe('a thief');
  expect(await fake.startDetached(['sh', '/guard'])).toEqual({ outcome: 'started', pid: expect.any(Number) });
  fake.world.starts = () => ({ outcome: 'missing', program: 'sh' });
  expect(await fake.startDetached(['sh', '/watchdog'])).toEqual({ outcome: 'missing', program: 'sh' });
  expect(fake.world.detached).toEqual([
    ['sh', '/guard'],
    ['sh', '/watchdog'],
  ]);
});
