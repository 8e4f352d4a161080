import { known } from '../../host/printable.ts';
import type { Family } from '../../network/address.ts';
import { comparePrefixes, type ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import { type Finding, findingIds, type Severity } from '../finding.ts';
import { judgeAddresses } from './addresses.ts';
import { judgeOwner, notApplied } from './drift.ts';
import { judgeForwarding, judgeLink } from './forwarding.ts';
import { judgeLan } from './lan.ts';
import { familyDigit } from './lines.ts';
import { type Case, judgeReach } from './missing.ts';
import { judgeNesting } from './nested.ts';
import { reachOf } from './reach.ts';
import { judgeReversePath } from './reverse-path.ts';
import type { HubPeer, RouteRow, RoutesInput, RoutesJudgement } from './rows.ts';
import { strayRoutes } from './stray.ts';
import { type Hub, type Survey, surveyOf } from './survey.ts';

/**
 * Judges each prefix of each tunnel: who owns it, which kernel route leads to it, and what is wrong. What could not be read
 * is not held against anybody. Never throws.
 */
export function judgeRoutes(input: RoutesInput): RoutesJudgement {
  const survey = surveyOf(input);
  const judged = survey.hubs.map((hub) => judgeHub(survey, hub));
  const rows = judged.flatMap((one) => one.rows);
  const all = new Set([...judged.flatMap((one) => one.findings), ...rows.flatMap((row) => row.findings)]);
  return { rows, findings: [...all].sort(byGravity) };
}

/** The gravest first; among equals, causes before what follows from them. */
function byGravity(one: Finding, other: Finding): number {
  return rankOf[one.severity] - rankOf[other.severity] || orderOf(one) - orderOf(other);
}

const rankOf: Readonly<Record<Severity, number>> = { bad: 0, warn: 1, info: 2 };
const order = new Map(findingIds.map((id, index) => [id, index]));

function orderOf({ id }: Finding): number {
  return order.get(id) ?? 0;
}

/** What holds for all rows of an interface, by family: they are in every row, because each suffers from it. */
interface Shared {
  readonly link: Finding | undefined;
  readonly forwarding: Readonly<Record<Family, Finding | undefined>>;
  readonly unread: Readonly<Record<Family, Finding | undefined>>;
}

function judgeHub(survey: Survey, hub: Hub): RoutesJudgement {
  const shared: Shared = {
    link: judgeLink(hub),
    forwarding: { v4: judgeForwarding(survey, hub, 'v4'), v6: judgeForwarding(survey, hub, 'v6') },
    unread: { v4: unread(survey, hub, 'v4'), v6: unread(survey, hub, 'v6') },
  };
  const nesting = judgeNesting(hub);
  const rows: RouteRow[] = [];
  for (const { prefix, value: peer } of hub.carried) {
    const extra = nesting.get(prefix.text);
    rows.push(carriedRow(survey, hub, prefix, peer, shared, extra));
  }
  const carriedCount = rows.length;
  rows.push(...fileRows(survey, hub), ...strayRows(hub));
  if (rows.length > carriedCount) rows.sort((one, other) => comparePrefixes(one.prefix, other.prefix));
  return {
    rows,
    findings: [
      shared.link,
      ...Object.values(shared.forwarding),
      ...Object.values(shared.unread),
      ...judgeAddresses(survey, hub),
    ].filter((finding) => finding !== undefined),
  };
}

function carriedRow(
  survey: Survey,
  hub: Hub,
  prefix: ParsedPrefix,
  peer: HubPeer,
  shared: Shared,
  nested: Finding | undefined,
): RouteRow {
  const reach = reachOf(survey, hub, prefix);
  const one: Case = { survey, hub, prefix, peer, reach };
  const { family } = prefix;
  const isKnown = shared.unread[family] === undefined;
  const findings = [
    shared.link,
    shared.forwarding[family],
    isKnown && shared.link === undefined ? judgeReach(one) : undefined,
    isKnown && shared.link === undefined ? judgeReversePath(one) : undefined,
    judgeOwner(hub, prefix, peer),
    nested,
    judgeLan(hub, prefix, peer),
    shared.unread[family],
  ].filter((finding) => finding !== undefined);
  return rowOf(hub, prefix, { id: peer.id, label: peer.label }, reach.route, findings);
}

/** Prefixes that the file gives to a peer and nobody has. */
function fileRows(survey: Survey, hub: Hub): RouteRow[] {
  return [...hub.wanting.values()]
    .filter(({ prefix }) => hub.carried.get(prefix) === undefined)
    .map(({ prefix, peers }) =>
      rowOf(hub, prefix, undefined, reachOf(survey, hub, prefix).route, [notApplied(hub, prefix, peers)]),
    );
}

/** Routes that lead to no peer; one that the file explains has its row already. */
function strayRows(hub: Hub): RouteRow[] {
  return strayRoutes(hub)
    .filter(({ route }) => !hub.wanting.has(route.prefix.text))
    .map(({ route, finding }) => rowOf(hub, route.prefix, undefined, route, [finding]));
}

function rowOf(
  hub: Hub,
  prefix: ParsedPrefix,
  owner: RouteRow['owner'],
  route: Route | undefined,
  findings: readonly Finding[],
): RouteRow {
  const gravest = findings.reduce<Finding | undefined>(
    (worst, finding) => (worst === undefined || byGravity(finding, worst) < 0 ? finding : worst),
    undefined,
  );
  return {
    id: `${hub.name}/${prefix.text}`,
    interfaceName: hub.name,
    prefix,
    owner,
    route,
    verdict: gravest?.severity ?? 'ok',
    findings: findings.length < 2 ? findings : findings.toSorted(byGravity),
  };
}

/** Where routes or rules of a family could not be read, nothing is said about what is missing in them. */
function unread({ facts }: Survey, hub: Hub, family: Family): Finding | undefined {
  const digit = familyDigit(family);
  const parts = ([`routes${digit}`, `rules${digit}`] as const).filter((part) => facts.incomplete.has(part));
  if (parts.length === 0 || ![...hub.carried].some(({ prefix }) => prefix.family === family)) return undefined;
  const what = parts.length === 2 ? 'routes and rules' : parts[0] === `routes${digit}` ? 'routes' : 'rules';
  return {
    id: 'not-judged',
    severity: 'info',
    title: known(`the IPv${digit} ${what} could not be read`),
    cause: known(`Whether the kernel sends packets for the IPv${digit} prefixes into ${hub.name} is not known.`),
    evidence: [],
    fix: { sentence: known(`See why ip -${digit} route or ip -${digit} rule fails.`), command: undefined },
    about: { interfaceName: hub.name },
  };
}
