import type { PublicKey } from '../key.ts';

/**
 * Where the sections of each key are, in the order of the file. It takes a fifth of the memory of a Map of strings, and no
 * longer to make: the keys themselves stay where they are.
 */
export class SectionIndex {
  readonly #keyOf: (place: number) => PublicKey;
  /** By number of the key: its hash, and its first place. */
  #hashes: Int32Array;
  #places: Int32Array;
  #size = 0;
  /** Numbers + 1 by hash, 0 where there is none: a table with open addressing, as long as a power of 2. */
  #slots: Int32Array;
  /** By number of a key that has several sections: all of their places. */
  readonly #repeated = new Map<number, number[]>();

  /** `keyOf` tells the key of a place that was added; `expected` is how many keys there may well be. */
  constructor(keyOf: (place: number) => PublicKey, expected: number) {
    this.#keyOf = keyOf;
    const length = 2 ** Math.max(Math.ceil(Math.log2((expected * 4) / 3)), 4);
    this.#slots = new Int32Array(length);
    this.#hashes = new Int32Array((length * 3) / 4);
    this.#places = new Int32Array((length * 3) / 4);
  }

  /** How many keys there are. */
  get size(): number {
    return this.#size;
  }

  /** In the order of their first sections. */
  *keys(): Generator<PublicKey, undefined> {
    for (let number = 0; number < this.#size; number += 1) yield this.#keyOf(this.#places[number] ?? 0);
  }

  /** The number of a key: how many are before it. Undefined: it has no section. */
  numberOf(key: PublicKey): number | undefined {
    const number = (this.#slots[this.#slotOf(hashAt(key, 0), key, 0)] ?? 0) - 1;
    return number === -1 ? undefined : number;
  }

  /** The places of the sections that have the key. */
  placesOf(key: PublicKey): readonly number[] {
    const number = this.numberOf(key);
    return number === undefined ? [] : (this.#repeated.get(number) ?? [this.#places[number] ?? 0]);
  }

  /** Adds a place whose key stands at a position of a text. */
  add(text: string, keyAt: number, place: number): void {
    const hash = hashAt(text, keyAt);
    const slot = this.#slotOf(hash, text, keyAt);
    const number = (this.#slots[slot] ?? 0) - 1;
    if (number === -1) {
      this.#hashes[this.#size] = hash;
      this.#places[this.#size] = place;
      this.#size += 1;
      this.#slots[slot] = this.#size;
      if (this.#size === this.#places.length) this.#grow();
      return;
    }
    const repeated = this.#repeated.get(number);
    if (repeated === undefined) this.#repeated.set(number, [this.#places[number] ?? 0, place]);
    else repeated.push(place);
  }

  /** The slot of the key, or the empty one where it would be. */
  #slotOf(hash: number, text: string, keyAt: number): number {
    const slots = this.#slots;
    for (let slot = this.#firstSlot(hash); ; slot = (slot + 1) & (slots.length - 1)) {
      const number = (slots[slot] ?? 0) - 1;
      if (number === -1) return slot;
      if (this.#hashes[number] !== hash) continue;
      if (text.startsWith(this.#keyOf(this.#places[number] ?? 0), keyAt)) return slot;
    }
  }

  #firstSlot(hash: number): number {
    return hash >>> (Math.clz32(this.#slots.length) + 1);
  }

  /** Twice as many slots, of which no more than three quarters are ever taken, so that the next empty one is near. */
  #grow(): void {
    const length = 2 * this.#slots.length;
    this.#slots = new Int32Array(length);
    this.#hashes = copied(this.#hashes, (length * 3) / 4);
    this.#places = copied(this.#places, (length * 3) / 4);
    for (let number = 0; number < this.#size; number += 1) {
      let slot = this.#firstSlot(this.#hashes[number] ?? 0);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (length - 1);
      this.#slots[slot] = number + 1;
    }
  }
}

function copied(column: Int32Array, length: number): Int32Array {
  const longer = new Int32Array(length);
  longer.set(column);
  return longer;
}

/** Of six of a key's digits, past what a vanity key chooses. Fibonacci hashing: the upper bits depend on all of them. */
function hashAt(text: string, keyAt: number): number {
  const upper =
    (text.charCodeAt(keyAt + 22) << 26) ^ (text.charCodeAt(keyAt + 23) << 21) ^ (text.charCodeAt(keyAt + 24) << 16);
  const lower = (text.charCodeAt(keyAt + 25) << 11) ^ (text.charCodeAt(keyAt + 26) << 5) ^ text.charCodeAt(keyAt + 27);
  return Math.imul(upper ^ lower, 0x9e37_79b1);
}
