import type { PublicKey } from '../../wg/key.ts';

/** Bytes of a tag. */
export const tagBytes = 8;

/** Where in a key the tag lies: past what a vanity key chooses. */
const offset = 16;

/** The value of each base64 digit by its character code. */
const digits = new Uint8Array(128);
for (const [value, digit] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  digits[digit.charCodeAt(0)] = value;
}

/**
 * A peer's name in the samples on disk is bytes 16 to 23 of its public key. Keys are random, so that two of a million peers
 * share a tag with a probability of 3 in 100 million. This is the first half of it, as a little-endian number; it makes
 * no objects, for all the keys of a file are looked up by it.
 */
export function tagLow(publicKey: PublicKey): number {
  return wordAt(publicKey, offset);
}

/** The second half of a tag. */
export function tagHigh(publicKey: PublicKey): number {
  return wordAt(publicKey, offset + 4);
}

function wordAt(key: PublicKey, start: number): number {
  const low = byteAt(key, start) | (byteAt(key, start + 1) << 8);
  return (low | (byteAt(key, start + 2) << 16) | (byteAt(key, start + 3) << 24)) >>> 0;
}

/** A byte lies in two digits of 6 bits each. */
function byteAt(key: PublicKey, index: number): number {
  const bit = index * 8;
  const first = Math.floor(bit / 6);
  return (((digitAt(key, first) << 6) | digitAt(key, first + 1)) >> (4 - (bit % 6))) & 255;
}

function digitAt(key: PublicKey, index: number): number {
  return digits[key.charCodeAt(index)] ?? 0;
}
