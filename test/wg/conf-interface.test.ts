import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readConfInterface } from '../../src/wg/conf-interface.ts';

const path = '/etc/wireguard/wg0.conf';
const read = (text: string) => readConfInterface(path, text);

describe('readConfInterface', () => {
  test('gathers the addresses of all lines and the last table, and nothing of peers', () => {
    const text = `\ufeff# Address = 9.9.9.9/8
[ interface ]  # the hub
address=10.8.0.1/24,fd08::1/64 # both
PrivateKey = secret
ADDRESS = 10.9.0.1/24 ,
Table = 100
 Table = 1234
[Peer]
Address = 1.1.1.1/32
Table = off
[Interface]
Address = 10.10.0.1\r
#Table = off
`;
    expect(read(text)).toEqual({
      path,
      addresses: ['10.8.0.1/24', 'fd08::1/64', '10.9.0.1/24', '10.10.0.1'],
      table: '1234',
    });
  });

  test.each([
    ['Table = auto', undefined],
    ['Table = AUTO', undefined],
    ['Table =', undefined],
    ['Table = off', 'off'],
    ['table=Off#x', 'Off'],
    ['Tables = off', undefined],
    ['Table off', undefined],
  ])('%s', (line, table) => {
    expect(read(`[Interface]\n${line}\n`).table).toBe(table);
  });

  test('takes any text, and lets through nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('[Interface]', 'Address=\u001b[2J1', '\n')), {}),
        (parts) => {
          const { addresses, table } = read(parts.join('\n'));
          expect([...addresses, table ?? ''].join('')).not.toMatch(/[\u0000-\u001f]/);
        },
      ),
    );
  });
});
