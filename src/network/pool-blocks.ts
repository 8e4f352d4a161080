import type { Printable } from '../host/printable.ts';
import type { AddressBits } from './address.ts';
import type { AddressPool } from './pool.ts';
import { type AddressRange, addressAfter, compareAddresses, rangeOf } from './pool-range.ts';
import { bitsOf, containsPrefix, type ParsedPrefix, type Prefix } from './prefix.ts';

/** Who or what has addresses of a pool. */
export type Holder =
  | { readonly kind: 'hub' }
  | { readonly kind: 'peer'; readonly label: Printable; readonly isDisabled: boolean }
  /** A prefix with more than one address is behind a peer. */
  | { readonly kind: 'lan'; readonly label: Printable; readonly prefix: Prefix }
  | { readonly kind: 'reserved'; readonly why: Printable | undefined }
  | { readonly kind: 'released'; readonly label: Printable | undefined; readonly freeAtMs: number }
  /** The first address of a prefix: of IPv4 the network itself, of IPv6 any router on it (RFC 4291 §2.6.1). */
  | { readonly kind: 'network'; readonly prefix: Prefix }
  | { readonly kind: 'broadcast'; readonly prefix: Prefix };

/** Addresses that cannot be given out, and why. */
export interface Block extends AddressRange {
  readonly by: Holder;
}

/**
 * Everything that is taken of a pool at a time, the surest reasons first. A prefix of a peer that contains a whole prefix
 * of the pool (such as the `0.0.0.0/0` of an exit) takes none of it: longer prefixes go before it.
 */
export function blocksOf(pool: AddressPool, now: number): Block[] {
  const blocks: Block[] = pool.prefixes.flatMap(endsOf);
  for (const address of pool.hub) blocks.push({ first: address, last: address, by: { kind: 'hub' } });
  for (const { label, isDisabled, prefixes } of pool.peers) {
    for (const prefix of prefixes) {
      if (prefix.length === bitsOf(prefix.family)) {
        blocks.push({ first: prefix, last: prefix, by: { kind: 'peer', label, isDisabled } });
      } else if (!pool.prefixes.some((own) => containsPrefix(prefix, own))) {
        blocks.push({ ...rangeOf(prefix), by: { kind: 'lan', label, prefix: prefix.text } });
      }
    }
  }
  for (const { first, last, why } of pool.reserved) blocks.push({ first, last, by: { kind: 'reserved', why } });
  for (const { address, atMs, label } of pool.released) {
    const freeAtMs = atMs + pool.releaseDelayMs;
    if (now < freeAtMs) blocks.push({ first: address, last: address, by: { kind: 'released', label, freeAtMs } });
  }
  return blocks;
}

/** The addresses of a prefix that no host has. A /31, /32, /127 and /128 have none such (RFC 3021, RFC 6164). */
function endsOf(prefix: ParsedPrefix): Block[] {
  if (bitsOf(prefix.family) - prefix.length < 2) return [];
  const { first, last } = rangeOf(prefix);
  const network: Block = { first, last: first, by: { kind: 'network', prefix: prefix.text } };
  if (prefix.family === 'v6') return [network];
  return [network, { first: last, last, by: { kind: 'broadcast', prefix: prefix.text } }];
}

/** Ranges of one family, joined where they touch, so that what is free is found without going through each address. */
export class Occupied {
  readonly #ranges: readonly AddressRange[];

  constructor(ranges: readonly AddressRange[]) {
    const joined: { first: AddressBits; last: AddressBits }[] = [];
    for (const { first, last } of ranges.toSorted((one, other) => compareAddresses(one.first, other.first))) {
      const before = joined.at(-1);
      const next = before === undefined ? undefined : addressAfter(before.last);
      if (before === undefined || (next !== undefined && compareAddresses(first, next) > 0)) {
        joined.push({ first, last });
      } else if (compareAddresses(last, before.last) > 0) {
        before.last = last;
      }
    }
    this.#ranges = joined;
  }

  /** The lowest address of the range that is in none of these; undefined where all are. */
  firstFree({ first, last }: AddressRange): AddressBits | undefined {
    const around = this.#lastNotAfter(first);
    const isTaken = around !== undefined && compareAddresses(first, around.last) <= 0;
    const found = isTaken ? addressAfter(around.last) : first;
    return found === undefined || compareAddresses(found, last) > 0 ? undefined : found;
  }

  #lastNotAfter(address: AddressBits): AddressRange | undefined {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range !== undefined && compareAddresses(range.first, address) <= 0) low = middle + 1;
      else high = middle - 1;
    }
    return this.#ranges[high];
  }
}
