import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { grownDoubles, grownWords } from './columns.ts';
import { tagHigh, tagLow } from './peer-tag.ts';

/** The table begins with so many slots; a power of 2. */
const firstSlots = 16;

/**
 * The peers of one interface, each at a place: a small number, under which every part of the history keeps what it knows of
 * the peer in columns. A peer has its place from when it is first heard of, by its key (in a reading, in the totals) or
 * by its tag alone (in a log), until it is forgotten.
 */
export class PeerIndex {
  /** By place; undefined where only the tag is known. */
  readonly #keys: (PublicKey | undefined)[] = [];
  /** Two words a place, see {@link tagHigh}. */
  #tags: Uint32Array = new Uint32Array();
  /** By place: when the peer was last heard of, milliseconds since the epoch. NaN: the place is free. */
  #heardAt: Float64Array = new Float64Array();
  readonly #free: number[] = [];
  /** Places + 1 by tag, 0 where there is none: a table with open addressing, far smaller than a Map of strings. */
  #slots = new Int32Array(firstSlots);

  /** One more than the highest place there ever was: how long a column has to be. */
  get size(): number {
    return this.#keys.length;
  }

  /** The key of the peer at a place; undefined where only its tag is known, or nobody is there. */
  keyAt(place: number): PublicKey | undefined {
    return this.#keys[place];
  }

  /** The first and second half of the tag of the peer at a place. */
  tagHighAt(place: number): number {
    return this.#tags[2 * place] ?? 0;
  }

  tagLowAt(place: number): number {
    return this.#tags[2 * place + 1] ?? 0;
  }

  /** Whether the peer at a place (-1: none) has this tag. */
  hasTag(place: number, high: number, low: number): boolean {
    return this.tagHighAt(place) === high && this.tagLowAt(place) === low && !Number.isNaN(this.#at(place));
  }

  /** Where the peer is; undefined: it was never heard of. */
  find(publicKey: PublicKey): number | undefined {
    const place = this.#placeIn(this.#slotOf(tagHigh(publicKey), tagLow(publicKey), publicKey));
    return place === -1 ? undefined : place;
  }

  /** The place of a peer, which it is given where it has none, as one that was heard of at that time. */
  seat(publicKey: PublicKey, atMs: number): number {
    const place = this.#seat(tagHigh(publicKey), tagLow(publicKey), publicKey, atMs);
    this.#keys[place] = publicKey;
    return place;
  }

  /** The place of a peer of which only the tag is known. */
  seatTag(high: number, low: number, atMs: number): number {
    return this.#seat(high, low, undefined, atMs);
  }

  /** Notes that the peer at a place was heard of. */
  hear(place: number, atMs: number): void {
    this.#heardAt[place] = atMs;
  }

  /** Frees the places of peers that were not heard of for so many milliseconds, and gives them. */
  forget(absenceMs: number, nowMs: number): readonly number[] {
    const gone: number[] = [];
    for (let place = 0; place < this.size; place += 1) {
      // Who was heard of in the future was so by a clock that was wrong, and would stay till then.
      if (this.#at(place) > nowMs) this.#heardAt[place] = nowMs;
      if (this.#at(place) < nowMs - absenceMs) gone.push(place);
    }
    if (gone.length === 0) return gone;
    for (const place of gone) {
      this.#heardAt[place] = Number.NaN;
      this.#keys[place] = undefined;
      this.#free.push(place);
    }
    // A slot that is emptied would cut off those behind it.
    this.#fillSlots(this.#slots.length);
    return gone;
  }

  #seat(high: number, low: number, publicKey: PublicKey | undefined, atMs: number): number {
    const slot = this.#slotOf(high, low, publicKey);
    const found = this.#placeIn(slot);
    return found === -1 ? this.#take(slot, high, low, atMs) : found;
  }

  #take(slot: number, high: number, low: number, atMs: number): number {
    const place = this.#free.pop() ?? this.#keys.push(undefined) - 1;
    this.#tags = grownWords(this.#tags, 2 * this.size);
    this.#heardAt = grownDoubles(this.#heardAt, this.size);
    this.#tags[2 * place] = high;
    this.#tags[2 * place + 1] = low;
    this.#heardAt[place] = atMs;
    this.#slots[slot] = place + 1;
    // No more than three quarters of the slots are taken, so that the next empty one is near.
    if (4 * (this.size - this.#free.length) > 3 * this.#slots.length) this.#fillSlots(2 * this.#slots.length);
    return place;
  }

  #fillSlots(length: number): void {
    this.#slots = new Int32Array(length);
    for (let place = 0; place < this.size; place += 1) {
      if (Number.isNaN(this.#at(place))) continue;
      let slot = this.#firstSlot(this.tagHighAt(place), this.tagLowAt(place));
      while (this.#placeIn(slot) !== -1) slot = this.#after(slot);
      this.#slots[slot] = place + 1;
    }
  }

  /** The slot of the peer, or the empty one where it would be. Of two keys with one tag, each has a place. */
  #slotOf(high: number, low: number, publicKey: PublicKey | undefined): number {
    for (let slot = this.#firstSlot(high, low); ; slot = this.#after(slot)) {
      const place = this.#placeIn(slot);
      if (place === -1) return slot;
      if (!this.hasTag(place, high, low)) continue;
      const known = this.#keys[place];
      if (publicKey === undefined || known === undefined || known === publicKey) return slot;
    }
  }

  #firstSlot(high: number, low: number): number {
    // Fibonacci hashing: the upper bits of the product depend on all bits of the tag.
    return Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1) >>> (Math.clz32(this.#slots.length) + 1);
  }

  #after(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  #placeIn(slot: number): number {
    return (this.#slots[slot] ?? 0) - 1;
  }

  #at(place: number): number {
    return this.#heardAt[place] ?? Number.NaN;
  }
}

/** The index of each interface: one for all that is known of its peers. */
export class PeerIndexes {
  readonly #byName = new Map<InterfaceName, PeerIndex>();

  /** The index of an interface, which is made where there is none. */
  of(name: InterfaceName): PeerIndex {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const made = new PeerIndex();
    this.#byName.set(name, made);
    return made;
  }

  delete(name: InterfaceName): void {
    this.#byName.delete(name);
  }
}
