import { describe, expect, test } from 'vitest';
import { demoHost, demoSamples, demoTrafficSamples } from '../../src/host/demo/demo-host.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { RunResult } from '../../src/host/host.ts';
import { Observer } from '../../src/observe/observer.ts';
import { trafficView } from '../../src/observe/traffic/view.ts';
import { keyOf, nameOf, noon } from '../support/snapshots.ts';

const directory = '/var/lib/meshtui/traffic';
const wg0 = nameOf('wg0');
const failed: RunResult = { outcome: 'exited', code: 1, stdout: '', stderr: 'RTNETLINK says no\n' };
const dumpOf = (rx: number) =>
  `wg0\t${keyOf(8)}\t${keyOf(9)}\t51820\toff\nwg0\t${keyOf(1)}\t(none)\t(none)\t10.8.0.1/32\t0\t${rx}\t0\toff\n`;

/** An observed hub whose only peer has received a number of bytes that the test sets. */
function observed(host = fakeHost({ now: noon }), traffic = true) {
  const state: { answer: RunResult | number } = { answer: 0 };
  host.world.programs = ([program]) => {
    if (program !== 'wg') return undefined;
    return typeof state.answer === 'number' ? dumpOf(state.answer) : state.answer;
  };
  const observer = new Observer(host, { intervalMs: 1_000, traffic });
  const next = (rx: RunResult | number, ms = 1_000) => {
    state.answer = rx;
    host.world.now += ms;
    return observer.sample();
  };
  const today = () => observer.traffic?.totalsOf(wg0, keyOf(1), host.world.now)?.today.rxBytes;
  const files = () =>
    [...host.world.files.keys(), ...host.world.bytes.keys()].filter((path) => path.includes('traffic'));
  return { host, observer, state, next, today, files };
}

describe('the traffic history', () => {
  test('is not kept where nobody wants it', async () => {
    const { observer, next, files } = observed(undefined, false);
    await observer.begin();
    await next(700);
    await observer.stop();
    expect([observer.traffic, files()]).toEqual([undefined, []]);
  });

  test('is not read before the first paint, and has the first reading in it afterwards', async () => {
    const host = fakeHost({ now: noon });
    const read: string[] = [];
    const { readBytes } = host;
    host.readBytes = (path) => {
      if (path.includes('traffic')) read.push(path);
      return readBytes(path);
    };
    const { observer, next, today } = observed(host);
    await observer.begin();
    expect([read, today()]).toEqual([[], undefined]);
    await observer.lookAround();
    expect([read.length, today()]).toEqual([6, 0]);
    await next(700);
    expect(today()).toBe(700);
  });

  test('counts what a reading brought, and nothing where it failed', async () => {
    const { observer, next, today } = observed();
    await observer.begin();
    await next(1_000);
    await next(failed);
    await next(failed);
    expect(observer.snapshot.source.status).toBe('stale');
    expect(observer.traffic?.series('1m', wg0, keyOf(1), noon + 4_000).knownMs).toBe(1_000);
    await next(4_000);
    expect(today()).toBe(4_000);
    const { rx } = observer.traffic?.series('1m', wg0, keyOf(1), noon + 3_999) ?? { rx: [] };
    expect(rx.slice(-4)).toEqual([8_000, 8_000, 8_000, 8_000]);
  });

  test('is kept of every interface, also of those that are not shown: a process writes for all', async () => {
    const { host, observer } = observed();
    const dump = (rx: number) => dumpOf(rx) + dumpOf(2 * rx).replaceAll('wg0', 'wg1');
    host.world.programs = ([program]) => (program === 'wg' ? dump(host.world.now - noon) : undefined);
    await observer.begin({ only: 'wg0' });
    await observer.lookAround();
    host.world.now += 1_000;
    const { interfaces } = await observer.sample();
    expect(interfaces.map(({ name }) => name)).toEqual(['wg0']);
    expect(observer.traffic?.totalsOf(nameOf('wg1'), undefined, host.world.now)?.today.rxBytes).toBe(2_000);
  });

  test('is written each minute and at the end, and the next run goes on from there', async () => {
    const first = observed();
    await first.observer.begin();
    await first.observer.lookAround();
    await first.next(500);
    expect(
      first
        .files()
        .map((path) => path.slice(directory.length + 1, directory.length + 3))
        .sort(),
    ).toEqual(['1h', '24', '30', 'to']);
    await first.next(800);
    await first.observer.stop();
    const second = observed(first.host);
    second.state.answer = 900;
    await second.observer.begin();
    await second.observer.lookAround();
    await second.next(1_000);
    expect(second.today()).toBe(1_000);
  });

  test('that cannot be kept or read is a problem of the snapshot, and the peers are shown', async () => {
    const host = fakeHost({ now: noon, files: new Map([[`${directory}/totals.json`, 'x']]) });
    const { observer, next } = observed(host);
    await observer.begin();
    await observer.lookAround();
    const damaged = await next(1);
    expect(damaged.problems).toEqual([expect.stringContaining('totals.json.damaged')]);
    host.world.denied.add(directory);
    await next(2, 60_000);
    const { problems, interfaces, source } = await next(3);
    expect(problems[1]).toMatch(/^The traffic history is not kept: /);
    expect([interfaces[0]?.peers.length, source.status]).toEqual([1, 'fresh']);
  });
});

test('the demo has a past in every window', async () => {
  const world = { now: noon };
  const host = demoHost({ clock: () => world.now, startedAt: noon });
  const observer = new Observer(host, { intervalMs: 1_000, traffic: true });
  const { problems } = await observer.begin({ past: [...demoTrafficSamples(host), ...demoSamples(host)] });
  await observer.lookAround();
  const { traffic, snapshot } = observer;
  if (traffic === undefined) throw new Error('no traffic');
  for (const window of ['1m', '10m', '1h', '24h', '30d'] as const) {
    const view = trafficView(traffic, snapshot, { window, subject: undefined, nowMs: noon });
    expect(view.series.rx.slice(0, -1).filter((rate) => rate === undefined)).toEqual([]);
    expect(view.talkers.length).toBeGreaterThanOrEqual(4);
  }
  expect(problems).toEqual([]);
  await observer.sample();
  // Nobody looked at midnight.
  expect(traffic.totalsOf(wg0, undefined, noon)).toMatchObject({ isTodayEstimated: true, isMonthEstimated: true });
});
