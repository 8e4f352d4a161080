import type { Finding } from '../doctor/finding.ts';
import { routeLine } from '../doctor/routes/lines.ts';
import type { RouteRow, RoutesJudgement } from '../doctor/routes/rows.ts';
import { formatAddress } from '../network/address.ts';
import type { Route } from '../network/routes.ts';
import type { NetworkFacts } from '../observe/network-facts.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { publicKeyOf } from '../wg/peer.ts';
import { warningsOf } from './status-json.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const routesVersion = 1;

/** The routes of a hub as one JSON document (docs/routes-json.md). It never holds a private or preshared key. */
export function routesDocument(snapshot: Snapshot, facts: NetworkFacts, judgement: RoutesJudgement) {
  return {
    version: routesVersion,
    host: snapshot.hostname,
    at: new Date(facts.at).toISOString(),
    interfaces: snapshot.interfaces.map(({ name }) => name),
    rows: judgement.rows.map(rowDocument),
    findings: judgement.findings.map(findingDocument),
    warnings: [...warningsOf(snapshot), ...facts.problems],
  };
}

function rowDocument({ id, interfaceName, prefix, owner, route, verdict, findings }: RouteRow) {
  return {
    id,
    interface: interfaceName,
    prefix: prefix.text,
    owner: owner === undefined ? null : { publicKey: publicKeyOf(owner.id), label: owner.label },
    route: route === undefined ? null : routeDocument(route),
    verdict,
    findings: findings.map((finding) => finding.id),
  };
}

function routeDocument(route: Route) {
  return {
    prefix: route.prefix.text,
    type: route.type,
    table: route.table.name,
    nextHops: route.nextHops.map(({ dev, via }) => ({
      device: dev ?? null,
      gateway: via === undefined ? null : formatAddress(via),
    })),
    line: routeLine(route),
  };
}

function findingDocument({ id, severity, title, cause, evidence, fix, about }: Finding) {
  return {
    id,
    severity,
    title,
    cause,
    evidence: evidence.map(({ command, line }) => ({ command, line })),
    fix: { sentence: fix.sentence, command: fix.command ?? null },
    about: {
      interface: about.interfaceName ?? null,
      prefix: about.prefix ?? null,
      publicKey: about.peer === undefined ? null : publicKeyOf(about.peer),
    },
  };
}
