import type { AddressBits, Family } from './address.ts';
import { PrefixTable } from './lookup.ts';
import { contains, type ParsedPrefix } from './prefix.ts';
import type { NextHop, Route } from './routes.ts';
import { defaultRules, type Rule } from './rules.ts';
import { type RoutingTable, tableKey } from './tables.ts';

/** What is asked of the kernel: the words of `ip route get DESTINATION [from SOURCE] [iif DEV] [mark MARK]`. */
export interface RoutingQuestion {
  readonly destination: AddressBits;
  readonly source?: AddressBits | undefined;
  /** The device that the packet comes in by. Without one the host itself sends it. */
  readonly iif?: string | undefined;
  /** The firewall mark; 0 by default. */
  readonly mark?: number | undefined;
}

/** A rule that was for the packet and did not decide: its table had nothing, said `throw`, or its route was suppressed. */
export interface PassedRule {
  readonly rule: Rule;
  readonly because: 'nothing-found' | 'throw' | 'suppressed';
  /** The route that said `throw` or was suppressed. */
  readonly route: Route | undefined;
}

/** How the rules were gone through, for evidence. */
interface Evidence {
  /** In order. */
  readonly passed: readonly PassedRule[];
  /** Rules that would be for the packet but for conditions that are not judged here, such as its port. */
  readonly unjudged: readonly Rule[];
}

/** What the kernel does with a packet. */
export type RoutingDecision =
  /** It ends on this host, or is not for one host: the route is `local`, `anycast`, `broadcast` or `multicast`. */
  | (Evidence & { readonly outcome: 'local'; readonly rule: Rule; readonly route: Route })
  /** It goes out by one of these next hops. */
  | (Evidence & {
      readonly outcome: 'forwarded';
      readonly rule: Rule;
      readonly route: Route;
      readonly nextHops: readonly NextHop[];
    })
  /** A route, or the rule itself where `route` is undefined, refuses it. */
  | (Evidence & {
      readonly outcome: 'refused';
      readonly by: Refusal;
      readonly rule: Rule;
      readonly route: Route | undefined;
    })
  | (Evidence & { readonly outcome: 'no-route' });

export type Refusal = 'blackhole' | 'unreachable' | 'prohibit';

type Table = PrefixTable<readonly Route[]>;

/** The routes and rules of one family, ready to be asked. */
export interface KernelRouting {
  readonly family: Family;
  /** In order of priority. */
  readonly rules: readonly Rule[];
  readonly tables: ReadonlyMap<string, Table>;
  /**
   * As long as nobody has touched the IPv4 rules, the kernel keeps `local` and `main` in one trie, in which the longer
   * prefix wins whichever table it is of (fib_trie.c: fib_trie_unmerge). Whether rules were changed and changed back
   * cannot be seen; it matters only where `main` has a prefix inside one of `local`.
   */
  readonly localAndMain: Table | undefined;
}

export interface RoutingState {
  readonly routes: readonly Route[];
  /** Empty where they could not be read: the kernel's first rules are meant then. */
  readonly rules: readonly Rule[];
}

/** Prepares what was read of one family for many questions. What is of the other family is left out. */
export function kernelRouting(family: Family, state: RoutingState): KernelRouting {
  const routes = state.routes.filter((route) => route.family === family);
  const own = state.rules.filter((rule) => rule.family === family);
  const rules = (own.length === 0 ? [...defaultRules(family)] : own).toSorted((a, b) => a.priority - b.priority);
  const byTable = Map.groupBy(routes, (route) => tableKey(route.table));
  return {
    family,
    rules,
    tables: new Map([...byTable].map(([key, list]) => [key, routeTable(list)])),
    localAndMain:
      family === 'v4' && areDefault(rules)
        ? routeTable([...(byTable.get(local) ?? []), ...(byTable.get(main) ?? [])])
        : undefined,
  };
}

const local = '255';
const main = '254';

/**
 * What the kernel does with a packet to an address, as `ip route get` tells it. Not judged: whether the source may send
 * from there (rp_filter, martians), neighbours that do not answer, multicast destinations, VRFs and what
 * {@link Rule.unjudged} names. Of an IPv6 prefix that has routes for some sources and others for all, Linux up to 6.18
 * at least does not find the latter (fib6_node_lookup_1); here they are found, as it is meant.
 */
export function decideRoute(routing: KernelRouting, question: RoutingQuestion): RoutingDecision {
  const packet = packetOf(routing, question);
  const passed: PassedRule[] = [];
  const unjudged: Rule[] = [];
  const { rules } = routing;
  for (let index = 0; index < rules.length; index += 1) {
    const rule = rules[index];
    if (rule === undefined) break;
    if (rule.unjudged.length > 0 && asksFor(rule, packet)) unjudged.push(rule);
    if (!matches(rule, packet)) continue;
    const { action } = rule;
    if (action.kind === 'nop') continue;
    if (action.kind === 'goto') {
      const target = rules.findIndex((each, at) => at > index && each.priority === action.priority);
      // The kernel passes over a rule whose target does not exist.
      if (target !== -1) index = target - 1;
      continue;
    }
    if (action.kind !== 'lookup') {
      return { outcome: 'refused', by: action.kind, rule, route: undefined, passed, unjudged };
    }
    const found = lookUp(routing, action.table, packet);
    if (found === undefined) passed.push({ rule, because: 'nothing-found', route: undefined });
    else if (found.route.type === 'throw') passed.push({ rule, because: 'throw', route: found.route });
    else if (isSuppressed(found.route, action.suppressPrefixLength)) {
      passed.push({ rule, because: 'suppressed', route: found.route });
    } else return { ...verdict(found), rule, passed, unjudged };
  }
  return { outcome: 'no-route', passed, unjudged };
}

/** What the table of a rule has for the packet. What the rule for `local` leaves of both is for the one for `main`. */
function lookUp({ tables, localAndMain }: KernelRouting, table: RoutingTable, packet: Packet): Found | undefined {
  const key = tableKey(table);
  if (localAndMain === undefined || (key !== local && key !== main)) return findRoute(tables.get(key), packet);
  const found = findRoute(localAndMain, packet);
  return key === local && found !== undefined && tableKey(found.route.table) === main ? undefined : found;
}

interface Packet {
  readonly destination: AddressBits;
  readonly source: AddressBits;
  readonly hasSource: boolean;
  readonly iif: string;
  readonly mark: number;
}

/** What the host sends itself comes "in" by `lo`, and has no source until it is routed. */
function packetOf({ family }: KernelRouting, { destination, source, iif, mark }: RoutingQuestion): Packet {
  return {
    destination,
    source: source ?? { family, a: 0, b: 0, c: 0, d: 0 },
    hasSource: source !== undefined,
    iif: iif ?? 'lo',
    mark: mark ?? 0,
  };
}

function matches(rule: Rule, packet: Packet): boolean {
  // A packet without protocol, port and the like meets no condition on them, in `ip route get` as here.
  const meets = asksFor(rule, packet) && rule.unjudged.every((condition) => condition === 'suppress_ifgroup');
  return meets !== rule.not;
}

/** Whether the packet meets what the rule asks, so far as that is judged here and `not` aside. */
function asksFor(rule: Rule, packet: Packet): boolean {
  const { from, to, iif, oif, fwmark } = rule;
  return (
    oif === undefined &&
    (iif === undefined || iif === packet.iif) &&
    (fwmark === undefined || ((packet.mark ^ fwmark.value) & fwmark.mask) === 0) &&
    (to === undefined || contains(to, packet.destination)) &&
    (from === undefined || comesFrom(from, packet))
  );
}

/** IPv6 asks nothing of a packet without source; IPv4 takes 0.0.0.0 for it (fib6_rules.c, fib_rules.c: …_rule_match). */
function comesFrom(from: ParsedPrefix, packet: Packet): boolean {
  if (from.length === 0) return true;
  return (packet.hasSource || from.family === 'v4') && contains(from, packet.source);
}

interface Found {
  readonly route: Route;
  readonly nextHops: readonly NextHop[];
}

/** The route of the longest prefix that can be used, and of several the one with the smallest metric. */
function findRoute(table: Table | undefined, packet: Packet): Found | undefined {
  for (const { value: routes } of table?.findAll(packet.destination) ?? []) {
    for (const route of routes) {
      if (route.from !== undefined && !contains(route.from, packet.source)) continue;
      if (route.tos !== undefined && route.tos !== '0') continue;
      const nextHops = route.nextHops.filter(({ dead }) => !dead);
      if (nextHops.length > 0 || hasNoNextHop(route)) return { route, nextHops };
    }
  }
  return undefined;
}

function hasNoNextHop({ type }: Route): boolean {
  return type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw';
}

/** Routes that refuse are never suppressed (fib_rules.c: fib_rules_lookup suppresses only what succeeded). */
function isSuppressed(route: Route, length: number | undefined): boolean {
  return length !== undefined && route.prefix.length <= length && !hasNoNextHop(route);
}

type Verdict =
  | { readonly outcome: 'local'; readonly route: Route }
  | { readonly outcome: 'forwarded'; readonly route: Route; readonly nextHops: readonly NextHop[] }
  | { readonly outcome: 'refused'; readonly by: Refusal; readonly route: Route };

function verdict({ route, nextHops }: Found): Verdict {
  const { type } = route;
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit') {
    return { outcome: 'refused', by: type, route };
  }
  return type === 'unicast' ? { outcome: 'forwarded', route, nextHops } : { outcome: 'local', route };
}

/** Whether these are the rules that the kernel began with: nothing asked of a packet, the same tables in the same order. */
function areDefault(rules: readonly Rule[]): boolean {
  const expected = defaultRules('v4');
  return rules.length === expected.length && rules.every((rule, index) => isSameRule(rule, expected[index]));
}

function isSameRule(rule: Rule, plain: Rule | undefined): boolean {
  const { action, not, from, to, iif, oif, fwmark, unjudged } = rule;
  return (
    plain?.action.kind === 'lookup' &&
    action.kind === 'lookup' &&
    tableKey(action.table) === tableKey(plain.action.table) &&
    action.suppressPrefixLength === undefined &&
    rule.priority === plain.priority &&
    !not &&
    unjudged.length === 0 &&
    [from, to, iif, oif, fwmark].every((condition) => condition === undefined)
  );
}

/**
 * Of equal prefixes those of the table `local` come first, then those for the narrower sources, then the smaller
 * metrics, then as they were listed.
 */
function routeTable(routes: readonly Route[]): Table {
  const groups = Map.groupBy(routes, (route) => route.prefix.text);
  const entries = [...groups.values()].flatMap((group) => {
    const prefix = group[0]?.prefix;
    return prefix === undefined ? [] : [{ prefix, value: group.length === 1 ? group : group.toSorted(byPreference) }];
  });
  return new PrefixTable(entries);
}

function byPreference(one: Route, other: Route): number {
  const rank = ({ table }: Route) => (tableKey(table) === local ? 0 : 1);
  return rank(one) - rank(other) || (other.from?.length ?? 0) - (one.from?.length ?? 0) || one.metric - other.metric;
}
