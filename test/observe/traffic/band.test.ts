import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TrafficSeries } from '../../../src/observe/traffic/band.ts';
import { lengthOf, trafficWindow, trafficWindows, type WindowName } from '../../../src/observe/traffic/windows.ts';
import { noon } from '../../support/snapshots.ts';
import { bytesIn, expectNear, NamedBand } from './support.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;

/** A band of one peer, fed with [milliseconds after noon, bytes received as the kernel counts them]. */
function bandOf(
  window: WindowName,
  samples: readonly (readonly [number, number])[],
  band = new NamedBand(trafficWindow[window]),
) {
  for (const [ms, rxBytes] of samples) band.book(noon + ms, [{ name: 'peer', rxBytes, txBytes: rxBytes / 10 }]);
  return band;
}

function seriesAt(band: NamedBand, ms: number): TrafficSeries {
  return band.series('peer', noon + ms);
}

/** All bytes that the peer received in a window. */
function receivedIn(band: NamedBand, ms: number): number {
  const [found] = band.bytes(noon + ms);
  return found?.rxBytes ?? 0;
}

describe('a window', () => {
  test.each(trafficWindows)('of $name reaches as far as its name says', (window) => {
    const lengths = { '1m': minute, '10m': 10 * minute, '1h': hour, '24h': 24 * hour, '30d': 30 * 24 * hour };
    expect(lengthOf(window)).toBe(lengths[window.name]);
    const series = seriesAt(bandOf(window.name, [[0, 0]]), 0);
    expect(series.rx).toHaveLength(window.steps);
    expect(series.to - series.from).toBe(lengthOf(window));
    expect(series.to).toBeGreaterThan(noon);
  });

  test('is unknown until two readings enclose a time, then zero where nothing moved', () => {
    expect(seriesAt(bandOf('1m', [[0, 5_000]]), 0).rx.every((rate) => rate === undefined)).toBe(true);
    const { rx } = seriesAt(
      bandOf('1m', [
        [0, 5_000],
        [second, 5_000],
      ]),
      second - 1,
    );
    expect(rx.slice(-2)).toEqual([undefined, 0]);
  });

  test('gives bits a second, of both ways', () => {
    const band = bandOf('1m', [
      [0, 0],
      [second, 1_000],
      [2 * second, 3_000],
    ]);
    const { rx, tx } = seriesAt(band, 2 * second - 1);
    expect(rx.slice(-2)).toEqual([8_000, 16_000]);
    expect(tx.slice(-2)).toEqual([800, 1_600]);
  });

  test('gives the step that is still running its rate, not a dip', () => {
    const band = bandOf('1h', [
      [0, 0],
      [minute, 60_000],
      [minute + 10 * second, 70_000],
    ]);
    expect(seriesAt(band, minute + 10 * second).rx.slice(-2)).toEqual([8_000, 8_000]);
  });

  test('sums up the peers for the interface, with those that are gone', () => {
    const band = new NamedBand(trafficWindow['1m']);
    const book = (ms: number, ...peers: (readonly [string, number])[]) =>
      band.book(
        noon + ms,
        peers.map(([name, rxBytes]) => ({ name, rxBytes, txBytes: 0 })),
      );
    book(0, ['a', 0], ['b', 0]);
    book(second, ['a', 100], ['b', 200]);
    book(2 * second, ['b', 250]);
    expect(band.series('all', noon + 2 * second - 1).rx.slice(-2)).toEqual([2_400, 400]);
    expect(band.series('a', noon + 2 * second - 1).rx.slice(-2)).toEqual([800, 0]);
  });
});

describe('nobody looked for a while', () => {
  const afterThreeHours = [
    [0, 0],
    [10 * minute, 10_000],
    [190 * minute, 190_000],
  ] as const;

  test('a coarse window spreads the bytes over that time, marked as such', () => {
    const { rx, isSpread } = seriesAt(bandOf('24h', afterThreeHours), 190 * minute - 1);
    const rate = (10_000 * 8) / 600;
    expect(rx.slice(-19)).toEqual(Array.from({ length: 19 }, () => expect.closeTo(rate, 6)));
    expect(isSpread.slice(-20)).toEqual([false, false, ...Array.from({ length: 18 }, () => true)]);
    expect(rx.slice(0, -19).every((one) => one === undefined)).toBe(true);
  });

  test.each(['1m', '10m', '1h'] as const)('the window of %s is too short to know anything of it', (window) => {
    const { rx } = seriesAt(bandOf(window, afterThreeHours), 190 * minute - 1);
    expect(rx.every((rate) => rate === undefined)).toBe(true);
  });

  test('a coarser step than the pause is no mean over anything', () => {
    expect(seriesAt(bandOf('30d', afterThreeHours), 190 * minute).isSpread.some(Boolean)).toBe(false);
  });

  test('what is later than the last reading is unknown, and old steps leave', () => {
    const band = bandOf('1m', [
      [0, 0],
      [second, 1_000],
    ]);
    expect(
      seriesAt(band, 10 * second)
        .rx.slice(-9)
        .every((rate) => rate === undefined),
    ).toBe(true);
    expect(seriesAt(band, 10 * second).rx.filter((rate) => rate !== undefined)).toEqual([8_000]);
    expect(receivedIn(band, 59 * second)).toBe(1_000);
    expect(receivedIn(band, 70 * second)).toBe(0);
  });

  test('a peer that was not in some readings and comes back with its counters moved its bytes all that time', () => {
    const band = new NamedBand(trafficWindow['1m']);
    band.book(noon, [{ name: 'peer', rxBytes: 1_000_000, txBytes: 0 }]);
    for (let ms = second; ms < 10 * second; ms += second) band.book(noon + ms, []);
    band.book(noon + 10 * second, [{ name: 'peer', rxBytes: 1_010_000, txBytes: 0 }]);
    expect(seriesAt(band, 10 * second - 1).rx.slice(-10)).toEqual(
      Array.from({ length: 10 }, () => expect.closeTo(8_000)),
    );
  });
});

describe('counters that begin anew', () => {
  test('count from nothing', () => {
    const band = bandOf('1m', [
      [0, 9e9],
      [second, 9e9 + 1_000],
      [2 * second, 500],
    ]);
    expect(seriesAt(band, 2 * second - 1).rx.slice(-2)).toEqual([8_000, 4_000]);
  });

  test('of a peer that was added while we looked, count from nothing', () => {
    const band = new NamedBand(trafficWindow['1m']);
    band.book(noon, []);
    band.book(noon + second, [{ name: 'peer', rxBytes: 300, txBytes: 0 }]);
    expect(seriesAt(band, second - 1).rx.at(-1)).toBe(2_400);
  });

  test('of a peer that was removed for hours and added again, are of the last step alone', () => {
    const band = bandOf('1m', [[0, 9e9]]);
    for (let ms = second; ms < 20 * second; ms += second) band.book(noon + ms, []);
    bandOf('1m', [[20 * second, 100]], band);
    expect(receivedIn(band, 20 * second)).toBe(100);
    expect(seriesAt(band, 20 * second - 1).rx.slice(-2)).toEqual([0, 800]);
  });
});

describe('a clock that jumps', () => {
  test('back: the steps that never were are dropped, and it goes on from there', () => {
    const band = bandOf('1m', [
      [0, 0],
      [10 * second, 1_000_000],
      [2 * second, 2_000_000],
      [3 * second, 2_001_000],
    ]);
    const until = 3 * second - 1;
    // The third second was looked at twice: at 800 kb/s, and at 8 kb/s after the clock was set back.
    const rates = [800_000, 800_000, 404_000];
    expect(band.series('all', noon + until).rx.slice(-3)).toEqual(rates);
    const peer = seriesAt(band, until).rx.slice(-3);
    for (const [index, rate] of rates.entries()) expectNear(peer[index], rate, 2);
    expect(seriesAt(bandOf('1m', [[4 * second, 2_002_000]], band), 4 * second - 1).rx.at(-1)).toBe(8_000);
  });

  test('forward by a year: everything before is out of the window', () => {
    const band = bandOf('30d', [
      [0, 0],
      [hour, 1e6],
      [365 * 24 * hour, 2e6],
    ]);
    expect(seriesAt(band, 365 * 24 * hour).rx.every((rate) => rate === undefined)).toBe(true);
  });
});

describe('whatever the counters and the times are', () => {
  const step = fc.record({
    ms: fc.oneof(
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 20_000_000 }),
      fc.integer({ min: -90_000, max: 0 }),
    ),
    peers: fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), rxBytes: fc.nat(1e9), txBytes: fc.nat(1e9) }), {
      maxLength: 3,
    }),
  });

  test('no rate is negative, none is beyond what the counters allow, and a gap is no number', () => {
    fc.assert(
      fc.property(fc.constantFrom(...trafficWindows), fc.array(step, { maxLength: 25 }), (window, steps) => {
        const band = new NamedBand(window);
        let at = noon;
        let most = 0;
        for (const { ms, peers } of steps) {
          at += ms;
          most += peers.reduce((sum, peer) => sum + peer.rxBytes, 0);
          band.book(at, peers);
        }
        const sum = band.series('all', at);
        expect(sum.rx.every((rate) => rate === undefined || (rate >= 0 && Number.isFinite(rate)))).toBe(true);
        const bytes = [...band.bytes(at)].reduce((all, one) => all + one.rxBytes, 0);
        expect(bytes).toBeLessThanOrEqual(most * 1.000001);
      }),
    );
  });

  test('growing counters that are looked at often enough are booked to the byte, in every window', () => {
    const growth = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 2_500 }), bytes: fc.nat(1e8) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.constantFrom(...trafficWindows), growth, (window, steps) => {
        let ms = 0;
        let bytes = 0;
        const samples: [number, number][] = [[0, 0]];
        for (const one of steps) {
          ms += one.ms;
          bytes += one.bytes;
          samples.push([ms, bytes]);
        }
        const band = bandOf(window.name, samples);
        expect(bytesIn(band.series('all', noon + ms))).toBeCloseTo(bytes, 3);
        expectNear(receivedIn(band, ms), bytes);
      }),
    );
  });
});
