import { grownDoubles } from './traffic/columns.ts';

/** Steps that a sparkline shows, and the seconds of one step: the last minute. */
export const sparkSteps = 10;
const stepSeconds = 6;

/** Nothing moved in the last minute. */
export const emptySpark: readonly number[] = [];

/** The place of each number in the row of a peer. */
const columns = { rx: 0, tx: 1, phase: 2, bytes: 3, step: 4, spark: 5 } as const;
const width = columns.spark + sparkSteps;
const newest = width - 1;

/**
 * What moved of each peer in the last minute, by the place of its history: its rates, bits a second, and the line of them.
 * They are rows of one column of numbers, NaN for what is undefined. Objects in which numbers change each second would be
 * garbage that the collector has already taken for something that stays.
 */
export class Movements {
  #numbers: Float64Array = new Float64Array();

  /** Makes room for so many places. */
  expect(count: number): void {
    this.#numbers = grownDoubles(this.#numbers, width * count);
  }

  /** Nothing is known of the peer at a place. Peers of another phase step at another second, so that no refresh redraws every line's end. */
  begin(place: number, phase: number): void {
    this.expect(place + 1);
    const row = width * place;
    this.#numbers.fill(Number.NaN, row, row + width);
    this.#numbers[row + columns.phase] = phase % stepSeconds;
    this.#numbers[row + columns.bytes] = 0;
  }

  /** Bits a second over the last step; undefined: not known. */
  rxBitsPerSecond(place: number): number | undefined {
    return this.#rate(width * place + columns.rx);
  }

  txBitsPerSecond(place: number): number | undefined {
    return this.#rate(width * place + columns.tx);
  }

  /** Notes the rates of a step of so many milliseconds. */
  measure(place: number, rxBytes: number, txBytes: number, elapsedMs: number): void {
    const row = width * place;
    this.#numbers[row + columns.rx] = Math.round((rxBytes * 8_000) / elapsedMs);
    this.#numbers[row + columns.tx] = Math.round((txBytes * 8_000) / elapsedMs);
  }

  /** Notes that the rates are not known. */
  unmeasured(place: number): void {
    this.#numbers.fill(Number.NaN, width * place, width * place + columns.tx + 1);
  }

  /** Whether nothing moves, and nothing has moved in the last minute nor in the step that is being filled. */
  isAtRest(place: number): boolean {
    const row = width * place;
    const numbers = this.#numbers;
    return numbers[row + columns.rx] === 0 && numbers[row + columns.tx] === 0 && this.#isEmpty(row);
  }

  /** The mean bits a second of each closed step, oldest first; none where nothing has moved in the last minute. */
  spark(place: number): readonly number[] {
    const row = width * place;
    const rates: number[] = [];
    for (let index = columns.spark; index < width; index += 1) {
      const rate = this.#numbers[row + index] ?? Number.NaN;
      if (!Number.isNaN(rate)) rates.push(rate);
    }
    return rates.length === 0 ? emptySpark : rates;
  }

  /** Bytes of the step that is being filled. */
  unclosed(place: number): number {
    return this.#numbers[width * place + columns.bytes] ?? 0;
  }

  /**
   * Adds the bytes that moved from one moment to another, spread evenly over the steps between, so that a late sample is no
   * burst; and closes the steps that have passed.
   */
  gather(place: number, bytes: number, fromMs: number, toMs: number): void {
    const row = width * place;
    const numbers = this.#numbers;
    if (this.#isEmpty(row)) {
      if (bytes === 0) return;
      numbers[row + columns.step] = this.#stepAt(row, fromMs);
    }
    const step = this.#stepAt(row, toMs);
    const filled = numbers[row + columns.step] ?? step;
    for (let number = Math.max(filled, step - sparkSteps); number < step; number += 1) {
      const before = number === filled ? this.unclosed(place) : 0;
      this.#close(row, before + this.#shareOf(row, number, bytes, fromMs, toMs));
    }
    if (step > filled) numbers[row + columns.bytes] = 0;
    numbers[row + columns.step] = step;
    if (bytes > 0) numbers[row + columns.bytes] = this.#shareOf(row, step, bytes, fromMs, toMs) + this.unclosed(place);
  }

  #rate(at: number): number | undefined {
    const rate = this.#numbers[at] ?? Number.NaN;
    return Number.isNaN(rate) ? undefined : rate;
  }

  #isEmpty(row: number): boolean {
    return this.#numbers[row + columns.bytes] === 0 && Number.isNaN(this.#numbers[row + newest]);
  }

  /** Closes a step in which so many bytes moved; where that is a minute without any, nothing is left. */
  #close(row: number, bytes: number): void {
    const numbers = this.#numbers;
    const first = row + columns.spark;
    numbers.copyWithin(first, first + 1, row + width);
    numbers[row + newest] = Math.round((bytes * 8) / stepSeconds);
    for (let at = first; at <= row + newest; at += 1) {
      if ((numbers[at] ?? 0) > 0) return;
    }
    numbers.fill(Number.NaN, first, row + width);
  }

  /** The part of the bytes that moved during a step. */
  #shareOf(row: number, step: number, bytes: number, fromMs: number, toMs: number): number {
    if (toMs <= fromMs) return step === this.#stepAt(row, toMs) ? bytes : 0;
    const start = (step * stepSeconds - (this.#numbers[row + columns.phase] ?? 0)) * 1000;
    const overlap = Math.min(toMs, start + stepSeconds * 1000) - Math.max(fromMs, start);
    return (bytes * Math.max(0, overlap)) / (toMs - fromMs);
  }

  #stepAt(row: number, nowMs: number): number {
    return Math.floor((nowMs / 1000 + (this.#numbers[row + columns.phase] ?? 0)) / stepSeconds);
  }
}
