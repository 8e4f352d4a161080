import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import { known } from '../../src/host/printable.ts';
import {
  historyPath,
  loadHistories,
  parseHistories,
  printHistories,
  saveHistories,
} from '../../src/observe/history-file.ts';
import type { SavedHistories } from '../../src/observe/tracker.ts';
import { beginHistory, type PeerHistory } from '../../src/wg/activity/history.ts';
import { dumpPeer, noon } from '../support/snapshots.ts';

const full: PeerHistory = {
  rxBytes: 1,
  txBytes: 2,
  latestHandshake: noon - 5,
  lastRxAt: noon - 6,
  lastRxBy: noon - 1,
  lastDataAt: noon - 7,
  unansweredSince: noon - 9,
  unansweredAt: noon - 8,
  calls: 10,
  lastCallAt: noon - 11,
  knocks: 12,
  lastKnockAt: noon - 13,
  past: {
    rxBase: 3,
    txBase: 4,
    keepalives: [noon - 14, noon - 15],
    handshakeIntervals: [120_000],
    endpoints: [{ endpoint: known('192.0.2.1:51820'), since: noon - 16 }],
  },
};
const heardOnce = beginHistory(dumpPeer(2, { latestHandshake: noon - 5, rxBytes: 9 }), noon);

function saved(...histories: readonly PeerHistory[]): SavedHistories {
  return { at: noon, peers: histories.map((history, index) => [dumpPeer(index).id, history]) };
}

describe('what was written', () => {
  test('is read again', () => {
    const histories = saved(full, heardOnce);
    expect(parseHistories(printHistories(histories), noon)).toEqual(histories);
  });

  test('by one run, is read by the next from its state directory', async () => {
    const host = fakeHost({}, { stateDirectory: '/state' });
    expect(await saveHistories(host, saved(full))).toBeUndefined();
    expect(historyPath(host)).toBe('/state/activity.json');
    expect(await loadHistories(host)).toEqual(saved(full));
  });

  test('leaves out peers of which nothing is known', () => {
    expect(parseHistories(printHistories(saved(beginHistory(dumpPeer(0), noon))), noon)?.peers.length).toBe(0);
  });
});

describe('a file that cannot be trusted', () => {
  const good = printHistories(saved(full));
  test.each([
    ['empty', ''],
    ['no JSON', 'activity'],
    ['truncated', good.slice(0, -20)],
    ['null', 'null'],
    ['a list', '[]'],
    ['another version', good.replace('activity 1', 'activity 2')],
    ['without a time', good.replace(`"at":${noon}`, '"at":"now"')],
    ['from a future of two minutes', good.replace(`"at":${noon}`, `"at":${noon + 120_000}`)],
  ])('%s: is not believed', (_what, text) => {
    expect(parseHistories(text, noon)).toBeUndefined();
  });

  const rowsOf = (...rows: unknown[]) => JSON.stringify({ ...JSON.parse(good), peers: rows });
  test.each([
    ['rows of another shape', rowsOf(1, null, 'x', [], {}, ['id', 1, 2])],
    ['no rows', JSON.stringify({ ...JSON.parse(good), peers: 7 })],
  ])('%s: are left out', (_what, text) => {
    expect(parseHistories(text, noon)?.peers.length).toBe(0);
  });

  test('numbers that are none, negative, endless or from the future count for nothing', () => {
    const strange = rowsOf(['id', -1, 'x', null, {}, 1, 1, ...Array.from({ length: 11 }, () => noon + 1)]);
    const endless = strange.replace('-1', '1e999');
    for (const text of [strange, endless]) {
      const history = parseHistories(text, noon)?.peers[0]?.[1];
      expect(history).toMatchObject({
        rxBytes: 0,
        txBytes: 0,
        lastRxAt: undefined,
        past: { rxBase: 0, keepalives: [], endpoints: [] },
      });
    }
  });

  test('an endpoint in it does nothing to a terminal', () => {
    const text = good.replace('192.0.2.1:51820', '\\u001b[2Jx\\u202e');
    const history = parseHistories(text, noon)?.peers[0]?.[1];
    expect(history?.past.endpoints[0]?.endpoint).toBe('x');
  });

  test('whatever is in it, reading never throws', () => {
    const row = fc.array(fc.jsonValue(), { minLength: 18, maxLength: 18 });
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(row).map((rows) => rowsOf(...rows)),
    );
    fc.assert(fc.property(text, (any) => void parseHistories(any, noon)));
  });
});

test('a state directory that cannot be written is a sentence, not an exception', async () => {
  const host = fakeHost({ denied: new Set(['/var/lib/meshtui']) });
  expect(await saveHistories(host, saved(full))).toMatch(/^The activity history is not kept: .+/);
});

test('ten thousand peers are read well within a first paint', () => {
  const peers = Array.from({ length: 10_000 }, (_, number) => [dumpPeer(number).id, full] as const);
  const text = printHistories({ at: noon, peers });
  parseHistories(text, noon);
  // The best of several: other tests run beside this one.
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    expect(parseHistories(text, noon)?.peers.length).toBe(10_000);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(250);
});
