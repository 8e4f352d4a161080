import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress } from '../../src/network/address.ts';
import {
  comparePrefixes,
  contains,
  containsPrefix,
  everything,
  overlaps,
  parsePrefix,
  prefixOf,
} from '../../src/network/prefix.ts';
import { address, addresses, binary, prefix, prefixes } from './support.ts';

describe('addresses', () => {
  test.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['10.66.0.1', '10.66.0.1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['FD00:0066:0:0:0:0:0:1', 'fd00:66::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['::192.0.2.1', '::192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
  ])('%s is %s', (text, canonical) => {
    expect(formatAddress(address(text))).toBe(canonical);
  });

  test.each([
    '',
    ' ',
    '.',
    ':',
    ':::',
    '1',
    '10',
    '10.0',
    '10.0.0',
    '10.0.0.0.0',
    '10.0.0.',
    '.10.0.0',
    '10..0.0',
    '010.0.0.1',
    '10.0.0.00',
    '10.0.0.256',
    '10.0.0.-1',
    '10.0.0.1 ',
    ' 10.0.0.1',
    '0x0a.0.0.1',
    '10.0.0.1\n',
    'wg0',
    'default',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1:',
    ':1',
    '1:2:3:4:5:6:7:',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '[::1]',
    '::1.2.3',
    '::1.2.3.4.5',
    '::01.2.3.4',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    '٣.٣.٣.٣',
    '1'.repeat(10_000),
    ':'.repeat(10_000),
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
    expect(parsePrefix(text)).toBeUndefined();
  });

  test('are printed so that they are read again', () => {
    fc.assert(
      fc.property(addresses, (one) => {
        expect(parseAddress(formatAddress(one))).toEqual(one);
      }),
    );
  });

  test('mean what ipaddr.js says', () => {
    fc.assert(
      fc.property(addresses, (one) => {
        const other = ipaddr.parse(formatAddress(one));
        const bytes = other.toByteArray().map((byte) => byte.toString(2).padStart(8, '0'));
        expect(bytes.join('')).toBe(binary(one));
      }),
    );
  });

  test('any text is an address only where ipaddr.js agrees', () => {
    const texts = fc.stringMatching(/^[0-9a-f:.%/]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(texts, fc.string()), (text) => {
        if (parseAddress(text) !== undefined) expect(ipaddr.isValid(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('prefixes', () => {
  test.each([
    ['10.66.0.1/24', '10.66.0.0/24', true],
    ['10.66.0.0/24', '10.66.0.0/24', false],
    ['10.66.0.1', '10.66.0.1/32', false],
    ['10.66.0.1/0', '0.0.0.0/0', true],
    ['255.255.255.255/1', '128.0.0.0/1', true],
    ['255.255.255.255/31', '255.255.255.254/31', true],
    ['fd00:66::1/64', 'fd00:66::/64', true],
    ['fd00:66::', 'fd00:66::/128', false],
    ['FFFF::/3', 'e000::/3', true],
    ['::/0', '::/0', false],
    ['2001:db8::8000:1/97', '2001:db8::8000:0/97', true],
    ['::ffff:10.0.0.1/120', '::ffff:10.0.0.0/120', true],
  ])('%s is %s', (text, canonical, hostBitsSet) => {
    const reading = parsePrefix(text);
    expect(reading?.prefix.text).toBe(canonical);
    expect(reading?.hostBitsSet).toBe(hostBitsSet);
    expect(formatAddress(address(text.split('/')[0] ?? ''))).toBe(formatAddress(reading?.address ?? address('::')));
  });

  test.each([
    '/',
    '/24',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '10.0.0.0/8 ',
    '10.0.0.0/+8',
    '10.0.0.0/1e1',
    '10.0.0.0/255.0.0.0',
    '::/129',
    '::/0128',
    '::/',
    '10/8',
    'default',
    '10.0.0.0/99999999999999999999',
  ])('%j is none', (text) => {
    expect(parsePrefix(text)).toBeUndefined();
  });

  test('contain what begins with the same bits, and never across families', () => {
    fc.assert(
      fc.property(prefixes, addresses, (outer, inner) => {
        const expected =
          outer.family === inner.family && binary(inner).startsWith(binary(outer).slice(0, outer.length));
        expect(contains(outer, inner)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('contain the addresses that they were made of', () => {
    fc.assert(
      fc.property(addresses, fc.nat(128), (bits, length) => {
        const made = prefixOf(bits, length);
        expect(contains(made, bits)).toBe(true);
        expect(parsePrefix(made.text)).toEqual({
          prefix: made,
          hostBitsSet: false,
          address: expect.objectContaining({ a: made.a, b: made.b, c: made.c, d: made.d }),
        });
      }),
    );
  });

  test('overlap where one contains the other', () => {
    fc.assert(
      fc.property(prefixes, prefixes, (one, other) => {
        expect(overlaps(one, other)).toBe(containsPrefix(one, other) || containsPrefix(other, one));
        expect(overlaps(one, other)).toBe(overlaps(other, one));
      }),
      { numRuns: 500 },
    );
    expect(overlaps(everything('v4'), prefix('192.168.1.0/24'))).toBe(true);
    expect(overlaps(everything('v4'), everything('v6'))).toBe(false);
    expect(overlaps(prefix('10.0.0.0/25'), prefix('10.0.0.128/25'))).toBe(false);
  });

  test('sort: IPv4 first, then by address, the wider before the narrower', () => {
    const sorted = ['0.0.0.0/0', '10.0.0.0/8', '10.0.0.0/24', '10.0.1.0/24', '192.168.1.0/24', '::/0', 'fd00::/8'];
    expect(
      sorted
        .toReversed()
        .map(prefix)
        .sort(comparePrefixes)
        .map(({ text }) => text),
    ).toEqual(sorted);
  });
});
