import { known } from '../../host/printable.ts';
import type { AddressBits } from '../../network/address.ts';
import { decideRoute, type RoutingDecision } from '../../network/kernel-lookup.ts';
import { bitsOf, type ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import type { Hub, Survey } from './survey.ts';

/** Where the kernel sends packets for a prefix that a tunnel carries. */
export interface Reach {
  /** `here`: into the tunnel, all of them. */
  readonly leads: 'here' | 'elsewhere' | 'host' | 'refused' | 'nowhere';
  readonly decision: RoutingDecision;
  /** The route that decided. */
  readonly route: Route | undefined;
  /** An address of the prefix, whose way it is. */
  readonly probe: AddressBits;
}

/** Where packets from one peer to another's prefix go, as forwarded by this host. */
export function reachOf(survey: Survey, hub: Hub, prefix: ParsedPrefix): Reach {
  const routing = survey.routing[prefix.family];
  const source = hub.addresses.find(({ family }) => family === prefix.family)?.address;
  let first: Reach | undefined;
  for (const probe of probesOf(survey, hub, prefix)) {
    const decision = decideRoute(routing, { destination: probe, source, iif: hub.name });
    const reach = readingOf(hub, decision, probe);
    first ??= reach;
    // A route for a part of the prefix says nothing about the prefix.
    if (reach.route === undefined || reach.route.prefix.length <= prefix.length) return reach;
  }
  return first ?? readingOf(hub, decideRoute(routing, { destination: prefix, source, iif: hub.name }), prefix);
}

function readingOf(hub: Hub, decision: RoutingDecision, probe: AddressBits): Reach {
  switch (decision.outcome) {
    case 'forwarded': {
      const isHere = decision.nextHops.every(({ dev }) => dev === known(hub.name));
      return { leads: isHere ? 'here' : 'elsewhere', decision, route: decision.route, probe };
    }
    case 'local':
      return { leads: 'host', decision, route: decision.route, probe };
    case 'refused':
      return { leads: 'refused', decision, route: decision.route, probe };
    case 'no-route':
      return { leads: 'nowhere', decision, route: undefined, probe };
  }
}

/** How far from the first address is looked; the first itself has a meaning of its own in a subnet (broadcast, anycast). */
const offsets = [1, 2, 5, 17, 129] as const;

/** Some addresses of the prefix that are not the host's own and not of a narrower prefix of the tunnel. */
function probesOf(survey: Survey, hub: Hub, prefix: ParsedPrefix): readonly AddressBits[] {
  const bits = bitsOf(prefix.family);
  if (prefix.length >= bits - 1) return [prefix];
  const room = bits - prefix.length > 8 ? 256 : 2 ** (bits - prefix.length);
  return offsets
    .filter((offset) => offset < room)
    .map((offset) => later(prefix, offset))
    .filter((probe) => {
      const owned = hub.carried.find(probe);
      if (owned !== undefined && owned.prefix.length > prefix.length) return false;
      return !survey.facts.addresses.some(({ address }) => isSame(address, probe));
    });
}

/** The offsets are small and the first address ends in zeros, so that nothing is carried over. */
function later({ family, a, b, c, d }: ParsedPrefix, offset: number): AddressBits {
  return family === 'v4' ? { family, a: a + offset, b, c, d } : { family, a, b, c, d: d + offset };
}

function isSame(one: AddressBits, other: AddressBits): boolean {
  return (
    one.a === other.a && one.d === other.d && one.b === other.b && one.c === other.c && one.family === other.family
  );
}
