import { known, type Printable } from '../host/printable.ts';
import { type AddressBits, type Family, formatAddress } from './address.ts';
import { blocksOf, Occupied } from './pool-blocks.ts';
import { exhaustionOf } from './pool-exhaustion.ts';
import { type AddressRange, addressAt, hostNumber, rangeOf } from './pool-range.ts';
import type { ParsedPrefix, Prefix } from './prefix.ts';

/** A peer, as far as it takes addresses. */
export interface PoolPeer {
  readonly label: Printable;
  /** The kernel does not know it, and it may come back: its addresses stay its own. */
  readonly isDisabled: boolean;
  /** All that the file or the running interface gives to it. */
  readonly prefixes: readonly ParsedPrefix[];
}

/** Addresses that are given to nobody. */
export interface ReservedRange extends AddressRange {
  /** What for. */
  readonly why: Printable | undefined;
}

/** An address whose peer was removed: whoever still has its configuration would be taken for the new peer. */
export interface ReleasedAddress {
  readonly address: AddressBits;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Who had it. */
  readonly label: Printable | undefined;
}

/** The prefixes of an interface and everything that is taken of them, at one time. */
export interface AddressPool {
  /** Of the interface's own addresses, the one that is given out first. */
  readonly prefixes: readonly ParsedPrefix[];
  /** The interface's own addresses. */
  readonly hub: readonly AddressBits[];
  readonly peers: readonly PoolPeer[];
  readonly reserved: readonly ReservedRange[];
  readonly released: readonly ReleasedAddress[];
  /** How long a released address is given to nobody, in milliseconds. */
  readonly releaseDelayMs: number;
}

/** 30 days. */
export const defaultReleaseDelayMs = 30 * 24 * 60 * 60 * 1000;

/** An address that nobody has. */
export interface FreeAddress {
  readonly outcome: 'free';
  readonly address: AddressBits;
  /** As `ip` prints it, without a length. */
  readonly text: Printable;
  /** The prefix of the pool that it lies in. */
  readonly prefix: Prefix;
}

/** Nothing is left, and what could be done about it. */
export interface Exhaustion {
  readonly outcome: 'exhausted';
  readonly family: Family;
  readonly prefixes: readonly Prefix[];
  /** Addresses that a host can have: without network and broadcast. Of wide IPv6 prefixes not exactly. */
  readonly usable: number;
  /** How many of them are whose. */
  readonly held: {
    readonly hub: number;
    readonly peers: number;
    readonly disabled: number;
    readonly lans: number;
    readonly reserved: number;
    readonly released: number;
  };
  /** Disabled peers whose removal would free an address (after the delay), at most 20. */
  readonly disabled: readonly Printable[];
  /** The released address that can be given out first, and when. */
  readonly nextReleased: { readonly text: Printable; readonly freeAtMs: number } | undefined;
}

export type NextFree = FreeAddress | Exhaustion;

/**
 * The lowest free address of each family that the pool has prefixes of. Where both have one with the same number in its
 * prefix (10.8.0.7 and fd08::7), the lowest such pair.
 *
 * @param now milliseconds since the epoch
 */
export function nextFree(pool: AddressPool, now: number): { readonly v4?: NextFree; readonly v6?: NextFree } {
  const blocks = blocksOf(pool, now);
  const v4 = new Occupied(blocks.filter((block) => block.first.family === 'v4'));
  const v6 = new Occupied(blocks.filter((block) => block.first.family === 'v6'));
  const pair = lowestPair(pool, v4, v6);
  if (pair !== undefined) return pair;
  return {
    ...(hasFamily(pool, 'v4') && { v4: lowest(pool, 'v4', v4) ?? exhaustionOf(pool, 'v4', now) }),
    ...(hasFamily(pool, 'v6') && { v6: lowest(pool, 'v6', v6) ?? exhaustionOf(pool, 'v6', now) }),
  };
}

/** The pool after somebody was given these addresses, for the next of several. */
export function withPeer(pool: AddressPool, peer: PoolPeer): AddressPool {
  return { ...pool, peers: [...pool.peers, peer] };
}

function hasFamily(pool: AddressPool, family: Family): boolean {
  return pool.prefixes.some((prefix) => prefix.family === family);
}

function lowest(pool: AddressPool, family: Family, occupied: Occupied): FreeAddress | undefined {
  for (const prefix of pool.prefixes) {
    if (prefix.family !== family) continue;
    const address = occupied.firstFree(rangeOf(prefix));
    if (address !== undefined) return free(prefix, address);
  }
  return undefined;
}

function lowestPair(
  pool: AddressPool,
  v4: Occupied,
  v6: Occupied,
): { readonly v4: FreeAddress; readonly v6: FreeAddress } | undefined {
  for (const narrow of pool.prefixes.filter((prefix) => prefix.family === 'v4')) {
    for (const wide of pool.prefixes.filter((prefix) => prefix.family === 'v6')) {
      const number = lowestCommon([narrow, v4], [wide, v6]);
      const addresses = number === undefined ? undefined : [addressAt(narrow, number), addressAt(wide, number)];
      const [one, other] = addresses ?? [];
      if (one !== undefined && other !== undefined) return { v4: free(narrow, one), v6: free(wide, other) };
    }
  }
  return undefined;
}

type Side = readonly [prefix: ParsedPrefix, occupied: Occupied];

/** The lowest number that is free on both sides: each side in turn moves on to what the other has free. */
function lowestCommon(one: Side, other: Side): number | undefined {
  let number = lowestFrom(one, 0);
  while (number !== undefined) {
    const beside = lowestFrom(other, number);
    if (beside === undefined || beside === number) return beside;
    number = lowestFrom(one, beside);
    if (number === beside) return number;
  }
  return undefined;
}

function lowestFrom([prefix, occupied]: Side, number: number): number | undefined {
  const first = addressAt(prefix, number);
  const found = first === undefined ? undefined : occupied.firstFree({ first, last: rangeOf(prefix).last });
  return found === undefined ? undefined : hostNumber(prefix, found);
}

function free(prefix: ParsedPrefix, address: AddressBits): FreeAddress {
  return { outcome: 'free', address, text: known(formatAddress(address)), prefix: prefix.text };
}
