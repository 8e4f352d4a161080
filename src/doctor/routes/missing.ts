import { known } from '../../host/printable.ts';
import { containsPrefix, type ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import { tableKey } from '../../network/tables.ts';
import type { Finding } from '../finding.ts';
import { familyDigit } from './lines.ts';
import type { Reach } from './reach.ts';
import type { HubPeer } from './rows.ts';
import type { Hub, Survey } from './survey.ts';
import { allowedEvidence, isInTheClear, lineOf, routeEvidence, whereTo } from './words.ts';

/** A prefix that a peer has, and where the kernel sends its packets. */
export interface Case {
  readonly survey: Survey;
  readonly hub: Hub;
  readonly prefix: ParsedPrefix;
  readonly peer: HubPeer;
  readonly reach: Reach;
}

/** Why packets for a prefix do not get into the tunnel; undefined where they do. */
export function judgeReach(one: Case): Finding | undefined {
  if (one.reach.leads === 'here') return undefined;
  if (one.reach.leads === 'host') return ownAddress(one);
  const exit = exitFor(one);
  const { route } = one.reach;
  if (exit !== undefined) {
    return route !== undefined && tableKey(route.table) === tableKey(exit.table)
      ? wrongDevice(one, route)
      : wrongTable(one, exit);
  }
  const isOfThisPrefix = route !== undefined && route.prefix.length > 0 && route.prefix.length >= one.prefix.length;
  if (isOfThisPrefix) return wrongDevice(one, route);
  return one.hub.file?.table?.toLowerCase() === 'off' ? tableOff(one) : missing(one);
}

/** The route into the tunnel that would cover the whole prefix, the narrowest, if only it were asked. */
function exitFor({ hub, prefix, reach }: Case): Route | undefined {
  const found = hub.exits.findAll(reach.probe).find((entry) => containsPrefix(entry.prefix, prefix));
  const routes = found?.value ?? [];
  return routes.find((route) => tableKey(route.table) === tableOf(reach)) ?? routes[0];
}

function tableOf({ route }: Reach): string | undefined {
  return route === undefined ? undefined : tableKey(route.table);
}

function missing(one: Case): Finding {
  const { survey, hub, prefix, peer, reach } = one;
  return {
    ...common(one),
    id: 'route-missing',
    severity: isDefaultElsewhere(one) ? (hub.file === undefined ? 'info' : 'warn') : 'bad',
    title: known(`no route into the tunnel for ${prefix.text}`),
    cause: known(
      `${peer.label} has ${prefix.text}, but the kernel has no route for it on ${hub.name}: packets ${whereTo(survey, reach)}.`,
    ),
    fix: {
      sentence: known(`Add the route, and find what removed or never made it (a reload with syncconf makes none).`),
      command: addRoute(one),
    },
  };
}

function tableOff(one: Case): Finding {
  const { survey, hub, prefix, peer, reach } = one;
  const isGrave = isInTheClear(survey, reach);
  return {
    ...common(one),
    id: 'table-off',
    severity: isDefaultElsewhere(one) ? 'info' : isGrave ? 'bad' : 'warn',
    title: known(`Table = off, and no route for ${prefix.text}`),
    cause: known(
      `${hub.file?.path ?? hub.name} says Table = off, so wg-quick makes no routes, and nothing else made one for ${prefix.text} of ${peer.label}: packets ${whereTo(survey, reach)}.`,
    ),
    evidence: [
      { command: known(`grep -i table ${hub.file?.path ?? ''}`), line: known('Table = off') },
      ...common(one).evidence,
    ],
    fix: {
      sentence: known('Add the route where the others are made, or take Table = off away.'),
      command: addRoute(one),
    },
  };
}

/** The default route of a hub is seldom meant to lead into a tunnel, even where a peer may send from everywhere. */
function isDefaultElsewhere({ prefix }: Case): boolean {
  return prefix.length === 0;
}

function wrongDevice(one: Case, route: Route): Finding {
  const { survey, hub, prefix, peer, reach } = one;
  return {
    ...common(one),
    id: 'route-wrong-device',
    severity: isDefaultElsewhere(one) ? 'warn' : 'bad',
    title: known(`the route for ${prefix.text} leads elsewhere`),
    cause: known(
      `${peer.label} on ${hub.name} has ${prefix.text}, but the kernel's route for ${route.prefix.text} is on another device: packets ${whereTo(survey, reach)}.`,
    ),
    fix: {
      sentence: known(`Let the route lead into ${hub.name}, or take ${prefix.text} from the peer's allowed IPs.`),
      command: known(
        `ip -${familyDigit(prefix.family)} route replace ${prefix.text} dev ${hub.name}${inTable(route)}${metricOf(route)}`,
      ),
    },
  };
}

/** With the metric of the other route it takes its place; without, it would be one more beside it. */
function metricOf({ family, metric }: Route): string {
  return metric === (family === 'v4' ? 0 : 1024) ? '' : ` metric ${metric}`;
}

function inTable({ table }: Route): string {
  return table.number === 254 ? '' : ` table ${table.name}`;
}

function wrongTable(one: Case, exit: Route): Finding {
  const { survey, hub, prefix, peer, reach } = one;
  const asks = survey.routing[prefix.family].rules.filter(
    ({ action }) => action.kind === 'lookup' && tableKey(action.table) === tableKey(exit.table),
  );
  const rule = asks[0];
  const why =
    rule === undefined
      ? `no rule looks that table up`
      : `the rule for that table (priority ${rule.priority}) is not for these packets, or comes after one that decides`;
  const file = hub.file?.table === undefined ? '' : ` (${hub.file.path} says Table = ${hub.file.table})`;
  const { route } = reach;
  return {
    ...common(one),
    id: 'route-wrong-table',
    severity: isDefaultElsewhere(one) ? 'info' : 'bad',
    title: known(`the route for ${prefix.text} is in table ${exit.table.name}`),
    cause: known(
      `The route into ${hub.name} for ${prefix.text} of ${peer.label} is in table ${exit.table.name}${file}, and ${why}: packets ${whereTo(survey, reach)}.`,
    ),
    evidence: [lineOf(exit), ...common(one).evidence],
    fix: {
      sentence: known(
        `Add a rule that looks table ${exit.table.name} up for these packets, or put the route into the table that is asked.`,
      ),
      command: known(
        `ip -${familyDigit(prefix.family)} route add ${prefix.text} dev ${hub.name}${route === undefined ? '' : inTable(route)}`,
      ),
    },
  };
}

function ownAddress(one: Case): Finding {
  const { hub, prefix, peer, reach } = one;
  const kind = reach.route?.type === 'local' ? 'an address of this host' : `a ${reach.route?.type} address here`;
  return {
    ...common(one),
    id: 'own-address',
    severity: 'bad',
    title: known(`${prefix.text} is ${kind}`),
    cause: known(
      `${peer.label} on ${hub.name} has ${prefix.text}, but that is ${kind}: packets for it do not enter the tunnel.`,
    ),
    fix: {
      sentence: known('Give the peer another address, in its own configuration too.'),
      command: undefined,
    },
  };
}

function common({ hub, prefix, peer, reach }: Case) {
  return {
    evidence: [routeEvidence(reach, prefix.family, prefix.text), allowedEvidence(hub, peer, prefix.text)],
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  } satisfies Partial<Finding>;
}

function addRoute({ hub, prefix }: Case) {
  return known(`ip -${familyDigit(prefix.family)} route add ${prefix.text} dev ${hub.name}`);
}
