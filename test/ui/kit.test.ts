/** The small parts of the kit: numbers as text, sparklines, themes, glyphs, spans, frames. */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCoarseAge,
  formatDuration,
  formatExactDuration,
  formatRate,
  formatRoundDuration,
  formatTime,
} from '../../src/ui/format.ts';
import { compactFrame, frameStream, type TerminalStream } from '../../src/ui/frame-stream.ts';
import { asciiGlyphs, isUnicodeLocale, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { bothEnds, cutSpans, type Look, type Span, spansWidth } from '../../src/ui/look.ts';
import { sparkline } from '../../src/ui/sparkline.ts';
import { widthOf } from '../../src/ui/text.ts';
import { paint, stateTokens, themeNamed, themes } from '../../src/ui/theme.ts';
import { activityStates } from '../../src/wg/activity/activity.ts';
import { noon, wideName } from '../support/snapshots.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

describe('numbers as text', () => {
  test.each<[number | undefined, string]>([
    [undefined, ''],
    [0, '–'],
    [0.4, '–'],
    [1, '1 b/s'],
    [999.4, '999 b/s'],
    [999.6, '1.00 kb/s'],
    [11_900_000, '11.9 Mb/s'],
    [99_960_000, '100 Mb/s'],
    [2.5e12, '2.50 Tb/s'],
  ])('a rate of %d is %s', (rate, expected) => {
    expect(formatRate(rate)).toBe(expected);
  });

  test('a rate fits its column of nine', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 9e14, noNaN: true }), (rate) => formatRate(rate).length <= 9));
  });

  test.each<[number, string]>([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1.00 KiB'],
    [412_874_301_556, '385 GiB'],
    [2 ** 64, '16384 PiB'],
  ])('%d bytes are %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  test.each<[(ms: number) => string, number, string]>([
    [formatDuration, -5, '0 s'],
    [formatDuration, 59.9 * second, '59 s'],
    [formatDuration, 61 * second, '1 m'],
    [formatDuration, 47 * hour, '47 h'],
    [formatDuration, 48 * hour, '2 d'],
    [formatExactDuration, 72 * second, '1 m 12 s'],
    [formatExactDuration, 2 * hour, '2 h'],
    [formatRoundDuration, 89.6 * second, '90 s'],
    [formatRoundDuration, 119 * second, '2 m'],
    [formatCoarseAge, -2 * second, 'now'],
    [formatCoarseAge, 9 * second, 'now'],
    [formatCoarseAge, 49 * second, '40 s'],
    [formatCoarseAge, 60 * second, '1 m'],
    [formatCoarseAge, 79 * second, '1 m 10 s'],
    [formatCoarseAge, 190 * second, '3 m'],
  ])('%o of %d ms is %s', (format, ms, expected) => {
    expect(format(ms)).toBe(expected);
  });

  test('a time has its date where that is not today', () => {
    expect(formatTime(noon, noon)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(formatTime(noon - 48 * hour, noon)).toMatch(/^2026-11-2\d \d\d:\d\d:\d\d$/);
  });
});

describe('sparklines', () => {
  test.each<[number[], string]>([
    [[], '    '],
    [[0, 1, 1_000_000_000, 9e12], ' ▁██'],
    [[5, 0, 1_000_000, 0, 0], ' ▄  '],
  ])('%j', (rates, expected) => {
    expect(sparkline(rates, 4, unicodeGlyphs)).toBe(expected);
  });

  test('are as wide as asked for, and higher for more', () => {
    const rate = fc.double({ min: 0, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(fc.array(rate), fc.integer({ min: 1, max: 20 }), rate, rate, (rates, width, a, b) => {
        expect(widthOf(sparkline(rates, width, unicodeGlyphs))).toBe(width);
        const level = (one: number) => unicodeGlyphs.spark.indexOf(sparkline([one], 1, unicodeGlyphs));
        expect(level(Math.max(a, b))).toBeGreaterThanOrEqual(level(Math.min(a, b)));
      }),
    );
  });
});

describe('themes', () => {
  const tokens = Object.keys(themeNamed('dark').looks).sort();

  test.each(themes.map((theme) => [theme.name, theme] as const))('%s defines every token', (_name, theme) => {
    expect(Object.keys(theme.looks).sort()).toEqual(tokens);
    for (const [on, off] of Object.values(theme.looks)) expect(on === '').toBe(off === '');
  });

  test('every state has a token', () => {
    expect(Object.keys(stateTokens).sort()).toEqual([...activityStates].sort());
  });

  test('mono has no colour, and shows a selection', () => {
    const { looks } = themeNamed('mono');
    for (const [on] of Object.values(looks)) expect(['', '1', '2', '7']).toContain(on);
    expect(looks.selected[0]).toBe('7');
  });

  test('an unknown theme is the dark one; nothing is painted as nothing', () => {
    expect(themeNamed('solarized').name).toBe('dark');
    expect(paint(themeNamed('dark'), 'good', '')).toBe('');
    expect(paint(themeNamed('dark'), 'good', 'x')).toBe('\u001b[32mx\u001b[39m');
  });
});

describe('glyphs', () => {
  const signsOf = ({ spark, states, isAscii: _, ...signs }: typeof asciiGlyphs) => [
    ...spark,
    ...Object.values(states),
    ...Object.values(signs),
  ];

  test('the plain set is ASCII', () => {
    expect(signsOf(asciiGlyphs).join('')).toMatch(/^[ -~]+$/);
  });

  test('every sign of a state and of a sparkline takes one column', () => {
    for (const { spark, states } of [asciiGlyphs, unicodeGlyphs]) {
      for (const sign of [...spark, ...Object.values(states)]) expect(widthOf(sign)).toBe(1);
    }
    expect(asciiGlyphs.spark).toHaveLength(unicodeGlyphs.spark.length);
  });

  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'de_DE.utf8' }, true],
    [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'C.UTF-8', LC_ALL: '' }, true],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
  ])('the locale %j draws Unicode: %s', (environment, expected) => {
    expect(isUnicodeLocale(environment)).toBe(expected);
  });
});

describe('spans', () => {
  const look: Look = { theme: themeNamed('mono'), glyphs: unicodeGlyphs };
  const spans: Span[] = [
    ['text', 'peer '],
    ['strong', wideName],
    ['muted', ' end'],
  ];

  test('are cut to any width', () => {
    for (let width = 0; width < 40; width += 1) {
      expect(spansWidth(cutSpans(spans, width, '…'))).toBeLessThanOrEqual(width);
    }
    expect(cutSpans(spans, 40, '…')).toEqual(spans);
  });

  test('at both ends of a line fill it, and the right one stays', () => {
    const plain: Look = {
      ...look,
      theme: { ...look.theme, looks: { ...look.theme.looks, strong: ['', ''], muted: ['', ''] } },
    };
    for (let width = 0; width < 60; width += 1) {
      expect(widthOf(bothEnds(spans, [['text', 'right']], width, plain))).toBeLessThanOrEqual(width);
    }
    expect(bothEnds([['text', 'left side']], [['text', 'right']], 12, plain)).toBe('left…  right');
    expect(bothEnds([['text', 'left']], [['text', 'right']], 14, plain)).toBe('left     right');
  });
});

describe('frames on their way out', () => {
  test('steps over many lines are one', () => {
    expect(compactFrame('a\u001b[E\u001b[E\u001b[Eb\u001b[Ec')).toBe('a\u001b[3Eb\u001b[Ec');
  });

  test('only what is written is rewritten; the stream is itself otherwise', () => {
    const written: string[] = [];
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    const compact = frameStream(Object.assign(stream, { columns: 80 }) as unknown as TerminalStream);
    compact.write('\u001b[E\u001b[E');
    compact.write(Buffer.from('\u001b[E\u001b[E'));
    expect(written).toEqual(['\u001b[2E', '\u001b[E\u001b[E']);
    expect(compact.columns).toBe(80);
  });
});
