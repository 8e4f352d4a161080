import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { keysOf } from '../support/console.ts';

const names = (input: string, key: Partial<Key> = {}) =>
  keysOf(input, key).map((event) => (event.kind === 'key' ? event.name : `text ${event.text}`));

describe('what arrives at once', () => {
  test.each<[string, string[]]>([
    ['j', ['j']],
    ['jjj', ['j', 'j', 'j']],
    ['/foo', ['/', 'f', 'o', 'o']],
    ['/foo\rj', ['/', 'f', 'o', 'o', 'enter', 'j']],
    ['a\r\nb', ['a', 'enter', 'b']],
    ['a\tb', ['a', 'tab', 'b']],
    ['ab\u007f\b', ['a', 'b', 'backspace', 'backspace']],
    ['j\u0003', ['j', 'ctrl+c']],
    ['é東👩‍👩‍👧', ['é', '東', '👩‍👩‍👧']],
    ['e\u0301', ['e\u0301']],
    ['', []],
  ])('%j', (input, expected) => {
    expect(names(input)).toEqual(expected);
  });

  test('a long chunk was pasted: it is text, whatever it looks like', () => {
    const pasted = 'qqqqqqqq\rrm -rf /\rqqqqqqqq\r';
    expect(keysOf(pasted)).toEqual([{ kind: 'text', text: pasted }]);
  });
});

describe('keys that Ink knows by name', () => {
  test.each<[Partial<Key>, string, string[]]>([
    [{ escape: true }, '', ['escape']],
    [{ return: true }, '\r', ['enter']],
    [{ upArrow: true }, '', ['up']],
    [{ pageDown: true }, '', ['pagedown']],
    [{ tab: true }, '\t', ['tab']],
    [{ tab: true, shift: true }, '', ['shift+tab']],
    [{ backspace: true }, '', ['backspace']],
    [{ ctrl: true }, 'c', ['ctrl+c']],
    [{ meta: true }, 'x', []],
  ])('%j', (key, input, expected) => {
    expect(names(input, key)).toEqual(expected);
  });
});
