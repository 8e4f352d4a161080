import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dump, parseDump } from '../../src/wg/dump.ts';
import { DumpFollower } from '../../src/wg/dump-follower.ts';

const keys = ['NMa61P89YJcQVTHxEMqJsWYQn6luHVxGX0InzfAcWEg=', 'uXPLeSnYiq5cpdbmf+54bQWOdo8/1CsWYjbaW++5SVo='] as const;
const [keyA, keyB] = keys;
const psk = 'JUyNP+5M7K0RXZbzGlxUhiUiHYXo4vJWEVqZX4lT/jI=';
const head = `wg0\t${psk}\t${keyB}\t51820\toff`;
const peer = (iface: string, key: string, over: Partial<Record<number, string>> = {}) =>
  [iface, key, '(none)', '203.0.113.20:47474', '10.66.0.3/32', '1795387815', '724', '1180', 'off']
    .map((value, index) => over[index] ?? value)
    .join('\t');

/** What a follower makes of one text after another; the bytes of the last are kept as they are only until the next. */
function following(): (...lines: string[]) => Dump {
  const follower = new DumpFollower();
  let bytes: Buffer | undefined;
  return (...lines) => {
    const before = bytes;
    bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const dump = follower.read(bytes);
    before?.fill(0);
    return dump;
  };
}

const peersOf = (dump: Dump) => dump.interfaces.flatMap((one) => one.peers);

describe('from dump to dump', () => {
  test('a peer whose counters moved is the same object with other numbers, and the dump the same dump', () => {
    const read = following();
    const first = read(head, peer('wg0', keyA), peer('wg0', keyB));
    const [a, b] = peersOf(first);
    const second = read(head, peer('wg0', keyA, { 5: '1795387999', 6: '99999' }), peer('wg0', keyB));
    expect(second).toBe(first);
    expect(a).toMatchObject({ rxBytes: 99_999, txBytes: 1180, latestHandshake: 1_795_387_999_000 });
    expect(b).toMatchObject({ rxBytes: 724 });
  });

  test('peers in another order, and between new ones, are the same objects', () => {
    const read = following();
    const [a, b] = peersOf(read(head, peer('wg0', keyA), peer('wg0', keyB)));
    const swapped = peersOf(read(head, peer('wg1', keyA), peer('wg0', keyB, { 7: '5' }), peer('wg0', keyA)));
    expect(swapped[0]).toBe(b);
    expect(swapped[1]).toBe(a);
    expect(swapped.map(({ txBytes }) => txBytes)).toEqual([5, 1180, 1180]);
  });

  test('a peer with another endpoint is a new object that shares what stayed', () => {
    const read = following();
    const [before] = peersOf(read(head, peer('wg0', keyA, { 2: psk })));
    const [after] = peersOf(read(head, peer('wg0', keyA, { 2: psk, 3: '198.51.100.7:1' })));
    expect(after).not.toBe(before);
    expect(after?.endpoint).toBe('198.51.100.7:1');
    expect(after?.allowedIps).toBe(before?.allowedIps);
    expect(after?.presharedKey).toBe(before?.presharedKey);
  });

  test('an interface that goes leaves the others', () => {
    const read = following();
    read(head, peer('wg0', keyA), head.replace('wg0', 'wg1'), peer('wg1', keyB));
    expect(read(head, peer('wg0', keyA)).interfaces.map(({ name }) => name)).toEqual(['wg0']);
    expect(read().interfaces).toEqual([]);
  });

  test('a row that cannot be read is said to be where it is now', () => {
    const read = following();
    expect(read('garbage').problems).toMatchObject([{ line: 1 }]);
    expect(read('', 'garbage').problems).toMatchObject([{ line: 2 }]);
  });

  test('no secret is left in what is printed', () => {
    const read = following();
    expect(JSON.stringify(read(head, peer('wg0', keyA, { 2: psk })))).not.toContain(psk);
  });
});

describe('any dump after any other', () => {
  const number = fc.oneof(fc.nat().map(String), fc.constantFrom('0', '18446744073709551615', '9007199254740993', 'x'));
  const row = fc
    .record({
      name: fc.constantFrom('wg0', 'wg1'),
      key: fc.constantFrom(...keys, 'no key'),
      psk: fc.constantFrom('(none)', psk),
      endpoint: fc.constantFrom('(none)', '192.0.2.1:1', '[fe80::1%eth0]:51820', 'é\u001b[2J:1'),
      allowed: fc.constantFrom('(none)', '10.0.0.2/32', '10.0.0.2/32,fd00::2/128'),
      handshake: number,
      rx: number,
      tx: number,
      keepalive: fc.constantFrom('off', '25', '25-30'),
    })
    .map((one) => Object.values(one).join('\t'));
  const line = fc.oneof(
    { weight: 6, arbitrary: row },
    fc.constantFrom(head, head.replace('wg0', 'wg1'), `${head}\t9`, 'garbage', '', 'a\tb'),
  );
  const sameKey = (text: string) => (text.split('\t').length === 9 ? text.split('\t').slice(0, 2).join() : text);
  const dump = fc.uniqueArray(line, { selector: sameKey, maxLength: 8 });

  test('is read as if it were the first', () => {
    fc.assert(
      fc.property(fc.array(dump, { minLength: 2, maxLength: 5 }), fc.boolean(), (dumps, hasEnd) => {
        const follower = new DumpFollower();
        for (const lines of dumps) {
          const text = lines.join('\n') + (hasEnd ? '\n' : '');
          expect(follower.read(Buffer.from(text))).toEqual(parseDump(text));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
