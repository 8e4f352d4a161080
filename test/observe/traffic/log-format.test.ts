import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLog, encodeRecord, type LogRecord } from '../../../src/observe/traffic/log-format.ts';
import { tagOf } from '../../../src/observe/traffic/peer-tag.ts';
import { keyOf, nameOf, noon } from '../../support/snapshots.ts';

const one: LogRecord = {
  name: nameOf('wg0'),
  at: noon,
  peers: [
    { tag: tagOf(keyOf(1)), rxBytes: 2 ** 53 - 1, txBytes: 0 },
    { tag: 'MTR1MTR1', rxBytes: 1, txBytes: 2 },
  ],
};
const two: LogRecord = { name: nameOf('wg-büro'), at: noon + 1, peers: [] };

const logOf = (...records: readonly LogRecord[]) => Buffer.concat(records.map(encodeRecord));

describe('a log', () => {
  test('is read as it was written', () => {
    expect(decodeLog(logOf(one, two, one))).toEqual({ records: [one, two, one], brokenRuns: 0, isForeign: false });
    expect(decodeLog(new Uint8Array())).toEqual({ records: [], brokenRuns: 0, isForeign: false });
  });

  test('has no peers that never moved a byte', () => {
    const quiet = { ...one, peers: [{ tag: 'quiet...', rxBytes: 0, txBytes: 0 }, ...one.peers] };
    expect(decodeLog(logOf(quiet)).records).toEqual([one]);
  });

  test('takes 24 bytes a peer', () => {
    const peers = Array.from({ length: 1_000 }, (_, number) => ({ tag: tagOf(keyOf(number)), rxBytes: 1, txBytes: 1 }));
    expect(encodeRecord({ ...one, peers }).length).toBe(24_000 + 25 + 3);
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
