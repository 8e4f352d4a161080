import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptySpark, Movements, sparkSteps } from '../../src/observe/movements.ts';

/** The sparkline after these many bytes in each of the seconds, from second 0 on. */
function after(bytes: readonly number[], phase = 0): readonly number[] {
  const movements = begun(phase);
  bytes.forEach((count, second) => {
    movements.gather(0, count, second * 1000, (second + 1) * 1000);
  });
  return movements.spark(0);
}

/** Those of one peer. */
function begun(phase = 0): Movements {
  const movements = new Movements();
  movements.begin(0, phase);
  return movements;
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
  const movements = begun();
  movements.gather(0, 19_000, 0, 19_000);
  expect(movements.spark(0)).toEqual([8_000, 8_000, 8_000]);
  expect(movements.unclosed(0)).toBeCloseTo(1_000);
});

test('after hours only the last minute is kept', () => {
  const movements = begun();
  movements.gather(0, 7_200_000, 0, 7_200_000);
  expect(movements.spark(0)).toEqual(seconds(sparkSteps, 8_000));
});

test('no byte is lost or invented, however late the samples are', () => {
  const sample = fc.record({ wait: fc.integer({ min: 1, max: 5_000 }), bytes: fc.nat({ max: 1_000_000 }) });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 10 }), fc.nat({ max: 500 }), (samples, phase) => {
      const movements = begun(phase);
      let at = 0;
      for (const { wait, bytes } of samples) {
        movements.gather(0, bytes, at, at + wait);
        at += wait;
      }
      const kept = movements.spark(0).reduce((sum, rate) => sum + (rate * 6) / 8, 0) + movements.unclosed(0);
      const given = samples.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(Math.abs(kept - given)).toBeLessThan(sparkSteps);
    }),
  );
});

test('silence before the first byte is no step, whether it was looked at or not', () => {
  for (const looks of [[60_000, 119_000], []]) {
    const movements = begun();
    let from = 0;
    for (const to of looks) {
      movements.gather(0, 0, from, to);
      from = to;
    }
    movements.gather(0, 1_500, 119_000, 121_000);
    movements.gather(0, 0, 121_000, 126_000);
    expect(movements.spark(0)).toEqual([1_000, 1_000]);
  }
});
