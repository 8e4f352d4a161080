import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Band } from '../../../src/observe/traffic/band.ts';
import { TrafficHistory } from '../../../src/observe/traffic/history.ts';
import { tagOf } from '../../../src/observe/traffic/peer-tag.ts';
import { trafficWindows } from '../../../src/observe/traffic/windows.ts';
import { noon } from '../../support/snapshots.ts';
import { counted, interfaceOf, wg0 } from './support.ts';

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
      const bands = trafficWindows.map((window) => new Band(window));
      let at = noon;
      let rx = 0;
      for (const { seconds, moved, isNew } of steps) {
        at += seconds * 1_000;
        rx = isNew ? Math.max(0, moved) : rx + Math.max(0, moved);
        const one = moved === -1 ? interfaceOf(counted(2, 1)) : interfaceOf(counted(1, rx), counted(2, 1));
        history.book([one], at);
        for (const band of bands) {
          const peers = one.peers.map((peer) => ({ ...peer, tag: tagOf(peer.publicKey) }));
          band.book(wg0, at, peers);
        }
      }
      for (const [index, { name }] of trafficWindows.entries()) {
        const all = [...(bands[index]?.bytes(wg0, at) ?? [])].reduce((sum, { rxBytes }) => sum + rxBytes, 0);
        const [talker] = history.talkers(name, [wg0], at, 1);
        // At its beginning a window cuts a span of readings, which fewer readings make longer.
        if (at - noon < 600_000) expect(talker?.rxBytes ?? 0).toBeCloseTo(all, 3);
        const series = history.series(name, wg0, undefined, at);
        expect(series.knownMs).toBeCloseTo(bands[index]?.series(wg0, undefined, at).knownMs ?? 0, 3);
      }
    }),
    { numRuns: 200 },
  );
});
