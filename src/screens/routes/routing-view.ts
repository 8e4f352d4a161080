import type { Finding } from '../../doctor/finding.ts';
import { judgeRoutes } from '../../doctor/routes/judge-routes.ts';
import type { RouteRow } from '../../doctor/routes/rows.ts';
import type { Printable } from '../../host/printable.ts';
import type { NetworkFacts } from '../../observe/network-facts.ts';
import type { Snapshot } from '../../observe/snapshot.ts';

/** Where packets go, judged. */
export interface RoutingView {
  readonly rows: readonly RouteRow[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  readonly problems: readonly Printable[];
}

const judged = new WeakMap<NetworkFacts, RoutingView>();

/** The facts judged for the hub as it was when they were first shown; judged once. */
export function routingView(snapshot: Snapshot, facts: NetworkFacts): RoutingView {
  const known = judged.get(facts);
  if (known !== undefined) return known;
  const { rows, findings } = judgeRoutes({ interfaces: snapshot.interfaces, facts });
  const view = { rows, findings, problems: facts.problems };
  judged.set(facts, view);
  return view;
}
