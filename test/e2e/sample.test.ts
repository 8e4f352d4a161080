/** `meshtui sample`, as the timer runs it: without a terminal, and what it adds is in the history. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realHost } from '../../src/host/real.ts';
import { TrafficKeeper } from '../../src/observe/traffic/keeper.ts';
import { type Lab, labObstacle } from '../lab/lab.ts';
import { overlay } from '../lab/topology.ts';
import { withLab } from '../lab/with-lab.ts';
import { dumpOf, fakeHub } from '../support/fake-hub.ts';
import { keyOf, nameOf } from '../support/snapshots.ts';

const obstacle = await labObstacle();
const silent = { code: 0, stdout: '', stderr: '' };
const wg0 = nameOf('wg0');

/** The history in a state directory. */
async function historyIn(stateDirectory: string) {
  const host = realHost();
  const keeper = new TrafficKeeper({ ...host, facts: { ...host.facts, stateDirectory } });
  expect(await keeper.load()).toEqual([]);
  return keeper.history;
}

test('two runs say nothing, and the history knows what moved between them', async () => {
  const hub = fakeHub();
  hub.answer(dumpOf([{ rxBytes: 1_000, txBytes: 10 }, {}]));
  expect(await hub.exec(['sample'])).toMatchObject(silent);
  hub.answer(dumpOf([{ rxBytes: 51_000, txBytes: 4_010 }, {}]));
  expect(await hub.exec(['sample'])).toMatchObject(silent);
  const history = await historyIn(hub.stateDirectory);
  const moved = { rxBytes: 50_000, txBytes: 4_000 };
  expect(history.totalsOf(wg0, keyOf(1), Date.now())?.today).toEqual(moved);
  expect(history.totalsOf(wg0, undefined, Date.now())?.month).toEqual(moved);
});

test('the console shows what moved while nobody looked', async () => {
  const hub = fakeHub();
  hub.answer(dumpOf([{ rxBytes: 1_000 }, {}]));
  expect(await hub.exec(['sample'])).toMatchObject(silent);
  hub.answer(dumpOf([{ rxBytes: 51_000 }, {}]));
  expect(await hub.exec(['sample'])).toMatchObject(silent);
  const terminal = hub.start([], { columns: 80, rows: 24 });
  await terminal.waitFor('10.8.0.2', 10_000);
  terminal.send('3');
  const text = await terminal.waitFor(/^ today +↓ 48\.8 KiB/m, 10_000);
  expect(text).toMatch(/wg0 all 2 peers .*\[1 min\]/);
  terminal.send('q');
  expect((await terminal.exit()).code).toBe(0);
});

test.each<[string, (hub: ReturnType<typeof fakeHub>) => void, RegExp]>([
  ['without wg', (hub) => hub.uninstall(), /^meshtui: neither wg nor awg is installed\.\n$/],
  ['without an interface', (hub) => hub.answer(''), /^meshtui: There is no WireGuard interface to read.*\.\n$/],
  [
    'without a place to write to',
    (hub) => writeFileSync(join(hub.stateDirectory, 'traffic'), ''),
    /^meshtui: The traffic history is not kept: [^\n]*\.\n$/,
  ],
])('%s: exit 1, and one sentence', async (_what, spoil, sentence) => {
  const hub = fakeHub();
  spoil(hub);
  const { code, stdout, stderr } = await hub.exec(['sample']);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
});

describe.skipIf(obstacle !== undefined)('on a real hub', () => {
  const id = `s${process.pid}`;
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  test('counts what wg counts', async () => {
    const counters = async () => {
      const { stdout } = await lab.must('edge', ['wg', 'show', 'wg0', 'transfer']);
      const row = stdout.split('\n').find((line) => line.startsWith(lab.publicKeys.laptop));
      const [, rx, tx] = (row ?? '').split('\t').map(Number);
      return { rx: rx ?? 0, tx: tx ?? 0 };
    };
    const before = await counters();
    expect(await lab.exec('edge', ['meshtui', 'sample'])).toMatchObject(silent);
    await lab.must('laptop', ['ping', '-c', '5', '-i', '0.2', '-s', '1000', overlay.edge.v4]);
    expect(await lab.exec('edge', ['meshtui', 'sample'])).toMatchObject(silent);
    const after = await counters();
    const totals = JSON.parse((await lab.must('edge', ['cat', '/var/lib/meshtui/traffic/totals.json'])).stdout) as {
      interfaces: { name: string; peers: [string, ...number[]][] }[];
    };
    const peers = totals.interfaces.find(({ name }) => name === 'wg0')?.peers ?? [];
    const [, , , rxToday = 0, txToday = 0] = peers.find(([key]) => key === lab.publicKeys.laptop) ?? [];
    for (const [moved, counted] of [
      [rxToday, after.rx - before.rx],
      [txToday, after.tx - before.tx],
    ] as const) {
      expect(moved).toBeGreaterThan(5_000);
      // A keepalive may come between a sample and this test's own reading.
      expect(Math.abs(moved - counted)).toBeLessThan(1_000);
    }
    const modes = await lab.must('edge', [
      'stat',
      '-c',
      '%a',
      '/var/lib/meshtui/traffic',
      '/var/lib/meshtui/traffic/totals.json',
    ]);
    expect(modes.stdout).toBe('700\n600\n');
  });
});
