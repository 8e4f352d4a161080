/** Random profiles of all kinds, the same for the same numbers. */
import { demoKeyPair, demoPresharedKey } from '../../../src/host/demo/keys.ts';
import { known } from '../../../src/host/printable.ts';
import type { Prefix } from '../../../src/network/prefix.ts';
import { parsePublicKey } from '../../../src/wg/key.ts';
import {
  type CheckedProfile,
  checkProfile,
  hasPrivateKey,
  type KeyedProfile,
} from '../../../src/wg/profile/check-profile.ts';
import { type ClientProfile, clientKinds } from '../../../src/wg/profile/profile.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { prefix } from '../../network/support.ts';

/** A number from 0 to below. */
export type Random = (below: number) => number;

const hubKeys = demoKeyPair(1, 'hub');
const laptopKeys = demoKeyPair(1, 'laptop');

/** The profile that tests begin with. */
export function plainProfile(parts: Partial<ClientProfile> = {}): ClientProfile {
  return {
    name: known('laptop'),
    kind: 'laptop',
    addresses: ['10.8.0.7/32', 'fd08::7/128'].map(text),
    privateKey: new Secret(laptopKeys.privateKey),
    presharedKey: new Secret(demoPresharedKey(1, 'laptop')),
    hub: { publicKey: publicKey(hubKeys.publicKey), host: 'vpn.example.net', port: 51_820 },
    allowedIps: ['10.8.0.0/24', 'fd08::/64'].map(text),
    dns: ['10.8.0.1'],
    mtu: undefined,
    persistentKeepalive: undefined,
    gateway: undefined,
    ...parts,
  };
}

/** A gateway for 192.168.1.0/24. */
export function gatewayProfile(parts: Partial<NonNullable<ClientProfile['gateway']>> = {}): ClientProfile {
  const mesh = ['10.8.0.0/24', 'fd08::/64'].map(text);
  const gateway = { lans: [text('192.168.1.0/24')], variant: 'nat' as const, lanInterface: 'eth0', mesh, ...parts };
  return plainProfile({ name: known('home'), kind: 'gateway', dns: [], persistentKeepalive: 25, gateway });
}

/** The profile, checked. Throws where a test names one that cannot be written. */
export function checked(profile: ClientProfile): CheckedProfile {
  const check = checkProfile(profile);
  if (check.outcome === 'problem')
    throw new Error(check.problems.map(({ field, reason }) => `${field}: ${reason}`).join(' '));
  return check.profile;
}

/** The same with its private key. */
export function keyed(profile: ClientProfile): KeyedProfile {
  const found = checked(profile);
  if (!hasPrivateKey(found)) throw new Error('the test needs a private key');
  return found;
}

/** Any profile that can be written; `index` makes it another than its neighbours. */
export function randomProfile(random: Random, index: number, hosts: readonly string[]): KeyedProfile {
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const families = pick([['v4'], ['v6'], ['v4', 'v6'], ['v4', 'v6']]);
  const v4 = `10.${random(256)}.${random(256)}.${1 + random(254)}/32`;
  const v6 = prefix(`fd08:${random(65_536).toString(16)}::${random(65_536).toString(16)}/128`).text;
  const reach = pick([
    ['10.8.0.0/24', 'fd08::/64'],
    ['10.8.0.1/32'],
    ['0.0.0.0/0', '::/0'],
    ['10.8.0.0/24', 'fd08::/64', '172.16.5.0/24', '172.16.7.0/24'],
    Array.from({ length: 30 }, (_, at) => `172.20.${at}.0/24`),
  ]);
  const kind = pick(clientKinds);
  const gateway = {
    lans: pick([['192.168.1.0/24'], ['192.168.1.0/24', '192.168.2.0/23', 'fd99::/64'], ['fd99::/64']]).map(text),
    variant: pick(['nat', 'static-route'] as const),
    lanInterface: pick(['eth0', 'br-lan', 'enp1s0f0', 'eth0.10']),
    mesh: pick([['10.8.0.0/24', 'fd08::/64'], ['10.8.0.0/24'], ['10.8.0.0/16', '10.8.4.0/24']]).map(text),
  };
  const servers = pick([[], ['10.8.0.1'], ['10.8.0.1', 'fd08::1'], ['1.1.1.1', '9.9.9.9', '2606:4700:4700::1111']]);
  return keyed({
    name: known(`${pick(['a', 'Laptop', 'x_y=z+1.', 'Q-'])}${index}`.slice(-15)),
    kind,
    addresses: [...(families.includes('v4') ? [text(v4)] : []), ...(families.includes('v6') ? [v6] : [])],
    privateKey: new Secret(demoKeyPair(index, 'client').privateKey),
    presharedKey: random(3) === 0 ? undefined : new Secret(demoPresharedKey(index, 'client')),
    hub: {
      publicKey: publicKey(demoKeyPair(index, 'hub').publicKey),
      host: pick(['203.0.113.5', '2001:db8::5', ...hosts]),
      port: pick([51_820, 1, 65_535, 443]),
    },
    allowedIps: reach.map(text),
    dns: servers.length === 0 ? [] : [...servers, ...pick([[], [], ['home.arpa'], ['home.arpa', 'example.net']])],
    mtu: pick([undefined, 1280, 1380, 1420, 9000]),
    persistentKeepalive: pick([undefined, 25, 1, 65_535]),
    gateway: kind === 'gateway' ? gateway : undefined,
  });
}

function text(of: string): Prefix {
  return prefix(of).text;
}

function publicKey(of: string) {
  return parsePublicKey(of) ?? never();
}

function never(): never {
  throw new Error('the test is wrong');
}
