import { known, type Printable } from '../../host/printable.ts';
import { formatAddress } from '../../network/address.ts';
import type { NextHop, Route } from '../../network/routes.ts';
import { publicKeyOf } from '../../wg/peer.ts';
import type { EvidenceLine } from '../finding.ts';
import { routeLine, routesCommand } from './lines.ts';
import type { Reach } from './reach.ts';
import type { HubPeer } from './rows.ts';
import type { Hub, Survey } from './survey.ts';

/** Kinds of devices that encrypt, or hand over to a program that does: tun is wireguard-go's and OpenVPN's. */
const tunnelKinds = new Set(['wireguard', 'amneziawg', 'tun', 'xfrm', 'vti', 'vti6']);

/** Where packets go, as the end of a sentence: `leave by eth0 to 198.51.100.1, in the clear`. */
export function whereTo(survey: Survey, { decision }: Reach): string {
  switch (decision.outcome) {
    case 'forwarded':
      return `leave by ${decision.nextHops.map((hop) => hopWords(survey, hop)).join(' or by ')}`;
    case 'local':
      return 'end on this host';
    case 'refused':
      return decision.by === 'blackhole' ? 'are dropped without a word' : `are refused (${decision.by})`;
    case 'no-route':
      return 'have no way at all and are dropped (network is unreachable)';
  }
}

function hopWords(survey: Survey, { dev, via }: NextHop): string {
  const gateway = via === undefined ? '' : ` to ${formatAddress(via)}`;
  if (dev === undefined) return `a route without a device${gateway}`;
  return `${dev}${gateway}, ${isTunnel(survey, dev) ? 'another tunnel' : 'in the clear'}`;
}

/** Whether packets for the prefix go out unencrypted. */
export function isInTheClear(survey: Survey, { decision }: Reach): boolean {
  return (
    decision.outcome === 'forwarded' && decision.nextHops.some(({ dev }) => dev !== undefined && !isTunnel(survey, dev))
  );
}

function isTunnel(survey: Survey, dev: string): boolean {
  if (survey.hubs.some(({ name }) => name === dev)) return true;
  const kind = survey.links.get(dev)?.kind;
  return kind !== undefined && tunnelKinds.has(kind);
}

/** The line of a route, or that there is none. */
export function routeEvidence(reach: Reach, family: 'v4' | 'v6', prefix: string): EvidenceLine {
  const { route, decision } = reach;
  if (route !== undefined) return lineOf(route);
  if (decision.outcome === 'refused') {
    const line = known(`${decision.rule.priority}: ${decision.by}`);
    return { command: known(`ip -${family === 'v4' ? 4 : 6} rule`), line };
  }
  return { command: routesCommand(family), line: known(`(no line for ${prefix})`) };
}

/** The line that shows a route. */
export function lineOf(route: Route): EvidenceLine {
  return { command: routesCommand(route.family), line: routeLine(route) };
}

/** The line of `wg` that shows that a peer has a prefix. */
export function allowedEvidence(hub: Hub, peer: HubPeer, prefix: string): EvidenceLine {
  return { command: known(`wg show ${hub.name} allowed-ips`), line: known(`${keyOf(peer)} ${prefix}`) };
}

/** The public key in a peer's id. */
export function keyOf({ id }: HubPeer): Printable {
  return known(publicKeyOf(id));
}
