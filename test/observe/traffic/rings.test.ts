import { describe, expect, test } from 'vitest';
import { Rings } from '../../../src/observe/traffic/rings.ts';

const steps = 4;

/** Has a peer move so many bytes in a step, and no other in between. */
function move(rings: Rings, place: number, step: number, bytes: number): void {
  rings.moveTo(step);
  rings.note(place, bytes, 0, step);
  rings.pour(1);
  rings.settle();
}

function moved(rings: Rings, from: number): [number, number][] {
  const found: [number, number][] = [];
  rings.forEach(from, (place, rx) => found.push([place, rx]));
  return found;
}

describe('a ring', () => {
  test('is given to a peer with its first byte, and to another when nothing has moved for its length', () => {
    const rings = new Rings(steps, 100);
    expect(rings.count).toBe(0);
    move(rings, 7, 100, 1_000);
    move(rings, 3, 101, 30);
    expect(rings.count).toBe(2);
    for (let step = 102; step <= 110; step += 1) move(rings, 3, step, step);
    expect(rings.count).toBe(1);
    move(rings, 9, 111, 5);
    expect(rings.count).toBe(2);
    expect(moved(rings, 108)).toEqual([
      [3, 108 + 109 + 110],
      [9, 5],
    ]);
    expect([rings.valueOf(9, 109, 0), rings.valueOf(7, 109, 0)]).toEqual([0, 0]);
  });

  test('that is forgotten leaves nothing to the next', () => {
    const rings = new Rings(steps, 100);
    move(rings, 0, 100, 1_000);
    move(rings, 0, 101, 1_000);
    rings.forget(0);
    move(rings, 1, 102, 5);
    expect(moved(rings, 99)).toEqual([[1, 5]]);
  });

  test('is given back too where the clock was years ahead', () => {
    const rings = new Rings(steps, 100);
    move(rings, 0, 9_999, 1);
    rings.moveTo(100);
    for (let step = 101; step <= 110; step += 1) rings.moveTo(step);
    expect(rings.count).toBe(0);
  });

  test('has what a peer that comes back moved in steps that were before its ring', () => {
    const rings = new Rings(steps, 100);
    for (let place = 0; place < 100; place += 1) move(rings, place, 100, 1);
    rings.moveTo(101);
    move(rings, 200, 102, 9);
    rings.add(200, 101, 4, 0);
    rings.add(200, 100, 3, 0);
    expect([100, 101, 102].map((step) => rings.valueOf(200, step, 0))).toEqual([3, 4, 9]);
    expect(rings.valueOf(99, 100, 0)).toBe(1);
  });
});
