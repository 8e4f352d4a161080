import { expect, test } from 'vitest';
import { GatheredBytes, releaseBytes } from '../../src/host/bytes.ts';

const piece = (length: number, value: number) => Buffer.alloc(length, value);

test.each([0, 1, 70_000, 1_000_000])('pieces are gathered in their order, with %i bytes expected', (expected) => {
  const gathered = new GatheredBytes(expected);
  const pieces = [piece(3, 1), piece(65_536, 2), piece(40_000, 3), piece(200_000, 4), piece(1, 5)];
  const whole = Buffer.concat(pieces);
  for (const one of pieces) gathered.add(one);
  expect(Buffer.compare(gathered.all(), whole)).toBe(0);
});

test('of nothing there is nothing', () => {
  expect(new GatheredBytes(1_000_000).all()).toHaveLength(0);
});

test('what is gathered gives its memory back as a whole, with the room beyond it', () => {
  const gathered = new GatheredBytes();
  gathered.add(piece(10, 1));
  gathered.add(piece(10, 2));
  const bytes = gathered.all();
  expect(bytes.buffer.byteLength).toBeGreaterThan(20);
  releaseBytes(bytes);
  expect(bytes.buffer.byteLength).toBe(0);
});

test('a piece that shares its memory leaves the others theirs', () => {
  const memory = new Uint8Array([1, 2, 3, 4]);
  const gathered = new GatheredBytes();
  gathered.add(memory.subarray(0, 2));
  gathered.add(memory.subarray(2));
  expect([...gathered.all()]).toEqual([1, 2, 3, 4]);
  expect([...memory]).toEqual([1, 2, 3, 4]);
});
