/** What counts as a difference and what does not, where no real hub is needed to tell. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import type { Route } from '../../src/network/routes.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import { type DriftContext, driftCount, driftOf } from '../../src/wg/drift.ts';
import { parseDump } from '../../src/wg/dump.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { addressOf, routeInto, wg0 } from '../change/random-hub.ts';

const privateKey = 'cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const keyOf = (words: string) => createHash('sha256').update(words).digest('base64');
const [anna, home] = [keyOf('anna'), keyOf('home')];

/** The kernel gives it to an interface by itself. */
const linkLocal = { ...addressOf('fe80::1/64'), scope: known('link') };

interface Sides {
  /** Lines of `[Interface]`, and peers. */
  readonly file?: string;
  readonly peers?: string;
  readonly rows?: readonly string[];
  readonly mark?: string;
  readonly routes?: readonly Route[];
  readonly addresses?: readonly string[];
  readonly context?: DriftContext;
}

const row = (key: string, ips: string, endpoint = '(none)', keepalive = 'off') =>
  ['wg0', key, '(none)', endpoint, ips, '0', '0', '0', keepalive].join('\t');
const peer = (key: string, more: string) => `[Peer]\nPublicKey = ${key}\n${more}\n`;

const sameIps = 'AllowedIPs = 10.8.0.2/32, 192.168.1.0/24';

function drift(sides: Sides = {}) {
  const { file = '', peers = peer(anna, sameIps), mark = 'off', context } = sides;
  const { rows = [row(anna, '10.8.0.2/32,192.168.1.0/24')], addresses = ['10.8.0.1/24'] } = sides;
  const text = `[Interface]\nPrivateKey = ${privateKey}\nListenPort = 51820\nAddress = 10.8.0.1/24\n${file}\n${peers}`;
  const conf = parseConf(text);
  const reading = readWanted(conf);
  if (reading.outcome === 'rejected') throw new Error(reading.problems[0]?.problem);
  const dump = [['wg0', privateKey, reading.wanted.publicKey, '51820', mark].join('\t'), ...rows].join('\n');
  const hub: HubState = {
    interfaceName: wg0,
    program: 'wg',
    conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: conf },
    running: parseDump(`${dump}\n`).interfaces[0],
    routes: sides.routes ?? [routeInto('192.168.1.0/24')],
    addresses: [...addresses.map((address) => addressOf(address)), linkLocal],
  };
  return driftOf(hub, reading.wanted, context);
}

const ids = (sides: Sides) => drift(sides).map(({ id }) => id);
const annaId = anna.slice(0, 8);

describe('what is no drift', () => {
  test.each<[string, Sides]>([
    ['the same', {}],
    ['allowed IPs in another order', { peers: peer(anna, 'AllowedIPs = 192.168.1.0/24, 10.8.0.2') }],
    ['allowed IPs with host bits', { peers: peer(anna, 'AllowedIPs = 10.8.0.2/32, 192.168.1.7/24') }],
    [
      'a name of an endpoint',
      {
        peers: peer(anna, `${sameIps}\nEndpoint = a.example.net:1`),
        rows: [row(anna, '10.8.0.2/32,192.168.1.0/24', '192.0.2.1:1')],
      },
    ],
    ['a mark that a hook sets', { file: 'PostUp = wg set %i fwmark 77', mark: '0x4d' }],
    [
      'an address that a hook adds',
      { file: 'PostUp = ip addr add 10.9.0.1/24 dev %i', addresses: ['10.8.0.1/24', '10.9.0.1/24'] },
    ],
    [
      'a route that a hook adds',
      {
        file: 'PostUp = ip route add 10.70.0.0/16 dev %i',
        routes: [routeInto('192.168.1.0/24'), routeInto('10.70.0.0/16')],
      },
    ],
    [
      'what hooks put into a table',
      {
        file: 'PostUp = ip route replace default dev %i table 77',
        routes: [routeInto('192.168.1.0/24'), routeInto('0.0.0.0/0', '77')],
      },
    ],
    [
      'a route of a routing daemon',
      { routes: [routeInto('192.168.1.0/24'), { ...routeInto('10.70.0.0/16'), protocol: known('bird') }] },
    ],
    ['routes of ones own with Table = off', { file: 'Table = off', routes: [routeInto('10.70.0.0/16')] }],
    [
      'the mark and the table of a default route',
      {
        peers: peer(anna, 'AllowedIPs = 0.0.0.0/0'),
        rows: [row(anna, '0.0.0.0/0')],
        mark: '0xca6c',
        routes: [routeInto('0.0.0.0/0', '51820')],
      },
    ],
    ['a table by its number', { file: 'Table = 254', routes: [routeInto('10.8.0.2/32'), routeInto('192.168.1.0/24')] }],
  ])('%s', (_what, sides) => {
    expect(ids(sides)).toEqual([]);
  });
});

describe('what is drift', () => {
  test.each<[string, Sides, string[]]>([
    [
      'a peer that is commented out and runs',
      { peers: peer(anna, sameIps).replace(/^/gm, '#') },
      [`wg0/peer-only-running/${annaId}`],
    ],
    [
      'a prefix at another peer, said of both and not of its route',
      {
        peers: peer(anna, 'AllowedIPs = 10.8.0.2/32') + peer(home, 'AllowedIPs = 10.8.0.3/32, 192.168.1.0/24'),
        rows: [row(anna, '10.8.0.2/32,192.168.1.0/24'), row(home, '10.8.0.3/32')],
      },
      [`wg0/allowed-ips/${annaId}`, `wg0/allowed-ips/${home.slice(0, 8)}`],
    ],
    ['a mark', { mark: '0x77' }, ['wg0/fwmark']],
    [
      'a route in the wrong table',
      { file: 'Table = 77' },
      ['wg0/route-missing/10.8.0.2/32/77', 'wg0/route-missing/192.168.1.0/24/77', 'wg0/route-extra/192.168.1.0/24'],
    ],
    [
      'a route twice',
      { routes: [routeInto('192.168.1.0/24'), { ...routeInto('10.70.0.0/16'), metric: 5 }, routeInto('10.70.0.0/16')] },
      ['wg0/route-extra/10.70.0.0/16/metric-5', 'wg0/route-extra/10.70.0.0/16'],
    ],
    [
      'the default route of a peer, which only wg-quick can make',
      { peers: peer(anna, 'AllowedIPs = 0.0.0.0/0'), rows: [row(anna, '0.0.0.0/0')], routes: [] },
      ['wg0/route-missing/0.0.0.0/0/51820'],
    ],
    [
      'an address with another length',
      { addresses: ['10.8.0.1/16'] },
      ['wg0/address-missing/10.8.0.1/24', 'wg0/address-extra/10.8.0.1/16'],
    ],
    [
      'a link that is down, and nothing that follows from it',
      { routes: [], addresses: [], context: { link: { mtu: 1420, isUp: false } } },
      ['wg0/interface-down'],
    ],
  ])('%s', (_what, sides, expected) => {
    expect(ids(sides)).toEqual(expected);
  });

  test('a default route cannot be pushed', () => {
    const [item] = drift({ peers: peer(anna, 'AllowedIPs = 0.0.0.0/0'), rows: [row(anna, '0.0.0.0/0')], routes: [] });
    expect(item).toMatchObject({ canPush: false, canAdopt: false });
  });

  test('a peer that moved is no reason to look', () => {
    const items = drift({
      peers: peer(anna, `${sameIps}\nEndpoint = 192.0.2.1:1`),
      rows: [row(anna, '10.8.0.2/32,192.168.1.0/24', '192.0.2.9:1')],
    });
    expect(items).toMatchObject([{ kind: 'endpoint', severity: 'info', file: '192.0.2.1:1', running: '192.0.2.9:1' }]);
    expect(driftCount(items, new Set())).toBe(0);
  });

  test('what is ignored is not counted', () => {
    const items = drift({ mark: '0x77' });
    expect(driftCount(items, new Set())).toBe(1);
    expect(driftCount(items, new Set(['wg0/fwmark']))).toBe(0);
  });
});

test('ten thousand peers are compared in well under 50 ms of work', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => keyOf(`${index}`));
  const ipsOf = (index: number) => `10.8.${index >> 8}.${index & 255}/32,fd08::${index.toString(16)}/128`;
  const peers = keys.map((key, index) => peer(key, `AllowedIPs = ${ipsOf(index + 2)}`)).join('');
  const conf = parseConf(`[Interface]\nPrivateKey = ${privateKey}\nAddress = 10.8.0.1/16, fd08::1/64\n${peers}`);
  const reading = readWanted(conf);
  if (reading.outcome === 'rejected') throw new Error(reading.problems[0]?.problem);
  const rows = keys.map((key, index) => row(key, ipsOf(index + 2)));
  const dump = `${['wg0', privateKey, reading.wanted.publicKey, '51820', 'off'].join('\t')}\n${rows.join('\n')}\n`;
  const hub: HubState = {
    interfaceName: wg0,
    program: 'wg',
    conf: { path: 'wg0.conf', mode: 0o600, file: conf },
    running: parseDump(dump).interfaces[0],
    routes: [],
    addresses: [addressOf('10.8.0.1/16'), addressOf('fd08::1/64')],
  };
  // The best of some: other tests run beside this one.
  const times = Array.from({ length: 8 }, () => {
    const startedAt = performance.now();
    expect(driftOf(hub, reading.wanted)).toEqual([]);
    return performance.now() - startedAt;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});
