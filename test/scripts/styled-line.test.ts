/** A line that the bundle reads in pieces is what Ink makes of its characters. */
import { styledCharsFromTokens, styledCharsToString, tokenize } from '@alcalzone/ansi-tokenize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { styledLine } from '../../scripts/bundle/styled-line.ts';

const sequences = [
  0,
  1,
  2,
  3,
  4,
  7,
  22,
  23,
  27,
  31,
  32,
  39,
  41,
  49,
  90,
  97,
  '',
  '1;31',
  '38;5;208',
  '48;2;1;2;3',
  '0;7',
];
const looks = sequences.map((codes) => `\u001b[${codes}m`);
const texts = ['ab', '12 Mb/s', '● on', '–', '  ', 'x', '⣿▁▂', 'é'];
const others = ['東', 'e', '\u0301', '\u00ad', '\u200b', '😀', '\u001b[2K', '\u001b', '\u001b]8;;x\u0007', '\t'];

/** As Ink does it, character by character. */
function ofCharacters(text: string): string {
  const characters = styledCharsFromTokens(tokenize(text));
  const visible = characters.filter(({ value }) => !/^\p{Default_Ignorable_Code_Point}+$/u.test(value));
  return styledCharsToString(visible).trimEnd();
}

const lineOf = (parts: readonly string[]) =>
  fc.array(fc.constantFrom(...parts), { maxLength: 20 }).map((chosen) => chosen.join(''));

test('of simple text and looks', () => {
  fc.assert(
    fc.property(lineOf([...looks, ...texts]), (text) => {
      expect(styledLine(text)).toBe(ofCharacters(text));
    }),
    { numRuns: 1_000 },
  );
});

test('of any text', () => {
  fc.assert(
    fc.property(lineOf([...looks, ...texts, ...others]), (text) => {
      expect(styledLine(text)).toBe(ofCharacters(text));
    }),
    { numRuns: 1_000 },
  );
});

test('looks that say nothing are left out, and what is on is ended', () => {
  expect(styledLine('\u001b[32ma\u001b[39m\u001b[32mb\u001b[1m\u001b[22m c')).toBe('\u001b[32mab c\u001b[39m');
});
