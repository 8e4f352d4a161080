import { type AddressBits, type Family, formatAddress, parseAddress } from './address.ts';

/** A prefix in the text that the kernel and wg(8) print: host bits cleared, IPv6 compressed, always with its length. */
export type Prefix = string & { readonly __brand: 'Prefix' };

/** A prefix that can be computed with: its first address and its length in bits. */
export interface ParsedPrefix extends AddressBits {
  /** 0 to 32, or to 128 for IPv6. */
  readonly length: number;
  readonly text: Prefix;
}

/** What a text such as `10.66.0.1/24` says. */
export interface PrefixReading {
  /** The address as it stands, before the host bits are cleared. */
  readonly address: AddressBits;
  readonly prefix: ParsedPrefix;
  /** Whether there were host bits to clear: in AllowedIPs often a mistake that takes the whole subnet from others. */
  readonly hostBitsSet: boolean;
}

/**
 * The prefix that a text names; without a length it is a single address. Undefined for what inet_pton(3) would refuse
 * (short forms such as `10/8`, leading zeros, scopes) and for lengths that the family does not have.
 */
export function parsePrefix(text: string): PrefixReading | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const length = slash === -1 ? bitsOf(address.family) : parseLength(text, slash + 1, bitsOf(address.family));
  if (length === undefined) return undefined;
  const prefix = prefixOf(address, length);
  return { address, prefix, hostBitsSet: !sameBits(address, prefix) };
}

/** The prefix of this length that an address lies in. A length that the family does not have is moved to the nearest. */
export function prefixOf(address: AddressBits, length: number): ParsedPrefix {
  const bits = Math.min(Math.max(Math.trunc(length), 0), bitsOf(address.family));
  const { family } = address;
  const first: AddressBits = {
    family,
    a: (address.a & mask(bits, 0)) >>> 0,
    b: (address.b & mask(bits, 32)) >>> 0,
    c: (address.c & mask(bits, 64)) >>> 0,
    d: (address.d & mask(bits, 96)) >>> 0,
  };
  const text = `${formatAddress(first)}/${bits}` as Prefix;
  return { family, a: first.a, b: first.b, c: first.c, d: first.d, length: bits, text };
}

/** The prefix of everything: `0.0.0.0/0` or `::/0`. */
export function everything(family: Family): ParsedPrefix {
  return prefixOf({ family, a: 0, b: 0, c: 0, d: 0 }, 0);
}

/** The bits of an address of the family: 32 or 128. */
export function bitsOf(family: Family): 32 | 128 {
  return family === 'v4' ? 32 : 128;
}

/** Whether the address lies in the prefix. Never across families. */
export function contains(prefix: ParsedPrefix, address: AddressBits): boolean {
  const { length } = prefix;
  return (
    prefix.family === address.family &&
    ((prefix.a ^ address.a) & mask(length, 0)) === 0 &&
    ((prefix.b ^ address.b) & mask(length, 32)) === 0 &&
    ((prefix.c ^ address.c) & mask(length, 64)) === 0 &&
    ((prefix.d ^ address.d) & mask(length, 96)) === 0
  );
}

/** Whether every address of `inner` lies in `outer`; true where they are the same. */
export function containsPrefix(outer: ParsedPrefix, inner: ParsedPrefix): boolean {
  return outer.length <= inner.length && contains(outer, inner);
}

/** Whether any address lies in both, which of prefixes means that one contains the other. */
export function overlaps(one: ParsedPrefix, other: ParsedPrefix): boolean {
  return one.length <= other.length ? contains(one, other) : contains(other, one);
}

/** For sorting: IPv4 before IPv6, then by first address, then the wider before the narrower. */
export function comparePrefixes(one: ParsedPrefix, other: ParsedPrefix): number {
  if (one.family !== other.family) return one.family === 'v4' ? -1 : 1;
  return one.a - other.a || one.b - other.b || one.c - other.c || one.d - other.d || one.length - other.length;
}

/** The part of a mask of `length` bits that covers the 32-bit word which begins at bit `offset`; a signed integer. */
function mask(length: number, offset: number): number {
  const bits = length - offset;
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

function sameBits(one: AddressBits, other: AddressBits): boolean {
  return one.a === other.a && one.b === other.b && one.c === other.c && one.d === other.d;
}

/** One to three digits without a leading zero, not above `most`. */
function parseLength(text: string, start: number, most: number): number | undefined {
  const digits = text.length - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 48)) return undefined;
  let length = 0;
  for (let index = start; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  return length <= most ? length : undefined;
}
