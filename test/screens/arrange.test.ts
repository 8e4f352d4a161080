import fc from 'fast-check';
import { expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import type { PeerView } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import { arrangePeers, sortKeys } from '../../src/screens/peers/arrange.ts';
import { dumpInterface, dumpPeer, noon, tick } from '../support/snapshots.ts';

/** As in a dump, what did not change is the same object. */
const addresses = [1, 2, 3, 4, 5].map((number) => [known(`10.8.0.${number}/32`)]);
const peer = fc.record({
  address: fc.constantFrom(...addresses),
  rxBytes: fc.constantFrom(0, 1_000, 90_000),
  latestHandshake: fc.constantFrom(undefined, noon - 1_000, noon - 900_000),
});
const change = fc.record({
  who: fc.nat({ max: 3 }),
  peer,
  isGone: fc.boolean(),
  isFrozen: fc.constantFrom(false, false, true),
});

test.each(sortKeys)('a list by %s that goes on from the one before is sorted as one that is sorted anew', (key) => {
  const run = fc.property(fc.array(peer, { minLength: 4, maxLength: 4 }), fc.array(change), (first, changes) => {
    const tracker = new Tracker();
    const hub = [...first];
    let before: readonly PeerView[] = [];
    for (const [second, { who, peer, isGone, isFrozen }] of changes.entries()) {
      hub[who] = peer;
      const rows = hub.map(({ address, ...fields }, index) => dumpPeer(index + 1, { allowedIps: address, ...fields }));
      const present = isGone ? rows.filter((_, index) => index !== who) : rows;
      const interfaces = tracker.update([dumpInterface(present)], tick(second * 1_000));
      const isDescending = second % 5 === 4;
      const arrangement = { sort: { key, isDescending }, filter: '', interfaceName: undefined };
      before = arrangePeers(interfaces, arrangement, before, isFrozen);
      if (!isFrozen) expect(before).toEqual(arrangePeers(interfaces, arrangement, [], false));
    }
  });
  fc.assert(run, { numRuns: 200 });
});
