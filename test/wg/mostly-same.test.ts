import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MostlySame } from '../../src/wg/mostly-same.ts';

test('has what was pushed, and is the list before where that is the same', () => {
  const lists = fc.array(fc.nat({ max: 3 }), { maxLength: 6 });
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const copy = [...before];
      const list = new MostlySame(before);
      for (const item of after) list.push(item);
      const { items } = list;
      expect(items).toEqual(after);
      expect(items === before).toBe(JSON.stringify(before) === JSON.stringify(after));
      expect(before).toEqual(copy);
    }),
    { numRuns: 1_000 },
  );
});
