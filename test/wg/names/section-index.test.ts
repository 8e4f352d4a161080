import { describe, expect, it } from 'vitest';
import { PeerSections } from '../../../src/wg/names/peer-sections.ts';
import { SectionIndex } from '../../../src/wg/names/section-index.ts';
import { keyOf } from './support.ts';

/** An index over keys by their place. */
function indexOf(keys: readonly ReturnType<typeof keyOf>[], expected: number): SectionIndex {
  const index = new SectionIndex((place) => keys[place] ?? keyOf('none'), expected);
  keys.forEach((key, place) => {
    index.add(`Key = ${key}\n`, 6, place);
  });
  return index;
}

/** Keys that differ in their first digits alone. */
const alike = Array.from(
  { length: 200 },
  (_, number) => `${`${number}`.padStart(6, 'x')}${keyOf('alike').slice(6)}` as ReturnType<typeof keyOf>,
);

describe('the index of sections', () => {
  it.each([0, 1, 3_000])('finds every key in order, where it expected %i', (expected) => {
    const keys = Array.from({ length: 3_000 }, (_, number) => keyOf(`peer ${number}`));
    const index = indexOf(keys, expected);
    expect([...index.keys()]).toEqual(keys);
    expect(keys.map((key) => index.numberOf(key))).toEqual(keys.map((_, number) => number));
    expect(keys.flatMap((key) => index.placesOf(key))).toEqual(keys.map((_, place) => place));
    expect(index.numberOf(keyOf('somebody else'))).toBeUndefined();
    expect(index.placesOf(keyOf('somebody else'))).toEqual([]);
  });

  it('tells keys apart whose hash is the same', () => {
    const index = indexOf([...alike, ...alike.slice(0, 2)], 0);
    expect([...index.keys()]).toEqual(alike);
    expect(alike.slice(0, 3).map((key) => index.placesOf(key))).toEqual([[0, 200], [1, 201], [2]]);
    expect(index.numberOf(keyOf('alike'))).toBeUndefined();
  });

  it('has the places of a large file of short sections, some of a key that was there', () => {
    const words = Array.from({ length: 2_000 }, (_, number) => `${number % 1_900}`);
    const text = words.map((word) => `[Peer]\nPublicKey = ${keyOf(word)}\nA=b\n`).join('');
    const sections = new PeerSections(text, 'conf');
    expect([...sections.keys()]).toEqual(words.slice(0, 1_900).map(keyOf));
    const lines = words.slice(0, 1_900).map((word) => {
      const places = sections.placesOf(keyOf(word));
      return places.map((place) => sections.read(place)?.line);
    });
    expect(lines[99]).toEqual([298, 5_998]);
    expect(lines.flat().toSorted((one, other) => (one ?? 0) - (other ?? 0))).toEqual(words.map((_, at) => 3 * at + 1));
  });
});
