import { createHash } from 'node:crypto';
import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { dnsParts, endpointOf, isV6, type ProfileText } from './profile.ts';

/**
 * A connection as NetworkManager keeps it (nm-settings-keyfile(5)): for /etc/NetworkManager/system-connections, where it
 * takes only files that nobody but root may read. Routes follow from the allowed IPs. Without search domains all names are
 * asked at the servers (`~`), as `nmcli connection import` sets it and wg-quick(8) does.
 */
export function networkManagerFile(profile: KeyedProfile): ProfileText {
  const { name, privateKey, mtu } = profile;
  const lines = [
    '[connection]',
    `id=${name}`,
    `uuid=${uuidOf(profile)}`,
    'type=wireguard',
    `interface-name=${name}`,
    '',
    '[wireguard]',
    `private-key=${privateKey.reveal()}`,
    ...(mtu === undefined ? [] : [`mtu=${mtu}`]),
    '',
    ...peerLines(profile),
    '',
    '[ipv4]',
    ...familyLines(profile, 'v4'),
    '',
    '[ipv6]',
    'addr-gen-mode=stable-privacy',
    ...familyLines(profile, 'v6'),
  ];
  return {
    text: new Secret(`${lines.join('\n')}\n`),
    fileName: `${name}.nmconnection`,
    path: `/etc/NetworkManager/system-connections/${name}.nmconnection`,
    mode: 0o600,
    owner: 'root:root',
  };
}

function peerLines({ hub, presharedKey, persistentKeepalive, allowedIps }: KeyedProfile): readonly string[] {
  return [
    `[wireguard-peer.${hub.publicKey}]`,
    `endpoint=${endpointOf(hub)}`,
    ...(presharedKey === undefined ? [] : [`preshared-key=${presharedKey.reveal()}`, 'preshared-key-flags=0']),
    ...(persistentKeepalive === undefined ? [] : [`persistent-keepalive=${persistentKeepalive}`]),
    `allowed-ips=${allowedIps.join(';')};`,
  ];
}

function familyLines({ addresses, dns }: KeyedProfile, family: 'v4' | 'v6'): readonly string[] {
  const isOfFamily = (text: string) => isV6(text) === (family === 'v6');
  const own = addresses.filter(isOfFamily);
  if (own.length === 0) return ['method=disabled'];
  const { servers, domains } = dnsParts(dns);
  const asked = servers.filter(isOfFamily);
  const search = domains.length === 0 && asked.length > 0 ? ['~'] : domains;
  return [
    ...own.map((address, index) => `address${index + 1}=${address}`),
    ...(asked.length === 0 ? [] : [`dns=${asked.join(';')};`]),
    ...(search.length === 0 ? [] : [`dns-search=${search.join(';')};`]),
    'method=manual',
  ];
}

/** The same for the same client of the same hub, so that a file that is issued again takes the place of the first. */
function uuidOf({ name, hub }: KeyedProfile): string {
  const hex = createHash('sha256').update(`meshtui ${hub.publicKey} ${name}`).digest('hex');
  // RFC 9562 §5.8: version 8, variant 10.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
