import { known } from '../host/printable.ts';
import type { Route } from '../network/routes.ts';
import {
  defaultMetric,
  isOfWgQuick,
  routeKey,
  routesByKey,
  type TunnelRoute,
  wantedRoutes,
} from '../network/wg-quick-routes.ts';
import type { WantedInterface } from './conf/wanted.ts';
import type { DriftItem, ItemOf } from './drift-item.ts';
import type { DumpInterface } from './dump.ts';
import type { HubState } from './hub.ts';

/**
 * Routes that wg-quick makes and that are not there, and routes made by hand that it does not make. Of prefixes on which
 * file and running interface disagree nothing is said: that is an item of its own, and its routes go with it.
 *
 * `areSame`: file and running interface agree on all prefixes, so that they need not be gone through twice. `otherRoutes`: of
 * all devices, where they are known.
 */
export function routeDrift(
  hub: HubState,
  wanted: WantedInterface,
  running: DumpInterface,
  { areSame, otherRoutes }: { readonly areSame: boolean; readonly otherRoutes: readonly Route[] | undefined },
  item: ItemOf,
): DriftItem[] {
  const ofFile = routesOf(wanted, running, allowedIps(wanted.peers.values()));
  const ofFileKeys = new Set(ofFile.map(routeKey));
  const ofRunningKeys = areSame
    ? ofFileKeys
    : new Set(routesOf(wanted, running, allowedIps(running.peers)).map(routeKey));
  const there = routesByKey(hub.routes);
  const missing = ofFile.filter((route) => ofRunningKeys.has(routeKey(route)) && !there.has(routeKey(route)));
  const elsewhere = missing.length === 0 ? undefined : routesByKey(otherRoutes ?? []);
  const isWanted = (route: Route) => keysOf(route).some((key) => ofFileKeys.has(key) || ofRunningKeys.has(key));
  const extra =
    wanted.table?.toLowerCase() === 'off' ? [] : hub.routes.filter((route) => isByHand(route) && !isWanted(route));
  return [
    ...missing.map((route) => missingRoute(hub, route, elsewhere?.get(routeKey(route)), item)),
    ...extra.filter((route) => !isMadeByHook(route, wanted)).map((route) => extraRoute(hub, route, item)),
  ];
}

/** The routes that wg-quick would make for these prefixes, given what the file says and the mark that is set. */
export function routesOf(
  { addresses, table, fwmark }: WantedInterface,
  running: Pick<DumpInterface, 'fwmark'>,
  prefixes: Iterable<string>,
): TunnelRoute[] {
  return wantedRoutes({ allowedIps: prefixes, addresses, table, fwmark: running.fwmark ?? fwmark });
}

/** Of all peers. */
export function* allowedIps(peers: Iterable<{ readonly allowedIps: readonly string[] }>): Iterable<string> {
  for (const peer of peers) yield* peer.allowedIps;
}

function keysOf({ table, prefix }: Route): string[] {
  return [`${table.name} ${prefix.text}`, `${table.number} ${prefix.text}`];
}

/** Not by a routing daemon, DHCP or a network manager, which say who they are. */
function isByHand({ type, protocol }: Route): boolean {
  return type === 'unicast' && (protocol === undefined || `${protocol}` === 'boot');
}

/** A hook of the file that names the prefix has made it. */
function isMadeByHook({ prefix, table }: Route, { hooks }: WantedInterface): boolean {
  const bare = prefix.text.replace(/\/(32|128)$/, '');
  const words = prefix.length === 0 ? ['default', prefix.text] : [prefix.text, bare];
  return hooks.some(
    ({ when, command }) =>
      when.endsWith('Up') && (words.some((word) => command.includes(word)) || usesTable(command, table)),
  );
}

/** What scripts put into a table of their own is their business. */
function usesTable(command: string, { name, number }: Route['table']): boolean {
  return number !== 254 && new RegExp(`\\btable ${number ?? name}\\b`).test(command);
}

function missingRoute(
  { interfaceName }: HubState,
  route: TunnelRoute,
  other: Route | undefined,
  item: ItemOf,
): DriftItem {
  const { prefix, table, metric, isPolicy } = route;
  const subject = { kind: 'route', prefix, table, metric } as const;
  const inTable = table === 'main' ? '' : ` in table ${table}`;
  const file = known(`${prefix.text} dev ${interfaceName}${inTable === '' ? '' : ` table ${table}`}`);
  const dev = other?.nextHops[0].dev;
  if (dev !== undefined && dev !== known(interfaceName)) {
    const what = known(`The route for ${prefix.text}${inTable} leads into ${dev} and not into ${interfaceName}.`);
    return item('route-elsewhere', 'bad', subject, {
      what,
      file,
      running: known(`${prefix.text} dev ${dev}`),
      canPush: false,
      canAdopt: false,
    });
  }
  const how = isPolicy ? ': only taking it down and up makes it again, with its rules' : '';
  const what = known(`The route for ${prefix.text} into ${interfaceName}${inTable} is missing${how}.`);
  return item('route-missing', 'bad', subject, { what, file, canPush: !isPolicy, canAdopt: false });
}

function extraRoute({ interfaceName }: HubState, route: Route, item: ItemOf): DriftItem {
  const { prefix, table, metric, family, nextHops } = route;
  const given = metric === defaultMetric(family) ? undefined : metric;
  const subject = { kind: 'route', prefix, table: table.name, metric: given } as const;
  const words = [
    `${prefix.text} dev ${interfaceName}`,
    ...(table.number === 254 ? [] : [`table ${table.name}`]),
    ...(given === undefined ? [] : [`metric ${given}`]),
  ];
  return item('route-extra', 'warn', subject, {
    what: known(`The route for ${prefix.text} leads into ${interfaceName}, and the file makes no such route.`),
    running: known(words.join(' ')),
    canPush: isOfWgQuick({ ...route, metric: defaultMetric(family) }) && nextHops.length === 1,
    canAdopt: false,
  });
}
