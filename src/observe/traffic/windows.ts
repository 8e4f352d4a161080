/** The spans of time that the Traffic screen offers. */
export type WindowName = '1m' | '10m' | '1h' | '24h' | '30d';

/** A span of time, cut into steps of equal length. */
export interface TrafficWindow {
  readonly name: WindowName;
  readonly stepMs: number;
  readonly steps: number;
  /** Whether its samples are kept on disk. The shorter windows are filled from the shortest of these. */
  readonly isKept: boolean;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export const trafficWindow: Readonly<Record<WindowName, TrafficWindow>> = {
  '1m': { name: '1m', stepMs: second, steps: 60, isKept: false },
  '10m': { name: '10m', stepMs: 10 * second, steps: 60, isKept: false },
  '1h': { name: '1h', stepMs: minute, steps: 60, isKept: true },
  '24h': { name: '24h', stepMs: 10 * minute, steps: 144, isKept: true },
  '30d': { name: '30d', stepMs: 6 * hour, steps: 120, isKept: true },
};

/** From the finest to the coarsest. */
export const trafficWindows: readonly TrafficWindow[] = Object.values(trafficWindow);

/** Milliseconds from one end of the window to the other. */
export function lengthOf(window: TrafficWindow): number {
  return window.stepMs * window.steps;
}

/** The number of the step that a moment lies in, counted from the epoch. */
export function stepAt(window: TrafficWindow, atMs: number): number {
  return Math.floor(atMs / window.stepMs);
}
