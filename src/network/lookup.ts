import type { AddressBits, Family } from './address.ts';
import { comparePrefixes, contains, type ParsedPrefix } from './prefix.ts';

/** A prefix and what it stands for. */
export interface PrefixEntry<T> {
  readonly prefix: ParsedPrefix;
  readonly value: T;
}

/**
 * Which prefix an address belongs to: the longest that contains it. Built once from entries of both families.
 *
 * The entries lie sorted, a wider prefix right before what it contains, and each knows the next wider one around it.
 * The last entry that does not begin after an address is its owner or lies inside of its owner, so that a binary search
 * and a few steps outwards find it.
 */
export class PrefixTable<T> {
  readonly #v4: Sorted<T>;
  readonly #v6: Sorted<T>;

  /** Of entries with the same prefix the last one stays, as WireGuard does with allowed IPs. */
  constructor(entries: Iterable<PrefixEntry<T>>) {
    const v4: PrefixEntry<T>[] = [];
    const v6: PrefixEntry<T>[] = [];
    for (const entry of entries) (entry.prefix.family === 'v4' ? v4 : v6).push(entry);
    this.#v4 = sorted(v4);
    this.#v6 = sorted(v6);
  }

  /** How many different prefixes there are. */
  get size(): number {
    return this.#v4.entries.length + this.#v6.entries.length;
  }

  /** The entry with the longest prefix that contains the address. */
  find(address: AddressBits): PrefixEntry<T> | undefined {
    const { entries, parents, words } = this.#of(address.family);
    let index = lastNotAfter(words, address);
    while (index >= 0) {
      const entry = entries[index];
      if (entry !== undefined && contains(entry.prefix, address)) return entry;
      index = parents[index] ?? -1;
    }
    return undefined;
  }

  /** Every entry whose prefix contains the address, the most specific first. */
  findAll(address: AddressBits): PrefixEntry<T>[] {
    const { entries, parents, words } = this.#of(address.family);
    const found: PrefixEntry<T>[] = [];
    for (let index = lastNotAfter(words, address); index >= 0; index = parents[index] ?? -1) {
      const entry = entries[index];
      if (entry !== undefined && contains(entry.prefix, address)) found.push(entry);
    }
    return found;
  }

  /** The entry of exactly this prefix. */
  get(prefix: ParsedPrefix): PrefixEntry<T> | undefined {
    const { entries, parents, words } = this.#of(prefix.family);
    for (let index = lastNotAfter(words, prefix); index >= 0; index = parents[index] ?? -1) {
      const entry = entries[index];
      if (entry !== undefined && comparePrefixes(entry.prefix, prefix) === 0) return entry;
    }
    return undefined;
  }

  /** All entries: IPv4 before IPv6, by first address, the wider before the narrower. */
  *[Symbol.iterator](): Iterator<PrefixEntry<T>> {
    yield* this.#v4.entries;
    yield* this.#v6.entries;
  }

  #of(family: Family): Sorted<T> {
    return family === 'v4' ? this.#v4 : this.#v6;
  }
}

interface Sorted<T> {
  readonly entries: readonly PrefixEntry<T>[];
  /** The index of the next wider entry around each entry, or -1. */
  readonly parents: Int32Array;
  /** The four words of each entry's first address, one after another. */
  readonly words: Uint32Array;
}

function sorted<T>(unsorted: readonly PrefixEntry<T>[]): Sorted<T> {
  const all = unsorted.toSorted((one, other) => comparePrefixes(one.prefix, other.prefix));
  // The sort is stable: the last of equal prefixes is the last that was given.
  const entries = all.filter(({ prefix }, index) => {
    const next = all[index + 1];
    return next === undefined || comparePrefixes(prefix, next.prefix) !== 0;
  });
  const parents = new Int32Array(entries.length).fill(-1);
  const words = new Uint32Array(entries.length * 4);
  entries.forEach(({ prefix }, index) => {
    words.set([prefix.a, prefix.b, prefix.c, prefix.d], index * 4);
    let around = index - 1;
    while (around >= 0) {
      const wider = entries[around];
      if (wider !== undefined && contains(wider.prefix, prefix)) break;
      around = parents[around] ?? -1;
    }
    parents[index] = around;
  });
  return { entries, parents, words };
}

/** The index of the last entry whose first address is not after the given one; -1 where all are. */
function lastNotAfter(words: Uint32Array, { a, b, c, d }: AddressBits): number {
  let low = 0;
  let high = words.length / 4 - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = middle * 4;
    const order =
      (words[at] ?? 0) - a || (words[at + 1] ?? 0) - b || (words[at + 2] ?? 0) - c || (words[at + 3] ?? 0) - d;
    if (order <= 0) low = middle + 1;
    else high = middle - 1;
  }
  return high;
}
