import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TrafficHistory } from '../../../src/observe/traffic/history.ts';
import { trafficWindow, trafficWindows } from '../../../src/observe/traffic/windows.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { keyOf, noon } from '../../support/snapshots.ts';
import { bytesIn, counted, expectNear, interfaceOf, NamedBand, wg0 } from './support.ts';

/** What peer 1 has moved at each reading, seconds apart; -1: it is gone. */
const readings = fc.array(
  fc.record({
    seconds: fc.integer({ min: 1, max: 90 }),
    moved: fc.integer({ min: -1, max: 1_000 }),
    isNew: fc.boolean(),
  }),
  { minLength: 2, maxLength: 60 },
);

test('no window misses a byte, though the longer ones take only some of the readings', () => {
  fc.assert(
    fc.property(readings, (steps) => {
      const history = new TrafficHistory();
      const bands = trafficWindows.map((window) => new NamedBand(window));
      let at = noon;
      let rx = 0;
      for (const { seconds, moved, isNew } of steps) {
        at += seconds * 1_000;
        rx = isNew ? Math.max(0, moved) : rx + Math.max(0, moved);
        const one = moved === -1 ? interfaceOf(counted(2, 1)) : interfaceOf(counted(1, rx), counted(2, 1));
        history.book([one], at);
        for (const band of bands) {
          band.book(
            at,
            one.peers.map(({ publicKey, rxBytes, txBytes }) => ({ name: nameAt(publicKey), rxBytes, txBytes })),
          );
        }
      }
      for (const [index, { name }] of trafficWindows.entries()) {
        const exact = (bands[index] ?? new NamedBand(trafficWindow[name])).series('all', at);
        const series = history.series(name, wg0, undefined, at);
        expect(series.knownMs).toBeCloseTo(exact.knownMs, 3);
        // At its beginning a window cuts a span of readings, which fewer readings make longer.
        if (at - noon >= 600_000) continue;
        expect(bytesIn(series)).toBeCloseTo(bytesIn(exact), 3);
        // All that moves is peer 1's.
        const [talker] = history.talkers(name, [wg0], at, 1);
        expectNear(talker?.rxBytes ?? 0, bytesIn(exact));
      }
    }),
    { numRuns: 200 },
  );
});

function nameAt(publicKey: PublicKey): string {
  return publicKey === keyOf(1) ? 'one' : 'two';
}
