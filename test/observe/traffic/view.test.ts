import { describe, expect, test } from 'vitest';
import { TrafficHistory } from '../../../src/observe/traffic/history.ts';
import { trafficView } from '../../../src/observe/traffic/view.ts';
import { peerId } from '../../../src/wg/peer.ts';
import { keyOf, nameOf, noon, sampleHub, snapshotOf } from '../../support/snapshots.ts';
import { counted, interfaceOf, wg0 } from './support.ts';

const second = 1_000;
const minute = 60 * second;
const snapshot = sampleHub({ secondInterface: true });
const idOf = (number: number) => peerId(wg0, keyOf(number));

/** Peer 1 receives 3,000 and peer 2 1,000 bytes a second for 30 s until noon, and each sends a tenth of it. */
function watched(): TrafficHistory {
  const history = new TrafficHistory();
  for (let ms = 0; ms <= 30 * second; ms += second)
    history.book([interfaceOf(counted(1, 3 * ms), counted(2, ms), counted(3, 7))], noon - 30 * second + ms);
  return history;
}

describe('the whole interface', () => {
  const view = trafficView(watched(), snapshot, { window: '10m', subject: undefined, nowMs: noon });

  test('is the first where none is chosen, with the means over the time that was looked at', () => {
    expect(view).toMatchObject({ window: '10m', interfaceName: 'wg0', peer: undefined, isGathering: false });
    expect(view.series.knownMs).toBe(30 * second);
    expect(view.rxBitsPerSecond).toBeCloseTo(32_000, 6);
    expect(view.txBitsPerSecond).toBeCloseTo(3_200, 6);
  });

  test('lists who moved something by name, the busiest first, with shares that add up', () => {
    expect(view.talkers.map(({ id, label }) => [id, label])).toEqual([
      [idOf(1), 'home'],
      [idOf(2), '東京オフィスの複合機'],
    ]);
    expect(view.talkers[0]?.rxBitsPerSecond).toBeCloseTo(24_000, 6);
    expect(view.talkers.map(({ share }) => share)).toEqual([expect.closeTo(0.75, 6), expect.closeTo(0.25, 6)]);
  });

  test('counts the peers that the kernel knows, without those that are switched off', () => {
    expect(view.peerCount).toBe(7);
  });

  test('has totals, and since when they count', () => {
    expect(view.totals?.month).toEqual({ rxBytes: 120_000, txBytes: 12_000 });
    expect([view.todaySince, view.monthSince]).toEqual([noon - 30 * second, noon - 30 * second]);
    const nextDay = noon + 24 * 60 * minute;
    const later = trafficView(watched(), snapshot, { window: '24h', subject: undefined, nowMs: nextDay });
    expect([later.todaySince, later.monthSince]).toEqual([undefined, noon - 30 * second]);
  });
});

test('one peer has its own series and totals, among the talkers of its interface', () => {
  const view = trafficView(watched(), snapshot, { window: '1m', subject: idOf(2), nowMs: noon });
  expect([view.peer?.id, view.interfaceName]).toEqual([idOf(2), 'wg0']);
  expect(view.rxBitsPerSecond).toBeCloseTo(8_000, 6);
  expect(view.totals?.today.rxBytes).toBe(30_000);
  expect(view.talkers).toHaveLength(2);
});

test('a peer that is gone falls back to the interface that is chosen', () => {
  const choice = { window: '1m', subject: idOf(77), nowMs: noon } as const;
  expect(trafficView(watched(), snapshot, choice)).toMatchObject({ peer: undefined, interfaceName: 'wg0' });
  const other = { ...choice, interfaceName: nameOf('wg1') };
  expect(trafficView(watched(), snapshot, other)).toMatchObject({
    interfaceName: 'wg1',
    isGathering: true,
    talkers: [],
  });
});

test.each([
  ['no interface', new TrafficHistory(), snapshotOf()],
  ['no reading', new TrafficHistory(), snapshot],
  ['a history of others', watched(), snapshotOf()],
])('%s: gathering, and no figure is made up', (_what, history, shown) => {
  const view = trafficView(history, shown, { window: '1m', subject: undefined, nowMs: noon });
  expect(view).toMatchObject({ isGathering: true, talkers: [], totals: undefined, rxBitsPerSecond: undefined });
});

test('one reading is gathering still', () => {
  const history = new TrafficHistory();
  history.book([interfaceOf(counted(1, 5))], noon);
  expect(trafficView(history, snapshot, { window: '30d', subject: undefined, nowMs: noon }).isGathering).toBe(true);
});
