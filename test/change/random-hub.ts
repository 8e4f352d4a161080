/** Hubs as they may be found: files by different tools, peers that do not run as the file says, routes that are missing. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { known } from '../../src/host/printable.ts';
import { parseAddress } from '../../src/network/address.ts';
import type { InterfaceAddress } from '../../src/network/addresses.ts';
import { parsePrefix } from '../../src/network/prefix.ts';
import type { Route } from '../../src/network/routes.ts';
import { routingTable } from '../../src/network/tables.ts';
import { wantedRoutes } from '../../src/network/wg-quick-routes.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import type { HubState } from '../../src/wg/hub.ts';
import type { InterfaceName, PublicKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';
import { Secret } from '../../src/wg/secret.ts';

export const wg0 = 'wg0' as InterfaceName;

/** A key that is always the same for the same words. */
export function keyOf(words: string): PublicKey {
  return createHash('sha256').update(words).digest('base64') as PublicKey;
}

/** The public keys of peers, by number. */
export const peerKeys: readonly PublicKey[] = Array.from({ length: 10 }, (_, index) => keyOf(`peer ${index}`));

/** Every private and preshared key that can be in a hub of this file. */
export const secretTexts: readonly string[] = [
  keyOf('private'),
  ...peerKeys.flatMap((_, index) => [keyOf(`preshared ${index}`), keyOf(`other ${index}`), keyOf(`client ${index}`)]),
];

const privateKey = keyOf('private');

interface PeerWish {
  readonly inFile: 'live' | 'disabled' | 'absent';
  readonly runs: 'as written' | 'otherwise' | 'not' | 'with more';
  readonly lan: boolean;
  readonly v6: boolean;
  readonly psk: boolean;
  readonly keepalive: number | undefined;
  readonly endpoint: string | undefined;
  readonly roamed: string | undefined;
  readonly style: (typeof styles)[number];
}

const styles = ['friendly', 'angristan', 'nyr', 'pivpn', 'wg-portal', 'none'] as const;

const peerWish: fc.Arbitrary<PeerWish> = fc.record({
  inFile: fc.constantFrom('live', 'live', 'live', 'disabled', 'disabled', 'absent'),
  runs: fc.constantFrom('as written', 'as written', 'as written', 'otherwise', 'not', 'with more'),
  lan: fc.boolean(),
  v6: fc.boolean(),
  psk: fc.boolean(),
  keepalive: fc.constantFrom(undefined, 25, 15),
  endpoint: fc.constantFrom(undefined, undefined, '203.0.113.9:51820', '[2001:db8::9]:51820', 'home.example.net:51820'),
  roamed: fc.constantFrom(undefined, '198.51.100.7:40000'),
  style: fc.constantFrom(...styles),
});

interface HubWish {
  readonly peers: readonly PeerWish[];
  readonly runs: boolean;
  readonly table: string | undefined;
  /** One of so many routes is missing. */
  readonly missing: number;
  readonly wide: boolean;
  readonly crlf: boolean;
}

const hubWish: fc.Arbitrary<HubWish> = fc.record({
  peers: fc.array(peerWish, { minLength: 1, maxLength: 7 }),
  runs: fc.constantFrom(true, true, true, true, true, false),
  table: fc.constantFrom(undefined, undefined, 'auto', 'off', '51'),
  missing: fc.integer({ min: 2, max: 9 }),
  wide: fc.boolean(),
  crlf: fc.constantFrom(false, false, false, true),
});

/** A random hub. */
export const anyHub: fc.Arbitrary<HubState> = hubWish.map(makeHub);

function makeHub(wish: HubWish): HubState {
  const text = fileText(wish);
  const peers = wish.peers.flatMap((peer, index) => runningPeer(peer, index, wish.wide) ?? []);
  const allowedIps = [
    ...wish.peers.flatMap((peer, index) => (peer.inFile === 'live' ? writtenIps(peer, index, wish.wide) : [])),
    ...peers.flatMap((peer) => peer.allowedIps),
  ];
  const wanted = wantedRoutes({ allowedIps, addresses: ['10.8.0.1/24'], table: wish.table, fwmark: undefined });
  return {
    interfaceName: wg0,
    program: 'wg',
    conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: parseConf(text) },
    running: wish.runs
      ? {
          name: wg0,
          flavour: 'wireguard',
          publicKey: keyOf('hub'),
          privateKey: new Secret(privateKey),
          listenPort: 51_820,
          fwmark: undefined,
          peers,
        }
      : undefined,
    routes: wish.runs
      ? wanted
          .filter((_, index) => index % wish.missing !== 1)
          .map((route) => routeInto(route.prefix.text, route.table))
      : [],
    addresses: wish.runs ? [addressOf('10.8.0.1/24')] : [],
  };
}

/** A route as wg-quick makes it. */
export function routeInto(prefixText: string, table = 'main', dev = 'wg0'): Route {
  const prefix = parsePrefix(prefixText)?.prefix;
  if (prefix === undefined) throw new Error(`${prefixText} is no prefix`);
  return {
    family: prefix.family,
    prefix,
    table: routingTable(table),
    type: 'unicast',
    nextHops: [{ dev: known(dev), via: undefined, weight: 1, linkdown: false, dead: false }],
    metric: prefix.family === 'v4' ? 0 : 1024,
    protocol: undefined,
    scope: known('link'),
    prefSrc: undefined,
    from: undefined,
    tos: undefined,
  };
}

/** An address of the interface. */
export function addressOf(text: string, dev = 'wg0'): InterfaceAddress {
  const [own = ''] = text.split('/');
  const address = parseAddress(own);
  const onLink = parsePrefix(text)?.prefix;
  if (address === undefined || onLink === undefined) throw new Error(`${text} is no address`);
  const { family } = address;
  const flags = { tentative: false, dadFailed: false, noPrefixRoute: false };
  return { dev: known(dev), family, address, text: known(own), onLink, scope: known('global'), ...flags };
}

function writtenIps({ lan, v6 }: PeerWish, index: number, wide: boolean): string[] {
  return [
    `10.8.0.${index + 2}/32`,
    ...(lan ? [`192.168.${index}.0/24`] : []),
    ...(wide && index === 0 ? ['172.16.0.0/12'] : []),
    ...(wide && index === 1 ? ['172.16.1.0/24'] : []),
    ...(v6 ? [`fd00:66::${index + 2}/128`] : []),
  ];
}

function runningPeer(wish: PeerWish, index: number, wide: boolean): DumpPeer | undefined {
  const { inFile, runs, psk, keepalive, endpoint, roamed } = wish;
  const publicKey = peerKeys[index];
  if (publicKey === undefined || runs === 'not' || (inFile === 'disabled' && runs === 'as written')) return undefined;
  const written = writtenIps(wish, index, wide);
  const literal = endpoint?.startsWith('home') === true ? undefined : endpoint;
  const preshared = runs === 'otherwise' ? `other ${index}` : `preshared ${index}`;
  return {
    id: peerId(wg0, publicKey),
    interfaceName: wg0,
    publicKey,
    presharedKey: psk ? new Secret(keyOf(preshared)) : undefined,
    endpoint: endpointOf(roamed ?? literal),
    allowedIps: (runs === 'with more' ? [...written, `10.20.${index}.0/24`] : written).map(known),
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: runs === 'otherwise' ? 77 : keepalive,
  };
}

function endpointOf(text: string | undefined) {
  return text === undefined ? undefined : known(text);
}

function fileText({ peers, table, wide, crlf }: HubWish): string {
  const head = [
    '# kept by hand',
    '[Interface]',
    'Address = 10.8.0.1/24',
    'ListenPort = 51820',
    `PrivateKey = ${privateKey}`,
  ];
  const lines = [
    ...head,
    ...(table === undefined ? [] : [`Table = ${table}`]),
    'PostUp = iptables -A FORWARD -i %i -j ACCEPT # keep',
    '',
    ...peers.flatMap((peer, index) => (peer.inFile === 'absent' ? [] : [...section(peer, index, wide), ''])),
  ];
  return lines.map((line) => `${line}${crlf ? '\r\n' : '\n'}`).join('');
}

function section(wish: PeerWish, index: number, wide: boolean): string[] {
  const { style, psk, keepalive, endpoint, inFile } = wish;
  const name = `peer-${index}`;
  const above = { angristan: `### Client ${name}`, nyr: `# BEGIN_PEER ${name}`, pivpn: `### begin ${name} ###` };
  const below = { nyr: `# END_PEER ${name}`, pivpn: `### end ${name} ###` };
  const inside = {
    friendly: [`# friendly_name = ${name}`],
    'wg-portal': [`# -WGP- Display name: ${name}`, `# -WGP- PrivateKey: ${keyOf(`client ${index}`)}`],
  };
  const lines = [
    ...(style in above ? [above[style as keyof typeof above]] : []),
    '[Peer]',
    ...(style in inside ? inside[style as keyof typeof inside] : []),
    `PublicKey = ${peerKeys[index]}`,
    ...(psk ? [`PresharedKey = ${keyOf(`preshared ${index}`)}`] : []),
    `AllowedIPs = ${writtenIps(wish, index, wide).join(', ')}`,
    ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
    ...(keepalive === undefined ? [] : [`PersistentKeepalive = ${keepalive}`]),
    ...(style in below ? [below[style as keyof typeof below]] : []),
  ];
  return inFile === 'disabled' ? lines.map((line) => `#[disabled] ${line}`) : lines;
}
