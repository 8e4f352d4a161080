import { describe, expect, test } from 'vitest';
import { type FakeWorld, fakeHost } from '../../../src/host/fake.ts';
import { HostError } from '../../../src/host/host.ts';
import { TrafficKeeper } from '../../../src/observe/traffic/keeper.ts';
import { sampleOnce } from '../../../src/observe/traffic/sample.ts';
import { keyOf, noon } from '../../support/snapshots.ts';
import { wg0 } from './support.ts';

const minute = 60_000;
const head = (name: string) => `${name}\tpriv\t${keyOf(9)}\t51820\toff\n`;
const row = (name: string, rx: number) => `${name}\t${keyOf(1)}\t(none)\t(none)\t10.8.0.1/32\t0\t${rx}\t7\toff\n`;

/** A hub whose `wg` and `awg` print what is said; undefined: there is no such program. */
function hub(wg: string | undefined, awg?: string, world: Partial<FakeWorld> = {}) {
  return fakeHost({ programs: ([program]) => ({ wg, awg })[program], ...world });
}

describe('meshtui sample', () => {
  test('adds the counters of now to what is there', async () => {
    const world = { rx: 1_000 };
    const host = fakeHost({ programs: ([name]) => (name === 'wg' ? head('wg0') + row('wg0', world.rx) : undefined) });
    for (let run = 0; run <= 6; run += 1) {
      host.world.now = noon + run * 5 * minute;
      world.rx = 1_000 + run * 300_000;
      expect(await sampleOnce(host)).toEqual({ outcome: 'kept', interfaces: 1, peers: 1, problems: [] });
    }
    const keeper = new TrafficKeeper(host);
    expect(await keeper.load()).toEqual([]);
    expect(keeper.history.totalsOf(wg0, keyOf(1), host.world.now)?.today.rxBytes).toBe(1_800_000);
    const { rx, isSpread } = keeper.history.series('1h', wg0, keyOf(1), host.world.now - 1);
    expect(rx.slice(-30)).toEqual(Array.from({ length: 30 }, () => expect.closeTo(8_000, 6)));
    expect(isSpread.slice(-30).every(Boolean)).toBe(true);
    expect(rx.slice(0, 30).every((rate) => rate === undefined)).toBe(true);
  });

  test('asks AmneziaWG too', async () => {
    const amnezia = `awg0\tpriv\t${keyOf(9)}\t51820\t${'0\t'.repeat(9)}off\n${row('awg0', 5)}`;
    expect(await sampleOnce(hub(head('wg0') + row('wg0', 1), amnezia))).toMatchObject({ interfaces: 2, peers: 2 });
  });

  test('writes each coarse log once a step, not once a run', async () => {
    const host = hub(head('wg0') + row('wg0', 1));
    for (let run = 0; run < 12; run += 1) {
      host.world.now = noon + run * 5 * minute;
      await sampleOnce(host);
    }
    const records = (window: string) =>
      [...host.world.bytes]
        .filter(([path]) => path.includes(`/${window}-`))
        .reduce((sum, [, log]) => sum + log.length, 0) /
      (25 + 3 + 24);
    expect([records('1h'), records('24h'), records('30d')]).toEqual([12, 6, 1]);
  });

  test('says what kept it from reading or writing', async () => {
    expect(await sampleOnce(hub(undefined))).toEqual({ outcome: 'failed', reason: 'neither wg nor awg is installed' });
    expect(await sampleOnce(hub(''))).toEqual({ outcome: 'nothing' });
    const full = () => Promise.reject(new HostError('the disk is full (ENOSPC).'));
    const host = { ...hub(head('wg0') + row('wg0', 1)), appendBytes: full };
    expect(await sampleOnce(host)).toEqual({
      outcome: 'failed',
      reason: 'The traffic history is not kept: the disk is full (ENOSPC).',
    });
    const denied = hub(head('wg0'), undefined, { denied: new Set(['/var/lib/meshtui/traffic/totals.json']) });
    expect(await sampleOnce(denied)).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('denied') });
  });

  test('goes on where what is there is damaged, and says so', async () => {
    const host = hub(head('wg0') + row('wg0', 1));
    host.world.files.set('/var/lib/meshtui/traffic/totals.json', '{');
    expect(await sampleOnce(host)).toMatchObject({ outcome: 'kept', problems: [expect.stringContaining('set aside')] });
    expect(await sampleOnce(host)).toMatchObject({ outcome: 'kept', problems: [] });
  });
});
