import { grownDoubles, grownWords } from './columns.ts';
import { packed, unpacked } from './step-values.ts';

/** Columns of steps are made in lengths of so many numbers, so that a few more rings do not ask for new ones. */
const columnUnit = 64;

/**
 * What peers moved in each of the last steps. A peer has a ring from its first byte until nothing of it has moved for as long
 * as the rings are: most peers of a big hub are quiet. The step that is running is kept in doubles, those that are over in
 * 16 bits. A step is one column of all rings, so that to begin one anew is to clear a column.
 */
export class Rings {
  readonly #steps: number;
  /** The number of the running step. */
  #head: number;
  /** By place: number of the ring + 1; 0: none. */
  #ringOf: Uint32Array = new Uint32Array();
  /** Rings that there ever were; those that are given back are in `#free`. */
  #size = 0;
  readonly #free: number[] = [];
  /** All by ring; received and sent side by side: what is to be poured, and what the running step has. */
  #pending: Float64Array = new Float64Array();
  #running: Float64Array = new Float64Array();
  /** By ring: the step in which it was last written. */
  #writtenIn: Float64Array = new Float64Array();
  /** Steps that are over, by step modulo steps; undefined: nothing moved. */
  readonly #over: (Uint16Array | undefined)[];
  /** The step in which rings were last given back. */
  #tidiedIn: number;

  constructor(steps: number, head: number) {
    this.#steps = steps;
    this.#head = head;
    this.#tidiedIn = head;
    this.#over = new Array<Uint16Array | undefined>(steps).fill(undefined);
  }

  /** How many peers have one. */
  get count(): number {
    return this.#size - this.#free.length;
  }

  /** Notes what a peer moved until some moment in step `until`, to be poured into the steps that it moved in. */
  note(place: number, rx: number, tx: number, until: number): void {
    const ring = this.#ringFor(place);
    this.#pending[2 * ring] = (this.#pending[2 * ring] ?? 0) + rx;
    this.#pending[2 * ring + 1] = (this.#pending[2 * ring + 1] ?? 0) + tx;
    this.#writtenIn[ring] = until;
  }

  /** Adds a part of all that was noted to the running step. */
  pour(part: number): void {
    const pending = this.#pending;
    const running = this.#running;
    for (let index = 0; index < 2 * this.#size; index += 1) {
      running[index] = (running[index] ?? 0) + (pending[index] ?? 0) * part;
    }
  }

  /** All that was noted has been poured. */
  settle(): void {
    this.#pending.fill(0, 0, 2 * this.#size);
  }

  /** Adds to one step of one peer, which may be over. */
  add(place: number, step: number, rx: number, tx: number): void {
    const ring = this.#ringFor(place);
    this.#writtenIn[ring] = Math.max(this.#writtenIn[ring] ?? 0, step);
    if (step === this.#head) {
      this.#running[2 * ring] = (this.#running[2 * ring] ?? 0) + rx;
      this.#running[2 * ring + 1] = (this.#running[2 * ring + 1] ?? 0) + tx;
      return;
    }
    const column = this.#columnFor(step);
    column[2 * ring] = packed(unpacked(column[2 * ring] ?? 0) + rx);
    column[2 * ring + 1] = packed(unpacked(column[2 * ring + 1] ?? 0) + tx);
  }

  /** Begins a later step, or goes back to an earlier one, after which nothing has moved. */
  moveTo(step: number): void {
    if (step > this.#head) {
      this.#endStep();
      // The column of the step itself is used again when it is over.
      for (let one = Math.max(this.#head + 1, step - this.#steps + 1); one < step; one += 1) this.#drop(one);
      this.#head = step;
      if (step - this.#tidiedIn >= this.#steps) this.#tidy();
    } else if (step < this.#head) this.#goBack(step);
  }

  /** Bytes that a peer received (0) or sent (1) in one of the last steps. */
  valueOf(place: number, step: number, way: 0 | 1): number {
    const ring = (this.#ringOf[place] ?? 0) - 1;
    if (ring === -1) return 0;
    if (step === this.#head) return this.#running[2 * ring + way] ?? 0;
    return unpacked(this.#over[step % this.#steps]?.[2 * ring + way] ?? 0);
  }

  /** Calls with each peer that moved something from a step until now, and how much. */
  forEach(from: number, visit: (place: number, rx: number, tx: number) => void): void {
    const sums = this.#running.slice(0, 2 * this.#size);
    if (from > this.#head) sums.fill(0);
    for (let step = Math.max(from, this.#head - this.#steps + 1); step < this.#head; step += 1) {
      const column = this.#over[step % this.#steps];
      const length = Math.min(column?.length ?? 0, sums.length);
      for (let index = 0; index < length; index += 1) {
        sums[index] = (sums[index] ?? 0) + unpacked(column?.[index] ?? 0);
      }
    }
    for (let place = 0; place < this.#ringOf.length; place += 1) {
      const ring = (this.#ringOf[place] ?? 0) - 1;
      const rx = sums[2 * ring] ?? 0;
      const tx = sums[2 * ring + 1] ?? 0;
      if (ring !== -1 && (rx > 0 || tx > 0)) visit(place, rx, tx);
    }
  }

  /** The place is free, or another's. */
  forget(place: number): void {
    const ring = (this.#ringOf[place] ?? 0) - 1;
    if (ring === -1) return;
    for (const column of this.#over) column?.fill(0, 2 * ring, 2 * ring + 2);
    this.#running.fill(0, 2 * ring, 2 * ring + 2);
    this.#giveBack(place, ring);
  }

  #ringFor(place: number): number {
    const known = this.#ringOf[place] ?? 0;
    if (known !== 0) return known - 1;
    let ring = this.#free.pop();
    if (ring === undefined) {
      ring = this.#size;
      this.#size += 1;
      this.#pending = grownDoubles(this.#pending, 2 * this.#size);
      this.#running = grownDoubles(this.#running, 2 * this.#size);
      this.#writtenIn = grownDoubles(this.#writtenIn, this.#size);
    }
    this.#ringOf = grownWords(this.#ringOf, place + 1);
    this.#ringOf[place] = ring + 1;
    return ring;
  }

  #giveBack(place: number, ring: number): void {
    this.#ringOf[place] = 0;
    this.#free.push(ring);
  }

  #endStep(): void {
    if (this.#size === 0) return;
    const column = this.#columnFor(this.#head);
    const running = this.#running;
    const length = 2 * this.#size;
    for (let index = 0; index < length; index += 1) column[index] = packed(running[index] ?? 0);
    running.fill(0, 0, length);
  }

  /** The column of a step, long enough for all rings. */
  #columnFor(step: number): Uint16Array {
    const known = this.#over[step % this.#steps];
    if (known !== undefined && known.length >= 2 * this.#size) return known;
    const made = new Uint16Array(Math.ceil((2 * this.#size) / columnUnit) * columnUnit);
    if (known !== undefined) made.set(known);
    this.#over[step % this.#steps] = made;
    return made;
  }

  #drop(step: number): void {
    this.#over[step % this.#steps] = undefined;
  }

  #goBack(step: number): void {
    const column = step > this.#head - this.#steps ? this.#over[step % this.#steps] : undefined;
    const running = this.#running;
    for (let index = 0; index < running.length; index += 1) running[index] = unpacked(column?.[index] ?? 0);
    for (let one = Math.max(step, this.#head - this.#steps + 1); one <= this.#head; one += 1) this.#drop(one);
    const written = this.#writtenIn;
    for (let ring = 0; ring < written.length; ring += 1) written[ring] = Math.min(written[ring] ?? 0, step);
    this.#head = step;
    this.#tidiedIn = Math.min(this.#tidiedIn, step);
  }

  /** Takes the rings back in which nothing has moved for as long as they are: they hold nothing but zeros. */
  #tidy(): void {
    this.#tidiedIn = this.#head;
    for (let place = 0; place < this.#ringOf.length; place += 1) {
      const ring = (this.#ringOf[place] ?? 0) - 1;
      if (ring !== -1 && (this.#writtenIn[ring] ?? 0) + this.#steps <= this.#head) this.#giveBack(place, ring);
    }
  }
}
