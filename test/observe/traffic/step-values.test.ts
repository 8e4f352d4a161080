import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packed, unpacked } from '../../../src/observe/traffic/step-values.ts';

test('no number of bytes is off by more than 1 part in 2,048, from less than a byte to 500 TB', () => {
  const bytes = fc.oneof(fc.double({ min: 0.001, max: 1_000 }), fc.double({ min: 1, max: 5e14 }), fc.nat());
  fc.assert(
    fc.property(bytes, (exact) => {
      const value = packed(exact);
      expect(Number.isInteger(value) && value >= 0 && value < 65_536).toBe(true);
      expect(Math.abs(unpacked(value) - exact)).toBeLessThanOrEqual(exact / 2_048);
      expect(packed(unpacked(value))).toBe(value);
    }),
  );
});

test('up to 2,048 bytes are exact, and nothing stays nothing', () => {
  for (let bytes = 0; bytes <= 2_048; bytes += 1) expect(unpacked(packed(bytes))).toBe(bytes);
});

test('what is too small or too large for it is the nearest that there is', () => {
  expect([packed(2 ** -15), packed(1e-300), packed(-1)]).toEqual([0, 0, 0]);
  expect(unpacked(packed(2 ** 53))).toBeCloseTo(2 ** 49, -12);
  expect(packed(Number.MAX_VALUE)).toBe(65_535);
});
