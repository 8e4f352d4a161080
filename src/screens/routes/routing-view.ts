import type { Finding } from '../../doctor/finding.ts';
import { judgeRoutes } from '../../doctor/routes/judge-routes.ts';
import type { RouteRow } from '../../doctor/routes/rows.ts';
import type { Printable } from '../../host/printable.ts';
import type { NetworkFacts } from '../../observe/network-facts.ts';
import type { Snapshot } from '../../observe/snapshot.ts';
import type { InterfaceName } from '../../wg/key.ts';

/** Where packets go, judged. */
export interface RoutingView {
  readonly rows: readonly RouteRow[];
  /** The gravest first. */
  readonly findings: readonly Finding[];
  readonly problems: readonly Printable[];
  /** What each tunnel could not deliver since it came up, where there is anything. */
  readonly errors: readonly TunnelErrors[];
}

/** The error counters of an interface, packets. */
export interface TunnelErrors {
  readonly interfaceName: InterfaceName;
  readonly rx: number;
  readonly tx: number;
}

const judged = new WeakMap<NetworkFacts, RoutingView>();

/** The facts judged for the hub as it was when they were first shown; judged once. */
export function routingView(snapshot: Snapshot, facts: NetworkFacts): RoutingView {
  const known = judged.get(facts);
  if (known !== undefined) return known;
  const { rows, findings } = judgeRoutes({ interfaces: snapshot.interfaces, facts });
  const view = { rows, findings, problems: facts.problems, errors: errorsOf(snapshot, facts) };
  judged.set(facts, view);
  return view;
}

function errorsOf({ interfaces }: Snapshot, { links }: NetworkFacts): TunnelErrors[] {
  return interfaces.flatMap(({ name }) => {
    const counters = links.find((link) => (link.name as string) === name)?.counters;
    const rx = counters?.rxErrors ?? 0;
    const tx = counters?.txErrors ?? 0;
    return rx + tx === 0 ? [] : [{ interfaceName: name, rx, tx }];
  });
}
