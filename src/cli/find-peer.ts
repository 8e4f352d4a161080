import { parseAddress } from '../network/address.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { PeerView, Snapshot } from '../observe/snapshot.ts';

/** What a word names. */
type PeerFinding =
  | { readonly outcome: 'found'; readonly peer: PeerView }
  /** A sentence that leads to the words that would name one peer. */
  | { readonly outcome: 'ambiguous' | 'unknown'; readonly reason: string; readonly candidates: readonly string[] };

/** A shorter beginning of a key could be a name that was mistyped. */
const shortestKeyPart = 4;

/** So many candidates are worth reading. */
const mostCandidates = 10;

/**
 * The one peer that a word names: a name, exactly or else without regard to case; an address that is the peer's alone; a
 * key or the beginning of one. `wg0/NAME` says the interface too, as `interfaceName` does. The first way that fits decides.
 */
export function findPeer(snapshot: Snapshot, word: string, interfaceName: string | undefined): PeerFinding {
  const names = snapshot.interfaces.map(({ name }) => name);
  if (interfaceName !== undefined && !names.some((name) => name === interfaceName)) {
    return { outcome: 'unknown', reason: `There is no interface ${interfaceName} here. There are:`, candidates: names };
  }
  const all = snapshot.interfaces
    .filter(({ name }) => interfaceName === undefined || name === interfaceName)
    .flatMap(({ peers }) => peers);
  const found = namedBy(all, word);
  const [peer, ...others] = found;
  if (peer === undefined) return unknown(all, word);
  if (others.length === 0) return { outcome: 'found', peer };
  const reason = `"${word}" names ${found.length} peers. Say which:`;
  return { outcome: 'ambiguous', reason, candidates: found.slice(0, mostCandidates).map((one) => wordFor(one, all)) };
}

/** The peers that a word names, of the interface that it says where it says one. */
function namedBy(all: readonly PeerView[], word: string): readonly PeerView[] {
  const slash = word.indexOf('/');
  const own = slash < 0 ? [] : all.filter((peer) => peer.interfaceName === word.slice(0, slash));
  const found = matches(own, word.slice(slash + 1));
  return found.length > 0 ? found : matches(all, word);
}

function matches(peers: readonly PeerView[], word: string): readonly PeerView[] {
  if (word === '') return [];
  const small = word.toLowerCase();
  const ways = [
    ({ isNamed, label }: PeerView) => isNamed && label === word,
    ({ isNamed, label }: PeerView) => isNamed && label.toLowerCase() === small,
    addressMatch(word),
    ({ publicKey }: PeerView) => word.length >= shortestKeyPart && publicKey.startsWith(word),
  ];
  for (const way of ways) {
    const found = peers.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}

/** An allowed IP that is this one address and no wider: what a peer carries for others does not name it. */
function addressMatch(word: string): (peer: PeerView) => boolean {
  if (parseAddress(word) === undefined) return () => false;
  const text: string | undefined = parsePrefix(word)?.prefix.text;
  return ({ allowedIps }) => allowedIps.some((prefix) => prefix === text);
}

function unknown(peers: readonly PeerView[], word: string): PeerFinding {
  const small = word.slice(word.indexOf('/') + 1).toLowerCase();
  const alike = peers.filter(({ label }) => label.toLowerCase().includes(small) || isTypingError(label, small));
  const [shown, then] =
    alike.length > 0
      ? [alike, 'Did you mean:']
      : peers.length <= mostCandidates && peers.length > 0
        ? [peers, 'There are:']
        : [[], 'meshtui status lists them.'];
  return {
    outcome: 'unknown',
    reason: `"${word}" names no peer. ${then}`,
    candidates: shown.slice(0, mostCandidates).map((peer) => wordFor(peer, peers)),
  };
}

/** One letter is other, missing or too many, or two are swapped. */
function isTypingError(label: string, small: string): boolean {
  const name = label.toLowerCase();
  if (Math.abs(name.length - small.length) > 1 || small.length < 3) return false;
  let start = 0;
  while (start < name.length && name[start] === small[start]) start += 1;
  let end = 0;
  while (end < name.length - start && end < small.length - start && name.at(-1 - end) === small.at(-1 - end)) end += 1;
  const [left, right] = [name.slice(start, name.length - end), small.slice(start, small.length - end)];
  return (left.length <= 1 && right.length <= 1) || (left.length === 2 && left === `${right[1]}${right[0]}`);
}

/** The shortest word by which this peer and no other is named. */
function wordFor(peer: PeerView, all: readonly PeerView[]): string {
  const { label, interfaceName, publicKey } = peer;
  const words = [label, `${interfaceName}/${label}`, `${interfaceName}/${publicKey.slice(0, 12)}`];
  const short = words.find((word) => {
    const [first, ...others] = namedBy(all, word);
    return first?.id === peer.id && others.length === 0;
  });
  return short ?? `${interfaceName}/${publicKey}`;
}
