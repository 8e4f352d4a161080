import type { Finding } from '../doctor/finding.ts';
import { judgeRoutes } from '../doctor/routes/judge-routes.ts';
import { routeLine } from '../doctor/routes/lines.ts';
import type { RouteRow, RoutesJudgement } from '../doctor/routes/rows.ts';
import type { Host } from '../host/host.ts';
import { readNetworkFacts } from '../observe/network.ts';
import type { NetworkFacts } from '../observe/network-facts.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { readHub } from './read-hub.ts';
import { routesDocument } from './routes-json.ts';
import { warningsOf } from './status-json.ts';
import { textTable } from './table.ts';

/** What `meshtui routes` takes. */
interface RoutesOptions extends CommonOptions {
  readonly json?: boolean;
}

/** Prints where packets for each prefix of the tunnels go, as a table or as JSON; gives the exit code. */
export async function printRoutes(
  host: Host,
  options: RoutesOptions,
  words: readonly string[],
  output: Output,
): Promise<number> {
  const snapshot = await readHub(host, options, words, output);
  if (snapshot === undefined) return 1;
  const names = snapshot.interfaces.map(({ name }) => name);
  const facts = await readNetworkFacts(host, names);
  const judgement = judgeRoutes({ interfaces: snapshot.interfaces, facts });
  if (options.json === true) output.print(JSON.stringify(routesDocument(snapshot, facts, judgement), null, 2));
  else output.print(routesText(snapshot, facts, judgement));
  return 0;
}

/** The rows as a table, then the findings from the gravest on, each with its cause, its evidence and what mends it. */
function routesText(snapshot: Snapshot, facts: NetworkFacts, { rows, findings }: RoutesJudgement): string {
  const warnings = [...warningsOf(snapshot), ...facts.problems].map((warning) => `warning: ${warning}`);
  return [table(rows), ...findings.map(findingText), ...warnings].join('\n\n');
}

const headings = ['INTERFACE', 'PREFIX', 'OWNER', 'ROUTE', 'VERDICT'] as const;

function table(rows: readonly RouteRow[]): string {
  if (rows.length === 0) return 'No tunnel carries any prefix.';
  const cells = rows.map(({ interfaceName, prefix, owner, route, verdict, findings }) => [
    interfaceName,
    prefix.text,
    owner?.label ?? '(nobody)',
    route === undefined ? '(none)' : routeLine(route),
    [verdict, ...findings.map(({ id }) => id)].join(' '),
  ]);
  return textTable(headings, cells);
}

function findingText({ severity, title, cause, evidence, fix }: Finding): string {
  return [
    `${severity}: ${title}`,
    `  ${cause}`,
    ...evidence.flatMap(({ command, line }) => [`  $ ${command}`, `    ${line}`]),
    `  Mend it: ${fix.sentence}`,
    ...(fix.command === undefined ? [] : [`  # ${fix.command}`]),
  ].join('\n');
}
