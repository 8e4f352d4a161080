import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type ChartOptions, chartLines } from '../../../src/ui/chart/chart.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { widthOf } from '../../../src/ui/text.ts';
import { themeNamed, themes } from '../../../src/ui/theme.ts';
import { noon } from '../../support/snapshots.ts';

const minute = 60_000;

function chart(fields: Partial<ChartOptions> = {}): string[] {
  return chartLines({
    rx: [],
    tx: [],
    width: 76,
    height: 12,
    from: noon,
    to: noon + minute,
    glyphs: unicodeGlyphs,
    theme: themeNamed('mono'),
    unit: 'bits',
    ...fields,
  });
}

const plain = (line: string) => line.replaceAll(/\u001b\[[\d;]*m/g, '');
const steady = (value: number | undefined) => Array.from({ length: 60 }, () => value);

describe('a chart', () => {
  test('rises for what was received, hangs for what was sent, each on its own scale', () => {
    const lines = chart({ rx: steady(10e6), tx: steady(1e6), width: 40, height: 8 }).map(plain);
    expect(lines).toEqual([
      `↓ 10 Mb/s │${'⣿'.repeat(28)}`.padStart(40),
      `          │${'⣿'.repeat(28)}`.padStart(40),
      `          │${'⣿'.repeat(28)}`.padStart(40),
      expect.stringMatching(/^ {9}0 │[─┼]{28}$/),
      `          │${'⣿'.repeat(28)}`.padStart(40),
      `          │${'⣿'.repeat(28)}`.padStart(40),
      ` ↑ 1 Mb/s │${'⣿'.repeat(28)}`.padStart(40),
      expect.stringMatching(/^ +12:00:30/),
    ]);
  });

  test('shows bytes where they are preferred', () => {
    expect(plain(chart({ rx: steady(16e6), unit: 'bytes' })[0] ?? '')).toContain('↓ 2 MB/s');
  });

  test('draws the least that moved, and nothing for nothing', () => {
    const least = chart({ rx: [...steady(1e9), 1], tx: steady(0) }).map(plain);
    expect(least[4]?.at(-1)).not.toBe(' ');
    expect(least[4]?.endsWith('⣿')).toBe(false);
    const zero = chart({ rx: steady(0), tx: steady(0) }).map(plain);
    expect(zero[4]?.trimEnd().endsWith('│')).toBe(true);
    expect(zero[5]).toMatch(/[─┼]{64}$/);
  });

  test('shows a gap as a gap, and says so where there is room', () => {
    const rx = [...steady(5e6).slice(0, 20), ...steady(undefined).slice(0, 25), ...steady(5e6).slice(0, 15)];
    const axis = plain(chart({ rx, tx: rx })[5] ?? '');
    expect(axis).toMatch(/^ +0 │[─┼]+·+ not recorded ·+[─┼]+$/);
    expect(plain(chart()[5] ?? '')).toMatch(/^ +0 │·+ not recorded ·+$/);
    const ascii = plain(chart({ rx, tx: rx, glyphs: asciiGlyphs })[5] ?? '');
    expect(ascii).toMatch(/^ +0 \|[-+]+\.+ not recorded \.+[-+]+$/);
  });

  test('hatches what is only a mean over a longer time', () => {
    const isSpread = steady(1).map((_value, step) => step < 30);
    const [, row] = chart({ rx: steady(10e6), isSpread }).map(plain);
    expect(row).toMatch(/│⡇{32}⣿{32}$/);
    const [, asciiRow] = chart({ rx: steady(10e6), isSpread, glyphs: asciiGlyphs }).map(plain);
    expect(asciiRow).toMatch(/\|:{31,32}#+$/);
  });

  test('uses nothing but ASCII where nothing else can be drawn', () => {
    const lines = chart({ rx: steady(3e6), tx: steady(2e6), glyphs: asciiGlyphs }).map(plain);
    expect(lines.join('')).toMatch(/^[ -~]+$/);
    expect(lines[0]).toMatch(/^ +rx 5 Mb\/s \|/);
  });

  test('keeps its scale while the values move a little, so that a refresh redraws little', () => {
    const labels = (peak: number) => chart({ rx: steady(peak) }).map((line) => plain(line).slice(0, 12));
    expect(labels(5.1e6)).toEqual(labels(9.9e6));
    expect(labels(5.1e6)).not.toEqual(labels(10.1e6));
  });
});

describe('whatever it is given', () => {
  const anyValue = fc.oneof(
    fc.double(),
    fc.constantFrom(undefined, Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e300, Number.MIN_VALUE),
    fc.double({ min: 0, max: 1e10, noNaN: true }),
  );
  const values = fc.array(anyValue, { maxLength: 200 });
  const time = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1));

  test('it has exactly its height and is never wider than its width', () => {
    const options = fc.record({
      rx: values,
      tx: values,
      isSpread: fc.array(fc.boolean(), { maxLength: 200 }),
      width: fc.integer({ min: 0, max: 200 }),
      height: fc.integer({ min: 0, max: 40 }),
      from: time,
      to: time,
      glyphs: fc.constantFrom(unicodeGlyphs, asciiGlyphs),
      theme: fc.constantFrom(...themes),
      unit: fc.constantFrom('bits' as const, 'bytes' as const),
    });
    fc.assert(
      fc.property(options, (any) => {
        const lines = chartLines(any);
        expect(lines).toHaveLength(any.height);
        for (const line of lines) expect(widthOf(plain(line))).toBeLessThanOrEqual(any.width);
        expect(lines.join('')).not.toMatch(/NaN|undefined|Infinity|\n/);
      }),
      { numRuns: 300 },
    );
  });

  test('a size that is none is no chart', () => {
    expect(chart({ height: Number.NaN })).toEqual([]);
    expect(chart({ height: -3 })).toEqual([]);
    expect(chart({ width: Number.NaN, height: 2 })).toEqual(['', '']);
  });
});

describe('the times below it', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    process.env['TZ'] = zone;
  });
  const times = (from: number, to: number, width = 76) =>
    plain(chart({ from, to, width }).at(-1) ?? '')
      .trim()
      .split(/ {2,}/);

  test.each([
    ['a minute', minute, ['12:00:15', '12:00:30', '12:00:45']],
    ['ten minutes', 10 * minute, ['12:02', '12:04', '12:06', '12:08']],
    ['an hour', 60 * minute, ['12:10', '12:20', '12:30', '12:40', '12:50']],
    ['a day', 1_440 * minute, ['15:00', '18:00', '21:00', '00:00', '03:00', '06:00', '09:00']],
    ['thirty days', 43_200 * minute, ['11-29', '12-04', '12-09', '12-14', '12-19']],
  ])('are round for %s', (_what, length, expected) => {
    expect(times(noon, noon + length)).toEqual(expected);
  });

  test('are those of the clock on the wall, also on the day on which it is set back', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const start = Date.UTC(2026, 9, 24, 21, 0);
    expect(times(start, start + 24 * 60 * minute, 90)).toEqual([
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ]);
  });
});
