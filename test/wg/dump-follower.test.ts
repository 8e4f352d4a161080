import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dump, type DumpPeer, parseDump } from '../../src/wg/dump.ts';
import { DumpFollower } from '../../src/wg/dump-follower.ts';
import { firstAllowedIp, takeSample } from '../../src/wg/followed-peer.ts';

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

const sampleOf = (peer: DumpPeer) => {
  const sample = { rxBytes: 0, txBytes: 0, latestHandshake: undefined };
  takeSample(peer, sample);
  return sample;
};

/** All that a peer shows, as it shows it now; the secret in clear, for secrets are alike to a comparison. */
const shown = (peer: DumpPeer) => ({
  // Before the list is asked for, which is kept then.
  firstAllowedIp: firstAllowedIp(peer) ?? '',
  sample: sampleOf(peer),
  id: peer.id,
  interfaceName: peer.interfaceName,
  publicKey: peer.publicKey,
  presharedKey: peer.presharedKey?.reveal(),
  endpoint: peer.endpoint,
  allowedIps: peer.allowedIps,
  latestHandshake: peer.latestHandshake,
  rxBytes: peer.rxBytes,
  txBytes: peer.txBytes,
  persistentKeepalive: peer.persistentKeepalive,
});
const allShown = ({ interfaces, problems }: Dump) => ({
  interfaces: interfaces.map((one) => ({
    ...one,
    privateKey: one.privateKey?.reveal(),
    peers: one.peers.map(shown),
  })),
  problems,
});

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
    const [one] = peersOf(read(head, peer('wg0', keyA, { 2: psk })));
    for (const text of [JSON.stringify(one), inspect(one, { showHidden: true, depth: 9 }), String(one)]) {
      expect(text).not.toContain(psk);
      expect(text).not.toContain(Buffer.from(psk).toJSON().data.join());
    }
    expect(one?.presharedKey?.reveal()).toBe(psk);
  });

  test('what a peer is asked twice is the same object, and that of its next one where it is alike', () => {
    const read = following();
    const [one] = peersOf(read(head, peer('wg0', keyA, { 2: psk })));
    const { allowedIps, presharedKey } = one ?? {};
    read(head, peer('wg0', keyA, { 2: psk, 6: '900' }));
    expect(one?.allowedIps).toBe(allowedIps);
    expect(one?.presharedKey).toBe(presharedKey);
    const [next] = peersOf(read(head, peer('wg0', keyA, { 2: `${psk}x`, 4: '10.66.0.3/32' })));
    expect(next?.allowedIps).toBe(allowedIps);
    expect(next?.presharedKey?.reveal()).toBe(`${psk}x`);
    const [last] = peersOf(read(head, peer('wg0', keyA, { 2: 'x(none)', 4: '10.66.0.3/32,10.66.0.4/32' })));
    expect(last?.allowedIps).toEqual(['10.66.0.3/32', '10.66.0.4/32']);
    expect(last?.presharedKey?.reveal()).toBe('x(none)');
    expect(peersOf(read(head, peer('wg0', keyA)))[0]?.presharedKey).toBeUndefined();
  });

  test('a peer that is gone, or is another object now, shows what it showed last', () => {
    const read = following();
    const [a, b] = peersOf(read(head, peer('wg0', keyA, { 2: psk }), peer('wg0', keyB)));
    const lastOfA = { rxBytes: 725, txBytes: 1180, endpoint: '203.0.113.20:47474', latestHandshake: 1_795_387_815_000 };
    read(head, peer('wg0', keyA, { 2: psk, 6: '725' }), peer('wg0', keyB, { 7: '9' }));
    const [next] = peersOf(read(head, peer('wg0', keyA, { 2: psk, 3: '198.51.100.7:1', 6: '800' })));
    expect(next).toMatchObject({ rxBytes: 800, endpoint: '198.51.100.7:1' });
    read('garbage');
    read();
    read(head, peer('wg0', keyB, { 6: '1' }), peer('wg0', keyA, { 6: '2' }));
    expect(a).toMatchObject(lastOfA);
    expect(a?.presharedKey?.reveal()).toBe(psk);
    expect(b).toMatchObject({ rxBytes: 724, txBytes: 9, allowedIps: ['10.66.0.3/32'] });
    expect(next).toMatchObject({ rxBytes: 800, endpoint: '198.51.100.7:1', publicKey: keyA });
  });

  test('a counter of any length is the nearest double, and moves on in place', () => {
    const read = following();
    const [one] = peersOf(read(peer('wg0', keyA, { 6: '999999999999999' })));
    for (const digits of ['9007199254740993', '18446744073709551615', '99999999999999999999', '007']) {
      expect(peersOf(read(peer('wg0', keyA, { 6: digits })))[0]).toBe(one);
      expect(one?.rxBytes).toBe(Number(digits));
    }
    expect(read(peer('wg0', keyA, { 6: '999999999999999999999' })).problems).toMatchObject([{ line: 1 }]);
  });

  test('a dump of the same bytes is the same dump, which lives on in the new ones', () => {
    const read = following();
    const lines = [head, peer('wg0', keyA, { 2: psk })];
    const dump = read(...lines);
    const [one] = peersOf(dump);
    expect(read(...lines)).toBe(dump);
    expect(one === undefined ? undefined : shown(one)).toEqual(peersOf(parseDump(lines.join('\n'))).map(shown)[0]);
  });

  test('one peer less or more leaves the others, wherever it stood', () => {
    const names = Array.from({ length: 6 }, (_, index) => `wg${index}`);
    for (const gone of [0, 3, 5]) {
      const read = following();
      const readOnes = (some: readonly string[]) => peersOf(read(...some.map((name) => peer(name, keyA))));
      const all = readOnes(names);
      const places = (peers: readonly DumpPeer[]) => peers.map((one) => all.indexOf(one));
      const some = [0, 1, 2, 3, 4, 5].filter((place) => place !== gone);
      expect(places(readOnes(names.filter((_, place) => place !== gone)))).toEqual(some);
      expect(places(readOnes(names)).filter((place) => place !== -1)).toEqual(some);
    }
  });
});

describe('any dump after any other', () => {
  const number = fc.oneof(
    fc.nat().map(String),
    fc.constantFrom(
      '0',
      '00',
      '18446744073709551615',
      '9007199254740993',
      '123456789012345678901',
      '',
      '-1',
      '1 ',
      'x',
    ),
  );
  const usual = (...values: string[]) => fc.constantFrom(...values);
  const cells = fc.tuple(
    usual('wg0', 'wg1', 'wg', 'é\u001b[2J', ''),
    usual(...keys, ...keys, 'no key', `${keyA}=`, keyA.replace('g=', 'h='), keyA.slice(1)),
    usual('(none)', psk, `x${psk}`, 'x(none)', ''),
    usual('(none)', '192.0.2.1:1', '[fe80::1%eth0]:51820', 'é\u001b[2J:1', ''),
    usual('(none)', '10.0.0.2/32', '10.0.0.2/32,fd00::2/128', '', ','),
    number,
    number,
    number,
    usual('off', '25', '25-30', '0', '65535', '25-', '-25', '123456', '1-123456', 'offf', ' off', '', '25x', '25\r'),
  );
  const usualRow = fc
    .tuple(
      usual('wg0', 'wg1'),
      usual(...keys),
      usual('(none)', psk),
      usual('192.0.2.1:1', '(none)'),
      usual('10.0.0.2/32', '(none)', '10.0.0.2/32,fd00::2/128'),
      fc.nat(9).map(String),
      fc.nat(2_000).map(String),
      fc.nat(99).map(String),
      usual('off', '25'),
    )
    .map((one) => one.join('\t'));
  const row = fc.oneof(
    { weight: 5, arbitrary: usualRow },
    { weight: 2, arbitrary: cells.map((one) => one.join('\t')) },
    cells.map((one) => one.slice(0, 7).join('\t')),
    cells.map((one) => [...one, ...one.slice(0, 2)].join('\t')),
  );
  const line = fc.oneof(
    { weight: 6, arbitrary: row },
    usual(head, head.replace('wg0', 'wg1'), `${head}\t9`, 'garbage', '', '\t', 'a\tb', 'wg0\t', `wg0\t${keyA}`),
  );
  const nameOf = (text: string) => (text.split('\t').length === 9 ? text.split('\t').slice(0, 2).join() : text);
  const dump = fc.oneof(fc.uniqueArray(line, { selector: nameOf, maxLength: 8 }), fc.array(line, { maxLength: 6 }));
  const dumps = fc.array(dump, { minLength: 2, maxLength: 6 });

  /** Everything about a peer but its numbers. */
  const settingsOf = (one: ReturnType<typeof shown>) =>
    JSON.stringify({ ...one, sample: undefined, latestHandshake: 0, rxBytes: 0, txBytes: 0 });

  test('is read as if it were the first', () => {
    fc.assert(
      fc.property(dumps, fc.boolean(), (all, hasEnd) => {
        const follower = new DumpFollower();
        let before: Buffer | undefined;
        for (const lines of all) {
          const text = lines.join('\n') + (hasEnd ? '\n' : '');
          const bytes = Buffer.from(text);
          const read = follower.read(bytes);
          before?.fill(0x31);
          before = bytes;
          expect(allShown(read)).toEqual(allShown(parseDump(text)));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('leaves every peer that was ever given as it is now, or as it was when it was seen last', () => {
    fc.assert(
      fc.property(dumps, fc.boolean(), (all, isAskedAtOnce) => {
        const read = following();
        const lastSeen = new Map<DumpPeer, ReturnType<typeof shown>>();
        for (const lines of all) {
          const peers = peersOf(read(...lines));
          const told = peersOf(parseDump(lines.join('\n'))).map(shown);
          for (const [place, one] of peers.entries()) lastSeen.set(one, told[place] as ReturnType<typeof shown>);
          if (isAskedAtOnce) for (const [one, said] of lastSeen) expect(shown(one)).toEqual(said);
        }
        for (const [one, said] of lastSeen) expect(shown(one)).toEqual(said);
      }),
      { numRuns: 2_000 },
    );
  });

  test('gives the same object to a peer of which only numbers differ, and to no other', () => {
    const unique = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: usualRow }, usual(head, 'garbage', '')), {
      selector: nameOf,
      maxLength: 8,
    });
    fc.assert(
      fc.property(unique, unique, (some, others) => {
        const read = following();
        const before = new Map(
          peersOf(read(...some)).map((one) => [one.id, { one, settings: settingsOf(shown(one)) }]),
        );
        for (const one of peersOf(read(...others))) {
          const known = before.get(one.id);
          expect(known?.one === one).toBe(known?.settings === settingsOf(shown(one)));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
