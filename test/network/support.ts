import fc from 'fast-check';
import type { AddressBits } from '../../src/network/address.ts';
import { parseAddress } from '../../src/network/address.ts';
import { bitsOf, type ParsedPrefix, parsePrefix, prefixOf } from '../../src/network/prefix.ts';

/** The prefix that a literal of a test names. */
export function prefix(text: string): ParsedPrefix {
  const reading = parsePrefix(text);
  if (reading === undefined) throw new Error(`the test names no prefix: ${text}`);
  return reading.prefix;
}

/** The address that a literal of a test names. */
export function address(text: string): AddressBits {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`the test names no address: ${text}`);
  return parsed;
}

const anyWord = fc.integer({ min: 0, max: 0xffff_ffff });
/** Few different words, so that prefixes nest and addresses fall into them. */
const crowdedWord = fc.constantFrom(0, 1, 0x0a00_0000, 0x0a42_0001, 0x7fff_ffff, 0x8000_0000, 0xc0a8_0100, 0xffff_ffff);
const word = fc.oneof(anyWord, crowdedWord);

export const addresses: fc.Arbitrary<AddressBits> = fc.oneof(
  word.map((a): AddressBits => ({ family: 'v4', a, b: 0, c: 0, d: 0 })),
  fc.tuple(word, word, word, word).map(([a, b, c, d]): AddressBits => ({ family: 'v6', a, b, c, d })),
);

export const prefixes: fc.Arbitrary<ParsedPrefix> = fc
  .tuple(addresses, fc.nat(128))
  .map(([bits, length]) => prefixOf(bits, length % (bitsOf(bits.family) + 1)));

/** One bit after another, for naive models. */
export function binary({ a, b, c, d, family }: AddressBits): string {
  const words = family === 'v4' ? [a] : [a, b, c, d];
  return words.map((each) => each.toString(2).padStart(32, '0')).join('');
}
