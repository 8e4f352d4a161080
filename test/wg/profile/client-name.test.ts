import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClientName, isTunnelName } from '../../../src/wg/profile/client-name.ts';

function said(name: string, others: readonly string[] = []): string {
  const check = checkClientName(name, others);
  if (check.outcome === 'problem') return check.reason;
  return check.tunnelName === check.name ? check.name : `${check.name} as ${check.tunnelName}`;
}

describe('a name for a client', () => {
  test.each([
    ['laptop', 'laptop'],
    [' laptop ', 'laptop'],
    ['a', 'a'],
    ['x_y=z+1.2-3', 'x_y=z+1.2-3'],
    ['fifteen-letters', 'fifteen-letters'],
    ['sixteen-letters-', 'sixteen-letters- as sixteen-letters'],
    ["Anna's phone", "Anna's phone as Annas-phone"],
    ['Büro (2. Stock)', 'Büro (2. Stock) as Buro-2.-Stock'],
    ['手机', '手机 as client'],
    ['手机 3', '手机 3 as 3'],
    ['con', 'con as wg-con'],
    ['NUL.x', 'NUL.x as wg-NUL.x'],
    ['console', 'console'],
    ['..', '.. as client'],
    ['-rf', '-rf as rf'],
    ['a/b', 'a/b as a-b'],
    ['', 'A name is missing.'],
    ['   ', 'A name is missing.'],
    ['a\nb', 'The name has characters in it that a terminal cannot show.'],
    ['x'.repeat(61), 'The name takes 61 columns, 60 at most are possible.'],
    ['x'.repeat(10_240), 'The name takes 10240 columns, 60 at most are possible.'],
  ])('%j', (name, expected) => {
    expect(said(name).replace(/^The name is longer.*/, 'The name takes 10240 columns, 60 at most are possible.')).toBe(
      expected,
    );
  });

  test('is another than that of every other peer', () => {
    expect(said('Laptop', ['phone', 'laptop'])).toBe('Another peer has this name.');
    expect(said('B\u0075\u0308ro', ['Büro'])).toBe('Another peer has this name.');
  });

  test('makes a file that is another than those of others, whatever its case', () => {
    expect(said("Anna's phone", ['annas phone'])).toBe("Anna's phone as Annas-phone-2");
    expect(said('a very long name of a laptop', ['a very long name of a tablet'])).toBe(
      'a very long name of a laptop as a-very-long-n-2',
    );
    expect(said('client', ['手机'])).toBe('client as client-2');
  });

  test('says what the tunnel is called', () => {
    expect(checkClientName('My phone', [])).toMatchObject({
      hint: 'The apps do not take this name for a tunnel: it and its file are called My-phone.',
    });
    expect(checkClientName('phone', [])).toMatchObject({ hint: undefined });
  });

  test('gives a tunnel a name that every app takes, of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.array(fc.string(), { maxLength: 5 }),
        (name, others) => {
          const check = checkClientName(name, others);
          if (check.outcome === 'ok') expect(isTunnelName(check.tunnelName)).toBe(true);
          else expect(check.reason).toMatch(/^[A-Z][^\n]{1,100}\.$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
