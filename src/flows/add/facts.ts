/** What the questions about a new client need to know of the hub. */

import { itemsOf } from '../../change/plans/allowed-ips.ts';
import type { PlanContext, Writable } from '../../change/plans/context.ts';
import type { DriftPlanContext } from '../../change/plans/drift.ts';
import type { ChangeRecord } from '../../change/results.ts';
import { known, type Printable } from '../../host/printable.ts';
import { type AddressPool, defaultReleaseDelayMs, type ReservedRange } from '../../network/pool.ts';
import { rangeOf } from '../../network/pool-range.ts';
import { bitsOf, containsPrefix, overlaps, type ParsedPrefix, parsePrefix, prefixOf } from '../../network/prefix.ts';
import { isPrivateAddress, publicAddressOf } from '../../network/public-address.ts';
import type { NetworkFacts } from '../../observe/network-facts.ts';
import { type ConfFile, printConf } from '../../wg/conf/conf-file.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import { readWanted } from '../../wg/conf/wanted.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { readConfNames } from '../../wg/names/conf-names.ts';
import { problemOfHub } from '../../wg/profile/check-profile.ts';
import { readDialled } from '../../wg/profile/dialled.ts';
import { readHubFile } from '../../wg/profile/hub-file.ts';
import { type Issued, parseIssued } from '../../wg/profile/issued.ts';
import type { KnownKey } from '../../wg/profile/keys.ts';
import type { HubReach, ReachableLan } from '../../wg/profile/reach.ts';
import { releasedAddresses } from './released.ts';

/** What clients dial, and how that is known. */
interface HubEndpoint {
  /** An address without brackets, or a name. */
  readonly host: string;
  readonly port: number;
  readonly source: 'file' | 'issued' | 'route';
  /** Why clients may not reach it. */
  readonly warning: Printable | undefined;
}

/** All that the questions about a new client need, read at one time. Nothing in it is secret. */
export interface AddFacts {
  readonly interfaceName: InterfaceName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ownership: Writable;
  /** Why no client can be added whatever the answers are; sentences. */
  readonly obstacle: Printable | undefined;
  readonly pool: AddressPool;
  /** Names of all peers, those included that are disabled. */
  readonly names: readonly Printable[];
  /** The hub's own key and those of all peers. */
  readonly keys: readonly KnownKey[];
  readonly hubKey: PublicKey | undefined;
  readonly listenPort: number | undefined;
  /** Undefined: it has to be asked. */
  readonly endpoint: HubEndpoint | undefined;
  /** As the file says in a comment, else what the last client was given. */
  readonly dns: readonly string[];
  readonly mtu: number | undefined;
  readonly reach: HubReach;
  /** Prefixes that this host reaches by its other interfaces, which no peer can have behind it. */
  readonly hostPrefixes: readonly HostPrefix[];
}

/** A prefix that is on a link of the host. */
interface HostPrefix {
  readonly prefix: ParsedPrefix;
  readonly dev: Printable;
}

/** What the facts are made of. */
interface FactSources {
  readonly context: DriftPlanContext;
  readonly network: NetworkFacts;
  readonly changes: readonly ChangeRecord[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The facts of an interface. Pure. */
export function factsOf({ context, network, changes, now }: FactSources): AddFacts {
  const { hub, ownership } = context;
  const { interfaceName, conf, running } = hub;
  const reading = conf === undefined ? undefined : readWanted(conf.file);
  const wanted = reading?.outcome === 'accepted' ? reading.wanted : undefined;
  const file = conf === undefined ? undefined : readHubFile(printConf(conf.file).reveal());
  const last = lastIssued(conf?.file);
  const hosts = (wanted?.addresses ?? []).flatMap((text) => parsePrefix(text) ?? []);
  // Of wireguard-go's device the kernel makes a link-local address, which is nobody's to be given.
  const addresses = hub.addresses.filter(({ scope }) => `${scope}` !== 'link');
  const ownPrefixes = [...hosts.map(({ prefix }) => prefix), ...addresses.map(({ onLink }) => onLink)];
  const prefixes = distinct(ownPrefixes.filter(isPool));
  const hubAddresses = [...hosts.map(({ address }) => address), ...addresses.map(({ address }) => address)];
  const peers = peersOf(context);
  const hostPrefixes = prefixesBeside(interfaceName, network);
  const hubKey = running?.publicKey ?? wanted?.publicKey;
  const listenPort = running?.listenPort ?? wanted?.listenPort;
  const endpoint = endpointOf(file?.endpoint, last, listenPort, network);
  return {
    interfaceName,
    at: now,
    ownership,
    obstacle: obstacleOf(context, prefixes, hubKey),
    pool: {
      prefixes,
      hub: hubAddresses,
      peers: peers.map(({ label, isDisabled, prefixes: own }) => ({ label, isDisabled, prefixes: own })),
      reserved: [...(file?.reserved ?? []), ...reservedFor(prefixes, hostPrefixes)],
      released: releasedAddresses(changes, interfaceName),
      releaseDelayMs: defaultReleaseDelayMs,
    },
    names: peers.flatMap(({ name }) => name ?? []),
    keys: [
      ...(hubKey === undefined ? [] : [{ publicKey: hubKey, label: known('the hub'), isHub: true }]),
      ...peers.map(({ publicKey, label }) => ({ publicKey, label, isHub: false })),
    ],
    hubKey,
    listenPort,
    endpoint,
    dns: file?.dns ?? last?.dns ?? [],
    mtu: wanted?.mtu,
    reach: {
      hub: distinct(hubAddresses.map((address) => prefixOf(address, bitsOf(address.family)))),
      mesh: prefixes,
      lans: lansOf(peers, prefixes),
    },
    hostPrefixes,
  };
}

/** A peer as the file, the running interface and the side files have it together. */
interface KnownPeer {
  readonly publicKey: PublicKey;
  readonly label: Printable;
  readonly name: Printable | undefined;
  readonly isDisabled: boolean;
  readonly prefixes: readonly ParsedPrefix[];
}

function peersOf({ hub, labelOf, names }: DriftPlanContext): KnownPeer[] {
  const prefixes = new Map<PublicKey, Map<string, ParsedPrefix>>();
  const give = (key: PublicKey, texts: readonly string[]) => {
    const own = prefixes.get(key) ?? new Map<string, ParsedPrefix>();
    prefixes.set(key, own);
    for (const prefix of texts.flatMap((text) => parsePrefix(text)?.prefix ?? [])) own.set(prefix.text, prefix);
  };
  const live = new Set<PublicKey>();
  for (const { publicKey, disabled, settings } of hub.conf === undefined ? [] : sectionsOf(hub.conf.file)) {
    if (publicKey === undefined) continue;
    if (disabled === undefined) live.add(publicKey);
    give(
      publicKey,
      settings.flatMap(({ key, value }) => (key === 'allowedips' ? itemsOf(value) : [])),
    );
  }
  for (const { publicKey, allowedIps } of hub.running?.peers ?? []) {
    live.add(publicKey);
    give(publicKey, allowedIps);
  }
  return [...prefixes].map(([publicKey, own]) => {
    const name = names.get(publicKey)?.name;
    return {
      publicKey,
      label: name ?? labelOf(publicKey),
      name,
      isDisabled: !live.has(publicKey),
      prefixes: [...own.values()],
    };
  });
}

function prefixesBeside(interfaceName: InterfaceName, { addresses }: NetworkFacts): readonly HostPrefix[] {
  return addresses
    .filter(({ dev, scope }) => dev !== (interfaceName as string) && dev !== 'lo' && scope === 'global')
    .map(({ onLink, dev }) => ({ prefix: onLink, dev }));
}

/** What other links of the host have of a pool. One that has all of it takes nothing: the tunnel's own is in there. */
function reservedFor(pool: readonly ParsedPrefix[], others: readonly HostPrefix[]): ReservedRange[] {
  return others
    .filter(({ prefix }) => pool.some((own) => containsPrefix(own, prefix) && own.length < prefix.length))
    .map(({ prefix, dev }) => ({ ...rangeOf(prefix), why: known(`the network of ${dev}`) }));
}

/** Prefixes with more than one address that are behind somebody, and no part of the mesh. */
function lansOf(peers: readonly KnownPeer[], mesh: readonly ParsedPrefix[]): ReachableLan[] {
  return peers
    .filter(({ isDisabled }) => !isDisabled)
    .flatMap(({ label, prefixes }) =>
      prefixes
        .filter((prefix) => prefix.length > 0 && prefix.length < bitsOf(prefix.family))
        .filter((prefix) => !mesh.some((own) => overlaps(own, prefix)))
        .map((prefix) => ({ prefix, label })),
    );
}

function obstacleOf(
  { hub, ownership }: PlanContext,
  pool: readonly ParsedPrefix[],
  hubKey: PublicKey | undefined,
): Printable | undefined {
  const { interfaceName, conf, addresses } = hub;
  if (!ownership.writable) return ownership.reason;
  if (conf === undefined) {
    return known(`There is no configuration file for ${interfaceName}. Adopt the interface first: meshtui drift.`);
  }
  if (hubKey === undefined) return known(`${interfaceName} has no private key, so that no client can reach it.`);
  if (pool.length > 0) return undefined;
  const has = addresses.length === 0 ? 'no address' : 'only single addresses';
  return known(
    `${interfaceName} has ${has}, and so no prefix to give addresses from. Write Address = 10.8.0.1/24 (or another prefix) in its file.`,
  );
}

/** What the file says, else what the last client was given, else the address that packets to the internet leave from. */
function endpointOf(
  written: string | undefined,
  last: Issued | undefined,
  port: number | undefined,
  { addresses, routes }: NetworkFacts,
): HubEndpoint | undefined {
  for (const [text, source] of [
    [written, 'file'],
    [last?.endpoint, 'issued'],
  ] as const) {
    const dialled = text === undefined ? undefined : readDialled(text, port);
    if (dialled === undefined || problemOfHub(dialled.host, dialled.port) !== undefined) continue;
    return { ...dialled, source, warning: natWarning(dialled.host) };
  }
  const found = publicAddressOf(addresses, routes);
  if (found === undefined || port === undefined || port === 0) return undefined;
  return { host: found.address, port, source: 'route', warning: natWarning(found.address) };
}

function natWarning(host: string): Printable | undefined {
  if (!isPrivateAddress(host)) return undefined;
  return known(
    `${host} is a private address: where this host sits behind NAT, clients dial another one. Say which, with the port that leads here.`,
  );
}

/** What the last client was given, by the file. */
function lastIssued(file: ConfFile | undefined): Issued | undefined {
  const peers = file === undefined ? [] : readConfNames(printConf(file).reveal()).peers;
  const all = peers.flatMap(({ issued }) => (issued === undefined ? [] : (parseIssued(issued) ?? [])));
  return all.toSorted((one, other) => one.at.localeCompare(other.at)).at(-1);
}

/** Room for clients. */
function isPool({ family, length }: ParsedPrefix): boolean {
  return length > 0 && bitsOf(family) - length >= 1;
}

function distinct(prefixes: readonly ParsedPrefix[]): ParsedPrefix[] {
  return [...new Map(prefixes.map((prefix) => [prefix.text, prefix])).values()];
}
