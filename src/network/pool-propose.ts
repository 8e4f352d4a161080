import { type AddressBits, formatAddress } from './address.ts';
import { busyPrefixes } from './lans.ts';
import { addressAt, rangeOf } from './pool-range.ts';
import { overlaps, type ParsedPrefix, prefixOf } from './prefix.ts';

/** Prefixes for a new tunnel, and the hub's own addresses in them. */
export interface PoolProposal {
  /** Undefined: all of 10.0.0.0/8 is in use on the host. */
  readonly v4: ParsedPrefix | undefined;
  /** Undefined: all of fd00::/8 is in use on the host. */
  readonly v6: ParsedPrefix | undefined;
  /** The first address of each, with the length of its prefix, such as `10.66.7.1/24`. */
  readonly hub: readonly string[];
}

/** Random bytes, as many as asked for. */
type RandomBytes = (count: number) => Uint8Array;

/**
 * A 10.x.y.0/24 and a unique local /64 (RFC 4193 §3.2: 40 random bits, subnet 0) that share no address with anything on
 * the host. Two hubs that were set up so can be joined later, and no usual LAN of a client is in the way; where only such
 * prefixes are left, one of them.
 *
 * @param taken prefixes of the host's addresses and routes; those of whole families (default routes) are passed over
 */
export function proposePool(taken: Iterable<ParsedPrefix>, randomBytes: RandomBytes): PoolProposal {
  const inUse = [...taken].filter(({ length, family }) => length >= (family === 'v4' ? 8 : 9));
  const v4 = proposeV4(inUse, randomBytes);
  const v6 = proposeV6(inUse, randomBytes);
  const hub = [v4, v6].flatMap((prefix) => {
    const first = prefix === undefined ? undefined : addressAt(prefix, 1);
    return prefix === undefined || first === undefined ? [] : [`${formatAddress(first)}/${prefix.length}`];
  });
  return { v4, v6, hub };
}

/** One of those that nobody is likely to use, else one of those that nobody on the host does. */
function proposeV4(inUse: readonly ParsedPrefix[], randomBytes: RandomBytes): ParsedPrefix | undefined {
  const [b0 = 0, b1 = 0, b2 = 0] = randomBytes(3);
  const unlikely = freeNumbers([...inUse, ...busyPrefixes]);
  const free = unlikely.length > 0 ? unlikely : freeNumbers(inUse);
  const number = free[((b0 << 16) | (b1 << 8) | b2) % free.length];
  return number === undefined ? undefined : prefixOf({ ...tens, a: tens.a + number * 256 }, 24);
}

const tens: AddressBits = { family: 'v4', a: 0x0a00_0000, b: 0, c: 0, d: 0 };

/** The numbers, 0 to 65535, of the /24 prefixes of 10.0.0.0/8 that share no address with any of these. */
function freeNumbers(prefixes: readonly ParsedPrefix[]): readonly number[] {
  const isUsed = new Uint8Array(65_536);
  for (const prefix of prefixes) {
    if (prefix.family !== 'v4' || prefix.a >>> 24 !== 10) continue;
    const { first, last } = rangeOf(prefix);
    isUsed.fill(1, (first.a - tens.a) >>> 8, ((last.a - tens.a) >>> 8) + 1);
  }
  const free: number[] = [];
  for (let number = 0; number < isUsed.length; number += 1) if (isUsed[number] === 0) free.push(number);
  return free;
}

/** Of 2^40 prefixes a few random ones are enough to miss what a host has, unless it has all. */
function proposeV6(inUse: readonly ParsedPrefix[], randomBytes: RandomBytes): ParsedPrefix | undefined {
  for (let attempt = 0; attempt < 64; attempt += 1) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = randomBytes(5);
    const a = ((0xfd << 24) | (b0 << 16) | (b1 << 8) | b2) >>> 0;
    const prefix = prefixOf({ family: 'v6', a, b: ((b3 << 24) | (b4 << 16)) >>> 0, c: 0, d: 0 }, 64);
    if (!inUse.some((other) => overlaps(other, prefix))) return prefix;
  }
  return undefined;
}
