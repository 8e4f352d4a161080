import ipaddr from 'ipaddr.js';
import type { PeerId } from './peer.ts';

/** As much of a peer as it takes to tell what it carries. */
export interface Carrier {
  readonly id: PeerId;
  /** Prefixes such as `10.8.0.4/32`, as `wg` prints them: in the one shortest form that an address has (inet_ntop(3)). */
  readonly allowedIps: readonly string[];
}

/** The address without its zone, and as IPv4 where it is mapped into IPv6 (`::ffff:10.8.0.4`); undefined where it is none. */
export function plainAddress(text: string): string | undefined {
  const [address = ''] = text.split('%', 1);
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined;
}

/**
 * The peer that WireGuard would send a packet for this address to: the longest allowed prefix that holds it.
 * Prefixes shorter than `shortest` bits do not count: with 1, a full tunnel (`0.0.0.0/0`) is ignored.
 */
export function peerCarrying(address: string, peers: readonly Carrier[], shortest = 0): PeerId | undefined {
  const plain = plainAddress(address);
  if (plain === undefined) return undefined;
  const target = ipaddr.parse(plain);
  const version6 = plain.includes(':');
  const bits = version6 ? 128 : 32;
  let best: PeerId | undefined;
  let bestLength = shortest - 1;
  for (const { id, allowedIps } of peers) {
    for (const prefix of allowedIps) {
      const slash = prefix.lastIndexOf('/');
      const length = Number(prefix.slice(slash + 1));
      if (!(length > bestLength) || prefix.includes(':') !== version6) continue;
      // Most prefixes of a large hub are single addresses, and to parse all those takes longer than a frame may.
      const held = length === bits ? prefix.slice(0, slash) === plain : holds(prefix, target);
      if (!held) continue;
      best = id;
      bestLength = length;
    }
  }
  return best;
}

/** The caller has made sure that both are of one family. */
function holds(prefix: string, target: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  try {
    return target.match(ipaddr.parseCIDR(prefix) as [ipaddr.IPv4 & ipaddr.IPv6, number]);
  } catch {
    return false;
  }
}
