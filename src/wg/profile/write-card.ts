import { known, type Printable } from '../../host/printable.ts';
import { Secret } from '../secret.ts';
import type { CheckedProfile } from './check-profile.ts';
import { endpointOf, type ProfileText } from './profile.ts';

/** One field of an app, and what is to stand there. */
export interface CardRow {
  readonly section: 'Interface' | 'Peer';
  readonly field: Printable;
  readonly value: Printable | Secret;
}

/** What is to be filled in on a device that keeps its own private key, in the words of the apps. */
export function cardRows(profile: CheckedProfile): readonly CardRow[] {
  const { name, addresses, dns, mtu, hub, presharedKey, allowedIps, persistentKeepalive } = profile;
  const row = (section: CardRow['section'], field: string, value: string | Secret): CardRow => ({
    section,
    field: known(field),
    value: typeof value === 'string' ? known(value) : value,
  });
  return [
    row('Interface', 'Name', name),
    row('Interface', 'Addresses', addresses.join(', ')),
    ...(dns.length === 0 ? [] : [row('Interface', 'DNS servers', dns.join(', '))]),
    ...(mtu === undefined ? [] : [row('Interface', 'MTU', `${mtu}`)]),
    row('Peer', 'Public key', hub.publicKey),
    ...(presharedKey === undefined ? [] : [row('Peer', 'Preshared key', presharedKey)]),
    row('Peer', 'Endpoint', endpointOf(hub)),
    row('Peer', 'Allowed IPs', allowedIps.join(', ')),
    ...(persistentKeepalive === undefined
      ? []
      : [row('Peer', 'Persistent keepalive', `${persistentKeepalive} seconds`)]),
  ];
}

/** The card as text; it may hold the preshared key. The device's own key pair stays as it is. */
export function cardText(profile: CheckedProfile): ProfileText {
  const rows = cardRows(profile);
  const width = Math.max(...rows.map(({ field }) => field.length));
  const lines = rows.map(
    ({ field, value }) => `  ${field.padEnd(width)}  ${value instanceof Secret ? value.reveal() : value}`,
  );
  const peer = rows.findIndex(({ section }) => section === 'Peer');
  const text = [
    `Fill these fields in on ${profile.name}. Its private key stays as it is.`,
    '',
    'Interface',
    ...lines.slice(0, peer),
    '',
    'Peer',
    ...lines.slice(peer),
  ];
  return {
    text: new Secret(`${text.join('\n')}\n`),
    fileName: `${profile.name}.txt`,
    path: undefined,
    mode: 0o600,
    owner: undefined,
  };
}
