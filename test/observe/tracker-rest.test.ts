/** A peer that is passed over because nothing happens is shown as if it had been looked at. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InterfaceView } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import { dumpInterface, dumpPeer, namesOf, noon, peerName, saidOf, tick } from '../support/snapshots.ts';

const minute = 60_000;
const silence = Array.from({ length: 40 }, () => [0, 0]);
const moves = fc.constantFrom(...silence, [32, 0], [148, 92], [0, 148], [5_000, 90_000]);
const steps = fc.array(
  fc.record({
    /** Milliseconds since the step before; the clock may be set back. */
    passed: fc.constantFrom(1_000, 1_000, 1_000, 7_000, 30_000, 4 * minute, 20 * minute),
    setBack: fc.constantFrom(...Array.from({ length: 20 }, () => 0), 3 * minute, 60 * minute),
    /** What each of two peers receives and sends; mostly nothing, or nobody would ever rest. */
    moved: fc.tuple(moves, moves),
    handshake: fc.constantFrom(...Array.from({ length: 12 }, (_, index) => index === 0)),
    isNamed: fc.constantFrom(true, true, true, true, true, false),
    isSwapped: fc.constantFrom(false, false, false, true),
  }),
  { minLength: 20, maxLength: 120 },
);

const session = { kind: 'local' } as const;
const home = namesOf({ 1: peerName('home'), 2: peerName('phone') });

/** All that the views say now. */
function shown(interfaces: readonly InterfaceView[]) {
  return interfaces.map(({ peers, ...others }) => ({ ...others, peers: peers.map(saidOf) }));
}

test('whatever happens to it and to the clocks', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const [resting, looking] = [new Tracker(), new Tracker()];
      let peers: readonly DumpPeer[] = [dumpPeer(1, { latestHandshake: noon - 5 * minute, rxBytes: 9 }), dumpPeer(2)];
      let now = 0;
      let monotonic = 0;
      for (const { passed, setBack, moved, handshake, isNamed, isSwapped } of all) {
        now += passed - setBack;
        monotonic += passed;
        peers = peers.map((peer, index) => {
          const [rx = 0, tx = 0] = moved[index] ?? [];
          if (rx === 0 && tx === 0 && !handshake) return peer;
          const latestHandshake = handshake ? noon + now : peer.latestHandshake;
          return { ...peer, rxBytes: peer.rxBytes + rx, txBytes: peer.txBytes + tx, latestHandshake };
        });
        const rows = isSwapped ? [...peers].reverse() : peers;
        const context = { ...tick(now, { session, ...(isNamed ? { names: home } : {}) }), monotonic };
        // Another object is another row to a tracker.
        const copies = rows.map((peer) => ({ ...peer }));
        expect(shown(resting.update([dumpInterface(rows)], context))).toEqual(
          shown(looking.update([dumpInterface(copies)], context)),
        );
      }
    }),
    { numRuns: 300 },
  );
});
