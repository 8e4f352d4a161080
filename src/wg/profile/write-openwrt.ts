import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { dnsParts, type GatewayPart, isV6, type ProfileText } from './profile.ts';

/**
 * Commands for `uci batch` of an OpenWrt router (netifd's protocol `wireguard`, package wireguard-tools). Interface and
 * firewall sections are named, so that values that are single are replaced where the batch is run again.
 */
export function openWrtBatch(profile: KeyedProfile): ProfileText {
  const { name, privateKey, addresses, dns, mtu, hub, presharedKey, allowedIps, persistentKeepalive, gateway } =
    profile;
  const section = sectionName(name);
  const { servers, domains } = dnsParts(dns);
  const own = `network.${section}`;
  const peer = `network.${section}_hub`;
  const lines = [
    `set ${own}='interface'`,
    `set ${own}.proto='wireguard'`,
    `set ${own}.private_key='${privateKey.reveal()}'`,
    ...addresses.map((address) => `add_list ${own}.addresses='${address}'`),
    ...servers.map((server) => `add_list ${own}.dns='${server}'`),
    ...domains.map((domain) => `add_list ${own}.dns_search='${domain}'`),
    ...(mtu === undefined ? [] : [`set ${own}.mtu='${mtu}'`]),
    `set ${peer}='wireguard_${section}'`,
    `set ${peer}.description='hub'`,
    `set ${peer}.public_key='${hub.publicKey}'`,
    ...(presharedKey === undefined ? [] : [`set ${peer}.preshared_key='${presharedKey.reveal()}'`]),
    `set ${peer}.endpoint_host='${hub.host}'`,
    `set ${peer}.endpoint_port='${hub.port}'`,
    ...allowedIps.map((prefix) => `add_list ${peer}.allowed_ips='${prefix}'`),
    `set ${peer}.route_allowed_ips='1'`,
    ...(persistentKeepalive === undefined ? [] : [`set ${peer}.persistent_keepalive='${persistentKeepalive}'`]),
    ...(gateway === undefined ? [] : firewallLines(section, gateway)),
    'commit network',
    ...(gateway === undefined ? [] : ['commit firewall']),
  ];
  return {
    text: new Secret(`${lines.join('\n')}\n`),
    fileName: `${name}.uci`,
    path: undefined,
    mode: 0o600,
    owner: undefined,
  };
}

/** What runs on the router: the batch comes by standard input and stays nowhere. */
export const openWrtSteps = [
  'opkg install wireguard-tools',
  'uci batch',
  'service network reload',
  'service firewall reload',
];

/** The zone of the tunnel, which may speak with the LAN's, and with NAT a rule for what goes into it. */
function firewallLines(section: string, { variant, mesh, lans }: GatewayPart): readonly string[] {
  // fw4 takes at most 14 characters for a zone's name.
  const zone = section.slice(0, 14);
  const forwardings = [
    [zone, 'lan'],
    ['lan', zone],
  ] as const;
  const nats = variant === 'nat' ? mesh.flatMap((from) => lans.flatMap((to) => sameFamily(from, to))) : [];
  return [
    `set firewall.${section}='zone'`,
    `set firewall.${section}.name='${zone}'`,
    `set firewall.${section}.network='${section}'`,
    `set firewall.${section}.input='ACCEPT'`,
    `set firewall.${section}.output='ACCEPT'`,
    `set firewall.${section}.forward='REJECT'`,
    ...forwardings.flatMap(([src, dest], index) => [
      `set firewall.${section}_f${index}='forwarding'`,
      `set firewall.${section}_f${index}.src='${src}'`,
      `set firewall.${section}_f${index}.dest='${dest}'`,
    ]),
    ...nats.flatMap(([from, to], index) => [
      `set firewall.${section}_n${index}='nat'`,
      `set firewall.${section}_n${index}.name='${section} ${index}'`,
      `set firewall.${section}_n${index}.src='lan'`,
      `set firewall.${section}_n${index}.proto='all'`,
      `set firewall.${section}_n${index}.src_ip='${from}'`,
      `set firewall.${section}_n${index}.dest_ip='${to}'`,
      `set firewall.${section}_n${index}.target='MASQUERADE'`,
    ]),
  ];
}

function sameFamily(from: string, to: string): readonly (readonly [string, string])[] {
  return isV6(from) === isV6(to) ? [[from, to]] : [];
}

/** UCI names sections with letters, digits and underscores. */
function sectionName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}
