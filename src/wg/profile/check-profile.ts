import { known, type Printable } from '../../host/printable.ts';
import { parseAddress } from '../../network/address.ts';
import { overlaps, parsePrefix } from '../../network/prefix.ts';
import { readEndpoint } from '../conf/check-value.ts';
import { isKey, parsePublicKey } from '../key.ts';
import type { Secret } from '../secret.ts';
import { isTunnelName } from './client-name.ts';
import type { ClientProfile, GatewayPart } from './profile.ts';

/** A profile whose every value can be written into any file and any command: nothing in it says more than it should. */
export type CheckedProfile = ClientProfile & { readonly __brand: 'CheckedProfile' };

/** A profile that a program can bring up: it has the private key. */
export type KeyedProfile = CheckedProfile & { readonly privateKey: Secret };

/** What is wrong with a profile, and the field that it is about. */
export interface ProfileProblem {
  readonly field: keyof ClientProfile;
  readonly reason: Printable;
}

export type ProfileCheck =
  | { readonly outcome: 'ok'; readonly profile: CheckedProfile }
  | { readonly outcome: 'problem'; readonly problems: readonly ProfileProblem[] };

/** Reads every value of a profile. Only what passes is written anywhere; a reason never shows a key. */
export function checkProfile(profile: ClientProfile): ProfileCheck {
  const problems = (Object.keys(checks) as (keyof ClientProfile)[]).flatMap((field) => {
    const reason = checks[field](profile);
    return reason === undefined ? [] : [{ field, reason: known(reason) }];
  });
  return problems.length === 0
    ? { outcome: 'ok', profile: profile as CheckedProfile }
    : { outcome: 'problem', problems };
}

/** Whether the private key is here, and not on the device alone. */
export function hasPrivateKey(profile: CheckedProfile): profile is KeyedProfile {
  return profile.privateKey !== undefined;
}

/** What is wrong with a list of DNS servers and search domains; undefined where it is one. */
export function problemOfDns(items: readonly string[]): string | undefined {
  const wrong = items.find((item) => parseAddress(item) === undefined && !isDomain(item));
  if (wrong !== undefined) return 'DNS takes addresses of servers and names of domains.';
  if (items.length > 0 && items.every((item) => parseAddress(item) === undefined)) {
    return 'DNS has search domains and no server.';
  }
  return undefined;
}

/** What is wrong with an endpoint that clients dial; undefined where it is one. */
export function problemOfHub(host: string, port: number): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'The port is a number from 1 to 65535.';
  const isName = isDomain(host) && !/^[\d.]+$/.test(host);
  if (parseAddress(host) === undefined && !isName)
    return 'The endpoint is an address or a name such as vpn.example.net.';
  const isRead = readEndpoint(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`) !== undefined;
  return isRead ? undefined : 'wg cannot read the endpoint.';
}

const checks: { readonly [K in keyof ClientProfile]: (profile: ClientProfile) => string | undefined } = {
  name: ({ name }) => (isTunnelName(name) ? undefined : 'The name of the tunnel is none that every app takes.'),
  kind: ({ kind, gateway }) =>
    (kind === 'gateway') === (gateway !== undefined) ? undefined : 'A gateway has LANs behind it, others have none.',
  addresses: ({ addresses }) => problemOfAddresses(addresses),
  privateKey: ({ privateKey }) =>
    privateKey === undefined || isKey(privateKey.reveal()) ? undefined : 'The private key is no key.',
  presharedKey: ({ presharedKey }) =>
    presharedKey === undefined || isKey(presharedKey.reveal()) ? undefined : 'The preshared key is no key.',
  hub: ({ hub }) =>
    parsePublicKey(hub.publicKey) === undefined
      ? 'The public key of the hub is no key.'
      : problemOfHub(hub.host, hub.port),
  allowedIps: ({ allowedIps }) => problemOfAllowedIps(allowedIps),
  dns: ({ dns }) => problemOfDns(dns),
  mtu: ({ mtu, addresses }) => problemOfMtu(mtu, addresses),
  persistentKeepalive: ({ persistentKeepalive: seconds }) =>
    seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= 65_535)
      ? undefined
      : 'The keepalive is a whole number of seconds from 1 to 65535.',
  gateway: ({ gateway, allowedIps }) => (gateway === undefined ? undefined : problemOfGateway(gateway, allowedIps)),
};

function problemOfAddresses(addresses: readonly string[]): string | undefined {
  if (addresses.length === 0) return 'The client has no address.';
  const isSingle = addresses.every((text) => {
    const prefix = parsePrefix(text)?.prefix;
    return prefix !== undefined && prefix.text === text && prefix.length === (prefix.family === 'v4' ? 32 : 128);
  });
  return isSingle ? undefined : 'Each address of a client is a single one, such as 10.8.0.7/32.';
}

function problemOfAllowedIps(allowedIps: readonly string[]): string | undefined {
  if (allowedIps.length === 0) return 'The client would send nothing into the tunnel.';
  const isCanonical = allowedIps.every((text) => parsePrefix(text)?.prefix.text === text);
  if (!isCanonical) return 'What the client sends into the tunnel is a list of prefixes such as 10.8.0.0/24.';
  const halves = ['0.0.0.0/0', '::/0'].filter((text) => allowedIps.includes(text));
  return halves.length === 1 ? 'A full tunnel is 0.0.0.0/0 and ::/0 together, or one family passes it by.' : undefined;
}

function problemOfMtu(mtu: number | undefined, addresses: readonly string[]): string | undefined {
  if (mtu === undefined) return undefined;
  const least = addresses.some((address) => address.includes(':')) ? 1280 : 576;
  if (Number.isInteger(mtu) && mtu >= least && mtu <= 9000) return undefined;
  return `The MTU is a number from ${least} to 9000${least === 1280 ? ', for IPv6 needs 1280' : ''}.`;
}

function problemOfGateway(gateway: GatewayPart, allowedIps: readonly string[]): string | undefined {
  const { lans, lanInterface, mesh } = gateway;
  if (lans.length === 0) return 'A gateway has a LAN behind it.';
  if (!isInterfaceName(lanInterface)) return 'The interface to the LAN has a name such as eth0.';
  const read = (texts: readonly string[]) => texts.map((text) => parsePrefix(text)?.prefix);
  const isCanonical = (texts: readonly string[]) => texts.every((text) => parsePrefix(text)?.prefix.text === text);
  if (!isCanonical(lans) || !isCanonical(mesh)) return 'A LAN is a prefix such as 192.168.1.0/24.';
  const sent = read(allowedIps);
  const swallowed = read(lans).find((lan) =>
    sent.some((prefix) => lan !== undefined && prefix !== undefined && prefix.length > 0 && overlaps(lan, prefix)),
  );
  return swallowed === undefined
    ? undefined
    : `The gateway would send ${swallowed.text} into the tunnel, and that is its own LAN.`;
}

/** What can stand in a command of a shell as it is, and be the name of an interface. */
export function isInterfaceName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(text);
}

/** Labels of letters, digits and hyphens, which any resolver takes. */
function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    text.split('.').every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label)) &&
    !/^\d+$/.test(text.split('.').at(-1) ?? '')
  );
}
