import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRecord, LogDecoder, type LogRecord } from '../../../src/observe/traffic/log-format.ts';
import { LogRows } from '../../../src/observe/traffic/log-rows.ts';
import { keyOf, nameOf, noon } from '../../support/snapshots.ts';
import { counted, decodeLog, interfaceOf, recordOf, rowsIn } from './support.ts';

const one = recordOf(interfaceOf(counted(1, 2 ** 53 - 1, 0), counted(2, 1, 2)), noon);
const two = recordOf({ name: nameOf('wg-büro'), peers: [] }, noon + 1);

const logOf = (...records: readonly LogRecord[]) => Buffer.concat(records.map(encodeRecord));

/** What is read of a log in pieces as long as that, or longer where they must be. */
function inPieces(log: Uint8Array, pieceLength: number) {
  const decoder = new LogDecoder();
  const records: LogRecord[] = [];
  for (let from = 0, length = pieceLength, isLast = false; !isLast; ) {
    const piece = log.subarray(from, from + length);
    isLast = piece.length < length;
    const read = decoder.read(piece, isLast);
    records.push(...read.records);
    from += read.done;
    if (read.done === 0) length *= 2;
  }
  return { records, brokenRuns: decoder.brokenRuns, isForeign: decoder.isForeign };
}

describe('a log', () => {
  test('is read as it was written', () => {
    expect(decodeLog(logOf(one, two, one))).toEqual({ records: [one, two, one], brokenRuns: 0, isForeign: false });
    expect(decodeLog(new Uint8Array())).toEqual({ records: [], brokenRuns: 0, isForeign: false });
  });

  test('has bytes 16 to 23 of each key, and its counters', () => {
    const tag = (number: number) => Buffer.from(keyOf(number), 'base64').toString('hex', 16, 24);
    expect(rowsIn(one)).toEqual([
      [tag(1), 2 ** 53 - 1, 0],
      [tag(2), 1, 2],
    ]);
    const [read] = decodeLog(logOf(one)).records;
    expect(read === undefined ? [] : rowsIn(read)).toEqual(rowsIn(one));
  });

  test('has no peers that never moved a byte', () => {
    const quiet = recordOf(
      interfaceOf(counted(3, 0), counted(1, 2 ** 53 - 1, 0), counted(4, 0), counted(2, 1, 2)),
      noon,
    );
    expect(quiet).toEqual(one);
  });

  test('takes 24 bytes a peer', () => {
    const many = recordOf(interfaceOf(...Array.from({ length: 1_000 }, (_, number) => counted(number, 1))), noon);
    expect(encodeRecord(many).length).toBe(24_000 + 25 + 3);
  });

  test('has whole rows only', () => {
    expect(() => new LogRows(Buffer.alloc(25))).toThrow(RangeError);
  });

  test('cut off anywhere, as by a kill in the middle of a write, has all the records before', () => {
    const whole = logOf(one, two);
    const first = encodeRecord(one).length;
    for (let length = 0; length < whole.length; length += 1) {
      const { records, isForeign } = decodeLog(whole.subarray(0, length));
      expect(records).toEqual(length < first ? [] : [one]);
      expect(isForeign).toBe(false);
    }
  });

  test('is read on after a record that was cut off', () => {
    const cut = encodeRecord(one).subarray(0, 40);
    expect(decodeLog(Buffer.concat([encodeRecord(two), cut, encodeRecord(one)]))).toEqual({
      records: [two, one],
      brokenRuns: 1,
      isForeign: false,
    });
  });

  test('with any byte changed, has no record that was not written', () => {
    const whole = logOf(one, two);
    for (let offset = 4; offset < whole.length; offset += 1) {
      const changed = Buffer.from(whole);
      changed[offset] = (changed[offset] ?? 0) ^ 0x5a;
      for (const record of decodeLog(changed).records) expect([one, two]).toContainEqual(record);
    }
  });

  test.each([
    ['text', Buffer.from('hello')],
    ['a later version', Buffer.from('MTR2')],
    ['zeros', Buffer.alloc(64)],
  ])('that is %s, is foreign', (_what, bytes) => {
    expect(decodeLog(bytes)).toEqual({ records: [], brokenRuns: 0, isForeign: true });
  });

  test('in pieces of any length says the same as at once', () => {
    const part = fc.oneof(
      fc.constantFrom(encodeRecord(one), encodeRecord(two), encodeRecord(one).subarray(0, 40), Buffer.from('MTR')),
      fc.uint8Array({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.integer({ min: 4, max: 300 }), (parts, length) => {
        const log = Buffer.concat([encodeRecord(two), ...parts]);
        expect(inPieces(log, length)).toEqual(decodeLog(log));
      }),
    );
  });

  test('of whatever bytes never throws, nor takes long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isOurs) => {
        decodeLog(isOurs ? Buffer.concat([Buffer.from('MTR1'), bytes, encodeRecord(one)]) : bytes);
      }),
    );
    const start = performance.now();
    decodeLog(Buffer.alloc(4_000_000, 'MTR1\u0000\u0000\u0001\u0000', 'latin1'));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
