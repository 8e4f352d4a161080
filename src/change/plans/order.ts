import { containsPrefix, parsePrefix } from '../../network/prefix.ts';
import type { PeerStep, RouteStep, Step } from '../plan.ts';

/**
 * Steps in an order in which no peer loses to another what it is about to be given, and no packet of anybody who is not
 * named is without a route in between: routes that take over from one that goes, routes that go, peers that give
 * something up, those that take it, addresses and settings, routes that are new, tracked connections, files.
 */
export function orderSteps(steps: readonly Step[]): Step[] {
  const gone = steps.filter((step) => step.kind === 'route' && !step.after) as RouteStep[];
  return steps
    .map((step) => ({ step, rank: rankOf(step, gone) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ step }) => step);
}

function rankOf(step: Step, gone: readonly RouteStep[]): number {
  switch (step.kind) {
    case 'route':
      if (!step.after) return 1;
      return gone.some((route) => isWithin(step, route)) ? 0 : 5;
    case 'peer':
      return givesUp(step) ? 2 : 3;
    case 'address':
    case 'interface':
    case 'sysctl':
      return 4;
    case 'tunnel':
    case 'flows':
      return 6;
    case 'file':
      return 7;
  }
}

function isWithin(inner: RouteStep, outer: RouteStep): boolean {
  const [one, other] = [parsePrefix(outer.prefix)?.prefix, parsePrefix(inner.prefix)?.prefix];
  return one !== undefined && other !== undefined && outer.table === inner.table && containsPrefix(one, other);
}

function givesUp({ before, after }: PeerStep): boolean {
  const kept = new Set(after?.allowedIps);
  return (before?.allowedIps ?? []).some((prefix) => !kept.has(prefix));
}
