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

/** How a list that this module made came about: its peers are the wanted ones by their places in `order`. */
interface Arranged {
  readonly wanted: readonly PeerView[];
  /** The address of each wanted peer as what sorts as addresses do. */
  readonly addresses: readonly AddressKey[];
  readonly order: Uint32Array;
  /** Undefined: it is in nobody's order. */
  readonly sort: Sort | undefined;
}

const arrangedBy = new WeakMap<readonly PeerView[], Arranged>();

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
  const { sort } = arrangement;
  const wanted = wantedOf(interfaces, arrangement);
  const last = arrangedBy.get(before);
  const isSame = last !== undefined && areSame(last.wanted, wanted);
  const known = last !== undefined && (isSame || haveSameAddresses(last.wanted, wanted)) ? last : undefined;
  const addresses = known?.addresses ?? wanted.map(({ address }) => addressKey(address));
  const compare = comparePlaces(wanted, addresses, sort);
  let order = known?.order ?? orderOf(before, wanted);
  const isSorted =
    known !== undefined &&
    isSameSort(known.sort, sort) &&
    ((isSame && isLasting[sort.key]) || isInOrder(order, compare));
  const isMoved = !isFrozen && !isSorted;
  if (isMoved) order = order.slice().sort(compare);
  const peers = isSame && !isMoved ? before : inOrder(order, wanted);
  arrangedBy.set(peers, { wanted, addresses, order, sort: isFrozen && !isSorted ? undefined : sort });
  return peers;
}

/** The peers that pass, as the hub has them; the hub's own list where all of one interface's do. */
function wantedOf(interfaces: readonly InterfaceView[], { filter, interfaceName }: Arrangement): readonly PeerView[] {
  const shown = interfaces.filter(({ name }) => interfaceName === undefined || name === interfaceName);
  const matches = matcher(filter);
  const [first] = shown;
  if (matches === undefined) return shown.length === 1 && first !== undefined ? first.peers : shown.flatMap(peersOf);
  return shown.flatMap(({ peers }) => peers.filter(matches));
}

function peersOf({ peers }: InterfaceView): readonly PeerView[] {
  return peers;
}

/** Whether they are the very same peers in the same places: then they have the names and addresses that they had. */
function areSame(before: readonly PeerView[], now: readonly PeerView[]): boolean {
  return before === now || (before.length === now.length && now.every((peer, place) => peer === before[place]));
}

/** Whether they are, in the same places, peers of the same identity and the same addresses. */
function haveSameAddresses(before: readonly PeerView[], now: readonly PeerView[]): boolean {
  return (
    before.length === now.length &&
    now.every((peer, place) => {
      const old = before[place];
      return old === peer || (old?.id === peer.id && old.address === peer.address);
    })
  );
}

/** The places of the wanted peers in the order of those before; sorting what is nearly sorted is cheap. */
function orderOf(before: readonly PeerView[], wanted: readonly PeerView[]): Uint32Array {
  const places = new Map(wanted.map(({ id }, place) => [id, place]));
  const order = new Uint32Array(wanted.length);
  let count = 0;
  for (const { id } of before) {
    const place = places.get(id);
    if (place === undefined) continue;
    order[count] = place;
    count += 1;
    places.delete(id);
  }
  for (const place of places.values()) {
    order[count] = place;
    count += 1;
  }
  return order;
}

function inOrder(order: Uint32Array, wanted: readonly PeerView[]): PeerView[] {
  const peers: PeerView[] = [];
  for (let at = 0; at < order.length; at += 1) {
    const peer = wanted[order[at] ?? 0];
    if (peer !== undefined) peers.push(peer);
  }
  return peers;
}

/** Compares peers by their places: by the key, then by address and identity, so that the order is the same in every run. */
function comparePlaces(
  wanted: readonly PeerView[],
  addresses: readonly AddressKey[],
  { key, isDescending }: Sort,
): (a: number, b: number) => number {
  const compare = comparators[key];
  const sign = isDescending ? -1 : 1;
  const addressSign = key === 'address' ? sign : 1;
  return (a, b) => {
    const one = wanted[a];
    const other = wanted[b];
    if (one === undefined || other === undefined) return 0;
    return (
      sign * compare(one, other) ||
      addressSign * compareKeys(addresses[a] ?? '', addresses[b] ?? '') ||
      compareText(one.id, other.id)
    );
  };
}

function isSameSort(one: Sort | undefined, other: Sort): boolean {
  return one?.key === other.key && one.isDescending === other.isDescending;
}

/** What does not change as long as a peer is the same object, which the hub's numbers move on in place. */
const isLasting: Readonly<Record<SortKey, boolean>> = {
  address: true,
  name: true,
  state: false,
  rate: false,
  handshake: false,
};

function isInOrder(order: Uint32Array, compare: (a: number, b: number) => number): boolean {
  for (let at = 1; at < order.length; at += 1) {
    if (compare(order[at - 1] ?? 0, order[at] ?? 0) > 0) return false;
  }
  return true;
}

/**
 * Whether a peer matches: every word of the filter is in its name, address, key, endpoint, tags or state; a word that
 * begins with `!` must not be. Undefined: every peer does.
 */
function matcher(filter: string): ((peer: PeerView) => boolean) | undefined {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!');
  if (words.length === 0) return undefined;
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

/** The first thing that peers are sorted by; the second is the address always. */
const comparators: Readonly<Record<SortKey, Comparator>> = {
  address: () => 0,
  name: (a, b) => Number(b.isNamed) - Number(a.isNamed) || compareNatural(a.label, b.label),
  state: (a, b) => (rankOfState.get(a.activity.state) ?? 0) - (rankOfState.get(b.activity.state) ?? 0),
  rate: (a, b) => rateOf(b) - rateOf(a),
  handshake: (a, b) => (b.latestHandshake ?? 0) - (a.latestHandshake ?? 0),
};

function rateOf(peer: PeerView): number {
  return (peer.rxBitsPerSecond ?? 0) + (peer.txBitsPerSecond ?? 0);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Made when somebody sorts by name: with the data of ICU it takes 3 MB. */
let collator: Intl.Collator | undefined;

function compareNatural(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(a, b);
}

/** An IPv4 address as a number, behind its four numbers its prefix length; any other as its text. */
type AddressKey = number | string;

const ipv4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:\/\d{1,2})?$/;

/** IPv4 by its numbers, then IPv6, then peers without an address. */
function compareKeys(a: AddressKey, b: AddressKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return rankOfKey(a) - rankOfKey(b) || compareText(`${a}`, `${b}`);
}

function rankOfKey(key: AddressKey): number {
  return typeof key === 'number' ? 0 : key === '' ? 2 : 1;
}

function addressKey(address: string): AddressKey {
  if (!ipv4.test(address)) return address;
  let key = 0;
  let number = 0;
  let hasPrefix = false;
  for (let at = 0; at < address.length; at += 1) {
    const digit = address.charCodeAt(at) - zero;
    if (digit >= 0 && digit <= 9) number = number * 10 + digit;
    else {
      key = key * 256 + number;
      number = 0;
      hasPrefix = digit === slash;
    }
  }
  // One address comes before the network that begins with it.
  return hasPrefix ? key * 256 + number + 1 : (key * 256 + number) * 256;
}

/** The character 0, and a slash as seen from it. */
const zero = 0x30;
const slash = -1;
