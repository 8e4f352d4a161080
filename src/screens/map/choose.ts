import type { InterfaceView, PeerView } from '../../observe/snapshot.ts';
import { type ActivityState, activityStates } from '../../wg/activity/activity.ts';
import type { PeerId } from '../../wg/peer.ts';
import { arrangePeers } from '../peers/arrange.ts';

/** A peer on the map. */
export interface Spoke {
  readonly peer: PeerView;
  /** The prefixes behind the peer: what its allowed IPs hold more than single addresses. A peer with any is a gateway. */
  readonly lans: readonly string[];
  /** The hub sends it whatever nobody else has: `0.0.0.0/0` or `::/0`. */
  readonly isFullTunnel: boolean;
}

/** The peers of one interface in the map's order, and those left out by state. */
export interface HubSpokes {
  readonly hub: InterfaceView;
  /** Gateways, then the others; both by address. */
  readonly spokes: readonly Spoke[];
  readonly left: readonly (readonly [state: ActivityState, count: number])[];
}

/** Every peer of the interface, gateways first, then by address: an order that no traffic changes. */
export function spokesOf(hub: InterfaceView): Spoke[] {
  const arrangement = { sort: { key: 'address', isDescending: false }, filter: '', interfaceName: undefined } as const;
  const spokes = arrangePeers([hub], arrangement, [], false).map(spokeOf);
  return [...spokes.filter(isGateway), ...spokes.filter((spoke) => !isGateway(spoke))];
}

/** Whether networks are behind the peer. */
export function isGateway({ lans }: Spoke): boolean {
  return lans.length > 0;
}

function spokeOf(peer: PeerView): Spoke {
  const lans = peer.allowedIps.filter((prefix) => !isSingleAddress(prefix));
  return { peer, lans, isFullTunnel: lans.some((prefix) => prefix.endsWith('/0')) };
}

function isSingleAddress(prefix: string): boolean {
  return !prefix.includes('/') || prefix.endsWith(prefix.includes(':') ? '/128' : '/32');
}

/** States in the order in which their peers get a place: traffic, what wants a look, what is quiet. */
const importance: readonly ActivityState[] = [
  'active',
  'knocking',
  'lost',
  'calling',
  'clock',
  'online',
  'idle',
  'never',
  'disabled',
];

/** Smaller gets a place sooner: the selected peer, gateways, the operator's own, then by state. */
function rank(spoke: Spoke, selection: PeerId | undefined): number {
  if (spoke.peer.id === selection) return 0;
  if (isGateway(spoke)) return 1;
  return spoke.peer.you === true ? 2 : 3 + importance.indexOf(spoke.peer.activity.state);
}

/** As many spokes as there are places, the ones that matter most, still in their order; the rest is counted. */
export function chooseSpokes(
  all: readonly HubSpokes[],
  places: number,
  selection: PeerId | undefined,
): readonly HubSpokes[] {
  const spokes = all.flatMap((each) => each.spokes);
  if (spokes.length <= places) return all;
  const byRank = spokes.toSorted((a, b) => rank(a, selection) - rank(b, selection));
  const chosen = new Set(byRank.slice(0, Math.max(0, places)));
  return all.map(({ hub, spokes: own }) => ({
    hub,
    spokes: own.filter((spoke) => chosen.has(spoke)),
    left: countStates(own.filter((spoke) => !chosen.has(spoke))),
  }));
}

function countStates(spokes: readonly Spoke[]): (readonly [ActivityState, number])[] {
  const counts = new Map<ActivityState, number>();
  for (const { peer } of spokes) counts.set(peer.activity.state, (counts.get(peer.activity.state) ?? 0) + 1);
  return activityStates.flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [[state, count] as const];
  });
}
