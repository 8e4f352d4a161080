/** Keys and configuration files of the lab's WireGuard hosts. Keys exist in memory and in the hosts' private files only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { overlay, type PeerHost, peers, type WireGuardHost, wireguardHosts, wireguardPort } from './topology.ts';

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** What each host finds in its /etc/wireguard/wg0.conf, and the public keys of all. */
export interface Configurations {
  readonly files: Readonly<Record<WireGuardHost, string>>;
  readonly publicKeys: Readonly<Record<WireGuardHost, string>>;
}

const peerHosts: readonly PeerHost[] = ['home', 'laptop', 'phone', 'roamer'];

/** New keys, and the files that go with them. The hub's file names its peers in the dialect `### Client NAME`. */
export function configure(): Configurations {
  const pairs = recordOf(wireguardHosts, newKeyPair);
  const presharedKeys = recordOf(peerHosts, (host) => (peers[host].presharedKey ? newPresharedKey() : undefined));
  const clients = recordOf(peerHosts, (host) => clientFile(host, pairs, presharedKeys[host]));
  const hub = [
    section('Interface', {
      Address: `${overlay.edge.v4}/24, ${overlay.edge.v6}/64`,
      ListenPort: String(wireguardPort),
      PrivateKey: pairs.edge.privateKey,
    }),
    ...peerHosts.map((host) => `### Client ${host}\n${hubSection(host, pairs[host].publicKey, presharedKeys[host])}`),
  ].join('\n');
  return { files: { edge: hub, ...clients }, publicKeys: recordOf(wireguardHosts, (host) => pairs[host].publicKey) };
}

function hubSection(host: PeerHost, publicKey: string, presharedKey: string | undefined): string {
  const { lans = [] } = peers[host];
  const allowed = [`${overlay[host].v4}/32`, ...lans, `${overlay[host].v6}/128`];
  return section('Peer', { PublicKey: publicKey, PresharedKey: presharedKey, AllowedIPs: allowed.join(', ') });
}

function clientFile(host: PeerHost, pairs: Record<WireGuardHost, KeyPair>, presharedKey: string | undefined): string {
  const { keepalive, dials } = peers[host];
  const lansElsewhere = peerHosts.flatMap((other) => (other === host ? [] : (peers[other].lans ?? [])));
  const { sends = ['10.8.0.0/24', ...lansElsewhere, 'fd08::/64'] } = peers[host];
  return [
    section('Interface', {
      Address: `${overlay[host].v4}/32, ${overlay[host].v6}/128`,
      PrivateKey: pairs[host].privateKey,
    }),
    section('Peer', {
      PublicKey: pairs.edge.publicKey,
      PresharedKey: presharedKey,
      Endpoint: `${dials}:${wireguardPort}`,
      AllowedIPs: sends.join(', '),
      PersistentKeepalive: keepalive === undefined ? undefined : String(keepalive),
    }),
  ].join('\n');
}

/**
 * Peers that nobody is behind, for `wg addconf`: a preshared key each, one address of 10.64.0.0/10, and for nine of ten
 * an endpoint in a network that is not there.
 */
export function fakePeers(count: number): { readonly configuration: string; readonly publicKeys: readonly string[] } {
  const publicKeys = Array.from({ length: count }, () => randomBytes(32).toString('base64'));
  const sections = publicKeys.map((publicKey, index) =>
    section('Peer', {
      PublicKey: publicKey,
      PresharedKey: newPresharedKey(),
      AllowedIPs: `10.${64 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}/32`,
      Endpoint: index % 10 === 9 ? undefined : `203.0.113.${100 + (index % 90)}:${10_000 + (index % 50_000)}`,
    }),
  );
  return { configuration: sections.join('\n'), publicKeys };
}

/** The section of a peer in a configuration file that {@link configure} made. */
export function peerSection(file: string, publicKey: string): string | undefined {
  const found = file.split(/^(?=\[Peer\])/m).find((part) => part.includes(`PublicKey = ${publicKey}`));
  return found?.split(/^###/m)[0];
}

/** A preshared key, which is 32 random bytes in base 64. */
export function newPresharedKey(): string {
  return randomBytes(32).toString('base64');
}

function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const raw = (der: Buffer) => der.subarray(-32).toString('base64');
  return {
    privateKey: raw(privateKey.export({ format: 'der', type: 'pkcs8' })),
    publicKey: raw(publicKey.export({ format: 'der', type: 'spki' })),
  };
}

function section(title: string, fields: Readonly<Record<string, string | undefined>>): string {
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  return `[${title}]\n${lines.join('\n')}\n`;
}

function recordOf<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Value>;
}
