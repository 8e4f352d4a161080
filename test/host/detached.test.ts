/** Programs that outlive us. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { realHost } from '../../src/host/real.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-detached-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** State, parent, process group, session and terminal of a process (proc_pid_stat(5)). */
function statOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, parent, group, session, terminal] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent), group: Number(group), session: Number(session), terminal: Number(terminal) };
}

test('lives on when the group of who started it is killed', async () => {
  const marker = join(directory, 'marker');
  const parent = spawn(process.execPath, [join(import.meta.dirname, 'process.ts'), 'start', marker], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const said = await new Promise<string>((resolve) => parent.stdout.once('data', (text) => resolve(String(text))));
  const { outcome, pid } = JSON.parse(said) as { outcome: string; pid: number };
  expect(outcome).toBe('started');
  expect(statOf(pid)).toMatchObject({ parent: parent.pid, group: pid, session: pid, terminal: 0 });
  process.kill(-(parent.pid ?? 0), 'SIGKILL');
  expect(existsSync(marker)).toBe(false);
  await vi.waitFor(() => expect(readFileSync(marker, 'utf8')).toBe(`/ ${pid}\n`), { timeout: 5_000 });
});

test('says what cannot be started', async () => {
  const host = realHost();
  expect(await host.startDetached(['meshtui-no-such-program'])).toEqual({
    outcome: 'missing',
    program: 'meshtui-no-such-program',
  });
  writeFileSync(join(directory, 'plain'), '', { mode: 0o644 });
  expect(await host.startDetached([join(directory, 'plain')])).toMatchObject({
    outcome: 'failed',
    reason: expect.stringContaining('EACCES'),
  });
});
