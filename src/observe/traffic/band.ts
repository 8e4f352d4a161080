import { longestStepMs } from '../../wg/activity/history.ts';
import { Absentees } from './absentees.ts';
import { grownDoubles } from './columns.ts';
import { hasRestarted } from './counters.ts';
import type { Reading } from './reading.ts';
import { Rings } from './rings.ts';
import { sharesOf } from './shares.ts';
import { stepAt, type TrafficWindow } from './windows.ts';

/** What moved in one window, a value a step, oldest first. */
export interface TrafficSeries {
  /** Milliseconds since the epoch: the start of the first step and the end of the last. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Mean bits a second while the step was looked at; undefined: nobody looked. */
  readonly rx: readonly (number | undefined)[];
  readonly tx: readonly (number | undefined)[];
  /** Steps whose values are the mean over a longer time in which nobody looked. */
  readonly isSpread: readonly boolean[];
  /** Milliseconds of each step that were looked at, and of all of them: what a mean is taken over. */
  readonly coveredMs: readonly number[];
  readonly knownMs: number;
}

/** A peer that comes back after readings without it, what it moved meanwhile, and since when. */
interface Late {
  readonly place: number;
  readonly since: number;
  readonly rx: number;
  readonly tx: number;
}

/** A longer span than this many steps is drawn as a mean over them. */
const measuredSteps = 2.5;

/**
 * One window of one interface, filled from counters that are read at any times: bytes are spread evenly over the time
 * between two readings. Time that no two readings enclose, or two that lie further apart than the window is long, is
 * unknown. It does no I/O and reads no clock.
 */
export class Band {
  readonly window: TrafficWindow;
  /** When the counters were last read, milliseconds since the epoch. */
  #until: number;
  /** Number of the latest step. */
  #head: number;
  /** Received and sent as of the last reading that a peer was in, by place. NaN: it was in none. */
  #counters: Float64Array = new Float64Array();
  readonly #absentees: Absentees;
  /** Milliseconds of each step that lie between two readings, and of these the ones between readings far apart. */
  readonly #covered: Float64Array;
  readonly #spread: Float64Array;
  /** What all peers moved, exactly, those that are gone included: received and sent of each step, side by side. */
  readonly #sum: Float64Array;
  readonly #rings: Rings;

  /** Begins with a reading, of whose counters nobody knows when they moved. */
  constructor(window: TrafficWindow, { at, places, bytes, size }: Reading) {
    const { steps } = window;
    this.window = window;
    this.#until = at;
    this.#head = stepAt(window, at);
    this.#covered = new Float64Array(steps);
    this.#spread = new Float64Array(steps);
    this.#sum = new Float64Array(2 * steps);
    this.#rings = new Rings(steps, this.#head);
    this.#absentees = new Absentees(places);
    this.#counters = grownDoubles(this.#counters, 2 * size, Number.NaN);
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index] ?? 0;
      this.#counters[2 * place] = bytes[2 * index] ?? 0;
      this.#counters[2 * place + 1] = bytes[2 * index + 1] ?? 0;
    }
  }

  /** When the counters were last read, milliseconds since the epoch. */
  get until(): number {
    return this.#until;
  }

  /** Takes the counters of all peers. A peer that was not there before counts from 0. */
  book(reading: Reading): void {
    const { at, size } = reading;
    if (at < this.#until) this.#goBack(at);
    const head = stepAt(this.window, at);
    const returned = this.#absentees.turnTo(reading, this.#until);
    this.#counters = grownDoubles(this.#counters, 2 * size, Number.NaN);
    const late: Late[] = [];
    const [rxSum, txSum] = this.#note(reading, head, returned, late);
    const isSpread = at - this.#until > Math.max(measuredSteps * this.window.stepMs, longestStepMs);
    for (const { step, ms, part } of sharesOf(this.window, this.#until, at)) {
      this.#moveTo(step);
      this.#rings.pour(part);
      this.#addToSum(step, rxSum * part, txSum * part);
      const slot = step % this.window.steps;
      this.#covered[slot] = (this.#covered[slot] ?? 0) + ms;
      if (isSpread) this.#spread[slot] = (this.#spread[slot] ?? 0) + ms;
    }
    this.#moveTo(head);
    this.#rings.settle();
    for (const one of late) this.#spreadLate(one, at);
    this.#until = at;
  }

  /** What moved until `nowMs`: of the peer at a place (undefined: none that is known), or of all peers. */
  series(place: number | 'all' | undefined, nowMs: number): TrafficSeries {
    const { steps, stepMs } = this.window;
    const last = stepAt(this.window, nowMs);
    const rx: (number | undefined)[] = [];
    const tx: (number | undefined)[] = [];
    const isSpread: boolean[] = [];
    const coveredMs: number[] = [];
    let knownMs = 0;
    for (let step = last - steps + 1; step <= last; step += 1) {
      const covered = this.#holds(step) ? (this.#covered[step % steps] ?? 0) : 0;
      const rate = (way: 0 | 1) => (covered > 0 ? (this.#bytesIn(step, place, way) * 8_000) / covered : undefined);
      coveredMs.push(covered);
      knownMs += covered;
      rx.push(rate(0));
      tx.push(rate(1));
      isSpread.push(covered > 0 && (this.#spread[step % steps] ?? 0) > covered / 2);
    }
    return { from: (last - steps + 1) * stepMs, to: (last + 1) * stepMs, stepMs, rx, tx, isSpread, coveredMs, knownMs };
  }

  /** Calls with each peer that moved something in the window until `nowMs`, and how much. */
  forEachMoved(nowMs: number, visit: (place: number, rxBytes: number, txBytes: number) => void): void {
    const last = Math.max(stepAt(this.window, nowMs), this.#head);
    this.#rings.forEach(last - this.window.steps + 1, visit);
  }

  /** The place is free, or another's. */
  forget(place: number): void {
    this.#counters.fill(Number.NaN, 2 * place, 2 * place + 2);
    this.#absentees.forget(place);
    this.#rings.forget(place);
  }

  /** Notes what each peer moved since; gives the sums of all but those that come back, who are put into `late`. */
  #note(reading: Reading, head: number, returned: ReadonlyMap<number, number>, late: Late[]): [number, number] {
    const { places, bytes } = reading;
    const counters = this.#counters;
    let rxSum = 0;
    let txSum = 0;
    for (let index = 0; index < places.length; index += 1) {
      const place = places[index] ?? 0;
      const rxNow = bytes[2 * index] ?? 0;
      const txNow = bytes[2 * index + 1] ?? 0;
      const rxBefore = counters[2 * place] ?? 0;
      const txBefore = counters[2 * place + 1] ?? 0;
      if (rxNow === rxBefore && txNow === txBefore) continue;
      counters[2 * place] = rxNow;
      counters[2 * place + 1] = txNow;
      const isNew = Number.isNaN(rxBefore) || hasRestarted(rxNow, txNow, rxBefore, txBefore);
      const rx = isNew ? rxNow : rxNow - rxBefore;
      const tx = isNew ? txNow : txNow - txBefore;
      if (rx === 0 && tx === 0) continue;
      const since = isNew ? undefined : returned.get(place);
      if (since !== undefined) {
        late.push({ place, since, rx, tx });
        continue;
      }
      this.#rings.note(place, rx, tx, head);
      rxSum += rx;
      txSum += tx;
    }
    return [rxSum, txSum];
  }

  /** A peer that was left out of readings and comes back moved its bytes in all that time. */
  #spreadLate({ place, since, rx, tx }: Late, at: number): void {
    for (const { step, part } of sharesOf(this.window, since, at)) {
      this.#rings.add(place, step, rx * part, tx * part);
      this.#addToSum(step, rx * part, tx * part);
    }
  }

  #addToSum(step: number, rx: number, tx: number): void {
    const start = 2 * (step % this.window.steps);
    this.#sum[start] = (this.#sum[start] ?? 0) + rx;
    this.#sum[start + 1] = (this.#sum[start + 1] ?? 0) + tx;
  }

  #holds(step: number): boolean {
    return step <= this.#head && step > this.#head - this.window.steps;
  }

  #bytesIn(step: number, place: number | 'all' | undefined, way: 0 | 1): number {
    if (place === 'all') return this.#sum[2 * (step % this.window.steps) + way] ?? 0;
    return place === undefined ? 0 : this.#rings.valueOf(place, step, way);
  }

  #moveTo(step: number): void {
    if (step > this.#head) this.#clear(Math.max(this.#head + 1, step - this.window.steps + 1), step);
    this.#head = step;
    this.#rings.moveTo(step);
  }

  /** The clock was set back: the steps that now lie in the future never were. */
  #goBack(at: number): void {
    const head = stepAt(this.window, at);
    this.#clear(Math.max(head, this.#head - this.window.steps) + 1, this.#head);
    this.#head = head;
    this.#until = at;
    this.#rings.moveTo(head);
    this.#absentees.goBack(at);
  }

  #clear(first: number, last: number): void {
    for (let step = first; step <= last; step += 1) {
      const slot = step % this.window.steps;
      this.#covered[slot] = 0;
      this.#spread[slot] = 0;
      this.#sum.fill(0, 2 * slot, 2 * slot + 2);
    }
  }
}

/** The series of a window that never took a reading: nothing is known. */
export function noSeries(window: TrafficWindow, nowMs: number): TrafficSeries {
  return new Band(window, { at: nowMs, places: new Int32Array(), bytes: new Float64Array(), size: 0 }).series(
    'all',
    nowMs,
  );
}
