import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeHost } from '../../../src/host/fake.ts';
import { Totals } from '../../../src/observe/traffic/totals.ts';
import {
  loadTotals,
  parseTotals,
  printTotals,
  saveTotals,
  totalsPath,
} from '../../../src/observe/traffic/totals-file.ts';
import { keyOf, nameOf, noon } from '../../support/snapshots.ts';
import { advance, counted, interfaceOf, manyPeers, printedTotals } from './support.ts';

function someTotals(): Totals {
  const totals = new Totals();
  advance(totals, interfaceOf(counted(1, 1_000), counted(2, 0)), noon);
  advance(totals, interfaceOf(counted(1, 2_000), counted(2, 10)), noon + 1_000);
  return totals;
}

const good = printedTotals(someTotals());

test('what was saved is read again', async () => {
  const host = fakeHost();
  expect(await loadTotals(host)).toEqual({ outcome: 'read', totals: undefined, problem: undefined });
  expect(await saveTotals(host, someTotals())).toBeUndefined();
  const loaded = await loadTotals(host);
  expect(loaded).toMatchObject({ outcome: 'read', problem: undefined });
  expect(loaded.outcome === 'read' && loaded.totals && printedTotals(loaded.totals)).toBe(good);
  expect(JSON.parse(good).interfaces[0].peers).toEqual([
    [keyOf(1), 2_000, 200, 1_000, 100, 1_000, 100],
    [keyOf(2), 10, 1, 10, 1, 10, 1],
  ]);
});

test('thousands of peers are written in pieces', async () => {
  const host = fakeHost();
  const totals = new Totals();
  advance(totals, manyPeers(2_000, 1e12), noon);
  advance(totals, { ...manyPeers(300, 1e12), name: nameOf('wg1') }, noon);
  for (const piece of printTotals(totals)) expect(piece.length).toBeLessThan(65_536);
  await saveTotals(host, totals);
  const loaded = await loadTotals(host);
  const again = loaded.outcome === 'read' ? loaded.totals : undefined;
  expect(again && [...again.interfaces.values()].map(({ peers }) => peers.size)).toEqual([2_000, 300]);
  expect(again && printedTotals(again)).toBe(printedTotals(totals));
});

test('what is written is of one moment, while the totals go on', () => {
  const totals = new Totals();
  advance(totals, manyPeers(1_000, 0), noon);
  advance(totals, manyPeers(1_000, 5_000), noon + 1_000);
  const before = printedTotals(totals);
  const parts: Uint8Array[] = [];
  for (const part of printTotals(totals)) {
    parts.push(part);
    advance(totals, manyPeers(1_001, 5_000 + 100 * parts.length), noon + 1_000 + parts.length);
  }
  expect(Buffer.concat(parts).toString()).toBe(before);
});

describe('a file that cannot be trusted', () => {
  test.each([
    ['empty', ''],
    ['truncated', good.slice(0, -9)],
    ['null', 'null'],
    ['another version', good.replace('totals 1', 'totals 2')],
    ['with a negative count', good.replace('2000', '-2000')],
    ['with an endless count', good.replace('2000', '2e999')],
    ['with a key that is none', good.replace('=', '')],
    ['with a day that is none', good.replace('2026-11-23', 'today')],
    ['with nothing in it', '{"format":"meshtui traffic totals 1","interfaces":[null]}'],
  ])('%s: is set aside with a sentence, and not lost', async (_what, text) => {
    expect(parseTotals(text)).toBeUndefined();
    const host = fakeHost({ files: new Map([['/var/lib/meshtui/traffic/totals.json', text]]) });
    const loaded = await loadTotals(host);
    expect(loaded).toMatchObject({ outcome: 'read', totals: undefined });
    expect(loaded.problem).toMatch(/is set aside as .*totals\.json\.damaged\.$/);
    expect(host.world.files.get(`${totalsPath(host)}.damaged`)).toBe(text);
  });

  test('that may not be read, is not replaced', async () => {
    const host = fakeHost({ denied: new Set(['/var/lib/meshtui/traffic/totals.json']) });
    expect(await loadTotals(host)).toMatchObject({ outcome: 'failed', problem: expect.stringContaining('denied') });
  });

  test('whatever is in it, reading never throws', () => {
    const inside = fc.jsonValue().map((value) => ({ ...JSON.parse(good), interfaces: [value] }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          inside.map((one) => JSON.stringify(one)),
        ),
        (text) => void parseTotals(text),
      ),
    );
  });
});
