import fc from 'fast-check';
import { expect, test } from 'vitest';
import { known, type Printable } from '../../src/host/printable.ts';
import type { PeerView } from '../../src/observe/snapshot.ts';
import { Tracker } from '../../src/observe/tracker.ts';
import { arrangePeers, sortKeys } from '../../src/screens/peers/arrange.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import { dumpInterface, dumpPeer, noon, tick } from '../support/snapshots.ts';

/** As in a dump, a list that did not change is the same object. */
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

function rowOf({ address, ...numbers }: { readonly address: readonly Printable[] }, index: number): DumpPeer {
  return dumpPeer(index + 1, { allowedIps: address, ...numbers });
}

test.each(sortKeys)('a list by %s that goes on from the one before is sorted as one that is sorted anew', (key) => {
  const run = fc.property(fc.array(peer, { minLength: 4, maxLength: 4 }), fc.array(change), (first, changes) => {
    const tracker = new Tracker();
    const hub = first.map(rowOf);
    let before: readonly PeerView[] = [];
    for (const [second, { who, peer, isGone, isFrozen }] of changes.entries()) {
      const row = hub[who];
      // As in a dump: the numbers of a peer move on in place, and one with other settings is another object.
      if (row?.allowedIps === peer.address) Object.assign(row, rowOf(peer, who));
      else hub[who] = rowOf(peer, who);
      const present = isGone ? hub.filter((_, index) => index !== who) : [...hub];
      const interfaces = tracker.update([dumpInterface(present)], tick(second * 1_000));
      const isDescending = second % 5 === 4;
      const arrangement = { sort: { key, isDescending }, filter: '', interfaceName: undefined };
      before = arrangePeers(interfaces, arrangement, before, isFrozen);
      if (!isFrozen) expect(before).toEqual(arrangePeers(interfaces, arrangement, [], false));
    }
  });
  fc.assert(run, { numRuns: 200 });
});
