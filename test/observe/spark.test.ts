import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginSpark, emptySpark, gatherSpark, sparkSteps } from '../../src/observe/spark.ts';

/** The sparkline after these many bytes in each of the seconds, from second 0 on. */
function after(bytes: readonly number[], phase = 0): readonly number[] {
  const gatherer = beginSpark(0, phase);
  bytes.forEach((count, second) => {
    gatherSpark(gatherer, count, second * 1000, (second + 1) * 1000, phase);
  });
  return gatherer.spark;
}

const seconds = (count: number, bytes: number) => Array.from({ length: count }, () => bytes);

test('a closed step holds the mean bits a second', () => {
  expect(after(seconds(6, 1_000))).toEqual([8_000]);
  expect(after(seconds(5, 1_000))).toBe(emptySpark);
});

test('where nothing moves there is nothing, and a minute after the last byte again', () => {
  expect(after(seconds(100, 0))).toBe(emptySpark);
  expect(after([...seconds(6, 1_000), ...seconds(54, 0)])).toEqual([8_000, ...seconds(9, 0)]);
  expect(after([...seconds(6, 1_000), ...seconds(60, 0)])).toBe(emptySpark);
});

test('peers of another phase step at another second', () => {
  expect(after(seconds(5, 1_200), 1)).toEqual([8_000]);
});

test('a late sample is spread over the steps that it covers', () => {
  const gatherer = beginSpark(0, 0);
  gatherSpark(gatherer, 19_000, 0, 19_000, 0);
  expect(gatherer.spark).toEqual([8_000, 8_000, 8_000]);
  expect(gatherer.bytes).toBeCloseTo(1_000);
});

test('after hours only the last minute is kept', () => {
  const gatherer = beginSpark(0, 0);
  gatherSpark(gatherer, 7_200_000, 0, 7_200_000, 0);
  expect(gatherer.spark).toEqual(seconds(sparkSteps, 8_000));
});

test('no byte is lost or invented, however late the samples are', () => {
  const sample = fc.record({ wait: fc.integer({ min: 1, max: 5_000 }), bytes: fc.nat({ max: 1_000_000 }) });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 10 }), fc.nat({ max: 500 }), (samples, phase) => {
      const gatherer = beginSpark(0, phase);
      let at = 0;
      for (const { wait, bytes } of samples) {
        gatherSpark(gatherer, bytes, at, at + wait, phase);
        at += wait;
      }
      const kept = gatherer.spark.reduce((sum, rate) => sum + (rate * 6) / 8, 0) + gatherer.bytes;
      const given = samples.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(Math.abs(kept - given)).toBeLessThan(sparkSteps);
    }),
  );
});

test('silence before the first byte is no step, whether it was looked at or not', () => {
  for (const looks of [[60_000, 119_000], []]) {
    const gatherer = beginSpark(0, 0);
    let from = 0;
    for (const to of looks) {
      gatherSpark(gatherer, 0, from, to, 0);
      from = to;
    }
    gatherSpark(gatherer, 1_500, 119_000, 121_000, 0);
    gatherSpark(gatherer, 0, 121_000, 126_000, 0);
    expect(gatherer.spark).toEqual([1_000, 1_000]);
  }
});
