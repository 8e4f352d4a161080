import { createHash } from 'node:crypto';
import { known, type Printable, printable } from '../../host/printable.ts';
import { parsePrefix } from '../../network/prefix.ts';
import { readEndpoint } from '../conf/check-value.ts';
import { type PublicKey, shortKey } from '../key.ts';
import type { CheckedProfile } from './check-profile.ts';
import { endpointOf } from './profile.ts';

/** What a client was given, without its secrets. It stands in the peer's section as one comment. */
export interface Issued {
  /** ISO 8601, in UTC. */
  readonly at: string;
  /** The first 12 hexadecimal digits of the SHA-256 of all that the configuration says but its keys. */
  readonly hash: string;
  /** The first 8 characters of the hub's public key. */
  readonly hub: string;
  /** `host:port`, as the client dials it. */
  readonly endpoint: string;
  readonly addresses: readonly string[];
  readonly allowedIps: readonly string[];
  readonly dns: readonly string[];
  readonly mtu: number | undefined;
  readonly hasPresharedKey: boolean;
}

/** What a configuration would say if it was made now; what is undefined is not known, and not compared. */
export interface IssuedNow {
  readonly hub?: PublicKey | undefined;
  readonly endpoint?: string | undefined;
  /** Where the endpoint is not known, its port may be. */
  readonly port?: number | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly allowedIps?: readonly string[] | undefined;
  readonly dns?: readonly string[] | undefined;
  /** Undefined inside: none is set. */
  readonly mtu?: { readonly value: number | undefined } | undefined;
  readonly hasPresharedKey?: boolean | undefined;
}

/** Why a configuration that was issued is out of date. */
export interface StaleReason {
  readonly kind: 'hub-key' | 'endpoint' | 'addresses' | 'preshared-key' | 'allowed-ips' | 'dns' | 'mtu';
  /** Whether the client cannot connect, or be reached at its address, with what it has. */
  readonly isBroken: boolean;
  readonly sentence: Printable;
}

/** Longest line that is read back (src/wg/names/remark.ts) without its mark. */
const longest = 4_000;

/** What is to be remembered of a profile that was given out at a time (ISO 8601). */
export function issuedOf(profile: CheckedProfile, at: string): Issued {
  const { hub, addresses, allowedIps, dns, mtu, persistentKeepalive, presharedKey } = profile;
  const said = { hub, addresses, allowedIps, dns, mtu, persistentKeepalive, gateway: profile.gateway };
  return {
    at,
    hash: createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 12),
    hub: shortKey(hub.publicKey),
    endpoint: endpointOf(hub),
    addresses,
    allowedIps,
    dns,
    mtu,
    hasPresharedKey: presharedKey !== undefined,
  };
}

/** As it stands behind `# issued = `; undefined where it is too long to be read back. */
export function printIssued(issued: Issued): string | undefined {
  const { at, hash, hub, endpoint, addresses, allowedIps, dns, mtu, hasPresharedKey } = issued;
  const words = [
    'v1',
    at,
    `hash=${hash}`,
    `hub=${hub}`,
    `endpoint=${endpoint}`,
    `address=${addresses.join(',')}`,
    `allowed=${allowedIps.join(',')}`,
    ...(dns.length === 0 ? [] : [`dns=${dns.join(',')}`]),
    ...(mtu === undefined ? [] : [`mtu=${mtu}`]),
    `psk=${hasPresharedKey ? 'yes' : 'no'}`,
  ];
  const text = words.join(' ');
  return text.length > longest ? undefined : text;
}

/** Reads what {@link printIssued} wrote; undefined for anything else. Words that a later version adds are passed over. */
export function parseIssued(text: string): Issued | undefined {
  if (text.length > longest) return undefined;
  const [version, at = '', ...words] = text.trim().split(/ +/);
  if (version !== 'v1' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(at) || Number.isNaN(Date.parse(at))) {
    return undefined;
  }
  const values = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const { hash, hub, endpoint, psk } = Object.fromEntries(values);
  const addresses = listOf(values.get('address'));
  const allowedIps = listOf(values.get('allowed'));
  const dns = listOf(values.get('dns'));
  const mtu = values.get('mtu');
  const isRead =
    hash !== undefined &&
    /^[0-9a-f]{12}$/.test(hash) &&
    hub !== undefined &&
    /^[A-Za-z0-9+/]{8}$/.test(hub) &&
    endpoint !== undefined &&
    readEndpoint(endpoint) !== undefined &&
    [...addresses, ...allowedIps].every((prefix) => parsePrefix(prefix) !== undefined) &&
    addresses.length > 0 &&
    allowedIps.length > 0 &&
    dns.every((item) => /^[A-Za-z0-9_.:-]{1,253}$/.test(item)) &&
    (mtu === undefined || /^\d{3,5}$/.test(mtu)) &&
    (psk === 'yes' || psk === 'no');
  if (!isRead) return undefined;
  const size = mtu === undefined ? undefined : Number(mtu);
  return { at, hash, hub, endpoint, addresses, allowedIps, dns, mtu: size, hasPresharedKey: psk === 'yes' };
}

/** Why what a client was given is out of date, what breaks it first; none where it is not. */
export function staleness(issued: Issued, now: IssuedNow): readonly StaleReason[] {
  const reasons: StaleReason[] = [];
  const add = (kind: StaleReason['kind'], isBroken: boolean, sentence: string) =>
    reasons.push({ kind, isBroken, sentence: printable(sentence) });
  if (now.hub !== undefined && shortKey(now.hub) !== issued.hub) {
    add(
      'hub-key',
      true,
      `The hub had another key (${issued.hub}) when this was issued; it is ${shortKey(now.hub)} now.`,
    );
  }
  const { endpoint, port } = now;
  if (endpoint !== undefined && endpoint !== issued.endpoint) {
    add('endpoint', true, `It dials ${issued.endpoint}, and the endpoint is ${endpoint} now.`);
  } else if (endpoint === undefined && port !== undefined && portOf(issued) !== port) {
    add('endpoint', true, `It dials port ${portOf(issued)}, and the hub listens on ${port} now.`);
  }
  if (now.addresses !== undefined && !sameItems(now.addresses, issued.addresses)) {
    add('addresses', true, `It was given ${listed(issued.addresses)}, and has ${listed(now.addresses)} here now.`);
  }
  if (now.hasPresharedKey !== undefined && now.hasPresharedKey !== issued.hasPresharedKey) {
    const sentence = now.hasPresharedKey
      ? 'The hub asks for a preshared key that it was not given.'
      : 'It has a preshared key that the hub has no more.';
    add('preshared-key', true, sentence);
  }
  if (now.allowedIps !== undefined && !sameItems(now.allowedIps, issued.allowedIps)) {
    add('allowed-ips', false, changed('sends', 'into the tunnel', issued.allowedIps, now.allowedIps));
  }
  if (now.dns !== undefined && now.dns.join() !== issued.dns.join()) {
    add('dns', false, `It asks ${listed(issued.dns)} for names, and would be given ${listed(now.dns)} now.`);
  }
  if (now.mtu !== undefined && now.mtu.value !== issued.mtu) {
    add(
      'mtu',
      false,
      `Its MTU is ${issued.mtu ?? 'its own choice'}, and would be ${now.mtu.value ?? 'its own choice'} now.`,
    );
  }
  return reasons;
}

function changed(verb: string, where: string, before: readonly string[], after: readonly string[]): string {
  const missing = after.filter((item) => !before.includes(item));
  const extra = before.filter((item) => !after.includes(item));
  const parts = [
    ...(missing.length === 0 ? [] : [`does not send ${listed(missing)} ${where}`]),
    ...(extra.length === 0 ? [] : [`still ${verb} ${listed(extra)} ${where}`]),
  ];
  return `It ${parts.join(', and ')}.`;
}

function portOf({ endpoint }: Issued): number | undefined {
  return readEndpoint(endpoint)?.port;
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

function listed(items: readonly string[]): Printable {
  if (items.length === 0) return known('nobody');
  const shown = items.slice(0, 3).join(', ');
  return known(items.length <= 3 ? shown : `${shown} and ${items.length - 3} more`);
}

function listOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}
