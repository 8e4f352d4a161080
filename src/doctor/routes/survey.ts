import { known, type Printable } from '../../host/printable.ts';
import type { Family } from '../../network/address.ts';
import type { InterfaceAddress } from '../../network/addresses.ts';
import { type KernelRouting, kernelRouting } from '../../network/kernel-lookup.ts';
import type { Link } from '../../network/links.ts';
import { PrefixTable } from '../../network/lookup.ts';
import { type ParsedPrefix, type Prefix, parsePrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import type { InterfaceSysctls } from '../../network/sysctl.ts';
import { tableKey } from '../../network/tables.ts';
import type { FileInterface } from '../../wg/conf-interface.ts';
import type { InterfaceName } from '../../wg/key.ts';
import type { RoutingFacts } from '../../wg/routing-facts.ts';
import type { HubInterface, HubPeer, RoutesInput } from './rows.ts';

/** One interface, prepared for many questions. */
export interface Hub {
  readonly name: InterfaceName;
  readonly peers: readonly HubPeer[];
  /** What each peer has in the kernel. */
  readonly carried: PrefixTable<HubPeer>;
  /** The peers that the configuration file gives a prefix to and that do not have it. */
  readonly wanting: ReadonlyMap<Prefix, { readonly prefix: ParsedPrefix; readonly peers: readonly HubPeer[] }>;
  /** The unicast routes of all tables that lead into the interface. */
  readonly exits: PrefixTable<readonly Route[]>;
  readonly addresses: readonly InterfaceAddress[];
  readonly file: FileInterface | undefined;
  readonly link: Link | undefined;
  readonly sysctls: InterfaceSysctls | undefined;
}

/** All that the families judge by. */
export interface Survey {
  readonly facts: RoutingFacts;
  readonly hubs: readonly Hub[];
  readonly routing: Readonly<Record<Family, KernelRouting>>;
  readonly links: ReadonlyMap<string, Link>;
}

/** Puts what was read in order, once for all prefixes. */
export function surveyOf({ interfaces, facts }: RoutesInput): Survey {
  const links = new Map(facts.links.map((link): [string, Link] => [link.name, link]));
  const exits = exitsByDevice(facts.routes);
  return {
    facts,
    links,
    hubs: interfaces.map((one) => hubOf(one, facts, exits.get(one.name) ?? [], links)),
    routing: { v4: kernelRouting('v4', facts), v6: kernelRouting('v6', facts) },
  };
}

function hubOf(
  { name, peers: all }: HubInterface,
  facts: RoutingFacts,
  exits: readonly Route[],
  links: ReadonlyMap<string, Link>,
): Hub {
  const peers = all.filter((peer) => peer.activity?.state !== 'disabled');
  return {
    name,
    peers,
    carried: new PrefixTable(
      peers.flatMap((peer) => prefixesOf(peer.allowedIps).map((prefix) => ({ prefix, value: peer }))),
    ),
    wanting: wantingPeers(peers),
    exits: new PrefixTable(
      [...Map.groupBy(exits, (route) => route.prefix.text).values()].flatMap((routes) => {
        const prefix = routes[0]?.prefix;
        return prefix === undefined ? [] : [{ prefix, value: routes }];
      }),
    ),
    addresses: facts.addresses.filter(({ dev }) => dev === known(name)),
    file: facts.files.get(name),
    link: links.get(name),
    sysctls: facts.sysctls.interfaces.get(name),
  };
}

function wantingPeers(peers: readonly HubPeer[]): Hub['wanting'] {
  const wanting = new Map<Prefix, { prefix: ParsedPrefix; peers: HubPeer[] }>();
  for (const peer of peers) {
    const { allowedIps, fileAllowedIps = none } = peer;
    // Nearly every file says word for word what the kernel has, and to parse it twice would take as long as all the rest.
    if (fileAllowedIps.every((text, index) => allowedIps[index] === text || allowedIps.includes(text))) continue;
    const own = new Set(prefixesOf(allowedIps).map(({ text }) => text));
    for (const prefix of prefixesOf(fileAllowedIps)) {
      if (own.has(prefix.text)) continue;
      own.add(prefix.text);
      const entry = wanting.get(prefix.text);
      if (entry === undefined) wanting.set(prefix.text, { prefix, peers: [peer] });
      else entry.peers.push(peer);
    }
  }
  return wanting;
}

const none: readonly Printable[] = [];

/** The lists that were read before: a peer keeps the same list until it changes. */
const readBefore = new WeakMap<readonly string[], readonly ParsedPrefix[]>();

/** The prefixes that texts name; what is none is left out, as it was when `wg` read it. */
export function prefixesOf(texts: readonly string[]): readonly ParsedPrefix[] {
  const before = readBefore.get(texts);
  if (before !== undefined) return before;
  const prefixes = texts.flatMap((text) => parsePrefix(text)?.prefix ?? []);
  readBefore.set(texts, prefixes);
  return prefixes;
}

const localTable = '255';

function exitsByDevice(routes: readonly Route[]): ReadonlyMap<string, Route[]> {
  const byDevice = new Map<string, Route[]>();
  for (const route of routes) {
    if (route.type !== 'unicast' || tableKey(route.table) === localTable) continue;
    for (const { dev } of route.nextHops) {
      if (dev === undefined) continue;
      const list = byDevice.get(dev);
      if (list === undefined) byDevice.set(dev, [route]);
      else if (list.at(-1) !== route) list.push(route);
    }
  }
  return byDevice;
}
