/** The built program ends in every way that it should not, and the terminal is usable all the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundle } from '../lab/lab.ts';
import { until } from '../lab/run.ts';
import { fakeHub } from '../support/fake-hub.ts';
import { launch, type Terminal } from '../support/terminal.ts';

const breakable = join(import.meta.dirname, '../fixtures/processes/breakable.ts');
const firstPeer = '10.8.0.3';
const demo = [process.execPath, bundle, 'demo'];

/** Runs a program as a script does, which puts nothing right by itself, and says how it ended. */
const scripted = (argv: readonly string[]) => [
  'bash',
  '-c',
  'before=$(stty -g); "$@"; code=$?; test "$before" = "$(stty -g)" && echo "settings kept, ended with $code"; read -r',
  'script',
  ...argv,
];

/** The ids of the processes with this one as their parent. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const [, parent] = /^PPid:\s+(\d+)$/m.exec(statusOf(name)) ?? [];
    return Number(parent) === pid ? [Number(name)] : [];
  });
}

function statusOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

const isAlive = (pid: number) => !/^State:\s+Z/m.test(statusOf(pid)) && statusOf(pid) !== '';

/** The program that a script or a shell runs in the terminal. */
function programIn(terminal: Terminal): number {
  const [pid] = childrenOf(terminal.pid);
  if (pid === undefined) throw new Error('nothing runs in the terminal');
  return pid;
}

const isRestored = (terminal: Terminal) => [terminal.isAlternate(), terminal.cursorVisible()];
const restored = [false, true];

describe('an error in the program', () => {
  test.each(['while drawing', 'in a callback', 'in a promise'])('%s ends it with one sentence', async (how) => {
    const argv = [process.execPath, `--import=${breakable}`, bundle, 'demo'];
    const terminal = launch(scripted(argv), { columns: 100, rows: 30, env: { MESHTUI_BREAK: how } });
    await terminal.waitFor((text) => text.includes(firstPeer) && /you: /.test(text), 10_000);
    const program = programIn(terminal);
    const helpers = childrenOf(program);
    expect(helpers).not.toEqual([]);
    process.kill(program, 'SIGUSR2');
    await terminal.waitFor('settings kept, ended with 1');
    expect(terminal.text().trim().split('\n')).toEqual([
      'meshtui: broken on purpose in two lines',
      'settings kept, ended with 1',
    ]);
    expect(isRestored(terminal)).toEqual(restored);
    await until('nothing is left of it', 2000, () => ![program, ...helpers].some(isAlive));
  });
});

describe('a program that is killed', () => {
  test('leaves a shell that can be used', async () => {
    const terminal = launch(['bash', '--norc', '--noprofile', '-i'], { columns: 100, rows: 30, env: { PS1: '$ ' } });
    await terminal.waitFor('$');
    terminal.send(`${demo.join(' ')}\r`);
    await terminal.waitFor((text) => text.includes(firstPeer) && terminal.isAlternate(), 10_000);
    const program = programIn(terminal);
    await until('somebody guards the terminal', 2000, () => childrenOf(program).length > 0);
    // The guard is a child before it knows what to restore; once a key is obeyed it does.
    terminal.send('j');
    await terminal.waitFor(/▸ laptop/);
    process.kill(program, 'SIGKILL');
    await terminal.waitFor(() => !terminal.isAlternate() && terminal.cursorVisible());
    terminal.send('echo $((6 * 7)) is typed\r');
    await terminal.waitFor(/^42 is typed$/m);
    expect(terminal.text()).toContain('echo $((6 * 7)) is typed');
  });

  test('has nobody left to guard it after an orderly end', async () => {
    const terminal = launch(scripted(demo), { columns: 100, rows: 30 });
    await terminal.waitFor(firstPeer, 10_000);
    const program = programIn(terminal);
    await until('somebody guards the terminal', 2000, () => childrenOf(program).length > 0);
    const guards = childrenOf(program);
    terminal.send('q');
    await terminal.waitFor('settings kept, ended with 0');
    await until('the guard is gone', 2000, () => !guards.some(isAlive));
  });
});

/** Resolves at the first byte of the first screen, before React and Ink are loaded. */
async function firstByte(terminal: Terminal): Promise<void> {
  while (terminal.bytes() === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('in the moment of the first paint', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
  ] as const)('%s restores the terminal', async (signal, code) => {
    const terminal = launch(scripted(demo), { columns: 100, rows: 30 });
    await firstByte(terminal);
    process.kill(programIn(terminal), signal);
    await terminal.waitFor(`settings kept, ended with ${code}`);
    expect(isRestored(terminal)).toEqual(restored);
  });

  test('a stop from the shell does not tear the screen', async () => {
    const terminal = launch(scripted(demo), { columns: 100, rows: 30 });
    await firstByte(terminal);
    process.kill(programIn(terminal), 'SIGTSTP');
    terminal.send('?');
    await terminal.waitFor('Select the row below', 10_000);
    terminal.send('qq');
    await terminal.waitFor('settings kept, ended with 0');
    expect(isRestored(terminal)).toEqual(restored);
  });

  test('what was typed before anyone listened is obeyed, and not echoed on the screen', async () => {
    const terminal = launch(demo, { columns: 100, rows: 30 });
    terminal.send('j?');
    await terminal.waitFor('Select the row below', 10_000);
    terminal.send('\u001b');
    await terminal.waitFor((text) => /^▸.*10\.8\.0\.4\b/m.test(text));
    expect(terminal.text()).not.toContain('j?');
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
  });

  test('q that was typed before anyone listened ends it', async () => {
    const terminal = launch(demo, { columns: 100, rows: 30 });
    terminal.send('q');
    expect(await terminal.exit()).toEqual({ code: 0, signal: 0 });
    expect(isRestored(terminal)).toEqual(restored);
  });
});

describe('a terminal that is closed', () => {
  /** Waits for a moment in the life of the program. */
  const moments: Readonly<Record<string, (terminal: Terminal) => Promise<unknown>>> = {
    'at once': async () => undefined,
    'at the first byte': firstByte,
    'while it runs': (terminal) => terminal.waitFor(/you: /, 10_000),
  };

  test.each(Object.entries(moments))('%s ends the program within two seconds', async (_name, moment) => {
    const hub = fakeHub();
    const terminal = hub.start();
    await moment(terminal);
    const pids = [terminal.pid, ...childrenOf(terminal.pid)];
    terminal.hangUp();
    await until('nothing is left of it', 2000, () => !pids.some(isAlive));
  });

  test('while its reader is stalled ends the program too', async () => {
    const hub = fakeHub();
    const terminal = hub.start();
    await terminal.waitFor(/you: /, 10_000);
    terminal.pause();
    terminal.send('?\u001b?\u001b?\u001b?\u001b');
    const pids = [terminal.pid, ...childrenOf(terminal.pid)];
    terminal.hangUp();
    await until('nothing is left of it', 2000, () => !pids.some(isAlive));
  });

  test('while wg hangs ends both', async () => {
    const hub = fakeHub();
    hub.wg('exec sleep 30');
    const terminal = hub.start();
    await until('wg runs', 5000, () => childrenOf(terminal.pid).length > 0);
    const [wg] = childrenOf(terminal.pid);
    terminal.hangUp();
    await until('both are gone', 2000, () => ![terminal.pid, wg].some((pid) => pid !== undefined && isAlive(pid)));
  });
});
