/** Secrets for the real `wg`, on an interface of wireguard-go in a namespace of the test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realHost } from '../../src/host/real.ts';
import { installMissingPackages } from './packages.ts';
import { mustRun, run, until } from './run.ts';

const name = `mts${process.pid}`;
const host = realHost();
const script = join(import.meta.dirname, '../host/process.ts');
let wireguard: ChildProcess | undefined;
let directory = '';

beforeAll(async () => {
  expect(installMissingPackages()).toMatchObject({ outcome: 'ready' });
  expect(installMissingPackages({ strace: 'strace' })).toMatchObject({ outcome: 'ready' });
  directory = mkdtempSync(join(tmpdir(), 'meshtui-secret-lab-'));
  await mustRun(['ip', 'netns', 'add', name]);
  wireguard = spawn('ip', ['netns', 'exec', name, 'wireguard-go', '--foreground', name], { stdio: 'ignore' });
  await until('wireguard-go answers', 10_000, async () => (await run(['wg', 'show', name])).code === 0);
}, 300_000);
afterAll(async () => {
  wireguard?.kill('SIGTERM');
  await run(['ip', 'netns', 'del', name]);
  rmSync(directory, { recursive: true, force: true });
});

const newKey = () => randomBytes(32).toString('base64');
const show = async (what: string) => (await mustRun(['wg', 'show', name, what])).stdout.trim();

test('wg takes a preshared key and a private key, with and without a line feed', async () => {
  const peer = newKey();
  for (const end of ['', '\n']) {
    const [preshared, privateKey] = [newKey(), (await mustRun(['wg', 'genkey'])).stdout.trim()];
    const set = (args: readonly string[], text: string) =>
      host.run(['wg', 'set', name, ...args, 'FILE'], { secretFile: { placeholder: 'FILE', text: `${text}${end}` } });
    expect(await set(['peer', peer, 'preshared-key'], preshared)).toMatchObject({ outcome: 'exited', code: 0 });
    expect(await show('preshared-keys')).toBe(`${peer}\t${preshared}`);
    expect(await set(['private-key'], privateKey)).toMatchObject({ outcome: 'exited', code: 0 });
    expect(await show('private-key')).toBe(privateKey);
  }
});

test('wg says what it does not take, and nothing of it', async () => {
  const result = await host.run(['wg', 'set', name, 'peer', newKey(), 'preshared-key', 'FILE'], {
    secretFile: { placeholder: 'FILE', text: 'my-little-secret' },
  });
  expect(result).toMatchObject({ outcome: 'exited', code: 1 });
  expect(JSON.stringify(result)).not.toContain('my-little-secret');
});

test('a hundred in a row take milliseconds each and leave nothing', async () => {
  const peer = newKey();
  const pipes = () => readdirSync('/run').filter((entry) => /^meshtui-.{6}$/.test(entry));
  const before = pipes();
  const times: number[] = [];
  for (let index = 0; index < 100; index++) {
    const [text, start] = [newKey(), performance.now()];
    const argv = ['wg', 'set', name, 'peer', peer, 'preshared-key', 'FILE'] as const;
    expect(await host.run(argv, { secretFile: { placeholder: 'FILE', text } })).toMatchObject({ code: 0 });
    times.push(performance.now() - start);
    if (index % 20 === 0) expect(await show('preshared-keys')).toContain(text);
  }
  const median = times.sort((a, b) => a - b)[50] ?? Number.NaN;
  process.stderr.write(
    `wg set with a secret: median ${median.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms\n`,
  );
  expect(median).toBeLessThan(100);
  expect(pipes()).toEqual(before);
});

test('the secret is in no argument and no environment of any process, and written to the pipe only', async () => {
  const [peer, text, trace] = [newKey(), newKey(), join(directory, 'trace')];
  const calls = 'trace=execve,write,writev,pwrite64,pwritev,sendto,sendmsg,rename,link';
  const strace = ['strace', '-f', '-v', '-y', '-s', '100000', '-o', trace, '-e', calls];
  const words = ['run', 'wg', 'set', name, 'peer', peer, 'preshared-key', '@'];
  const result = await run([...strace, process.execPath, script, ...words], { input: text });
  expect(JSON.parse(result.stdout)).toMatchObject({ outcome: 'exited', code: 0 });
  expect(await show('preshared-keys')).toContain(`${peer}\t${text}`);
  const lines = readFileSync(trace, 'utf8').split('\n');
  const starts = /execve\("\S*\/wg", \["wg", "set", .*"\/run\/meshtui-\w{6}\/secret"\], \[.*PATH=.*\) += 0$/;
  expect(lines.filter((line) => starts.test(line))).toHaveLength(1);
  const telling = lines.filter((line) => line.includes(text));
  expect(telling).toHaveLength(1);
  expect(telling[0]).toMatch(/ write\(\d+<\/run\/meshtui-\w{6}\/secret>(\(deleted\))?, "[^"]{44}", 44\) += 44/);
  const hex = Buffer.from(text, 'base64').toString('hex');
  for (const line of lines.filter((found) => found.includes(hex))) expect(line).toMatch(/<(UNIX-STREAM|socket):/);
});
