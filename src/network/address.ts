export type Family = 'v4' | 'v6';

/**
 * An address as unsigned 32-bit words, `a` the first in network order. IPv4 is `a` alone, the others are 0, so that
 * masks and comparisons are the same for both families and need no bigint.
 */
export interface AddressBits {
  readonly family: Family;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const dot = 46;
const colon = 58;
const zero = 48;

/** The address that a text names as inet_pton(3) reads it (no short forms, leading zeros, scopes); undefined for others. */
export function parseAddress(text: string): AddressBits | undefined {
  if (text.length > 45) return undefined;
  return text.includes(':') ? parse6(text) : parse4(text);
}

/** The text of an address as inet_ntop(3) prints it, and with it `ip` and `wg`. */
export function formatAddress({ family, a, b, c, d }: AddressBits): string {
  return family === 'v4' ? dotted(a) : format6([a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff], d);
}

function parse4(text: string): AddressBits | undefined {
  const a = dottedBits(text, 0);
  return a === undefined ? undefined : { family: 'v4', a, b: 0, c: 0, d: 0 };
}

/** The 32 bits of the dotted quad that begins at `start` and ends the text. */
function dottedBits(text: string, start: number): number | undefined {
  let bits = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let index = start; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === dot) {
      if (digits === 0 || dots === 3) return undefined;
      bits = bits * 256 + octet;
      octet = 0;
      digits = 0;
      dots += 1;
      continue;
    }
    const digit = code - zero;
    if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return undefined;
    octet = octet * 10 + digit;
    digits += 1;
    if (octet > 255) return undefined;
  }
  return dots === 3 && digits > 0 ? bits * 256 + octet : undefined;
}

function parse6(text: string): AddressBits | undefined {
  const groups = [0, 0, 0, 0, 0, 0, 0, 0];
  let count = 0;
  let gap = -1;
  let index = 0;
  if (text.startsWith('::')) {
    gap = 0;
    index = 2;
  }
  while (index < text.length) {
    if (count === 8) return undefined;
    const start = index;
    let group = 0;
    let code = 0;
    for (; index < text.length; index += 1) {
      code = text.charCodeAt(index);
      const digit = hexDigit(code);
      if (digit === -1) break;
      group = group * 16 + digit;
    }
    if (index < text.length && code === dot) {
      const bits = count > 6 ? undefined : dottedBits(text, start);
      if (bits === undefined) return undefined;
      groups[count] = bits >>> 16;
      groups[count + 1] = bits & 0xffff;
      count += 2;
      break;
    }
    if (index === start || index - start > 4) return undefined;
    groups[count] = group;
    count += 1;
    if (index === text.length) break;
    if (code !== colon) return undefined;
    index += 1;
    if (text.charCodeAt(index) === colon) {
      if (gap !== -1) return undefined;
      gap = count;
      index += 1;
    } else if (index === text.length) return undefined;
  }
  return assemble6(groups, count, gap);
}

/** The address of `count` groups with zeros put in at `gap` (-1: there was no `::`). */
function assemble6(groups: number[], count: number, gap: number): AddressBits | undefined {
  if (gap === -1 ? count !== 8 : count > 7) return undefined;
  if (gap !== -1) {
    groups.copyWithin(8 - count + gap, gap, count);
    groups.fill(0, gap, 8 - count + gap);
  }
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups;
  return { family: 'v6', a: g0 * 65_536 + g1, b: g2 * 65_536 + g3, c: g4 * 65_536 + g5, d: g6 * 65_536 + g7 };
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function dotted(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

/** Compresses the first of the longest runs of two or more zero groups; keeps a dotted tail where inet_ntop(3) does. */
function format6(head: readonly number[], tail: number): string {
  const groups = [...head, tail >>> 16, tail & 0xffff];
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > bestLength) {
      best = start;
      bestLength = length;
    }
    start += length;
  }
  if (best === 0 && (bestLength === 6 || (bestLength === 5 && groups[5] === 0xffff))) {
    return `${bestLength === 6 ? '::' : '::ffff:'}${dotted(tail)}`;
  }
  let text = '';
  for (let index = 0; index < 8; index += 1) {
    if (index === best) {
      text += '::';
      index += bestLength - 1;
    } else {
      if (index > 0 && index !== best + bestLength) text += ':';
      text += (groups[index] ?? 0).toString(16);
    }
  }
  return text;
}
