import { describe, expect, test } from 'vitest';
import { wholeOf } from '../../src/host/bytes.ts';
import { known } from '../../src/host/printable.ts';
import { parseHistories, printHistories } from '../../src/observe/history-file.ts';
import { type TickContext, Tracker } from '../../src/observe/tracker.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import { dumpInterface, dumpPeer, keyOf, nameOf, namesOf, noon, peerName, tick } from '../support/snapshots.ts';

const megabit = 125_000;

/** The views of the peers of one interface after one more dump. */
function update(tracker: Tracker, peers: readonly DumpPeer[], context = tick()) {
  return tracker.update([dumpInterface(peers)], context)[0]?.peers ?? [];
}

describe('what did not change', () => {
  test('is the same object as before, whatever the time', () => {
    const tracker = new Tracker();
    const peers = [dumpPeer(1, { latestHandshake: noon - 10_000, rxBytes: 5 }), dumpPeer(2)];
    update(tracker, peers, tick(0));
    const second = update(tracker, peers, tick(1_000));
    const third = update(tracker, peers, tick(2_000));
    expect(third[0]).toBe(second[0]);
    expect(third[1]).toBe(second[1]);
  });

  test('moves on in place where only numbers do, and the list is the same list', () => {
    const tracker = new Tracker();
    const moving = { ...dumpPeer(1), rxBytes: 5 as number };
    const peers = [moving, dumpPeer(2)];
    const first = update(tracker, peers, tick(0));
    const [peer] = first;
    moving.rxBytes += megabit;
    const second = update(tracker, peers, tick(1_000));
    expect(second).toBe(first);
    expect(peer).toMatchObject({ rxBytes: 5 + megabit, rxBitsPerSecond: 1_000_000, activity: { state: 'active' } });
  });

  test('is another object once its settings or its name change', () => {
    const tracker = new Tracker();
    const peer = dumpPeer(1);
    const names = namesOf({ 1: peerName('home') });
    const plain = update(tracker, [peer], tick(0))[0];
    const named = update(tracker, [peer], tick(1_000, { names }))[0];
    const moved = update(tracker, [{ ...peer, allowedIps: [known('10.8.0.9/32')] }], tick(2_000, { names }))[0];
    expect([plain?.label, named?.label, moved?.label]).toEqual([keyOf(1).slice(0, 8), 'home', 'home']);
    expect([named?.address, moved?.address]).toEqual(['10.8.0.1', '10.8.0.9']);
  });

  test('says what changes with its state, its name or the operator', () => {
    const tracker = new Tracker();
    const peer = dumpPeer(1, { latestHandshake: noon, rxBytes: 5 });
    update(tracker, [peer], tick(0));
    const said = (context: TickContext) => {
      const { activity, label, you } = update(tracker, [peer], context)[0] ?? {};
      return [activity?.state, label, you];
    };
    const names = namesOf({ 1: peerName('home') });
    const session = { kind: 'tunnel', peer: peer.id, address: '10.8.0.1' } as const;
    expect(said(tick(1_000))).toEqual(['online', keyOf(1).slice(0, 8), undefined]);
    expect(said(tick(200_000))).toEqual(['idle', keyOf(1).slice(0, 8), undefined]);
    expect(said(tick(201_000, { names }))).toEqual(['idle', 'home', undefined]);
    expect(said(tick(202_000, { names, session }))).toEqual(['idle', 'home', true]);
  });
});

describe('rates', () => {
  const grown = (seconds: number) => dumpPeer(1, { rxBytes: seconds * megabit, txBytes: seconds * 2 * megabit });

  test('are unknown at the first sample and measured from the second', () => {
    const tracker = new Tracker();
    expect(update(tracker, [grown(5)], tick(0))[0]?.rxBitsPerSecond).toBeUndefined();
    expect(update(tracker, [grown(6)], tick(1_000))[0]).toMatchObject({
      rxBitsPerSecond: 1_000_000,
      txBitsPerSecond: 2_000_000,
    });
  });

  test('come from the clock that never jumps', () => {
    const tracker = new Tracker();
    update(tracker, [grown(0)], { ...tick(0) });
    const [forward] = update(tracker, [grown(1)], { ...tick(1_000), now: noon + 3_600_000 });
    const [backward] = update(tracker, [grown(2)], { ...tick(2_000), now: noon - 3_600_000 });
    expect([forward?.rxBitsPerSecond, backward?.rxBitsPerSecond]).toEqual([1_000_000, 1_000_000]);
  });

  test('are the true mean after a stall of 19 seconds, without a burst in the sparkline', () => {
    const tracker = new Tracker();
    for (let second = 0; second <= 30; second += 1) update(tracker, [grown(second)], tick(second * 1000));
    const [late] = update(tracker, [grown(49)], tick(49_000));
    expect(late?.rxBitsPerSecond).toBe(1_000_000);
    for (let second = 50; second <= 70; second += 1) update(tracker, [grown(second)], tick(second * 1000));
    const spark = update(tracker, [grown(71)], tick(71_000))[0]?.spark ?? [];
    expect(spark).toHaveLength(10);
    for (const rate of spark.slice(1)) expect(rate).toBeCloseTo(3_000_000, -4);
  });

  test('are unknown for one sample where the counters began anew', () => {
    const tracker = new Tracker();
    update(tracker, [grown(100)], tick(0));
    const [anew] = update(tracker, [dumpPeer(1, { rxBytes: 10 })], tick(1_000));
    expect(anew?.rxBitsPerSecond).toBeUndefined();
    const [next] = update(tracker, [dumpPeer(1, { rxBytes: 10 + megabit })], tick(2_000));
    expect(next?.rxBitsPerSecond).toBe(1_000_000);
    expect(next?.past).toMatchObject({ rxBase: 100 * megabit });
  });

  test('are not guessed from two samples at the same moment', () => {
    const tracker = new Tracker();
    update(tracker, [grown(0)], tick(0));
    expect(update(tracker, [grown(1)], tick(0))[0]?.rxBitsPerSecond).toBeUndefined();
  });

  test('are summed for the interface', () => {
    const tracker = new Tracker();
    const both = (seconds: number) => [grown(seconds), dumpPeer(2, { rxBytes: seconds * megabit })];
    update(tracker, both(0), tick(0));
    const [one] = tracker.update([dumpInterface(both(1))], tick(1_000));
    expect(one).toMatchObject({ rxBitsPerSecond: 2_000_000, txBitsPerSecond: 2_000_000, onlineCount: 2 });
  });
});

describe('peers that come and go', () => {
  const heard = (rxBytes: number) => dumpPeer(1, { latestHandshake: noon - 300_000, rxBytes });

  test('a new peer has no rate and no past', () => {
    const tracker = new Tracker();
    update(tracker, [dumpPeer(1)], tick(0));
    const [, added] = update(tracker, [dumpPeer(1), dumpPeer(2, { rxBytes: megabit })], tick(1_000));
    expect(added).toMatchObject({ rxBitsPerSecond: undefined, activity: { state: 'idle' }, spark: [] });
  });

  test('a peer that comes back has its history, no rate, and is not said to have been heard just now', () => {
    const tracker = new Tracker();
    update(tracker, [heard(1_000), dumpPeer(2)], tick(0));
    update(tracker, [dumpPeer(2)], tick(1_000));
    update(tracker, [dumpPeer(2)], tick(599_000));
    const [back] = update(tracker, [heard(9_000), dumpPeer(2)], tick(600_000));
    expect(back).toMatchObject({ rxBitsPerSecond: undefined, activity: { state: 'idle', since: noon } });
  });

  test('a peer that was removed and made again keeps its total', () => {
    const tracker = new Tracker();
    update(tracker, [heard(1_000)], tick(0));
    update(tracker, [dumpPeer(2)], tick(1_000));
    const [again] = update(tracker, [dumpPeer(1, { rxBytes: 10 }), dumpPeer(2)], tick(2_000));
    expect(again).toMatchObject({ rxBytes: 10, past: { rxBase: 1_000 } });
  });

  test('all of them are kept for the next run', () => {
    const tracker = new Tracker();
    update(tracker, [heard(1_000), dumpPeer(2)], tick(0));
    update(tracker, [dumpPeer(2)], tick(1_000));
    const { at, histories } = tracker.histories();
    expect(at).toBe(noon + 1_000);
    const rows = Array.from({ length: histories.size }, (_, place) => histories.row(place).id);
    expect(rows.sort()).toEqual([heard(0).id, dumpPeer(2).id].sort());
    // Who is gone was sampled last when it was there last.
    expect([heard(0), dumpPeer(2)].map(({ id }) => histories.sampledAt(histories.find(id) ?? -1) - noon)).toEqual([
      0, 1_000,
    ]);
  });

  test('the same key on two interfaces is two peers', () => {
    const tracker = new Tracker();
    const two = [dumpInterface([heard(1)]), dumpInterface([dumpPeer(1, { interfaceName: nameOf('wg1') })])];
    const states = tracker.update(two, tick()).map((one) => one.peers[0]?.activity.state);
    expect(states).toEqual(['idle', 'never']);
  });
});

test('the first sample of a run goes on from what the last one saved', () => {
  const before = new Tracker();
  const peer = (rxBytes: number) => dumpPeer(1, { latestHandshake: noon - 1_000_000, rxBytes });
  update(before, [peer(1_000)], tick(0));
  update(before, [peer(3_000)], tick(1_000));
  const saved = Buffer.from(wholeOf(printHistories(before.histories())));
  const after = new Tracker(parseHistories(saved, noon + 5_000));
  expect(update(after, [peer(3_000)], tick(5_000))[0]?.activity).toEqual({ state: 'active' });
  const hoursLater = new Tracker(parseHistories(saved, noon + 7_200_000));
  const [late] = update(hoursLater, [peer(9_000)], tick(7_200_000));
  expect(late).toMatchObject({ activity: { state: 'idle', since: noon + 1_000 }, rxBitsPerSecond: undefined });
});

describe('peers that the file holds switched off', () => {
  const names = namesOf({
    1: peerName('home'),
    2: peerName('old-phone', { disabled: { reason: known('sold') }, allowedIps: ['10.8.0.2/32'] }),
  });

  test('are shown after the others, and are not counted as online', () => {
    const tracker = new Tracker();
    const [one] = tracker.update([dumpInterface([dumpPeer(1)])], tick(0, { names }));
    expect(one?.peers.map((peer) => [peer.label, peer.activity.state, peer.address])).toEqual([
      ['home', 'never', '10.8.0.1'],
      ['old-phone', 'disabled', '10.8.0.2'],
    ]);
    expect(one?.peers.map((peer) => peer.disabled)).toEqual([undefined, { reason: 'sold' }]);
    const [again] = tracker.update([dumpInterface([dumpPeer(1)])], tick(1_000, { names }));
    expect(again?.peers[1]).toBe(one?.peers[1]);
  });

  test('are what the dump says where it has them all the same', () => {
    const [one] = new Tracker().update([dumpInterface([dumpPeer(1), dumpPeer(2)])], tick(0, { names }));
    expect(one?.peers.map((peer) => peer.activity.state)).toEqual(['never', 'never']);
    expect(one?.peers.map((peer) => peer.disabled)).toEqual([undefined, undefined]);
  });
});
