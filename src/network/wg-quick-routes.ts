import { type Family, parseAddress } from './address.ts';
import { PrefixTable } from './lookup.ts';
import { contains, type ParsedPrefix, parsePrefix } from './prefix.ts';
import type { Route } from './routes.ts';

/** A route into a tunnel as wg-quick(8) makes it: `ip route add PREFIX dev INTERFACE [table TABLE]`. */
export interface TunnelRoute {
  readonly prefix: ParsedPrefix;
  /** A number or a name of rt_tables; `main` by default. */
  readonly table: string;
  /** wg-quick gives none: the kernel's default for the family. */
  readonly metric: undefined;
  /**
   * It is `/0` with `Table = auto`: wg-quick also sets a fwmark, two rules and a firewall, without which the route would
   * swallow the tunnel's own packets. Only wg-quick makes and removes it.
   */
  readonly isPolicy: boolean;
}

/** What the routes of an interface follow from. */
export interface TunnelRouting {
  /** Of all peers; texts that are no prefix are passed over. */
  readonly allowedIps: Iterable<string>;
  /** Of the interface, each with its prefix length; without one it is a single address. */
  readonly addresses: readonly string[];
  /** `Table =` as the file has it; undefined: auto. */
  readonly table: string | undefined;
  /** Of the running interface or of the file; undefined: off. It names the table of `/0`. */
  readonly fwmark: number | undefined;
}

/** The table of `/0` where the interface has no fwmark yet; wg-quick takes the next one that is empty (add_default). */
const firstPolicyTable = 51_820;

/**
 * The routes that wg-quick(8) makes, in its order: the longest prefix first (linux.bash: cmd_up, add_route). With
 * `Table = auto` a prefix that lies in a prefix of the interface's own addresses gets none, for the kernel made the wider
 * one already; other wider ones come later and hide none.
 */
export function wantedRoutes({ allowedIps, addresses, table = 'auto', fwmark }: TunnelRouting): TunnelRoute[] {
  if (table.toLowerCase() === 'off') return [];
  const isAuto = table.toLowerCase() === 'auto';
  const connected = isAuto ? connectedPrefixes(addresses) : [];
  const unique = new Map<string, ParsedPrefix>();
  for (const text of allowedIps) {
    // On most hubs nearly all of thousands lie in the interface's own prefix: no more is made of them than is needed.
    const slash = text.indexOf('/');
    const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
    if (address === undefined || connected.some((one) => contains(one, address) && isWithin(one, text, slash)))
      continue;
    const prefix = parsePrefix(text)?.prefix;
    if (prefix !== undefined) unique.set(prefix.text, prefix);
  }
  return [...unique.values()]
    .sort((one, other) => other.length - one.length)
    .map((prefix) => {
      const isPolicy = isAuto && prefix.length === 0;
      const ofAuto = isPolicy ? String(fwmark ?? firstPolicyTable) : 'main';
      return { prefix, table: isAuto ? ofAuto : table, metric: undefined, isPolicy };
    });
}

/** Whether a prefix whose address lies in the other is not wider; a `/0` never is, for it gets its route in any case. */
function isWithin({ length }: ParsedPrefix, text: string, slash: number): boolean {
  const own = slash === -1 ? undefined : Number(text.slice(slash + 1));
  return own === undefined || (own > 0 && own >= length);
}

/** The prefixes for which the kernel makes a route with an address: none for a single IPv4 address. */
function connectedPrefixes(addresses: readonly string[]): ParsedPrefix[] {
  return addresses.flatMap((text) => {
    const prefix = parsePrefix(text)?.prefix;
    return prefix !== undefined && (prefix.family === 'v6' || prefix.length < 32) ? [prefix] : [];
  });
}

/** What is to be done to routes. The additions come first, so that no packet is without a route in between. */
export interface RouteChanges {
  readonly add: readonly TunnelRoute[];
  readonly remove: readonly TunnelRoute[];
  /** Of `/0` with `Table = auto`, wanted anew or no more: only taking the interface down and up does that right. */
  readonly policy: readonly TunnelRoute[];
}

/**
 * What a change of allowed IPs or addresses means for the routes that there are: those newly wanted and not there are
 * added, those no more wanted are removed where wg-quick could have made them. Routes of others (a gateway, a metric, a
 * routing daemon, the kernel) stay, and so does what was missing before, unless only a removed route carried it.
 *
 * @param existing routes of every table that lead into the interface
 */
export function routeChanges(
  before: readonly TunnelRoute[],
  after: readonly TunnelRoute[],
  existing: readonly Route[],
): RouteChanges {
  const wasWanted = new Set(before.map(routeKey));
  const isWanted = new Set(after.map(routeKey));
  const there = routesByKey(existing);
  const gone = before.filter((route) => !isWanted.has(routeKey(route)));
  const remove = gone.filter((route) => {
    const found = there.get(routeKey(route));
    return !route.isPolicy && found !== undefined && isOfWgQuick(found);
  });
  const carried = coverage(remove);
  const add = after.filter(
    (route) =>
      !route.isPolicy &&
      !there.has(routeKey(route)) &&
      (!wasWanted.has(routeKey(route)) || isCovered(carried(route.table), route.prefix)),
  );
  const policy = [...gone, ...after.filter((route) => !wasWanted.has(routeKey(route)))].filter((one) => one.isPolicy);
  return { add, remove, policy };
}

/** What tells the routes into one interface apart: the table as the file names it, and the prefix. */
export function routeKey({ table, prefix }: Pick<TunnelRoute, 'table' | 'prefix'>): string {
  return `${table} ${prefix.text}`;
}

/** The routes for all packets to a prefix by the keys that they can have: with the number of their table and its name. */
export function routesByKey(routes: readonly Route[]): ReadonlyMap<string, Route> {
  const byKey = new Map<string, Route>();
  for (const route of routes) {
    const { type, from, tos, table, prefix } = route;
    if (type !== 'unicast' || from !== undefined || tos !== undefined) continue;
    byKey.set(`${table.name} ${prefix.text}`, route);
    if (table.number !== undefined) byKey.set(`${table.number} ${prefix.text}`, route);
  }
  return byKey;
}

/**
 * Whether wg-quick could have made a route: on the link itself, by hand of `ip` (protocol `boot`, which `ip` does not
 * print), with the default metric.
 */
export function isOfWgQuick({ family, protocol, metric, nextHops, prefSrc }: Route): boolean {
  const [hop, ...others] = nextHops;
  return (
    (protocol === undefined || `${protocol}` === 'boot') &&
    metric === defaultMetric(family) &&
    prefSrc === undefined &&
    hop.via === undefined &&
    others.length === 0
  );
}

/** The metric of a route that was made without one (linux/ipv6_route.h: IP6_RT_PRIO_USER). */
export function defaultMetric(family: Family): number {
  return family === 'v4' ? 0 : 1024;
}

const noPrefixes = new PrefixTable<true>([]);

function isCovered(table: PrefixTable<true>, prefix: ParsedPrefix): boolean {
  return table.findAll(prefix).some((entry) => entry.prefix.length <= prefix.length);
}

/** The prefixes of routes, by table. */
function coverage(routes: readonly TunnelRoute[]): (table: string) => PrefixTable<true> {
  const tables = new Map(
    [...Map.groupBy(routes, ({ table }) => table)].map(([table, ofTable]) => [
      table,
      new PrefixTable(ofTable.map(({ prefix }) => ({ prefix, value: true }) as const)),
    ]),
  );
  return (table) => tables.get(table) ?? noPrefixes;
}
