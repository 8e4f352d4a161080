import { keyLength } from './key.ts';

/**
 * What a row of a dump says, read from its bytes: nothing here makes a string, for it is asked of 10,000 rows each second.
 * Past the end of the bytes there is neither digit nor tab, so a look too far finds nothing.
 */
const tab = 0x09;
export const newline = 0x0a;

const zero = 0x30;
const dash = 0x2d;
const equalsSign = 0x3d;
/** Every number of up to so many digits is exact in a double. */
const exactDigits = 15;
/** Those of 2^64, and of the shortest pattern that keeps nonsense out. */
const mostDigits = 20;

/** The characters of base64, and those that the last of a key may be: it carries 4 bits. */
const base64 = bytesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const lastOfKey = bytesOf('AEIMQUYcgkosw048');

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** Whether a whole field from a place on is a key, as `parsePublicKey` has it. */
export function isKeyAt(bytes: Uint8Array, from: number): boolean {
  const last = from + keyLength - 2;
  for (let index = from; index < last; index += 1) {
    if (base64[bytes[index] ?? 0] !== 1) return false;
  }
  return lastOfKey[bytes[last] ?? 0] === 1 && bytes[last + 1] === equalsSign && bytes[last + 2] === tab;
}

/** The first place behind the digits that begin at one. */
export function pastDigits(bytes: Uint8Array, from: number): number {
  for (let index = from; ; index += 1) {
    const digit = (bytes[index] ?? 0) - zero;
    if (digit < 0 || digit > 9) return index;
  }
}

/** The first place behind handshake and counters: three numbers, each with a tab behind it. -1 where these are not there. */
export function pastNumbers(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let count = 0; count < 3; count += 1) {
    const to = pastDigits(bytes, at);
    if (to === at || to - at > mostDigits || bytes[to] !== tab) return -1;
    at = to + 1;
  }
  return at;
}

/** Reads the numbers of a row, one after another, each digit once. */
export class NumberReader {
  /** Where the next number begins. */
  at = 0;

  /** The next number, the nearest double; goes on behind the byte that ends it. */
  next(bytes: Buffer): number {
    const from = this.at;
    let value = 0;
    let at = from;
    for (; ; at += 1) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.at = at + 1;
    return at - from <= exactDigits ? value : Number(bytes.toString('latin1', from, at));
  }
}

const reader = new NumberReader();

/** The number whose digits begin at a place; the nearest double. */
export function numberAt(bytes: Buffer, from: number): number {
  reader.at = from;
  return reader.next(bytes);
}

/**
 * The end of a row whose last field, a keepalive, begins at a place: `off`, seconds, or a range of them as AmneziaWG prints
 * it. -1 where that is no keepalive, or no row ends behind it.
 */
export function pastKeepalive(bytes: Uint8Array, from: number): number {
  if (isOff(bytes, from)) return isRowEnd(bytes, from + 3) ? from + 3 : -1;
  const first = pastDigits(bytes, from);
  const last = bytes[first] === dash && isInterval(from, first) ? first + 1 : from;
  const end = last === from ? first : pastDigits(bytes, last);
  return isInterval(last, end) && isRowEnd(bytes, end) ? end : -1;
}

function isInterval(from: number, to: number): boolean {
  return to > from && to - from <= 5;
}

/** Whether a row that is there so far ends at a place. */
export function isRowEnd(bytes: Uint8Array, at: number): boolean {
  return at === bytes.length || bytes[at] === newline;
}

/** The seconds of a keepalive, of a range the larger end; undefined: off. */
export function keepaliveAt(bytes: Buffer, from: number): number | undefined {
  if (isOff(bytes, from)) return undefined;
  const first = pastDigits(bytes, from);
  return numberAt(bytes, bytes[first] === dash ? first + 1 : from);
}

function isOff(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x6f && bytes[at + 1] === 0x66 && bytes[at + 2] === 0x66;
}

/** The first place behind the next tab of a row; -1 where there is none. */
export function pastTab(bytes: Uint8Array, from: number): number {
  for (let index = from; ; index += 1) {
    const byte = bytes[index];
    if (byte === tab) return index + 1;
    if (byte === newline || byte === undefined) return -1;
  }
}

/**
 * Whether two stretches of bytes, both as long as the first, are alike. The second may end too early. For the 100 bytes of a
 * row four at a time take half of what `Buffer.compare` takes, which leaves 400 bytes to the collector each time.
 */
export function isAlike(one: Buffer, from: number, to: number, other: Buffer, otherFrom: number): boolean {
  if (otherFrom + to - from > other.length) return false;
  let at = from;
  let otherAt = otherFrom;
  for (; at < to - 3; at += 4, otherAt += 4) {
    if (
      one[at] !== other[otherAt] ||
      one[at + 1] !== other[otherAt + 1] ||
      one[at + 2] !== other[otherAt + 2] ||
      one[at + 3] !== other[otherAt + 3]
    ) {
      return false;
    }
  }
  for (; at < to; at += 1, otherAt += 1) {
    if (one[at] !== other[otherAt]) return false;
  }
  return true;
}
