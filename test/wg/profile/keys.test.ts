import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demoKeyPair } from '../../../src/host/demo/keys.ts';
import { known } from '../../../src/host/printable.ts';
import { type PublicKey, parsePublicKey } from '../../../src/wg/key.ts';
import { checkPublicKey, generateKeyPair, generatePresharedKey, type KnownKey } from '../../../src/wg/profile/keys.ts';

/** Bytes that look random and are the same in each run. */
function bytesOf(seed: number): (count: number) => Uint8Array {
  return (count) => createHash('sha256').update(`${seed}`).digest().subarray(0, count);
}

function keyOf(name: string): PublicKey {
  const key = parsePublicKey(demoKeyPair(1, name).publicKey);
  if (key === undefined) throw new Error('the test has no key');
  return key;
}

/** The key whose bytes are this number, little endian. */
function keyOfNumber(number: bigint): string {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64');
}

const knownKeys: readonly KnownKey[] = [
  { publicKey: keyOf('hub'), label: known('wg0'), isHub: true },
  { publicKey: keyOf('phone'), label: known('phone'), isHub: false },
];

function said(text: string): string {
  const check = checkPublicKey(text, knownKeys);
  return check.outcome === 'ok' ? check.publicKey : check.reason;
}

/** Text of any UTF-16 units. The unit `binary` of fast-check takes seconds to set up. */
const anyText = fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units));

describe('generated keys', () => {
  const hasWg = spawnSync('wg', ['--version']).status === 0;

  test.skipIf(!hasWg)('belong together as wg pubkey says', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { privateKey, publicKey } = generateKeyPair(bytesOf(seed));
      const { stdout } = spawnSync('wg', ['pubkey'], { input: privateKey.reveal(), encoding: 'utf8' });
      expect(stdout.trim()).toBe(publicKey);
    }
  });

  test('are clamped as wg genkey does', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const bytes = Buffer.from(generateKeyPair(bytesOf(seed)).privateKey.reveal(), 'base64');
      expect([(bytes[0] ?? 1) & 7, (bytes[31] ?? 0) & 192]).toEqual([0, 64]);
    }
  });

  test('are hidden when they are printed', () => {
    const pair = generateKeyPair(bytesOf(1));
    expect(JSON.stringify([pair, generatePresharedKey(bytesOf(1))])).not.toContain(pair.privateKey.reveal());
  });

  test('are refused of a source that is broken', () => {
    expect(() => generateKeyPair((count) => new Uint8Array(count))).toThrow('broken');
    expect(() => generatePresharedKey(() => new Uint8Array(31).fill(1))).toThrow('broken');
  });
});

describe('a pasted public key', () => {
  const fieldPrime = 2n ** 255n - 19n;
  const highBit = 2n ** 255n;

  test('is taken as it is', () => {
    expect(said(keyOf('laptop'))).toBe(keyOf('laptop'));
    expect(said(` ${keyOf('laptop')}\n`)).toBe(keyOf('laptop'));
  });

  test.each([
    ['', 'A public key is missing: 44 characters that end with =.'],
    [`${'A'.repeat(43)}=`, 'This is the key of zeros, which means none.'],
    [keyOf('hub'), 'This is the public key of the hub itself; the device has one of its own.'],
    [keyOf('phone'), 'This key belongs to phone already.'],
    [keyOf('laptop').slice(1), 'A key has 44 characters, and this text has 43.'],
    [`${keyOf('laptop')}=`, 'A key has 44 characters, and this text has 45.'],
    [`${'A'.repeat(44)}`, 'A key has 43 characters and one = at its end.'],
    [`${'A'.repeat(42)}B=`, 'The last character before = cannot stand there: the key was mistyped or cut.'],
    [`${'A'.repeat(20)} ${'A'.repeat(22)}=`, 'There is white space within the key.'],
    ['é'.repeat(44), 'A key has only letters, digits, + and /, and ends with =.'],
    [
      `${'A'.repeat(20)}_${'A'.repeat(21)}A=`,
      'The key is written with _ or - (the alphabet for addresses); write / and + instead.',
    ],
    ['ab'.repeat(32), 'The key is written in hexadecimal; write it in base64.'],
    ['\u001b[31m', 'A key has only letters, digits, + and /, and ends with =.'],
    [keyOfNumber(fieldPrime + 2n), 'This key stands for a number that no device writes (2^255-19 or above).'],
    [keyOfNumber(highBit + 9n), 'This key stands for a number that no device writes (2^255-19 or above).'],
  ])('%j', (text, expected) => {
    expect(said(text)).toBe(expected);
  });

  // RFC 7748 §6.1 and cr.yp.to/ecdh.html name these by their bytes.
  test.each([
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  ])('of low order: %s', (hex) => {
    const key = Buffer.from(hex, 'hex').toString('base64');
    expect(said(key)).toMatch(/low order|zeros/);
  });

  test('is never shown in a refusal, nor is any other text, for it may be a private key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), anyText), (text) => {
        const check = checkPublicKey(text, knownKeys);
        if (check.outcome === 'problem' && text.trim().length > 6) expect(check.reason).not.toContain(text.trim());
      }),
    );
  });
});
