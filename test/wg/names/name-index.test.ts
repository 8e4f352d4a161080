import { describe, expect, it } from 'vitest';
import { known } from '../../../src/host/printable.ts';
import { disabledPeers, indexNames, sideFileOfName } from '../../../src/wg/names/name-index.ts';
import { PeerSections } from '../../../src/wg/names/peer-sections.ts';
import { fixture, keyOf } from './support.ts';

const conf = (text: string) => ({ path: '/etc/wireguard/wg0.conf', names: new PeerSections(text, 'conf') });
const netdevOf = (text: string) => new PeerSections(text, 'netdev');
const section = (word: string, range: string, comment = '') =>
  `[Peer]\n${comment}\nPublicKey = ${keyOf(word)}\nAllowedIPs = ${range}\n\n`;

describe('indexNames', () => {
  it('says where a name came from', () => {
    const { peers, confPath } = indexNames({ conf: conf(fixture('angristan.conf')), sidecars: [], netdevs: [] });
    expect(confPath).toBe('/etc/wireguard/wg0.conf');
    expect(peers.get(keyOf('anna'))).toMatchObject({
      name: 'anna',
      source: '/etc/wireguard/wg0.conf line 6, ### Client',
      inFile: true,
    });
    expect(peers.get(keyOf('carol'))?.source).toBe('/etc/wireguard/wg0.conf line 20');
  });

  it('prefers a side file, and keeps what else the file says', () => {
    const names = new Map([
      [keyOf('anna'), known('side')],
      [keyOf('zoe'), known('zoe')],
    ]);
    const other = new Map([[keyOf('anna'), known('later')]]);
    const { peers } = indexNames({
      conf: conf(fixture('key-value.conf')),
      sidecars: [
        { path: '/etc/wireguard/peers', names },
        { path: '/etc/wireguard/peers.toml', names: other },
      ],
      netdevs: [],
    });
    expect(peers.get(keyOf('anna'))).toMatchObject({
      name: 'side',
      tags: ['staff', 'phones'],
      source: '/etc/wireguard/peers',
    });
    expect(peers.get(keyOf('zoe'))).toMatchObject({ name: 'zoe', inFile: false });
  });

  it('says which side file has the last word about a name', () => {
    const sidecars = [{ path: '/etc/wireguard/peers', names: new Map([[keyOf('anna'), known('side')]]) }];
    const names = indexNames({ conf: conf(fixture('key-value.conf')), sidecars, netdevs: [] });
    expect(sideFileOfName(names, keyOf('anna'))).toBe('/etc/wireguard/peers');
    expect(sideFileOfName(names, keyOf('bert'))).toBeUndefined();
    expect(sideFileOfName(undefined, keyOf('anna'))).toBeUndefined();
  });

  it('keeps when access ends, the surer file first', () => {
    const both = section('anna', '10.0.0.1/32', '# expires = 2027-01-31') + section('bert', '10.0.0.2/32');
    const other = netdevOf(
      `[WireGuardPeer]\n# expires = 2028-01-31\nPublicKey = ${keyOf('anna')}\n\n[WireGuardPeer]\n# expires = 2029-01-31\nPublicKey = ${keyOf('bert')}\n`,
    );
    const { peers } = indexNames({ conf: conf(both), sidecars: [], netdevs: [{ path: 'x.netdev', names: other }] });
    expect([...peers.values()].map((peer) => peer.expires)).toEqual(['2027-01-31', '2029-01-31']);
  });

  it('joins two sections of one key: the first name, the last allowed IPs', () => {
    const text =
      section('anna', '10.0.0.1/32') +
      section('anna', '10.0.0.2/32', '# Name = two') +
      section('anna', '10.0.0.3/32', '# Name = three');
    const peer = indexNames({ conf: conf(text), sidecars: [], netdevs: [] }).peers.get(keyOf('anna'));
    expect(peer).toMatchObject({ name: 'two', allowedIps: ['10.0.0.3/32'] });
  });

  it('takes a key as live where one of its sections is', () => {
    const live = section('anna', '10.0.0.1/32');
    const off = section('anna', '10.0.0.2/32').replace(/^(?=.)/gm, '#~ ');
    for (const text of [live + off, off + live]) {
      const peer = indexNames({ conf: conf(text), sidecars: [], netdevs: [] }).peers.get(keyOf('anna'));
      expect(peer?.disabled).toBeUndefined();
      expect(peer?.allowedIps).toEqual(['10.0.0.1/32']);
    }
    const both = indexNames({ conf: conf(off + off), sidecars: [], netdevs: [] }).peers.get(keyOf('anna'));
    expect(both?.disabled).toEqual({});
  });

  it('asks systemd last', () => {
    const netdevs = [{ path: '/etc/systemd/network/wg0.netdev', names: netdevOf(fixture('wg0.netdev')) }];
    const text = section('anna', '10.0.0.1/32', '# Name = conf') + section('bert', '10.0.0.1/32');
    const { peers } = indexNames({ conf: conf(text), sidecars: [], netdevs });
    expect(peers.get(keyOf('anna'))?.name).toBe('conf');
    expect(peers.get(keyOf('bert'))).toMatchObject({ name: 'bert', inFile: true });
  });

  it('is a map that finds each peer when it is asked for, and keeps it', () => {
    const netdevs = [{ path: '/etc/systemd/network/wg0.netdev', names: netdevOf(fixture('wg0.netdev')) }];
    const sidecars = [{ path: '/etc/wireguard/peers', names: new Map([[keyOf('zoe'), known('zoe')]]) }];
    const { peers } = indexNames({ conf: conf(fixture('nyr.conf')), sidecars, netdevs });
    const words = ['anna', 'bert', 'carol', 'zoe'];
    expect([...peers.keys()]).toEqual(words.map(keyOf));
    expect(peers.size).toBe(4);
    expect(peers.has(keyOf('carol'))).toBe(true);
    expect(peers.has(keyOf('nobody'))).toBe(false);
    expect(peers.get(keyOf('nobody'))).toBeUndefined();
    expect([...peers].map(([key, { name }]) => [key, name])).toEqual(words.map((word) => [keyOf(word), word]));
    const seen: unknown[] = [];
    peers.forEach((peer, key) => {
      seen.push(key, peer);
    });
    expect(seen).toEqual([...peers].flat());
    for (const [key, peer] of peers) expect(peers.get(key)).toBe(peer);
  });
});

describe('disabledPeers', () => {
  it('are those that are disabled wherever they are', () => {
    const [live, off] = [section('anna', '10.0.0.1/32'), section('bert', '10.0.0.2/32').replace(/^(?=.)/gm, '#! ')];
    const files = { live, off, twice: live + off + off, both: off + section('bert', '10.0.0.2/32') + live };
    for (const text of [
      ...Object.values(files),
      fixture('nyr.conf'),
      fixture('pivpn.conf'),
      fixture('towalink.conf'),
    ]) {
      for (const other of ['', off.replace('[Peer]', '[WireGuardPeer]'), live.replace('[Peer]', '[WireGuardPeer]')]) {
        const sources = { conf: conf(text), sidecars: [], netdevs: [{ path: 'x.netdev', names: netdevOf(other) }] };
        const all = [...indexNames(sources).peers].filter(([, peer]) => peer.disabled !== undefined);
        expect(disabledPeers(indexNames(sources).peers)).toEqual(all);
        expect(disabledPeers(new Map(all))).toEqual(all);
      }
    }
    expect(disabledPeers(indexNames({ conf: conf(files.twice), sidecars: [], netdevs: [] }).peers)).toHaveLength(1);
    expect(disabledPeers(indexNames({ conf: conf(files.both), sidecars: [], netdevs: [] }).peers)).toHaveLength(0);
  });
});
