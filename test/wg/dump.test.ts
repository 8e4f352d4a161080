import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDump } from '../../src/wg/dump.ts';

const fixture = (name: string) => readFileSync(`test/fixtures/dumps/wg-show-all-dump.${name}.tsv`, 'utf8');
const keyA = 'NMa61P89YJcQVTHxEMqJsWYQn6luHVxGX0InzfAcWEg=';
const keyB = 'uXPLeSnYiq5cpdbmf+54bQWOdo8/1CsWYjbaW++5SVo=';
const psk = 'JUyNP+5M7K0RXZbzGlxUhiUiHYXo4vJWEVqZX4lT/jI=';
const row = (fields: readonly string[]) => fields.join('\t');
const peer = (iface: string, key: string, over: Partial<Record<number, string>> = {}) =>
  row(
    [iface, key, '(none)', '203.0.113.20:47474', '10.66.0.3/32', '1795387815', '724', '1180', 'off'].map(
      (value, index) => over[index] ?? value,
    ),
  );

describe('captured dumps', () => {
  test('a healthy hub', () => {
    const { interfaces, problems } = parseDump(fixture('healthy'));
    expect(problems).toEqual([]);
    expect(interfaces).toHaveLength(1);
    const [wg0] = interfaces;
    expect(wg0).toMatchObject({ name: 'wg0', listenPort: 51820, fwmark: undefined, flavour: 'wireguard' });
    expect(wg0?.peers).toHaveLength(3);
    expect(wg0?.peers[0]).toMatchObject({
      publicKey: keyA,
      presharedKey: undefined,
      endpoint: '203.0.113.20:47474',
      allowedIps: ['10.66.0.3/32', '192.168.1.0/24'],
      latestHandshake: 1_795_387_815_000,
      rxBytes: 724,
      txBytes: 1180,
      persistentKeepalive: undefined,
    });
  });

  test('two interfaces, a firewall mark, IPv6, peers without endpoint or address', () => {
    const { interfaces, problems } = parseDump(fixture('two-ifaces-fwmark-v6'));
    expect(problems).toEqual([]);
    expect(interfaces.map((one) => [one.name, one.fwmark, one.peers.length])).toEqual([
      ['wg0', undefined, 3],
      ['wg1', 0xca6c, 2],
    ]);
    const [six, bare] = interfaces[1]?.peers ?? [];
    expect(six).toMatchObject({ endpoint: '[2001:db8::5]:51820', persistentKeepalive: 25, latestHandshake: undefined });
    expect(six?.allowedIps).toEqual(['fd00:66::5/128', '10.67.0.0/24', '0.0.0.0/0', '::/0']);
    expect(bare).toMatchObject({ endpoint: undefined, allowedIps: [] });
  });

  test('an interface without a key', () => {
    const { interfaces } = parseDump(fixture('fresh-iface-no-key'));
    expect(interfaces.find((one) => one.name === 'wg1')).toMatchObject({ publicKey: undefined, privateKey: undefined });
  });
});

describe('rows', () => {
  test('order means nothing: a peer before its interface, interfaces mixed', () => {
    const head = row(['wg0', psk, keyB, '51820', 'off']);
    const { interfaces } = parseDump([peer('wg0', keyA), peer('wg1', keyA), head].join('\n'));
    expect(interfaces.map((one) => [one.name, one.listenPort, one.peers.length])).toEqual([
      ['wg0', 51820, 1],
      ['wg1', 0, 1],
    ]);
  });

  test('the same key on two interfaces is two peers', () => {
    const { interfaces } = parseDump([peer('wg0', keyA), peer('wg1', keyA)].join('\n'));
    const ids = interfaces.flatMap((one) => one.peers.map(({ id }) => id));
    expect(new Set(ids).size).toBe(2);
  });

  test('AmneziaWG: a longer interface row and a range of keepalive intervals', () => {
    const head = row(['awg0', psk, keyB, '51820', '4', '40', '70', '0', '0', '1', '2', '3', '4', '(null)', '0x10']);
    const { interfaces, problems } = parseDump(`${head}\n${peer('awg0', keyA, { 8: '25-30' })}\n`);
    expect(problems).toEqual([]);
    expect(interfaces[0]).toMatchObject({ flavour: 'amneziawg', listenPort: 51820, fwmark: 0x10 });
    expect(interfaces[0]?.peers[0]?.persistentKeepalive).toBe(30);
  });

  test('counters up to the last u64', () => {
    const { interfaces } = parseDump(peer('wg0', keyA, { 6: '18446744073709551615', 7: '9007199254740991' }));
    expect(interfaces[0]?.peers[0]).toMatchObject({ rxBytes: 2 ** 64, txBytes: Number.MAX_SAFE_INTEGER });
  });

  test('a link-local endpoint keeps its scope', () => {
    const { interfaces } = parseDump(peer('wg0', keyA, { 3: '[fe80::1%eth0]:51820' }));
    expect(interfaces[0]?.peers[0]?.endpoint).toBe('[fe80::1%eth0]:51820');
  });

  test.each([
    ['a short key', peer('wg0', 'abc'), 'field 2'],
    ['a counter that is none', peer('wg0', keyA, { 6: '-1' }), 'fields 7 and 8'],
    ['a time that is none', peer('wg0', keyA, { 5: 'soon' }), 'field 6'],
    ['too few fields', 'wg0\tx\ty', '3 fields'],
    ['an empty interface', peer('', keyA), 'field 1'],
  ])('%s is left out, counted and named; the rest is shown', (_, bad, reason) => {
    const { interfaces, problems } = parseDump(`${bad}\n${peer('wg0', keyB)}\n`);
    expect(interfaces.flatMap((one) => one.peers).map((one) => one.publicKey)).toEqual([keyB]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(1);
    expect(problems[0]?.problem).toContain(reason);
  });

  test('the endpoint of a hostile implementation does nothing to a terminal', () => {
    const { interfaces } = parseDump(peer('wg0', keyA, { 3: '\u001b]0;owned\u00071.2.3.4:5\u202e' }));
    expect(interfaces[0]?.peers[0]?.endpoint).toBe('1.2.3.4:5');
  });
});

describe('secrets', () => {
  test('are hidden in every way to print them by accident', () => {
    const text = `${row(['wg0', psk, keyB, '51820', 'off'])}\n${peer('wg0', keyA, { 2: psk })}\n`;
    const dump = parseDump(text);
    const printed = [
      inspect(dump, { depth: 9, showHidden: true }),
      JSON.stringify(dump),
      `${dump.interfaces[0]?.privateKey}`,
    ];
    for (const one of printed) {
      expect(one).not.toContain(psk);
      expect(one).toContain('(hidden)');
    }
    expect(() => {
      throw new Error(`peer ${dump.interfaces[0]?.peers[0]?.presharedKey}`);
    }).toThrow('peer (hidden)');
    expect(dump.interfaces[0]?.privateKey?.reveal()).toBe(psk);
  });

  test('are not in the problems of rows that hold them', () => {
    const { problems } = parseDump(`wg0\t${psk}\t${psk}\t${psk}\n${peer('wg0', psk.slice(1), { 2: psk })}\n`);
    expect(problems).toHaveLength(2);
    expect(JSON.stringify(problems)).not.toContain(psk.slice(4, 20));
  });
});

test('no text is ever too much for the parser', () => {
  const field = fc.oneof(
    fc.string(),
    fc.constantFrom('(none)', 'off', keyA, keyB, '0', '51820', '10.0.0.0/8', '1.2.3.4:5'),
  );
  const line = fc.array(field, { maxLength: 14 }).map((fields) => fields.join('\t'));
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(line).map((lines) => lines.join('\n')),
  );
  fc.assert(
    fc.property(text, (any) => {
      const dump = parseDump(any);
      const rows = any.split('\n').filter((one) => one !== '').length;
      const peers = dump.interfaces.reduce((sum, one) => sum + one.peers.length, 0);
      expect(peers + dump.problems.length).toBeLessThanOrEqual(rows);
    }),
    { numRuns: 1000 },
  );
});
