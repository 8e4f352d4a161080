import type { AddressBits } from './address.ts';
import { bitsOf, containsPrefix, type ParsedPrefix } from './prefix.ts';

/** Addresses of one family from the first to the last, both included. */
export interface AddressRange {
  readonly first: AddressBits;
  readonly last: AddressBits;
}

/** For sorting addresses of one family. */
export function compareAddresses(one: AddressBits, other: AddressBits): number {
  return one.a - other.a || one.b - other.b || one.c - other.c || one.d - other.d;
}

/** The address behind; undefined behind the last of the family. */
export function addressAfter({ family, a, b, c, d }: AddressBits): AddressBits | undefined {
  const most = 0xffff_ffff;
  if (family === 'v4') return a === most ? undefined : { family, a: a + 1, b, c, d };
  if (d !== most) return { family, a, b, c, d: d + 1 };
  if (c !== most) return { family, a, b, c: c + 1, d: 0 };
  if (b !== most) return { family, a, b: b + 1, c: 0, d: 0 };
  return a === most ? undefined : { family, a: a + 1, b: 0, c: 0, d: 0 };
}

/** From the first to the last address of a prefix. */
export function rangeOf(prefix: ParsedPrefix): AddressRange {
  const { family, a, b, c, d, length } = prefix;
  const last =
    family === 'v4'
      ? { family, a: (a | hostMask(length, 0)) >>> 0, b, c, d }
      : {
          family,
          a: (a | hostMask(length, 0)) >>> 0,
          b: (b | hostMask(length, 32)) >>> 0,
          c: (c | hostMask(length, 64)) >>> 0,
          d: (d | hostMask(length, 96)) >>> 0,
        };
  return { first: { family, a, b, c, d }, last };
}

/** The address with this number in a prefix, 0 the first; undefined where the prefix has none. At most 32 bits are counted. */
export function addressAt(prefix: ParsedPrefix, number: number): AddressBits | undefined {
  const { family, a, b, c, d, length } = prefix;
  if (number > 0xffff_ffff || number >= 2 ** (bitsOf(family) - length)) return undefined;
  return family === 'v4' ? { family, a: a + number, b, c, d } : { family, a, b, c, d: d + number };
}

/** The number of an address in a prefix that it lies in, 0 the first; undefined where it takes more than 32 bits. */
export function hostNumber(prefix: ParsedPrefix, address: AddressBits): number | undefined {
  if (prefix.family === 'v4') return address.a - prefix.a;
  const isNear = address.a === prefix.a && address.b === prefix.b && address.c === prefix.c;
  return isNear ? address.d - prefix.d : undefined;
}

/** How many addresses a range has; of wide IPv6 ranges not exactly. */
export function sizeOf({ first, last }: AddressRange): number {
  const words = [last.a - first.a, last.b - first.b, last.c - first.c, last.d - first.d];
  if (first.family === 'v4') return (words[0] ?? 0) + 1;
  return words.reduce((total, word) => total * 2 ** 32 + word, 0) + 1;
}

/** Without those that lie in others, each once, in order. */
export function outermost(prefixes: readonly ParsedPrefix[]): ParsedPrefix[] {
  return prefixes.filter(
    (prefix, at) =>
      !prefixes.some((other, index) => containsPrefix(other, prefix) && (other.length < prefix.length || index < at)),
  );
}

/** The bits of a 32-bit word, which begins at bit `offset`, that a prefix of this length leaves to hosts. */
function hostMask(length: number, offset: number): number {
  const bits = length - offset;
  if (bits <= 0) return -1;
  return bits >= 32 ? 0 : ~(-1 << (32 - bits));
}
