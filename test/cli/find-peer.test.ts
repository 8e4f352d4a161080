/** Which peer a word names. */
import { describe, expect, test } from 'vitest';
import { findPeer } from '../../src/cli/find-peer.ts';
import { known, type Printable } from '../../src/host/printable.ts';
import type { InterfaceView, PeerView, Snapshot } from '../../src/observe/snapshot.ts';
import type { InterfaceName, PublicKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';

type Row = readonly [name: string | undefined, key: string, allowedIps: readonly string[]];

const key = (start: string) => `${start}${'A'.repeat(43 - start.length)}=` as PublicKey;

/** A hub with these interfaces and peers; nothing else of it counts. */
function hub(interfaces: Readonly<Record<string, readonly Row[]>>): Snapshot {
  const views = Object.entries(interfaces).map(([name, rows]) => ({
    name: name as InterfaceName,
    peers: rows.map(([label, start, allowedIps]) => ({
      id: peerId(name as InterfaceName, key(start)),
      interfaceName: name as InterfaceName,
      publicKey: key(start),
      label: known(label ?? key(start).slice(0, 8)),
      isNamed: label !== undefined,
      allowedIps: allowedIps as readonly Printable[],
    })) as unknown as readonly PeerView[],
  })) as unknown as readonly InterfaceView[];
  return { interfaces: views } as unknown as Snapshot;
}

const two = hub({
  wg0: [
    ['laptop', 'Lap0', ['10.8.0.4/32', 'fd08::4/128']],
    ['Phone', 'Pho0', ['10.8.0.5/32']],
    ['phone', 'Pho1', ['10.8.0.6/32']],
    ['home', 'Hom0', ['10.8.0.3/32', '192.168.1.0/24']],
    [undefined, 'Anon1', ['10.8.0.9/32']],
    ['twin', 'Twi1', []],
    ['twin', 'Twi2', []],
  ],
  wg1: [
    ['laptop', 'Lap1', ['10.9.0.4/32']],
    ['10.8.0.4', 'Liar', ['10.9.0.5/32']],
    ['a/b', 'Sla0', []],
  ],
});

const nameOf = (word: string, interfaceName?: string) => {
  const finding = findPeer(two, word, interfaceName);
  return finding.outcome === 'found' ? finding.peer.id.slice(0, 8) : finding;
};

describe('a peer is named by', () => {
  test.each([
    ['its name', 'home', 'wg0/Hom0'],
    ['its name in other letters', 'HOME', 'wg0/Hom0'],
    ['its name exactly before another in other letters', 'phone', 'wg0/Pho1'],
    ['its interface and name', 'wg0/laptop', 'wg0/Lap0'],
    ['a name with a slash', 'a/b', 'wg1/Sla0'],
    ['an interface and a name with a slash', 'wg1/a/b', 'wg1/Sla0'],
    ['its address', '10.8.0.9', 'wg0/Anon'],
    ['its address over IPv6, however it is written', 'fd08:0::4', 'wg0/Lap0'],
    ['a name that looks like an address, before the address', '10.8.0.4', 'wg1/Liar'],
    ['its key', key('Hom0'), 'wg0/Hom0'],
    ['four letters of its key', 'Anon', 'wg0/Anon'],
    ['its interface and its key', `wg1/${key('Lap1')}`, 'wg1/Lap1'],
  ])('%s', (_what, word, id) => {
    expect(nameOf(word)).toBe(id);
  });

  test('its name on the interface that is said', () => {
    expect(nameOf('laptop', 'wg1')).toBe('wg1/Lap1');
  });
});

describe('no peer is named by', () => {
  test.each([
    ['a name that two interfaces have', 'laptop', 'ambiguous', ['wg0/laptop', 'wg1/laptop']],
    ['a name in other letters that two have', 'PHONE', 'ambiguous', ['Phone', 'phone']],
    ['a name that two of one interface have', 'twin', 'ambiguous', ['wg0/Twi1AAAAAAAA', 'wg0/Twi2AAAAAAAA']],
    ['a letter too few', 'hme', 'unknown', ['home']],
    ['two letters swapped', 'hoem', 'unknown', ['home']],
    ['a part of a name', 'hom', 'unknown', ['home']],
    ['an address that a peer only carries', '192.168.1.7', 'unknown', undefined],
    ['three letters of a key', 'Ano', 'unknown', ['Anon1AAA']],
    ['a key in other letters', 'anon1', 'unknown', ['Anon1AAA']],
    ['nothing', '', 'unknown', undefined],
    ['an interface alone', 'wg0/', 'unknown', undefined],
  ] as const)('%s', (_what, word, outcome, candidates) => {
    const finding = nameOf(word);
    expect(finding).toMatchObject({ outcome, ...(candidates !== undefined && { candidates }) });
  });

  test('another interface than the one that is said', () => {
    expect(nameOf('wg0/laptop', 'wg1')).toMatchObject({ outcome: 'unknown' });
    expect(nameOf('laptop', 'wg9')).toEqual({
      outcome: 'unknown',
      reason: 'There is no interface wg9 here. There are:',
      candidates: ['wg0', 'wg1'],
    });
  });
});
