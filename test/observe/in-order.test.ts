import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InOrder } from '../../src/observe/in-order.ts';

test('finds what a map would find, in whatever order it is asked', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const entries = fc.uniqueArray(fc.tuple(key, fc.nat()), { selector: ([one]) => one });
  fc.assert(
    fc.property(entries, fc.array(key, { maxLength: 20 }), (all, asked) => {
      const map = new Map(all);
      const inOrder = new InOrder(all);
      for (const [one, value] of all) expect(inOrder.get(one)).toBe(value);
      for (const one of asked) expect(inOrder.get(one)).toBe(map.get(one));
    }),
    { numRuns: 500 },
  );
});
