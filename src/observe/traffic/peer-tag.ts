import type { PublicKey } from '../../wg/key.ts';

/** Bytes of a tag. */
export const tagBytes = 8;

/** Where in a key the tag lies: past what a vanity key chooses. */
const offset = 16;

/**
 * A peer's name in the samples on disk: bytes 16 to 23 of its public key, one character a byte. Keys are random, so that two of
 * a million peers share a tag with a probability of 3 in 100 million.
 */
export function tagOf(publicKey: PublicKey): string {
  return Buffer.from(publicKey, 'base64').toString('latin1', offset, offset + tagBytes);
}
