import { lengthOf, stepAt, type TrafficWindow } from './windows.ts';

/** A part of the time between two readings that lies in one step, and its share of the bytes. */
export interface Share {
  readonly step: number;
  readonly ms: number;
  readonly part: number;
}

/**
 * Spreads a time (milliseconds since the epoch) over the steps of a window that ends with its last one, oldest first. There
 * are none where it is longer than the window: when in it the bytes moved is unknown.
 */
export function sharesOf(window: TrafficWindow, from: number, to: number): Share[] {
  const { stepMs, steps } = window;
  if (to <= from || to - from > lengthOf(window)) return [];
  const last = stepAt(window, to);
  const shares: Share[] = [];
  for (let step = Math.max(stepAt(window, from), last - steps + 1); step <= last; step += 1) {
    const ms = Math.min(to, (step + 1) * stepMs) - Math.max(from, step * stepMs);
    if (ms > 0) shares.push({ step, ms, part: ms / (to - from) });
  }
  return shares;
}
