/**
 * Finds things by their keys. Quickest where they are asked for in the order in which they stand, as the rows of a file
 * and those of a dump mostly do: then no index is made.
 */
export class InOrder<Key extends string, Value> {
  readonly entries: readonly (readonly [Key, Value])[];
  #next = 0;
  #places: ReadonlyMap<Key, number> | undefined;

  constructor(entries: readonly (readonly [Key, Value])[]) {
    this.entries = entries;
  }

  /** The value of a key; undefined where there is none. */
  get(key: Key): Value | undefined {
    const guess = this.entries[this.#next];
    if (guess?.[0] === key) {
      this.#next += 1;
      return guess[1];
    }
    if (this.entries.length === 0) return undefined;
    this.#places ??= new Map(this.entries.map(([one], place) => [one, place]));
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    this.#next = place + 1;
    return this.entries[place]?.[1];
  }
}
