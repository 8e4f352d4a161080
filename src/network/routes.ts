import type { Printable } from '../host/printable.ts';
import { type AddressBits, type Family, parseAddress } from './address.ts';
import { type Fields, type Parsed, parseIpJson } from './ip-json.ts';
import { everything, type ParsedPrefix, parsePrefix } from './prefix.ts';
import { type RoutingTable, routingTable, type TableNumbers, wellKnownTables } from './tables.ts';

/** What the kernel does with what a route covers (ip-route(8), linux/rtnetlink.h: RTN_*). */
export type RouteType = (typeof routeTypes)[number];

const routeTypes = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
] as const;

/** Where a route sends packets: one of several for a multipath route. */
export interface NextHop {
  /** Undefined for routes without a device, such as IPv4 blackholes. */
  readonly dev: Printable | undefined;
  /** The gateway; undefined for what is on the link itself. IPv4 routes may have an IPv6 gateway. */
  readonly via: AddressBits | undefined;
  readonly weight: number;
  /** The device has no carrier, which alone does not keep the kernel from using it. */
  readonly linkdown: boolean;
  /**
   * The kernel does not use it: the device is down, or has no carrier and the sysctl `ignore_routes_with_linkdown`
   * (fib_semantics.c: fib_nexthop_info).
   */
  readonly dead: boolean;
}

/** One route as `ip -j route show table all` prints it. */
export interface Route {
  readonly family: Family;
  readonly prefix: ParsedPrefix;
  readonly table: RoutingTable;
  readonly type: RouteType;
  /** At least one; more than one for a multipath route. */
  readonly nextHops: readonly [NextHop, ...NextHop[]];
  /** Smaller is preferred. Without one: 0 for IPv4, 1024 for IPv6 (linux/ipv6_route.h: IP6_RT_PRIO_USER). */
  readonly metric: number;
  /** Who made it: `kernel`, `static`, `boot` (the default of `ip`, not printed), `dhcp`, `bird`, … */
  readonly protocol: Printable | undefined;
  readonly scope: Printable | undefined;
  /** The source address that the host's own packets get (`src`). */
  readonly prefSrc: Printable | undefined;
  /** IPv6 only: the route is for packets from these addresses alone. */
  readonly from: ParsedPrefix | undefined;
  /** IPv4 only: the route is for packets with this type of service alone. */
  readonly tos: Printable | undefined;
}

/**
 * Parses `ip -j route show table all` (with `-4` or `-6`). Some versions print both families without such an option, so
 * that routes of the other family are passed over. Never throws.
 */
export function parseRoutes(text: string, family: Family, tables: TableNumbers = wellKnownTables): Parsed<Route> {
  const known = new Map<string, RoutingTable>();
  const table = (name: string | undefined): RoutingTable => {
    const found = known.get(name ?? 'main') ?? routingTable(name, tables);
    known.set(name ?? 'main', found);
    return found;
  };
  return parseIpJson(text, 'route', (fields) => {
    const destination = fields.text('dst');
    if (destination === undefined) return 'it has no destination ("dst")';
    if (familyOf(destination, fields) !== family) return [];
    const route = readRoute(destination, fields, family, table(fields.text('table')));
    return typeof route === 'string' ? route : [route];
  });
}

/** The family of an entry. For `default` its `pref` tells, which all IPv6 routes have since Linux 4.1, or its gateway. */
function familyOf(destination: string, fields: Fields): Family {
  if (destination.includes(':') || fields.has('pref')) return 'v6';
  if (destination.includes('.')) return 'v4';
  return !fields.has('via') && fields.text('gateway')?.includes(':') === true ? 'v6' : 'v4';
}

function readRoute(destination: string, fields: Fields, family: Family, table: RoutingTable): Route | string {
  const prefix = readPrefix(destination, family);
  if (prefix === undefined) return `"dst" is no prefix: ${destination.slice(0, 60)}`;
  const typeName = fields.text('type') ?? 'unicast';
  const type = routeTypes.find((each) => each === typeName);
  if (type === undefined) return `the type is not known: ${typeName.slice(0, 60)}`;
  const [first = fields, ...others] = fields.objects('nexthops');
  const from = fields.text('from');
  return {
    family,
    prefix,
    table,
    type,
    nextHops: [readNextHop(first), ...others.map(readNextHop)],
    metric: fields.count('metric') ?? (family === 'v4' ? 0 : 1024),
    protocol: fields.text('protocol'),
    scope: fields.text('scope'),
    prefSrc: fields.text('prefsrc'),
    from: from === undefined ? undefined : readPrefix(from, family),
    tos: fields.text('tos'),
  };
}

function readPrefix(text: string, family: Family): ParsedPrefix | undefined {
  if (text === 'default' || text === 'all' || text === 'any') return everything(family);
  return parsePrefix(text)?.prefix;
}

function readNextHop(fields: Fields): NextHop {
  const flags = fields.texts('flags');
  const gateway = fields.text('gateway') ?? fields.object('via')?.text('host');
  return {
    dev: fields.text('dev'),
    via: gateway === undefined ? undefined : parseAddress(gateway),
    weight: fields.count('weight') ?? 1,
    linkdown: flags.some((flag) => flag === 'linkdown'),
    dead: flags.some((flag) => flag === 'dead'),
  };
}
