import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PrefixEntry, PrefixTable } from '../../src/network/lookup.ts';
import { comparePrefixes, contains, prefixOf } from '../../src/network/prefix.ts';
import { address, addresses, prefix, prefixes } from './support.ts';

const table = (texts: readonly string[]) =>
  new PrefixTable(texts.map((text, value) => ({ prefix: prefix(text), value })));

describe('the table of prefixes', () => {
  const some = table(['0.0.0.0/0', '10.0.0.0/8', '10.66.0.0/24', '10.66.0.3/32', '192.168.1.0/24', 'fd00:66::/64']);

  test('the longest prefix owns an address', () => {
    expect(some.find(address('10.66.0.3'))?.prefix.text).toBe('10.66.0.3/32');
    expect(some.find(address('10.66.0.4'))?.prefix.text).toBe('10.66.0.0/24');
    expect(some.find(address('10.255.255.255'))?.prefix.text).toBe('10.0.0.0/8');
    expect(some.find(address('11.0.0.0'))?.prefix.text).toBe('0.0.0.0/0');
    expect(some.find(address('fd00:66::9'))?.prefix.text).toBe('fd00:66::/64');
    expect(some.find(address('fd00:67::9'))).toBeUndefined();
  });

  test('all owners, the most specific first', () => {
    expect(some.findAll(address('10.66.0.3')).map(({ prefix: { text } }) => text)).toEqual([
      '10.66.0.3/32',
      '10.66.0.0/24',
      '10.0.0.0/8',
      '0.0.0.0/0',
    ]);
    expect(some.findAll(address('::'))).toEqual([]);
  });

  test('exactly this prefix', () => {
    expect(some.get(prefix('10.0.0.0/8'))?.value).toBe(1);
    expect(some.get(prefix('10.0.0.0/9'))).toBeUndefined();
    expect(some.get(prefix('::/0'))).toBeUndefined();
  });

  test('of equal prefixes the last stays', () => {
    const twice = table(['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/8']);
    expect(twice.size).toBe(2);
    expect(twice.find(address('10.0.0.1'))?.value).toBe(2);
  });

  test('is empty without entries', () => {
    const none = table([]);
    expect([none.size, none.find(address('10.0.0.1')), [...none]]).toEqual([0, undefined, []]);
  });

  test('finds what a linear search finds', () => {
    fc.assert(
      fc.property(fc.array(prefixes, { maxLength: 40 }), fc.array(addresses, { maxLength: 10 }), (list, others) => {
        const entries = list.map((one, value) => ({ prefix: one, value }));
        const built = new PrefixTable(entries);
        for (const one of [...others, ...list]) {
          const model = linear(entries, one);
          expect(built.findAll(one)).toEqual(model);
          expect(built.find(one)).toEqual(model[0]);
        }
        for (const one of list) {
          const last = entries.findLast(({ prefix: other }) => other.text === one.text);
          expect(built.get(one)).toEqual(last);
          const longer = prefixOf(one, one.length + 1);
          expect(built.get(longer)).toEqual(entries.findLast(({ prefix: other }) => other.text === longer.text));
        }
        expect([...built].map(({ prefix: one }) => one)).toEqual(
          [...new Map(list.map((one) => [one.text, one])).values()].sort(comparePrefixes),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** Every entry around the address, the most specific first; of equal prefixes the last. */
function linear(entries: readonly PrefixEntry<number>[], bits: Parameters<typeof contains>[1]) {
  return entries
    .filter(({ prefix: one }, index) => !entries.some(({ prefix: other }, at) => at > index && other.text === one.text))
    .filter(({ prefix: one }) => contains(one, bits))
    .sort((one, other) => other.prefix.length - one.prefix.length);
}

describe('speed', () => {
  const words = (seed: number) => {
    let state = seed;
    return () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state;
    };
  };
  const next = words(7);
  const random = Array.from({ length: 100_000 }, (_, index) =>
    index % 2 === 0
      ? prefixOf({ family: 'v4', a: next(), b: 0, c: 0, d: 0 }, 8 + ((next() >>> 16) % 25))
      : prefixOf({ family: 'v6', a: next(), b: next(), c: next(), d: next() }, 16 + ((next() >>> 16) % 113)),
  );

  // The bounds are several times what is measured on an idle machine: 120 ms for all, and 1 µs.
  test('100,000 prefixes are read in well under a second, an owner among them found in under 5 µs', () => {
    const start = performance.now();
    const read = random.map(({ text }) => prefix(text));
    const parseMs = performance.now() - start;
    const built = new PrefixTable(read.map((one, value) => ({ prefix: one, value })));
    const began = performance.now();
    let found = 0;
    for (const one of read) if (built.find(one) !== undefined) found += 1;
    const findUs = ((performance.now() - began) * 1000) / read.length;
    expect(found).toBe(read.length);
    expect(parseMs).toBeLessThan(900);
    expect(findUs).toBeLessThan(5);
  });
});
