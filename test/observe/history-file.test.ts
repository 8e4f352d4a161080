import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeOf } from '../../src/host/bytes.ts';
import { fakeHost } from '../../src/host/fake.ts';
import { known, type Printable } from '../../src/host/printable.ts';
import {
  historyPath,
  loadHistories,
  parseHistories,
  printHistories,
  saveHistories,
} from '../../src/observe/history-file.ts';
import type { SavedHistories } from '../../src/observe/tracker.ts';
import { type HistoryRow, historyColumns, historyWidth, PeerHistories } from '../../src/wg/activity/histories.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import { dumpPeer, noon } from '../support/snapshots.ts';

/** A row with a number of its own in each column; times lie before noon. */
function fullRow(number = 0): HistoryRow {
  const numbers = Float64Array.from({ length: historyWidth }, (_, column) =>
    column < historyColumns.latestHandshake ? column + 1 : noon - 1_000 - column,
  );
  const earlier = [{ endpoint: known('192.0.2.9:1'), since: noon - 9_000 }];
  return { id: dumpPeer(number).id, numbers, endpoint: known('192.0.2.1:51820'), earlier };
}

function histories(...rows: readonly HistoryRow[]): SavedHistories {
  const numbers = new Float64Array(historyWidth * rows.length);
  for (const [place, row] of rows.entries()) numbers.set(row.numbers, historyWidth * place);
  const earlier = new Map(rows.flatMap((row, place) => (row.earlier.length === 0 ? [] : [[place, row.earlier]])));
  const parts = { ids: rows.map(({ id }) => id), endpoints: rows.map(({ endpoint }) => endpoint), numbers, earlier };
  return { at: noon, histories: new PeerHistories(parts) };
}

/** The whole file. */
function printed(saved: SavedHistories): Buffer {
  return Buffer.from(wholeOf(printHistories(saved)));
}

/** A file of one peer, with numbers in it that nobody wrote. */
function printedWith(numbers: Float64Array): Buffer {
  const file = printed(histories(fullRow()));
  file.set(new Uint8Array(numbers.buffer), file.indexOf('\n') + 1);
  return file;
}

/** All that is in them. */
function rowsOf(saved: SavedHistories | undefined): HistoryRow[] | undefined {
  return saved && Array.from({ length: saved.histories.size }, (_, place) => saved.histories.row(place));
}

/** The histories of one peer that was just seen for the first time. */
function begun(fields: Partial<DumpPeer>): SavedHistories {
  const one = new PeerHistories();
  one.sampled(one.begin(dumpPeer(2, fields), noon), noon);
  return { at: noon, histories: one };
}

const heardOnce = begun({ latestHandshake: noon - 5, rxBytes: 9, endpoint: known('[2001:db8::1]:1') });

describe('what was written', () => {
  test.each([
    ['a full row', histories(fullRow())],
    ['rows with and without endpoints', histories(fullRow(1), { ...fullRow(2), endpoint: undefined, earlier: [] })],
    ['a peer that was heard once', heardOnce],
  ])('is read again: %s', (_what, saved) => {
    const again = parseHistories(printed(saved), noon);
    expect(again?.at).toBe(noon);
    expect(rowsOf(again)).toEqual(rowsOf(saved));
  });

  test('while peers moved on, is read again', () => {
    const saved = histories(...Array.from({ length: 600 }, (_, number) => fullRow(number)));
    const parts: Uint8Array[] = [];
    for (const part of printHistories(saved)) {
      parts.push(Uint8Array.from(part));
      for (let place = 0; place < 600; place += 1) {
        const history = saved.histories.at(place);
        history.rxBytes = 1_000 + parts.length;
        history.lastRxAt = noon + parts.length;
        history.endpoints = [{ endpoint: known('[2001:db8::77]:51820'), since: noon }];
      }
    }
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(65_536);
    const again = parseHistories(Buffer.concat(parts), noon);
    for (const [place, rxBytes] of [[0, 1_001] as const, [599, 1_003] as const]) {
      expect(again?.histories.at(place)).toMatchObject({ rxBytes, lastRxAt: noon });
    }
    expect(again?.histories.row(599).endpoint).toBe('192.0.2.1:51820');
  });

  test('by one run, is read by the next from its state directory', async () => {
    const host = fakeHost({ now: noon }, { stateDirectory: '/state' });
    expect(await saveHistories(host, heardOnce)).toBeUndefined();
    expect(historyPath(host)).toBe('/state/activity.bin');
    expect(rowsOf(await loadHistories(host))).toEqual(rowsOf(heardOnce));
  });

  test('leaves out peers that are gone and of which nothing is known, and those that are long gone', () => {
    const long = fullRow(3);
    long.numbers[historyColumns.sampledAt] = noon - 91 * 24 * 3_600_000;
    const blank = begun({});
    expect(rowsOf(parseHistories(printed(blank), noon))).toHaveLength(1);
    expect(rowsOf(parseHistories(printed({ ...blank, at: noon + 1 }), noon))).toEqual([]);
    expect(rowsOf(parseHistories(printed(histories(long, fullRow(4))), noon))).toEqual([fullRow(4)]);
  });
});

describe('a file that cannot be trusted', () => {
  const good = printed(histories(fullRow(1), fullRow(2)));
  const withHead = (from: string, to: string) => Buffer.from(good.toString('latin1').replace(from, to), 'latin1');
  test.each<readonly [string, Uint8Array]>([
    ['empty', Buffer.from('')],
    ['no line', Buffer.from('activity')],
    ['null', Buffer.from('null\n')],
    ['a list', Buffer.from('[]\n')],
    ['another version', withHead('activity 2', 'activity 1')],
    ['without a time', withHead(`"at":${noon}`, '"at":"now"')],
    ['from a future of two minutes', withHead(`"at":${noon}`, `"at":${noon + 120_000}`)],
    ['of a machine with another order of bytes', withHead('"LE"', '"BE"')],
    ['with more peers than it holds', withHead('"peers":2', '"peers":3')],
    ['with fewer peers than it holds', withHead('"peers":2', '"peers":1')],
    ['with more peers than there can be', withHead('"peers":2', '"peers":1e15')],
    ['with a negative length', withHead('"ids":', '"ids":-')],
    ...[0.1, 0.5, 0.9, 0.98].map((share) => [`cut at ${share}`, good.subarray(0, good.length * share)] as const),
  ])('%s: is not believed', (_what, bytes) => {
    expect(parseHistories(bytes, noon)).toBeUndefined();
  });

  test('numbers that are none, negative, endless or from the future count for nothing', () => {
    for (const strange of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60]) {
      const numbers = new Float64Array(historyWidth).fill(strange);
      numbers[historyColumns.sampledAt] = noon;
      numbers[historyColumns.rxBytes] = 7;
      const read = parseHistories(printedWith(numbers), noon)?.histories.at(0);
      expect(read).toMatchObject({ rxBytes: 7, txBytes: 0, rxBase: 0, latestHandshake: undefined });
      expect(read).toMatchObject({
        lastRxAt: undefined,
        lastKnockAt: undefined,
        keepalives: [],
        handshakeIntervals: [],
      });
    }
    const late = new Float64Array(historyWidth).fill(noon + 1);
    late[historyColumns.sampledAt] = noon;
    const read = parseHistories(printedWith(late), noon)?.histories.at(0);
    expect(read).toMatchObject({ latestHandshake: noon + 1, lastRxAt: undefined, keepalives: [] });
  });

  test('an endpoint in it does nothing to a terminal', () => {
    const row = { ...fullRow(), endpoint: '\u001b[2Jx\u202e' as Printable };
    const earlier = [{ endpoint: '\u001b[2Jy' as Printable, since: 1 }];
    const read = parseHistories(printed(histories({ ...row, earlier })), noon)?.histories.at(0);
    expect(read?.endpoints.map(({ endpoint }) => endpoint)).toEqual(['y', 'x']);
  });

  test('whatever is changed in it, reading never throws', () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(changes, fc.nat({ max: good.length }), (all, length) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of all) bytes[at] = byte;
        parseHistories(bytes.subarray(0, length), noon);
        parseHistories(bytes, noon);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (any) => void parseHistories(any, noon)));
  });
});

test('a state directory that cannot be written is a sentence, not an exception', async () => {
  const host = fakeHost({ denied: new Set(['/var/lib/meshtui']) });
  expect(await saveHistories(host, heardOnce)).toMatch(/^The activity history is not kept: .+/);
});

test('ten thousand peers are read well within a first paint', () => {
  const bytes = printed(histories(...Array.from({ length: 10_000 }, (_, number) => fullRow(number))));
  // The best of several: other tests run beside this one.
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    expect(parseHistories(bytes, noon)?.histories.size).toBe(10_000);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(60);
});
