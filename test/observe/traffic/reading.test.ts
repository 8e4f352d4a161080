import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogRows, rowsOf } from '../../../src/observe/traffic/log-rows.ts';
import { PeerIndex } from '../../../src/observe/traffic/peer-index.ts';
import { type Reading, RollCall } from '../../../src/observe/traffic/reading.ts';
import { keyOf, noon } from '../../support/snapshots.ts';
import { counted } from './support.ts';

/** What a reading says, by the numbers of the peers. */
function said({ places, bytes }: Reading, index: PeerIndex) {
  const numbers = new Map(Array.from({ length: 20 }, (_, number) => [index.find(keyOf(number)), number] as const));
  return [...places].map((place, at) => [numbers.get(place), bytes[2 * at], bytes[2 * at + 1]]);
}

describe('a reading', () => {
  const crowd = fc.uniqueArray(fc.nat(12), { maxLength: 12 });

  test('says of each peer what was counted, in that order, whoever was there before', () => {
    fc.assert(
      fc.property(fc.array(crowd, { maxLength: 12 }), fc.boolean(), (crowds, isFromLog) => {
        const index = new PeerIndex();
        const roll = new RollCall(index);
        let before: Reading | undefined;
        for (const [turn, numbers] of crowds.entries()) {
          const peers = numbers.map((number) => counted(number, 100 * turn + number + 1, 7));
          const others = new PeerIndex();
          const rows = () => rowsOf(new RollCall(others).take(peers, noon), others);
          const reading = isFromLog
            ? roll.takeRows(rows(), noon + turn)
            : roll.take(peers, noon + turn, before?.bytes.slice());
          for (const { publicKey } of isFromLog ? peers : []) index.seat(publicKey, noon);
          expect(said(reading, index)).toEqual(numbers.map((number) => [number, 100 * turn + number + 1, 7]));
          expect(reading.size).toBe(index.size);
          if (before !== undefined) {
            const isSame = `${before.places}` === `${reading.places}`;
            expect(reading.places === before.places).toBe(isSame);
          }
          before = reading;
        }
      }),
    );
  });

  test('of the same peers makes no new column where it is given one', () => {
    const roll = new RollCall(new PeerIndex());
    const first = roll.take([counted(1, 1), counted(2, 2)], noon);
    const second = roll.take([counted(1, 3), counted(2, 4)], noon + 1, first.bytes);
    expect(second.bytes).toBe(first.bytes);
    expect(second.places).toBe(first.places);
    expect(roll.take([counted(1, 5)], noon + 2, first.bytes).bytes).not.toBe(first.bytes);
  });

  test('leaves rows of a log out that are no counts', () => {
    const index = new PeerIndex();
    const rows = rowsOf(new RollCall(index).take([counted(1, 1, 1), counted(2, 2, 2), counted(3, 3, 3)], noon), index);
    const bytes = Buffer.from(rows.bytes);
    bytes.writeDoubleLE(Number.NaN, 24 + 8);
    bytes.writeDoubleLE(-1, 48 + 16);
    expect(said(new RollCall(index).takeRows(new LogRows(bytes), noon), index)).toEqual([[1, 1, 1]]);
  });
});
