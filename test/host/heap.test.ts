import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepSmall } from '../../src/host/heap.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const megabyte = 1_000_000;
const lookMs = 60_000;
const usedBytes = () => getHeapStatistics().used_heap_size;

/** Makes 40 MB of garbage; gives the bytes in use with it. */
function litter(): number {
  const kept = Array.from({ length: 5_000 }, (_, number) => new Array<number>(1_000).fill(number / 7));
  const used = usedBytes();
  kept.length = 0;
  return used;
}

/** A look at something that only a collection of the whole heap takes away; after a turn, for in this one it is held. */
async function something(): Promise<WeakRef<object>> {
  const seen = new WeakRef({});
  await nextTurn();
  return seen;
}

test('a heap that has grown is collected, until that is ended', async () => {
  const stop = keepSmall();
  vi.advanceTimersByTime(lookMs);
  const seen = await something();
  const full = litter();
  vi.advanceTimersByTime(lookMs);
  expect(usedBytes()).toBeLessThan(full - 30 * megabyte);
  expect(seen.deref()).toBeUndefined();
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a heap that has not grown is left alone', async () => {
  const stop = keepSmall();
  vi.advanceTimersByTime(lookMs);
  const seen = await something();
  vi.advanceTimersByTime(lookMs);
  expect(seen.deref()).toBeDefined();
  stop();
});

test('no collector is left to the program', () => {
  keepSmall()();
  expect(globalThis.gc).toBeUndefined();
});
