import type { Printable } from '../host/printable.ts';
import { type AddressBits, parseAddress } from './address.ts';
import type { InterfaceAddress } from './addresses.ts';
import { contains, type ParsedPrefix, parsePrefix } from './prefix.ts';
import type { Route } from './routes.ts';

/** The address that the internet knows a host by, as far as the host itself can tell. */
export interface PublicAddress {
  readonly address: Printable;
  /** It is not routed on the internet, so that clients dial another one: the host sits behind NAT. */
  readonly isPrivate: boolean;
}

/**
 * The address that packets to the internet leave from: the source that the best default route of table main names, else
 * an address of its device. One that the internet routes goes before a private one, IPv4 before IPv6. Without a default
 * route the first address that the internet routes; undefined where there is none.
 */
export function publicAddressOf(
  addresses: readonly InterfaceAddress[],
  routes: readonly Route[],
): PublicAddress | undefined {
  const usable = addresses.filter((each) => each.scope === 'global' && !each.tentative && !each.dadFailed);
  const defaults = routes.filter(isDefault).sort((a, b) => Number(a.family > b.family) || a.metric - b.metric);
  const ofDefaults = defaults.flatMap((route) => sourcesOf(route, usable));
  return (
    ofDefaults.find((each) => !each.isPrivate) ??
    ofDefaults[0] ??
    usable.map(described).find((each) => !each.isPrivate && defaults.length === 0)
  );
}

/** Whether the route leads to the internet for the host's own packets. */
function isDefault({ prefix, type, table, from, nextHops }: Route): boolean {
  const isEverything = prefix.length === 0 && from === undefined && type === 'unicast';
  return isEverything && table.number === 254 && nextHops.some((hop) => !hop.dead);
}

/** The source that the route names, then the addresses of its device. */
function sourcesOf(route: Route, addresses: readonly InterfaceAddress[]): PublicAddress[] {
  const { family, nextHops, prefSrc } = route;
  const devices = new Set(nextHops.filter((hop) => !hop.dead).map((hop) => hop.dev));
  const named = addresses.filter((each) => each.text === prefSrc);
  const onDevice = addresses.filter((each) => each.family === family && devices.has(each.dev));
  return (named.length > 0 ? named : onDevice).map(described);
}

function described({ text, address }: InterfaceAddress): PublicAddress {
  return { address: text, isPrivate: isPrivate(address) };
}

/** Ranges that no router of the internet forwards: RFC 1918, 6598, 3927, 4193, 4291 and loopback. */
const privateRanges: readonly ParsedPrefix[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parsePrefix(text)?.prefix ?? []);

/** Whether an address (as inet_pton(3) reads it) is one that the internet does not route; a text that is none is not. */
export function isPrivateAddress(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && isPrivate(address);
}

function isPrivate(address: AddressBits): boolean {
  return privateRanges.some((range) => contains(range, address));
}
