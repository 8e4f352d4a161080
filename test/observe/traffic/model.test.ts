/** The columns of the traffic history against a model of plain maps: whatever peers, counters and clocks do. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrafficSeries } from '../../../src/observe/traffic/band.ts';
import { TrafficHistory } from '../../../src/observe/traffic/history.ts';
import { Totals } from '../../../src/observe/traffic/totals.ts';
import { trafficWindow, trafficWindows } from '../../../src/observe/traffic/windows.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { keyOf, noon } from '../../support/snapshots.ts';
import { ModelTotals, ModelWindow } from './model.ts';
import { advance, expectNear, interfaceOf, NamedBand, type NamedCounters, wg0 } from './support.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const minute = 60_000;
const hour = 60 * minute;

/** What happens until the next reading. Counters mostly grow; peers mostly stay. */
interface Turn {
  /** Steps, hundredths, of the window. */
  readonly ms: number;
  /** Of each name in order: bytes moved since; undefined: it is not in the reading. */
  readonly moved: readonly (readonly [number, number] | undefined)[];
  /** The peer whose counters begin anew. */
  readonly restarted: number | undefined;
}

function turnsOf(ms: fc.Arbitrary<number>): fc.Arbitrary<Turn[]> {
  const bytes = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(5_000), fc.nat(1e9));
  const moved = fc.array(fc.option(fc.tuple(bytes, bytes), { nil: undefined, freq: 6 }), {
    minLength: names.length,
    maxLength: names.length,
  });
  const restarted = fc.option(fc.nat(names.length - 1), { nil: undefined, freq: 1 });
  return fc.array(fc.record({ ms, moved, restarted }), { minLength: 2, maxLength: 30 });
}

/** The readings that the turns come to: times, and the counters of those who are there. */
function* readingsOf(turns: readonly Turn[]): Iterable<{ readonly at: number; readonly peers: NamedCounters[] }> {
  const counters = names.map(() => [1_000, 2_000] as [number, number]);
  let at = noon;
  for (const { ms, moved, restarted } of turns) {
    at = Math.max(at + ms, Date.UTC(2025, 0, 1));
    const peers: NamedCounters[] = [];
    for (const [number, name] of names.entries()) {
      const own = counters[number] ?? [0, 0];
      if (number === restarted) own.fill(0);
      const more = moved[number];
      own[0] += more?.[0] ?? 0;
      own[1] += more?.[1] ?? 0;
      if (more !== undefined) peers.push({ name, rxBytes: own[0], txBytes: own[1] });
    }
    yield { at, peers };
  }
}

/** Received (0) or sent (1) bytes of each step; where nobody looked 0, for the model says apart what was looked at. */
function bytesOf({ rx, tx, coveredMs }: TrafficSeries, way: 0 | 1): number[] {
  return [rx, tx][way]?.map((rate, step) => ((rate ?? 0) * (coveredMs[step] ?? 0)) / 8_000) ?? [];
}

/** Expects each step to be what it should be but for so many roundings. */
function expectSteps(found: readonly number[], exact: readonly number[], roundings: number): void {
  const isNear = (bytes: number, step: number) => {
    const right = exact[step] ?? Number.NaN;
    return Math.abs(bytes - right) <= right * (roundings / 2_000 + 1e-9) + 0.001;
  };
  if (found.length !== exact.length || !found.every(isNear)) expect(found).toEqual(exact);
}

/** Times that go from a hundredth of a step to beyond the window, and back. */
function timesOf(stepMs: number, steps: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 10, max: 3 * stepMs }) },
    { weight: 2, arbitrary: fc.integer({ min: stepMs, max: Math.floor(1.3 * steps * stepMs) }) },
    { weight: 1, arbitrary: fc.integer({ min: -Math.floor(1.2 * steps * stepMs), max: 0 }) },
  );
}

test.each(trafficWindows)('the window of $name is what the model says, whatever peers and clocks do', (window) => {
  fc.assert(
    fc.property(turnsOf(timesOf(window.stepMs, window.steps)), (turns) => {
      const band = new NamedBand(window);
      const model = new ModelWindow(window);
      for (const { at, peers } of readingsOf(turns)) {
        band.book(at, peers);
        model.book(at, peers);
        const covered = model.coveredMs(at);
        const sum = band.series('all', at);
        expectSteps(sum.coveredMs, covered, 0);
        for (const way of [0, 1] as const) {
          const known = (name: string) =>
            model.series(name, at).map((ways, step) => ((covered[step] ?? 0) > 0 ? ways[way] : 0));
          expectSteps(bytesOf(sum, way), known('all'), 0);
          for (const name of names) expectSteps(bytesOf(band.series(name, at), way), known(name), roundings);
        }
        const talkers = new Map(band.bytes(at).map((one) => [one.name, one]));
        for (const name of names) {
          const exact = model.series(name, at).reduce((all, [, tx]) => all + tx, 0);
          expectNear(talkers.get(name)?.txBytes ?? 0, exact, roundings);
        }
      }
    }),
    { numRuns: 100 },
  );
});

/** A step that is over is rounded once more for each time that the clock goes back to it or a peer comes back. */
const roundings = 6;

test('the totals are what the model says, whatever peers and clocks do', () => {
  const ms = fc.oneof(
    fc.integer({ min: 1, max: 5 * hour }),
    fc.integer({ min: hour, max: 20 * 24 * hour }),
    fc.integer({ min: -72 * hour, max: 0 }),
  );
  fc.assert(
    fc.property(turnsOf(ms), (turns) => {
      const totals = new Totals();
      const model = new ModelTotals();
      for (const { at, peers } of readingsOf(turns)) {
        const one = interfaceOf(...peers.map(({ name, ...counters }) => ({ publicKey: keyAt(name), ...counters })));
        expect(advance(totals, one, at)).toBe(model.book(at, peers));
        for (const name of ['all', ...names]) {
          const found = totals.of(wg0, name === 'all' ? undefined : keyAt(name), at);
          const sums = found && [found.today.rxBytes, found.today.txBytes, found.month.rxBytes, found.month.txBytes];
          expect(sums).toEqual(model.of(name)?.map((bytes) => expect.closeTo(Math.round(bytes), -0.5)));
        }
      }
    }),
  );
});

test('the history as a whole is what the models say, from objects that change in place', () => {
  // A booking is due in the finest window with each reading.
  const ms = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 200, max: 3_000 }) },
    fc.integer({ min: 1e4, max: 1e8 }),
  );
  fc.assert(
    fc.property(turnsOf(ms), (turns) => {
      const history = new TrafficHistory();
      const model = new ModelWindow(trafficWindow['1m']);
      const totals = new ModelTotals();
      const objects = new Map(names.map((name) => [name, { publicKey: keyAt(name), rxBytes: 0, txBytes: 0 }]));
      for (const { at, peers } of readingsOf(turns)) {
        const changed = peers.flatMap(({ name, rxBytes, txBytes }) => {
          const object = objects.get(name);
          return object === undefined ? [] : [Object.assign(object, { rxBytes, txBytes })];
        });
        model.book(at, peers);
        expect(history.book([{ name: wg0, peers: changed }], at)).toBe(totals.book(at, peers));
        for (const object of objects.values()) Object.assign(object, { rxBytes: 1e15, txBytes: 1e15 });
        for (const name of names) {
          const series = history.series('1m', wg0, keyAt(name), at);
          const exact = model.series(name, at).map(([rx]) => rx);
          expectSteps(bytesOf(series, 0), exact, roundings);
          const today = history.totalsOf(wg0, keyAt(name), at)?.today.rxBytes ?? -10;
          expect(Math.abs(today - (totals.of(name)?.[0] ?? -10))).toBeLessThanOrEqual(1);
        }
      }
    }),
    { numRuns: 100 },
  );
});

function keyAt(name: string): PublicKey {
  return keyOf(names.indexOf(name));
}
