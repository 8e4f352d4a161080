import type { InterfaceView, PeerView } from '../../observe/snapshot.ts';
import { activityStates } from '../../wg/activity/activity.ts';
import type { InterfaceName } from '../../wg/key.ts';

export const sortKeys = ['address', 'name', 'state', 'rate', 'handshake'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Sort {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** Which peers are wanted, in what order. */
export interface Arrangement {
  readonly sort: Sort;
  readonly filter: string;
  /** Undefined: all of them. */
  readonly interfaceName: InterfaceName | undefined;
}

/** The column that a sort key shows its sign on. */
export const sortColumns: Readonly<Record<SortKey, string>> = {
  address: 'address',
  name: 'name',
  state: 'state',
  rate: 'rx',
  handshake: 'handshake',
};

/**
 * The peers that pass the filter, in order. With `frozen` (the order before) peers keep their places, the gone leave and
 * new ones are put at the end, so that nothing moves under the operator's finger.
 */
export function arrangePeers(
  interfaces: readonly InterfaceView[],
  arrangement: Arrangement,
  before: readonly PeerView[],
  isFrozen: boolean,
): readonly PeerView[] {
  const matches = matcher(arrangement.filter);
  const wanted: PeerView[] = [];
  for (const one of interfaces) {
    if (arrangement.interfaceName !== undefined && one.name !== arrangement.interfaceName) continue;
    for (const peer of one.peers) if (matches(peer)) wanted.push(peer);
  }
  const peers = inOrderOf(before, wanted);
  const isSorted = isStillSorted(before, peers, arrangement.sort);
  if (!isFrozen && !isSorted) peers.sort(comparator(arrangement.sort));
  if (!isFrozen || isSorted) sortedBy.set(peers, arrangement.sort);
  return peers;
}

/** How a list that this module made is sorted. */
const sortedBy = new WeakMap<readonly PeerView[], Sort>();

/** Whether peers in the order of a sorted list are sorted: they are the same, and so is what each is sorted by. */
function isStillSorted(before: readonly PeerView[], peers: readonly PeerView[], sort: Sort): boolean {
  const known = sortedBy.get(before);
  if (known?.key !== sort.key || known.isDescending !== sort.isDescending || before.length !== peers.length)
    return false;
  const compare = comparators[sort.key];
  return peers.every((peer, index) => {
    const old = before[index];
    if (peer === old) return true;
    return old?.id === peer.id && old.allowedIps === peer.allowedIps && compare(old, peer) === 0;
  });
}

/** The wanted peers in the order of those before; sorting what is nearly sorted is cheap. */
function inOrderOf(before: readonly PeerView[], wanted: PeerView[]): PeerView[] {
  const isSameOrder = before.length === wanted.length && before.every((peer, index) => peer.id === wanted[index]?.id);
  if (before.length === 0 || isSameOrder) return wanted;
  const byId = new Map(wanted.map((peer) => [peer.id, peer]));
  const ordered: PeerView[] = [];
  for (const { id } of before) {
    const peer = byId.get(id);
    if (peer === undefined) continue;
    ordered.push(peer);
    byId.delete(id);
  }
  ordered.push(...byId.values());
  return ordered;
}

/**
 * Whether a peer matches: every word of the filter is in its name, address, key, endpoint, tags or state; a word that
 * begins with `!` must not be.
 */
function matcher(filter: string): (peer: PeerView) => boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  if (words.length === 0) return () => true;
  return (peer) => {
    const text = searchable(peer);
    return words.every((word) => (word.startsWith('!') ? !text.includes(word.slice(1)) : text.includes(word)));
  };
}

function searchable(peer: PeerView): string {
  const { label, allowedIps, publicKey, endpoint, tags, activity, interfaceName, note } = peer;
  return [label, ...allowedIps, publicKey, endpoint, ...tags, activity.state, interfaceName, note]
    .join('\n')
    .toLowerCase();
}

type Comparator = (a: PeerView, b: PeerView) => number;

const rankOfState = new Map(activityStates.map((state, index) => [state, index]));

const comparators: Readonly<Record<SortKey, Comparator>> = {
  address: (a, b) => (a.allowedIps === b.allowedIps ? 0 : compareText(addressKey(a), addressKey(b))),
  name: (a, b) => Number(b.isNamed) - Number(a.isNamed) || compareNatural(a.label, b.label),
  state: (a, b) => (rankOfState.get(a.activity.state) ?? 0) - (rankOfState.get(b.activity.state) ?? 0),
  rate: (a, b) => rateOf(b) - rateOf(a),
  handshake: (a, b) => (b.latestHandshake ?? 0) - (a.latestHandshake ?? 0),
};

/** Compares by the key, then by address and identity, so that the order is the same in every run. */
function comparator({ key, isDescending }: Sort): Comparator {
  const first = comparators[key];
  const sign = isDescending ? -1 : 1;
  return (a, b) => sign * first(a, b) || compareText(addressKey(a), addressKey(b)) || compareText(a.id, b.id);
}

function rateOf(peer: PeerView): number {
  return (peer.rxBitsPerSecond ?? 0) + (peer.txBitsPerSecond ?? 0);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compareNatural(a: string, b: string): number {
  return collator.compare(a, b);
}

const addressKeys = new WeakMap<readonly string[], string>();

/** A text that sorts as the address does: IPv4 by its numbers, then IPv6, then peers without an address. */
function addressKey(peer: PeerView): string {
  const known = addressKeys.get(peer.allowedIps);
  if (known !== undefined) return known;
  const { address } = peer;
  const padded =
    address === ''
      ? '~'
      : address.includes(':')
        ? `v6 ${address}`
        : address.replace(/\d+/g, (part) => part.padStart(3, '0'));
  addressKeys.set(peer.allowedIps, padded);
  return padded;
}
