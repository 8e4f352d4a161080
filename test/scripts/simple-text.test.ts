/** What the bundle measures by counting is what the real string-width and Intl.Segmenter say of it. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { simpleText } from '../../scripts/bundle/simple-text.ts';

const simple = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).filter((character) =>
  simpleText.test(character),
);
const segmenter = new Intl.Segmenter();

test('every simple character takes one column', () => {
  expect(simple.length).toBeGreaterThan(1_000);
  expect(simple.filter((character) => stringWidth(character) !== 1)).toEqual([]);
});

test('any text of them takes a column a character, each a grapheme of its own', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...simple)), (characters) => {
      const text = characters.join('');
      expect(stringWidth(text)).toBe(text.length);
      expect([...segmenter.segment(text)]).toHaveLength(text.length);
    }),
  );
});

test.each(['\u{1f600}', 'e\u0301', '\u4f60', '\u200b', '\u25fd', '\u00ad', '\ufe0f', '\u001b'])(
  '%j is not simple',
  (text) => {
    expect(simpleText.test(text)).toBe(false);
  },
);
