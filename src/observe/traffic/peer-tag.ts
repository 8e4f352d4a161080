import type { PublicKey } from '../../wg/key.ts';

/** Bytes of a tag. */
export const tagBytes = 8;

/** The value of each base64 digit by its character code. */
const digits = new Uint8Array(128);
for (const [value, digit] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  digits[digit.charCodeAt(0)] = value;
}

/**
 * A peer's name in the samples on disk is bytes 16 to 23 of its public key: past what a vanity key chooses. Keys are random, so
 * that two of a million peers share a tag with a probability of 3 in 100 million. This is its first half, as a big-endian
 * number, of the digits that bits 128 to 159 lie in. It makes no objects, for all the keys of a file are looked up by it.
 */
export function tagHigh(publicKey: PublicKey): number {
  const upper = ((digitAt(publicKey, 21) & 15) << 28) | (digitAt(publicKey, 22) << 22) | (digitAt(publicKey, 23) << 16);
  return (upper | (digitAt(publicKey, 24) << 10) | (digitAt(publicKey, 25) << 4) | (digitAt(publicKey, 26) >> 2)) >>> 0;
}

/** The second half of a tag. */
export function tagLow(publicKey: PublicKey): number {
  const upper = ((digitAt(publicKey, 26) & 3) << 30) | (digitAt(publicKey, 27) << 24) | (digitAt(publicKey, 28) << 18);
  return (upper | (digitAt(publicKey, 29) << 12) | (digitAt(publicKey, 30) << 6) | digitAt(publicKey, 31)) >>> 0;
}

function digitAt(key: PublicKey, index: number): number {
  return digits[key.charCodeAt(index)] ?? 0;
}
