import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { type GatewayPart, isFullTunnel, isV6, type ProfileText } from './profile.ts';

/**
 * Commands for the terminal of RouterOS 7, or for `/import`. Routes are made for each allowed IP. Not for a full tunnel,
 * where the tunnel's own packets need a route by the provider that only the router knows: a comment says so.
 */
export function mikrotikCommands(profile: KeyedProfile): ProfileText {
  const { name, privateKey, addresses, mtu, hub, presharedKey, allowedIps, persistentKeepalive, gateway } = profile;
  const peer = [
    `interface=${name}`,
    'name=hub',
    `public-key="${hub.publicKey}"`,
    ...(presharedKey === undefined ? [] : [`preshared-key="${presharedKey.reveal()}"`]),
    `endpoint-address=${hub.host}`,
    `endpoint-port=${hub.port}`,
    `allowed-address=${allowedIps.join(',')}`,
    ...(persistentKeepalive === undefined ? [] : [`persistent-keepalive=${persistentKeepalive}s`]),
  ];
  const lines = [
    `/interface/wireguard/add name=${name} private-key="${privateKey.reveal()}"${mtu === undefined ? '' : ` mtu=${mtu}`}`,
    `/interface/wireguard/peers/add ${peer.join(' ')}`,
    ...addresses.map((address) =>
      isV6(address)
        ? `/ipv6/address/add address=${address} advertise=no interface=${name}`
        : `/ip/address/add address=${address} interface=${name}`,
    ),
    ...(isFullTunnel(allowedIps)
      ? [`# Routes are yours to add: first one to ${hub.host} by your provider, then the default route by ${name}.`]
      : allowedIps.map((prefix) => `/${isV6(prefix) ? 'ipv6' : 'ip'}/route/add dst-address=${prefix} gateway=${name}`)),
    ...(gateway === undefined ? [] : gatewayLines(name, gateway)),
  ];
  return {
    text: new Secret(`${lines.join('\n')}\n`),
    fileName: `${name}.rsc`,
    path: undefined,
    mode: 0o600,
    owner: undefined,
  };
}

/** Before all other rules, both ways; with NAT for what goes into the LAN. */
function gatewayLines(name: string, { variant, lans, mesh, lanInterface }: GatewayPart): readonly string[] {
  const lines: string[] = [];
  for (const lan of lans) {
    const menu = isV6(lan) ? 'ipv6' : 'ip';
    lines.push(
      `/${menu}/firewall/filter/add chain=forward action=accept in-interface=${name} dst-address=${lan} place-before=0`,
      `/${menu}/firewall/filter/add chain=forward action=accept out-interface=${name} src-address=${lan} place-before=0`,
    );
    if (variant === 'static-route') continue;
    for (const from of mesh.filter((prefix) => isV6(prefix) === isV6(lan))) {
      lines.push(
        `/${menu}/firewall/nat/add chain=srcnat action=masquerade src-address=${from} dst-address=${lan} out-interface=${lanInterface}`,
      );
    }
  }
  return lines;
}
