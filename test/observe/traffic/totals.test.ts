import { afterEach, describe, expect, test } from 'vitest';
import { Totals } from '../../../src/observe/traffic/totals.ts';
import { parseTotals } from '../../../src/observe/traffic/totals-file.ts';
import { keyOf } from '../../support/snapshots.ts';
import { advance, counted, interfaceOf, printedTotals, wg0 } from './support.ts';

const zone = process.env['TZ'];
afterEach(() => {
  process.env['TZ'] = zone;
});

/** Totals that saw peer 1 at these times (local time) with these bytes received. */
function totalsOf(samples: readonly (readonly [string, number])[], totals = new Totals()): Totals {
  for (const [time, bytes] of samples) advance(totals, interfaceOf(counted(1, bytes)), Date.parse(time));
  return totals;
}

function received(totals: Totals, time: string, number: number | 'all' = 1) {
  const found = totals.of(wg0, number === 'all' ? undefined : keyOf(number), Date.parse(time));
  return [found?.today.rxBytes, found?.month.rxBytes];
}

describe('today and this month', () => {
  test('begin with what is first seen', () => {
    expect(received(totalsOf([['2026-11-23T12:00', 5e9]]), '2026-11-23T12:00')).toEqual([0, 0]);
    expect(received(new Totals(), '2026-11-23T12:00')).toEqual([undefined, undefined]);
  });

  test('change at midnight, and with the month', () => {
    const totals = totalsOf([
      ['2026-11-29T23:59:50', 0],
      ['2026-11-29T23:59:59', 100],
      ['2026-11-30T00:00:01', 200],
    ]);
    expect(received(totals, '2026-11-30T00:00:01')).toEqual([50, 200]);
    totalsOf(
      [
        ['2026-11-30T23:59:59', 1_000],
        ['2026-12-01T00:00:01', 1_200],
      ],
      totals,
    );
    expect(received(totals, '2026-12-01T00:00:01')).toEqual([100, 100]);
    expect(totals.of(wg0, keyOf(1), Date.parse('2026-12-01T00:00:01'))).toMatchObject({ isTodayEstimated: false });
  });

  test('are nothing once their day is over, though nobody looked since', () => {
    const totals = totalsOf([
      ['2026-11-23T12:00', 0],
      ['2026-11-23T12:01', 700],
    ]);
    expect(received(totals, '2026-11-24T09:00')).toEqual([0, 700]);
    expect(received(totals, '2026-12-02T09:00')).toEqual([0, 0]);
  });

  test('get their share by time of what moved over midnight while nobody looked, and say so', () => {
    const totals = totalsOf([
      ['2026-11-23T21:00', 0],
      ['2026-11-24T01:00', 4_000],
    ]);
    expect(received(totals, '2026-11-24T01:00')).toEqual([1_000, 4_000]);
    expect(totals.of(wg0, undefined, Date.parse('2026-11-24T01:00'))).toMatchObject({
      isTodayEstimated: true,
      isMonthEstimated: false,
    });
  });

  test.each([
    ['spring', '2026-03-29', 23],
    ['autumn', '2026-10-25', 25],
  ])('a day in %s has as many hours as the clocks say', (_season, day, hours) => {
    process.env['TZ'] = 'Europe/Berlin';
    const start = new Date(`${day}T00:00`).getTime();
    const totals = new Totals();
    for (let hour = -1; hour <= hours; hour += 1) {
      advance(totals, interfaceOf(counted(1, (hour + 1) * 100)), start + hour * 3_600_000 - 1);
    }
    const last = start + hours * 3_600_000 - 1;
    expect(totals.of(wg0, keyOf(1), last)?.today.rxBytes).toBe(hours * 100);
    advance(totals, interfaceOf(counted(1, (hours + 2) * 100)), last + 3_600_000);
    expect(totals.of(wg0, keyOf(1), last + 3_600_000)?.today.rxBytes).toBe(100);
  });
});

describe('survive', () => {
  test('counters that begin anew', () => {
    const totals = totalsOf([
      ['2026-11-23T12:00', 9e9],
      ['2026-11-23T12:01', 9e9 + 100],
      ['2026-11-23T12:02', 30],
    ]);
    expect(received(totals, '2026-11-23T12:02')).toEqual([130, 130]);
  });

  test('the removal of a peer and its return', () => {
    const totals = totalsOf([
      ['2026-11-23T12:00', 1_000],
      ['2026-11-23T12:01', 1_100],
    ]);
    advance(totals, interfaceOf(counted(2, 50)), Date.parse('2026-11-23T12:02'));
    advance(totals, interfaceOf(counted(1, 7), counted(2, 50)), Date.parse('2026-11-23T13:00'));
    expect(received(totals, '2026-11-23T13:00')).toEqual([107, 107]);
    expect(received(totals, '2026-11-23T13:00', 2)).toEqual([50, 50]);
    expect(received(totals, '2026-11-23T13:00', 'all')).toEqual([157, 157]);
  });

  test('a restart, with what moved meanwhile', () => {
    const before = totalsOf([
      ['2026-11-23T12:00', 1_000],
      ['2026-11-23T12:01', 1_100],
    ]);
    const after = parseTotals(printedTotals(before)) ?? new Totals();
    totalsOf([['2026-11-23T15:01', 5_100]], after);
    expect(received(after, '2026-11-23T15:01')).toEqual([4_100, 4_100]);
  });

  test('a clock that is set back over midnight for a moment', () => {
    const totals = totalsOf([
      ['2026-11-24T00:00', 0],
      ['2026-11-24T00:01', 500],
      ['2026-11-23T23:59', 600],
    ]);
    totalsOf([['2026-11-24T00:02', 700]], totals);
    expect(received(totals, '2026-11-24T00:02')).toEqual([700, 700]);
  });

  test('a clock that was years ahead', () => {
    const totals = totalsOf([
      ['2036-11-24T00:00', 0],
      ['2036-11-24T00:01', 500],
      ['2026-11-23T12:00', 600],
    ]);
    totalsOf([['2026-11-23T12:01', 700]], totals);
    expect(received(totals, '2026-11-23T12:01')).toEqual([200, 200]);
  });

  test('two accounts of the same day, of which one missed that counters began anew', () => {
    const exact = totalsOf([
      ['2026-11-23T12:00', 0],
      ['2026-11-23T12:01', 500],
      ['2026-11-23T12:02', 20],
    ]);
    const other = totalsOf([
      ['2026-11-23T12:00', 0],
      ['2026-11-23T12:02', 20],
    ]);
    other.raiseTo(exact);
    expect(received(other, '2026-11-23T12:02')).toEqual([520, 520]);
    totalsOf([['2026-11-23T12:03', 30]], other);
    expect(received(other, '2026-11-23T12:03')).toEqual([530, 530]);
  });
});

test('peers that are gone are forgotten with their month', () => {
  const totals = totalsOf([
    ['2026-11-30T12:00', 0],
    ['2026-11-30T12:01', 500],
  ]);
  advance(totals, interfaceOf(counted(2, 0)), Date.parse('2026-12-01T12:00'));
  expect(totals.of(wg0, keyOf(1), Date.parse('2026-12-01T12:00'))).toBeUndefined();
});
