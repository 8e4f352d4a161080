import { Secret } from '../secret.ts';
import type { KeyedProfile } from './check-profile.ts';
import { endpointOf, type ProfileText } from './profile.ts';

/**
 * The configuration that every official app takes: only keys that all of them know (Table, hooks, SaveConfig and FwMark
 * make an import fail on Android, iOS and Windows). Without a comment and a blank too much, for a QR code.
 */
export function compactText(profile: KeyedProfile): Secret {
  return new Secret(
    linesOf(profile)
      .map((line) => (Array.isArray(line) ? `${line[0]}=${line[1].replaceAll(', ', ',')}\n` : `${line}\n`))
      .join(''),
  );
}

/** The same for a file: to be read by people too. */
export function portableFile(profile: KeyedProfile): ProfileText {
  const { name } = profile;
  return {
    text: new Secret(`# ${name}: it holds private keys; whoever has them is this device.\n${spacedText(profile, [])}`),
    fileName: `${name}.conf`,
    path: `/etc/wireguard/${name}.conf`,
    mode: 0o600,
    owner: undefined,
  };
}

/** The configuration with its usual blanks; more settings of the interface behind its own. */
export function spacedText(profile: KeyedProfile, more: readonly (readonly [key: string, value: string])[]): string {
  const lines = linesOf(profile);
  const peer = lines.indexOf('[Peer]');
  return [...lines.slice(0, peer), ...more, '', ...lines.slice(peer)]
    .map((line) => (typeof line === 'string' ? `${line}\n` : `${line[0]} = ${line[1]}\n`))
    .join('');
}

type Line = string | readonly [key: string, value: string];

function linesOf(profile: KeyedProfile): readonly Line[] {
  const { privateKey, addresses, dns, mtu, hub, presharedKey, allowedIps, persistentKeepalive } = profile;
  const lines: Line[] = ['[Interface]', ['PrivateKey', privateKey.reveal()], ['Address', addresses.join(', ')]];
  if (dns.length > 0) lines.push(['DNS', dns.join(', ')]);
  if (mtu !== undefined) lines.push(['MTU', `${mtu}`]);
  lines.push('[Peer]', ['PublicKey', hub.publicKey]);
  if (presharedKey !== undefined) lines.push(['PresharedKey', presharedKey.reveal()]);
  lines.push(['AllowedIPs', allowedIps.join(', ')], ['Endpoint', endpointOf(hub)]);
  if (persistentKeepalive !== undefined) lines.push(['PersistentKeepalive', `${persistentKeepalive}`]);
  return lines;
}
