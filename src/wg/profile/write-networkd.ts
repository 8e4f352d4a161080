import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { dnsParts, endpointOf, isFullTunnel, isV6, type ProfileText } from './profile.ts';

/** The mark and table by which packets of a full tunnel itself are kept out of it; wg-quick(8) takes 51820 for both. */
const tunnelTable = 51_820;

/**
 * Two files for /etc/systemd/network (systemd.netdev(5), systemd.network(5)): the tunnel, which only root and networkd may
 * read, and its addresses and routes, which networkd does not take from the allowed IPs by itself.
 */
export function networkdFiles(profile: KeyedProfile): readonly [netdev: ProfileText, network: ProfileText] {
  const { name } = profile;
  const file = (ending: string, lines: readonly string[]): ProfileText => ({
    text: new Secret(`${lines.join('\n')}\n`),
    fileName: `50-${name}.${ending}`,
    path: `/etc/systemd/network/50-${name}.${ending}`,
    mode: 0o640,
    owner: 'root:systemd-network',
  });
  return [file('netdev', netdevLines(profile)), file('network', networkLines(profile))];
}

function netdevLines(profile: KeyedProfile): readonly string[] {
  const { name, mtu, privateKey, hub, presharedKey, allowedIps, persistentKeepalive } = profile;
  return [
    '[NetDev]',
    `Name=${name}`,
    'Kind=wireguard',
    ...(mtu === undefined ? [] : [`MTUBytes=${mtu}`]),
    '',
    '[WireGuard]',
    `PrivateKey=${privateKey.reveal()}`,
    ...(isFullTunnel(allowedIps) ? [`FirewallMark=${tunnelTable}`] : []),
    '',
    '[WireGuardPeer]',
    `PublicKey=${hub.publicKey}`,
    ...(presharedKey === undefined ? [] : [`PresharedKey=${presharedKey.reveal()}`]),
    `AllowedIPs=${allowedIps.join(',')}`,
    `Endpoint=${endpointOf(hub)}`,
    ...(persistentKeepalive === undefined ? [] : [`PersistentKeepalive=${persistentKeepalive}`]),
  ];
}

function networkLines({ name, addresses, dns, allowedIps }: KeyedProfile): readonly string[] {
  const isFull = isFullTunnel(allowedIps);
  const { servers, domains } = dnsParts(dns);
  const search = servers.length > 0 && (isFull || domains.length === 0) ? [...domains, '~.'] : domains;
  return [
    '[Match]',
    `Name=${name}`,
    '',
    '[Network]',
    'IPv6AcceptRA=no',
    ...addresses.map((address) => `Address=${address}`),
    ...servers.map((server) => `DNS=${server}`),
    ...(search.length === 0 ? [] : [`Domains=${search.join(' ')}`]),
    ...allowedIps.flatMap((prefix) => ['', ...routeLines(prefix, isFull)]),
    ...(isFull ? ruleLines : []),
  ];
}

function routeLines(prefix: string, isFull: boolean): readonly string[] {
  const table = isFull && prefix.endsWith('/0') ? [`Table=${tunnelTable}`] : [];
  return ['[Route]', `Destination=${prefix}`, ...(isV6(prefix) ? [] : ['Scope=link']), ...table];
}

/** What wg-quick(8) does for `/0`: all but the tunnel's own packets goes in, and the routes of LANs stay before it. */
const ruleLines = [
  '',
  '[RoutingPolicyRule]',
  'Family=both',
  'Table=main',
  'SuppressPrefixLength=0',
  'Priority=32764',
  '',
  '[RoutingPolicyRule]',
  'Family=both',
  `FirewallMark=${tunnelTable}`,
  'InvertRule=true',
  `Table=${tunnelTable}`,
  'Priority=32765',
];
