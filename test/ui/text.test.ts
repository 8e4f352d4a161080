import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '../../src/host/printable.ts';
import { fitPainted, fitText, graphemes, truncate, widthOf, wrapWords } from '../../src/ui/text.ts';
import { combiningName, wideName } from '../support/snapshots.ts';

/** Text of every kind that may reach the screen: letters, wide and combining characters, emoji, joiners. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom(wideName, combiningName, '👩‍👩‍👧', '🇩🇪', 'e\u0301', '\u200d', '\u0600', 'क्षि', ' ', 'plain'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => printable(parts.join('')));

describe('the width', () => {
  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['letters', 'home', 4],
    ['wide', wideName, 20],
    ['combining', combiningName, 10],
    ['emoji', '👩‍👩‍👧', 2],
    ['a flag', '🇩🇪', 2],
    ['zero-width', 'a\u200db', 2],
  ])('of %s', (_what, text, expected) => {
    expect(widthOf(text)).toBe(expected);
  });
});

describe('cutting', () => {
  test.each<[string, number, string]>([
    ['kitchen', 7, 'kitchen'],
    ['kitchen', 6, 'kitch…'],
    ['kitchen', 1, '…'],
    ['kitchen', 0, ''],
    ['kitchen', -3, ''],
    ['東京都', 6, '東京都'],
    ['東京都', 5, '東京…'],
    ['東京都', 4, '東…'],
    [combiningName, 4, 'Zoe\u0308…'],
  ])('%j to %d is %j', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  test('a wide character that does not fit leaves a blank, so that columns stay straight', () => {
    expect(fitText('東京都', 4)).toBe('東… ');
    expect(fitText('ab', 4, 'right')).toBe('  ab');
    expect(fitText('abcde', 4, 'left', '~')).toBe('abc~');
  });

  test('fitText is exactly as wide as asked for, whatever the text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 40 }), fc.constantFrom('left', 'right'), (text, width, align) => {
        expect(widthOf(fitText(text, width, align))).toBe(width);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a painted line is filled by what is seen of it', () => {
    expect(fitPainted('\u001b[32m東京\u001b[39m', 6)).toBe('\u001b[32m東京\u001b[39m  ');
    expect(fitPainted('abc', 2)).toBe('abc');
  });
});

describe('wrapping', () => {
  test.each<[string, number, string[]]>([
    ['', 10, []],
    ['one two three', 7, ['one two', 'three']],
    ['a longword b', 4, ['a', 'long', 'word', 'b']],
    ['東京都庁', 5, ['東京', '都庁']],
    ['東京', 1, ['東', '京']],
  ])('%j in %d columns', (text, width, expected) => {
    expect(wrapWords(text, width)).toEqual(expected);
  });

  test('no line is too wide, and no word is lost', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 12, max: 60 }), (text, width) => {
        const lines = wrapWords(text, width);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(Math.max(width, widestOf(text)));
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

/** A single character may be wider than a line. */
function widestOf(text: string): number {
  return Math.max(0, ...graphemes(text).map(widthOf));
}
