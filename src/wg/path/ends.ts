import { type Printable, printable } from '../../host/printable.ts';
import { type AddressBits, type Family, formatAddress, parseAddress } from '../../network/address.ts';
import type { InterfaceAddress } from '../../network/addresses.ts';
import { bitsOf, contains, parsePrefix } from '../../network/prefix.ts';
import type { Holding, PathEnd, PathPeer } from './evidence.ts';
import { type Port, parseTarget } from './target.ts';

/** Whom a name or an address may mean. */
export interface Neighbourhood {
  readonly hostname: Printable;
  readonly peers: readonly PathPeer[];
  /** The hub's own. */
  readonly addresses: readonly InterfaceAddress[];
  /** Name, in small letters, to addresses: from /etc/hosts. */
  readonly hosts: ReadonlyMap<string, readonly AddressBits[]>;
}

/** Both ends of a path, of one family. */
export interface PathEnds {
  readonly family: Family;
  readonly source: PathEnd;
  readonly destination: PathEnd;
  readonly port: Port | undefined;
}

/** Whom a word means, before a family was chosen. */
interface Meaning {
  readonly word: Printable;
  readonly named: PathPeer | undefined;
  readonly isHub: boolean;
  readonly addresses: readonly AddressBits[];
}

/**
 * Finds out who the ends are. A word is an address, a peer's name or public key, `hub` or the hub's host name, or a name
 * in /etc/hosts, in this order. Of both families IPv4 is taken, unless only IPv6 is at both ends. Gives a sentence where
 * a word means nobody, or several, or no family is common.
 */
export function findEnds(from: string, to: string, near: Neighbourhood): PathEnds | string {
  const byName = nameOnly(to, near) ? { host: to, port: undefined } : parseTarget(to);
  if (typeof byName === 'string') return byName;
  const source = meaningOf(unbracketed(from), near);
  if (typeof source === 'string') return source;
  const destination = meaningOf(byName.host, near);
  if (typeof destination === 'string') return destination;
  const has = (family: Family) => (one: Meaning) => one.addresses.some((address) => address.family === family);
  const family = (['v4', 'v6'] as const).find((each) => [source, destination].every(has(each)));
  if (family === undefined) return `${source.word} and ${destination.word} have no addresses of one family`;
  const sourceEnd = endOf(source, family, destination, near);
  const destinationEnd = endOf(destination, family, source, near);
  const isSame = sourceEnd.address && destinationEnd.address && sameAddress(sourceEnd.address, destinationEnd.address);
  if (isSame === true || (sourceEnd.isHub && destinationEnd.isHub)) {
    return `${source.word} and ${destination.word} are the same host: there is no path between them`;
  }
  return {
    family,
    // By name the hub sends from whichever address the route says.
    source: source.isHub && parseAddress(source.word) === undefined ? { ...sourceEnd, address: undefined } : sourceEnd,
    destination: destinationEnd,
    port: byName.port,
  };
}

/** Names may have colons: a peer of exactly this name is meant rather than a port. */
function nameOnly(word: string, { peers }: Neighbourhood): boolean {
  return peers.some((peer) => peer.label === word);
}

function unbracketed(word: string): string {
  return /^\[([^[\]]*:[^[\]]*)\]$/.exec(word)?.[1] ?? word;
}

function meaningOf(text: string, near: Neighbourhood): Meaning | string {
  const word = printable(text).slice(0, 100) as Printable;
  const address = parseAddress(text);
  if (address !== undefined) {
    const isHub = near.addresses.some((one) => sameAddress(one.address, address));
    return { word, named: undefined, isHub, addresses: [address] };
  }
  const small = text.toLowerCase();
  const exact = near.peers.filter((peer) => peer.label === text || peer.publicKey === text);
  const found = exact.length > 0 ? exact : near.peers.filter((peer) => peer.label.toLowerCase() === small);
  const [peer, ...others] = found;
  if (others.length > 0) {
    const list = found.map((one) => `${one.label} (${one.publicKey.slice(0, 8)} on ${one.interfaceName})`);
    return `"${word}" is the name of ${found.length} peers: ${list.slice(0, 4).join(', ')}; use an address`;
  }
  if (peer !== undefined) {
    const addresses = ownAddresses(peer);
    if (addresses.length === 0)
      return `${peer.label} has no address of its own, only subnets or nothing; use an address`;
    return { word, named: peer, isHub: false, addresses };
  }
  if (small === 'hub' || small === near.hostname.toLowerCase()) {
    return { word, named: undefined, isHub: true, addresses: hubAddresses(near) };
  }
  const addresses = near.hosts.get(small);
  if (addresses !== undefined) return { word, named: undefined, isHub: false, addresses };
  return `"${word}" is no address, no peer and no name in /etc/hosts`;
}

/**
 * The single addresses among its allowed IPs: first those that both the kernel and the file give it, then those of the
 * file, which its client was told, though another peer may have them now.
 */
function ownAddresses({ allowedIps, fileAllowedIps }: PathPeer): AddressBits[] {
  const inKernel = singles(allowedIps);
  const inFile = singles(fileAllowedIps);
  const both = inFile.filter((one) => inKernel.some((other) => sameAddress(one, other)));
  return [...both, ...inFile, ...inKernel];
}

function singles(prefixes: readonly string[]): AddressBits[] {
  return prefixes.flatMap((text) => {
    const prefix = parsePrefix(text)?.prefix;
    return prefix !== undefined && prefix.length === bitsOf(prefix.family) ? [prefix] : [];
  });
}

function hubAddresses({ addresses }: Neighbourhood): AddressBits[] {
  return addresses.filter(({ scope }) => scope === 'global').map(({ address }) => address);
}

function endOf(meaning: Meaning, family: Family, other: Meaning, near: Neighbourhood): PathEnd {
  const { word, named, isHub } = meaning;
  const address = isHub
    ? hubAddress(meaning, family, other, near)
    : meaning.addresses.find((each) => each.family === family);
  const holder = isHub || address === undefined ? undefined : holderOf(address, near.peers, (peer) => peer.allowedIps);
  return {
    word,
    address,
    isHub: isHub || near.addresses.some((one) => address !== undefined && sameAddress(one.address, address)),
    named,
    holder,
    inFile: isHub || address === undefined ? undefined : holderInFile(address, near.peers, named ?? holder?.peer),
  };
}

/** A section that is disabled holds nothing. Where several hold the same prefix, `first` does if it is one of them. */
function holderInFile(
  address: AddressBits,
  peers: readonly PathPeer[],
  first: PathPeer | undefined,
): Holding | undefined {
  const live = peers.filter((peer) => peer.activity.state !== 'disabled');
  const ordered = first === undefined ? live : [first, ...live];
  return holderOf(address, ordered, (peer) => peer.fileAllowedIps);
}

/** Of the hub's addresses that on the interface of the peer at the other end, which is the one that a peer would use. */
function hubAddress(
  { addresses }: Meaning,
  family: Family,
  other: Meaning,
  near: Neighbourhood,
): AddressBits | undefined {
  const theirs = other.addresses.find((each) => each.family === family);
  const peer = other.named ?? (theirs && holderOf(theirs, near.peers, (one) => one.allowedIps)?.peer);
  const own = addresses.filter((each) => each.family === family);
  const isOnTunnel = (address: AddressBits) =>
    near.addresses.some((one) => one.dev === (peer?.interfaceName as string) && sameAddress(one.address, address));
  return own.find(isOnTunnel) ?? own[0];
}

/**
 * The peer with the longest of these prefixes around the address. A prefix of length 0 tells nothing about whose the
 * address is, and does not count unless `shortest` is 0.
 */
export function holderOf(
  address: AddressBits,
  peers: readonly PathPeer[],
  prefixesOf: (peer: PathPeer) => readonly string[],
  shortest = 1,
): Holding | undefined {
  let best: Holding | undefined;
  for (const peer of peers) {
    for (const text of prefixesOf(peer)) {
      const prefix = parsePrefix(text)?.prefix;
      if (prefix === undefined || prefix.length < Math.max(shortest, (best?.prefix.length ?? -1) + 1)) continue;
      if (contains(prefix, address)) best = { peer, prefix };
    }
  }
  return best;
}

function sameAddress(one: AddressBits, other: AddressBits): boolean {
  return formatAddress(one) === formatAddress(other);
}
