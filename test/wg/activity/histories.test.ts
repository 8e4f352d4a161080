import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { PeerHistories } from '../../../src/wg/activity/histories.ts';
import {
  advanceHistory,
  beginHistory,
  deltaOf,
  type MovingHistory,
  noteEndpoint,
  wireguardRules,
} from '../../../src/wg/activity/history.ts';
import type { DumpPeer } from '../../../src/wg/dump.ts';
import { dumpPeer, noon } from '../../support/snapshots.ts';

/** All that a history says. */
function saidBy(history: MovingHistory) {
  const { rxBytes, txBytes, calls, knocks, rxBase, txBase, latestHandshake, lastRxAt, lastRxBy, lastDataAt } = history;
  const { unansweredSince, unansweredAt, lastCallAt, lastKnockAt, keepalives, handshakeIntervals, endpoints } = history;
  const counts = { rxBytes, txBytes, calls, knocks, rxBase, txBase };
  const times = { latestHandshake, lastRxAt, lastRxBy, lastDataAt, unansweredSince, unansweredAt, lastCallAt };
  return { ...counts, ...times, lastKnockAt, keepalives, handshakeIntervals, endpoints };
}

const step = fc.record({
  who: fc.nat({ max: 3 }),
  waitMs: fc.constantFrom(1_000, 25_000, 200_000),
  rx: fc.constantFrom(0, 32, 148, 5_000),
  tx: fc.constantFrom(0, 92, 148, 5_000),
  hasHandshake: fc.boolean(),
  endpoint: fc.constantFrom(undefined, '192.0.2.1:1', '192.0.2.2:1', '192.0.2.3:1'),
  isAnew: fc.constantFrom(false, false, false, true),
});

test('a row of numbers says what an object says, whoever else is moved on between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const rows = new PeerHistories();
      const objects = new Map<number, { place: number; object: MovingHistory; peer: DumpPeer; at: number }>();
      let now = noon;
      for (const { who, waitMs, rx, tx, hasHandshake, endpoint, isAnew } of steps) {
        now += waitMs;
        const one = objects.get(who);
        const old = one?.peer ?? dumpPeer(who);
        const peer = {
          ...old,
          rxBytes: (isAnew ? 0 : old.rxBytes) + rx,
          txBytes: (isAnew ? 0 : old.txBytes) + tx,
          latestHandshake: hasHandshake ? now : old.latestHandshake,
          endpoint: endpoint === undefined ? undefined : known(endpoint),
        };
        if (one === undefined) {
          objects.set(who, { place: rows.begin(peer, now), object: beginHistory(peer, now), peer, at: now });
          continue;
        }
        for (const history of [one.object, rows.at(one.place)]) {
          noteEndpoint(history, peer.endpoint, now);
          advanceHistory(history, peer, deltaOf(history, peer), one.at, now, wireguardRules);
        }
        objects.set(who, { ...one, peer, at: now });
      }
      for (const { place, object } of objects.values()) expect(saidBy(rows.at(place))).toEqual(saidBy(object));
    }),
  );
});

describe('a peer is found at its place', () => {
  const three = () => {
    const histories = new PeerHistories();
    for (const number of [1, 2, 3]) histories.begin(dumpPeer(number), noon);
    histories.forgetOrder();
    return histories;
  };
  const found = (histories: PeerHistories, ...numbers: number[]) =>
    numbers.map((number) => histories.find(dumpPeer(number).id));

  test('in the order of the places and in any other, between strangers and twice', () => {
    expect(found(three(), 1, 2, 3)).toEqual([0, 1, 2]);
    expect(found(three(), 3, 1, 9, 2, 2)).toEqual([2, 0, undefined, 1, 1]);
  });

  test('where it began meanwhile', () => {
    const histories = three();
    expect(found(histories, 1, 9)).toEqual([0, undefined]);
    expect(histories.begin(dumpPeer(9), noon)).toBe(3);
    expect(found(histories, 2, 3, 9, 1)).toEqual([1, 2, 3, 0]);
  });

  test('and keeps it when others make the column longer', () => {
    const histories = three();
    histories.at(1).rxBytes = 77;
    histories.expectAll(100);
    for (let number = 4; number < 200; number += 1) histories.begin(dumpPeer(number, { rxBytes: number }), noon);
    expect([histories.at(1).rxBytes, histories.at(150).rxBytes]).toEqual([77, 151]);
  });
});
