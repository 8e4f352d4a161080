import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceCeiling, pairedScales, scaleLabel, scaleLabelWidth } from '../../../src/ui/chart/scale.ts';

test.each([
  [0, 1_000],
  [Number.NaN, 1_000],
  [1_001, 2_000],
  [2_000, 2_000],
  [2_001, 5_000],
  [5.1e6, 10e6],
  [999e6, 1e9],
  [1e300, 5e17],
])('the scale for %d ends at %d', (value, top) => {
  expect(niceCeiling(value)).toBeCloseTo(top, 3);
});

test('the smaller of two scales is at least a tenth of the greater', () => {
  expect(pairedScales(80e6, 3_000)).toEqual([100e6, 10e6]);
  expect(pairedScales(0, 2e6)).toEqual([200_000, 2e6]);
  expect(pairedScales(8e6, 3e6)).toEqual([10e6, 5e6]);
});

test('labels are short, whatever the value', () => {
  expect(scaleLabel(10e6, 'bits')).toBe('10 Mb/s');
  expect(scaleLabel(2.5e9, 'bytes')).toBe('2.5 GB/s');
  expect(scaleLabel(0, 'bits')).toBe('0 b/s');
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true }), (value) => {
      const top = niceCeiling(value);
      for (const point of [top, top / 2, top / 10, top / 20]) {
        expect(scaleLabel(point, 'bits').length).toBeLessThanOrEqual(scaleLabelWidth);
      }
    }),
  );
});
