import { known } from '../../host/printable.ts';
import { comparePrefixes, containsPrefix, type ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import type { Finding } from '../finding.ts';
import { familyDigit } from './lines.ts';
import type { Hub } from './survey.ts';
import { lineOf } from './words.ts';

/** A route into the tunnel for which no peer is there. */
export interface StrayRoute {
  readonly route: Route;
  readonly finding: Finding;
}

/** The routes into the tunnel that no peer has any part of; of the default route, that no peer has all of. */
export function strayRoutes(hub: Hub): StrayRoute[] {
  const starts = [...hub.carried].map(({ prefix }) => prefix);
  return [...hub.exits].flatMap(({ prefix, value: routes }) => {
    const [route] = routes;
    // What the kernel made itself belongs to an address of the interface, whether or not a peer is there yet.
    if (route === undefined || routes.some(({ protocol }) => protocol === 'kernel')) return [];
    const isOwned =
      hub.carried.findAll(prefix).some((entry) => entry.prefix.length <= prefix.length) ||
      (prefix.length > 0 && hasPrefixWithin(starts, prefix));
    return isOwned ? [] : [{ route, finding: stray(hub, route) }];
  });
}

/** Whether one of the sorted prefixes lies in this one: the first that does not come before it would. */
function hasPrefixWithin(sorted: readonly ParsedPrefix[], outer: ParsedPrefix): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && comparePrefixes(one, outer) < 0) low = middle + 1;
    else high = middle;
  }
  const found = sorted[low];
  return found !== undefined && containsPrefix(outer, found);
}

function stray(hub: Hub, route: Route): Finding {
  const { prefix } = route;
  const table = route.table.number === 254 ? '' : ` table ${route.table.name}`;
  return {
    id: 'route-without-peer',
    severity: 'warn',
    title: known(`the route for ${prefix.text} leads to no peer`),
    cause: known(
      `The kernel sends packets for ${prefix.text} into ${hub.name}, but no peer has ${prefix.length === 0 ? 'all of it' : 'it'} among its allowed IPs: they are dropped there (required key not available).`,
    ),
    evidence: [
      lineOf(route),
      { command: known(`wg show ${hub.name} allowed-ips`), line: known(`(no line has ${prefix.text})`) },
    ],
    fix: {
      sentence: known('Add the prefix to the allowed IPs of the peer that it is behind, or delete the route.'),
      command: known(`ip -${familyDigit(prefix.family)} route del ${prefix.text} dev ${hub.name}${table}`),
    },
    about: { interfaceName: hub.name, prefix: prefix.text },
  };
}
