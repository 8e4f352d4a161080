import type { Reading } from './reading.ts';

/**
 * Who was in an earlier reading and is not in the last one, and when each was last read: what such a peer moved, it moved
 * in all the time since, if it comes back with its counters.
 */
export class Absentees {
  /** The places of the last reading. */
  #places: Int32Array;
  /** Milliseconds since the epoch, by place. */
  readonly #lastRead = new Map<number, number>();

  constructor(places: Int32Array) {
    this.#places = places;
  }

  /** Goes on from the last reading, which was at `before`; gives those who come back, and when they were last read. */
  turnTo({ places, size }: Pick<Reading, 'places' | 'size'>, before: number): ReadonlyMap<number, number> {
    if (places === this.#places) return nobody;
    const isPresent = new Uint8Array(size);
    for (const place of places) isPresent[place] = 1;
    const returned = new Map<number, number>();
    for (const [place, at] of this.#lastRead) if (isPresent[place] === 1) returned.set(place, at);
    for (const place of returned.keys()) this.#lastRead.delete(place);
    for (const place of this.#places) if (isPresent[place] !== 1) this.#lastRead.set(place, before);
    this.#places = places;
    return returned;
  }

  /** The clock was set back: nobody was read later than now. */
  goBack(at: number): void {
    for (const [place, lastRead] of this.#lastRead) this.#lastRead.set(place, Math.min(lastRead, at));
  }

  forget(place: number): void {
    this.#lastRead.delete(place);
  }
}

const nobody: ReadonlyMap<number, number> = new Map();
