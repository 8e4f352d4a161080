import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PeerIndex } from '../../../src/observe/traffic/peer-index.ts';
import { tagHigh, tagLow } from '../../../src/observe/traffic/peer-tag.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { keyOf, noon } from '../../support/snapshots.ts';

const day = 24 * 3_600_000;

test('a tag is bytes 16 to 23 of a key, as two numbers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const key = Buffer.from(bytes).toString('base64') as PublicKey;
      expect(tagHigh(key)).toBe(Buffer.from(bytes).readUInt32BE(16));
      expect(tagLow(key)).toBe(Buffer.from(bytes).readUInt32BE(20));
    }),
  );
});

describe('an index', () => {
  test('gives each key one place, whatever is seated, asked for and forgotten before', () => {
    const step = fc.record({ key: fc.nat(60), action: fc.constantFrom('seat', 'seat', 'tag', 'forget') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const index = new PeerIndex();
        const seats = new Map<number, { place: number; at: number; isKnown: boolean }>();
        let at = noon;
        for (const { key, action } of steps) {
          at += day;
          const publicKey = keyOf(key);
          if (action === 'forget') {
            const gone = [...seats].filter(([, seat]) => seat.at < at - 32 * day);
            expect(new Set(index.forget(32 * day, at))).toEqual(new Set(gone.map(([, { place }]) => place)));
            for (const [number] of gone) seats.delete(number);
            continue;
          }
          const isKnown = action === 'seat' || seats.get(key)?.isKnown === true;
          const place =
            action === 'seat' ? index.seat(publicKey, at) : index.seatTag(tagHigh(publicKey), tagLow(publicKey), at);
          index.hear(place, at);
          expect(place).toBe(seats.get(key)?.place ?? place);
          seats.set(key, { place, at, isKnown });
          expect(index.keyAt(place)).toBe(isKnown ? publicKey : undefined);
        }
        expect(new Set([...seats.values()].map(({ place }) => place)).size).toBe(seats.size);
        for (let key = 0; key <= 60; key += 1) expect(index.find(keyOf(key))).toBe(seats.get(key)?.place);
        // A place that was freed is given again: no more than there ever were at once.
        expect(index.size).toBeLessThanOrEqual(61);
      }),
    );
  });

  test('keeps two keys of the same tag apart', () => {
    const bytes = Buffer.from(keyOf(1), 'base64');
    bytes[0] = 99;
    const twin = bytes.toString('base64') as PublicKey;
    const index = new PeerIndex();
    const places = [index.seat(keyOf(1), noon), index.seat(twin, noon)];
    expect(new Set(places).size).toBe(2);
    expect([index.find(keyOf(1)), index.find(twin)]).toEqual(places);
  });

  test('forgets whom a clock that was years ahead has heard of, once the years without them have been counted from now', () => {
    const index = new PeerIndex();
    index.seat(keyOf(1), noon + 3_650 * day);
    expect(index.forget(32 * day, noon)).toEqual([]);
    expect(index.forget(32 * day, noon + 33 * day)).toEqual([0]);
  });
});
