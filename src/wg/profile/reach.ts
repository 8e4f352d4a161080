import { known, type Printable } from '../../host/printable.ts';
import { collidesWithCommonLan } from '../../network/lans.ts';
import { outermost } from '../../network/pool-range.ts';
import { everything, overlaps, type ParsedPrefix, type Prefix } from '../../network/prefix.ts';

/** How far a client reaches: the hub alone, all of the mesh, LANs behind gateways too, or everything there is. */
export type Reach = 'hub' | 'mesh' | 'lan' | 'all';

/** All of them, the narrowest first. */
export const reaches: readonly Reach[] = ['hub', 'mesh', 'lan', 'all'];

/** A LAN behind a peer. */
export interface ReachableLan {
  readonly prefix: ParsedPrefix;
  /** The peer that it is behind. */
  readonly label: Printable;
}

/** What there is to reach by an interface. */
export interface HubReach {
  /** The interface's own addresses, each as the prefix of a single address. */
  readonly hub: readonly ParsedPrefix[];
  /** The prefixes of those addresses. */
  readonly mesh: readonly ParsedPrefix[];
  readonly lans: readonly ReachableLan[];
}

export type ReachResult =
  | {
      readonly outcome: 'ok';
      /** For the client's configuration, in order. */
      readonly allowedIps: readonly Prefix[];
      /** Where a device may sit that does not reach what it should, a sentence each. */
      readonly hints: readonly Printable[];
    }
  | { readonly outcome: 'problem'; readonly reason: Printable };

/**
 * What a client with this reach sends into the tunnel. Everything is always both families: with IPv4 alone, IPv6 would pass
 * the tunnel by.
 *
 * @param lans of those known, or others; undefined: all that are known
 * @param own LANs behind the client itself, which it reaches without the tunnel
 */
export function reachOf(
  reach: Reach,
  facts: HubReach,
  { lans, own = [] }: { readonly lans?: readonly ParsedPrefix[]; readonly own?: readonly ParsedPrefix[] } = {},
): ReachResult {
  const chosen = (lans ?? facts.lans.map(({ prefix }) => prefix)).filter(
    (lan) => !own.some((behind) => overlaps(lan, behind)),
  );
  switch (reach) {
    case 'all':
      return ok([everything('v4'), everything('v6')], []);
    case 'hub':
      return facts.hub.length === 0 ? problem('The hub has no address in the tunnel.') : ok(facts.hub, []);
    case 'mesh':
      return facts.mesh.length === 0 ? problem('The hub has no prefix in the tunnel.') : ok(facts.mesh, []);
    case 'lan':
      if (chosen.length === 0) return problem('No LAN is known behind a peer of this interface.');
      return ok([...facts.mesh, ...chosen], chosen.flatMap(collisionHint));
  }
}

/** What is to be said of a LAN whose prefix many other LANs have; none where it is an unusual one. */
export function collisionHint(lan: ParsedPrefix): Printable[] {
  const [first, ...others] = collidesWithCommonLan(lan);
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return [
    known(
      `A device that sits in a LAN with ${first.prefix.text}${more} (${first.usedBy}) reaches that one instead of ${lan.text} behind the hub.`,
    ),
  ];
}

function ok(prefixes: readonly ParsedPrefix[], hints: readonly Printable[]): ReachResult {
  return { outcome: 'ok', allowedIps: outermost(prefixes).map(({ text }) => text), hints };
}

function problem(reason: string): ReachResult {
  return { outcome: 'problem', reason: known(reason) };
}
