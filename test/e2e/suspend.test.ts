/** The built program under a person's shell with job control: stopped, continued, resized, and read by nobody. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { shortKey } from '../../src/wg/key.ts';
import { dumpOf, fakeHub } from '../support/fake-hub.ts';
import { sleep } from '../support/screen.ts';
import { keyOf } from '../support/snapshots.ts';
import { launch, type Terminal } from '../support/terminal.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
/** By its key, which is on the screen at every size. */
const lastPeer = shortKey(keyOf(3));
const size = { columns: 100, rows: 30 };

interface Job {
  readonly terminal: Terminal;
  /** The program itself. */
  readonly pid: number;
}

/** The console on a hub that stands still, started from a shell. */
async function startJob(): Promise<Job> {
  const hub = fakeHub();
  const terminal = launch(['/bin/bash', '--norc', '--noprofile', '-i'], { ...size, env: { PS1: 'prompt> ' } });
  await terminal.waitFor('prompt>');
  const assignments = Object.entries(hub.env).map(([name, value]) => `${name}=${value}`);
  terminal.send(` /usr/bin/env ${[...assignments, ...hub.argv()].join(' ')}\r`);
  await terminal.waitFor((text) => text.includes(lastPeer) && /you: /.test(text), 10_000);
  return { terminal, pid: programOf(hub.stateDirectory) };
}

/** The process that has this state directory. */
function programOf(stateDirectory: string): number {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      const isNode = readFileSync(`/proc/${name}/cmdline`, 'utf8').startsWith(process.execPath);
      if (isNode && environment.includes(`MESHTUI_STATE_DIR=${stateDirectory}`)) return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('the program does not run');
}

/** Types into the shell and waits for what it answers. */
async function typeIntoShell(terminal: Terminal): Promise<void> {
  await terminal.waitFor(() => !terminal.isAlternate() && terminal.cursorVisible());
  terminal.send('echo $((6 * 7)) is typed\r');
  await terminal.waitFor(/^42 is typed$/m);
  expect(terminal.text()).toContain('echo $((6 * 7)) is typed');
}

/** The screen is whole, and the next key works. */
async function expectConsole(terminal: Terminal): Promise<void> {
  const text = await terminal.waitFor(
    (now) => now.startsWith(' meshtui') && now.includes(lastPeer) && /(q quit|…)\s*$/.test(now),
  );
  expect([terminal.isAlternate(), terminal.cursorVisible()]).toEqual([true, false]);
  expect(text.split('\n').filter((line) => line.includes(lastPeer))).toHaveLength(1);
  terminal.send('?');
  await terminal.waitFor('KEYS');
  terminal.send('\u001b');
  await terminal.waitFor((now) => now.includes(lastPeer) && !now.includes('KEYS'));
}

async function quitJob(terminal: Terminal): Promise<void> {
  terminal.send('q');
  await terminal.waitFor(() => !terminal.isAlternate());
  terminal.send('echo "ended with $?"\r');
  await terminal.waitFor(/^ended with 0$/m);
}

describe('job control', () => {
  test.each(['Ctrl-Z', 'SIGTSTP'])('%s gives the shell back, and fg the console, three times over', async (how) => {
    const { terminal, pid } = await startJob();
    for (let round = 0; round < 3; round += 1) {
      if (how === 'Ctrl-Z') terminal.send('\u001a');
      else process.kill(pid, 'SIGTSTP');
      await terminal.waitFor((text) => text.includes('Stopped') && !terminal.isAlternate());
      await typeIntoShell(terminal);
      terminal.send('clear; fg\r');
      await terminal.waitFor(() => terminal.isAlternate());
      await expectConsole(terminal);
    }
    await quitJob(terminal);
  });

  test('SIGSTOP, which nobody can catch, and fg', async () => {
    const { terminal, pid } = await startJob();
    process.kill(pid, 'SIGSTOP');
    await terminal.waitFor('Stopped');
    terminal.send('clear; fg\r');
    await expectConsole(terminal);
    await quitJob(terminal);
  });

  test('a resize while it is stopped', async () => {
    const { terminal } = await startJob();
    terminal.send('\u001a');
    await terminal.waitFor('Stopped');
    terminal.resize(80, 24);
    terminal.send('fg\r');
    await terminal.waitFor(() => terminal.isAlternate());
    await expectConsole(terminal);
    expect(terminal.lines()[23]).toContain('q quit');
    await quitJob(terminal);
  });

  test('Ctrl-Z where nothing can stop it leaves it running', async () => {
    const terminal = fakeHub().start([], size);
    await terminal.waitFor((text) => text.includes(lastPeer) && /you: /.test(text), 10_000);
    terminal.send('\u001a');
    await terminal.waitFor(() => terminal.isAlternate());
    await expectConsole(terminal);
  });
});

describe('a storm of resizes', () => {
  /** Fifty sizes, some too small for the console, then back. */
  async function storm(terminal: Terminal, pauseMs: number): Promise<void> {
    for (let step = 0; step < 50; step += 1) {
      terminal.resize(20 + ((step * 37) % 180), 4 + ((step * 11) % 56));
      await sleep(pauseMs);
    }
    terminal.resize(size.columns, size.rows);
  }

  /** What is shown is what a console draws that has just begun. */
  async function expectAsRedrawn(terminal: Terminal): Promise<void> {
    await expectConsole(terminal);
    await terminal.settle(200);
    const before = terminal.text();
    const bytes = terminal.bytes();
    terminal.send('\u000c');
    await terminal.waitFor((text) => terminal.bytes() > bytes + 500 && text.includes(lastPeer));
    await terminal.settle(200);
    expect(before).toBe(terminal.text());
  }

  test.each([0, 15])('one each %i ms leaves the screen as if freshly drawn', async (pauseMs) => {
    const terminal = fakeHub().start([], size);
    await terminal.waitFor((text) => text.includes(lastPeer) && /you: /.test(text), 10_000);
    await storm(terminal, pauseMs);
    await expectAsRedrawn(terminal);
  });

  test('during the start too', async () => {
    const terminal = fakeHub().start([], size);
    await storm(terminal, 6);
    await terminal.waitFor((text) => text.includes(lastPeer) && /you: /.test(text), 10_000);
    await expectAsRedrawn(terminal);
  });

  test('below 60x15 one line says what is needed, and the console comes back', async () => {
    const terminal = fakeHub().start([], size);
    await terminal.waitFor((text) => text.includes(lastPeer), 10_000);
    terminal.resize(59, 15);
    await terminal.waitFor(/^meshtui needs 60x15, this is 59x15\s*$/);
    terminal.resize(60, 15);
    await expectConsole(terminal);
  });
});

/** Bytes in each second of the clock: 8 Mb/s. */
const step = 1_000_000;

test('a reader that stalls: the rates afterwards are the true ones, without a spike', async () => {
  const stalledMs = isFull ? 20_000 : 5_000;
  const hub = fakeHub();
  const template = dumpOf([{ rxBytes: 123_456, handshakeAge: 10 }, {}, {}]);
  // To the millisecond, as a kernel counts.
  hub.answer(template);
  hub.wg(
    `exec awk -v now="$(date +%s%3N)" '{ sub("\\t123456\\t", sprintf("\\t%.0f\\t", (now % 1e9) * ${step / 1000})); print }' "$hub/dump"`,
  );
  const terminal = hub.start([], size);
  // The row and the total.
  const rates = (text: string) => text.match(/[\d.]+ [kMG]?b\/s/g) ?? [];
  const isTrue = (text: string) =>
    rates(text).length === 2 && rates(text).every((one) => /^(7\.9|8\.0)\d? Mb\/s$/.test(one));
  await terminal.waitFor(isTrue, 15_000);
  terminal.pause();
  // Screens that fill the kernel's buffer, so that the program blocks.
  const end = performance.now() + stalledMs;
  while (performance.now() < end) {
    terminal.send('?\u001b');
    await sleep(50);
  }
  const before = terminal.raw().length;
  terminal.resume();
  terminal.send('\u001b');
  await terminal.waitFor((text) => isTrue(text) && !text.includes('KEYS'), 15_000);
  const seen =
    terminal
      .raw()
      .slice(before)
      .match(/[\d.]+ [kMG]b\/s/g) ?? [];
  expect(seen.filter((one) => !/^[78]\.\d\d? Mb\/s$/.test(one))).toEqual([]);
});
