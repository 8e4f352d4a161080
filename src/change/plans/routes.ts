import { routeChanges, type TunnelRoute, wantedRoutes } from '../../network/wg-quick-routes.ts';
import type { WantedInterface } from '../../wg/conf/wanted.ts';
import type { InterfaceName } from '../../wg/key.ts';
import type { PeerStep, RouteStep } from '../plan.ts';
import { listed } from '../words.ts';
import type { PlanContext } from './context.ts';

/**
 * The routes that wg-quick(8) would make or not make any more after a step. What a peer has at run time counts like what
 * the file gives it, so that no route goes that somebody uses, and none comes that was missing before.
 */
export function changedRoutes(
  { hub }: PlanContext,
  before: WantedInterface,
  after: WantedInterface,
  step: PeerStep,
): { readonly steps: readonly RouteStep[]; readonly notes: readonly string[] } {
  const peers = hub.running?.peers ?? [];
  const others = peers.filter(({ publicKey }) => publicKey !== step.publicKey).flatMap(({ allowedIps }) => allowedIps);
  const routing = { table: after.table, fwmark: hub.running?.fwmark ?? after.fwmark, addresses: after.addresses };
  const changes = routeChanges(
    wantedRoutes({ ...routing, allowedIps: [...allowedIpsOf(before), ...others, ...(step.before?.allowedIps ?? [])] }),
    wantedRoutes({ ...routing, allowedIps: [...allowedIpsOf(after), ...others, ...(step.after?.allowedIps ?? [])] }),
    hub.routes,
  );
  const { interfaceName } = hub;
  return {
    steps: [
      ...changes.remove.map((route) => routeStep(interfaceName, route, false)),
      ...changes.add.map((route) => routeStep(interfaceName, route, true)),
    ],
    notes: policyNotes(interfaceName, changes.policy, new Set(step.after?.allowedIps)),
  };
}

/** The step that makes a route into an interface, or takes it away. */
export function routeStep(
  interfaceName: InterfaceName,
  { prefix, table, metric }: Pick<TunnelRoute, 'prefix' | 'table'> & Pick<RouteStep, 'metric'>,
  isAdded: boolean,
): RouteStep {
  return { kind: 'route', interfaceName, prefix: prefix.text, table, metric, before: !isAdded, after: isAdded };
}

function allowedIpsOf({ peers }: WantedInterface): string[] {
  return [...peers.values()].flatMap(({ allowedIps }) => allowedIps);
}

/** Of routes that only wg-quick makes and unmakes, with a firewall mark and rules. */
function policyNotes(name: string, policy: readonly TunnelRoute[], wanted: ReadonlySet<string>): string[] {
  const [come, go] = [true, false].map((isWanted) =>
    policy.map(({ prefix }) => prefix.text).filter((text) => wanted.has(text) === isWanted),
  );
  return [
    ...(come === undefined || come.length === 0
      ? []
      : [
          `No route for ${listed(come)} now; when ${name} starts next, wg-quick sends all that this host sends into it, unless the file has Table = off.`,
        ]),
    ...(go === undefined || go.length === 0
      ? []
      : [`What wg-quick set up for ${listed(go)} (a route, rules, a firewall mark) stays until ${name} starts anew.`]),
  ];
}
