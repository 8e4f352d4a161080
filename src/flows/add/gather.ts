import { readChanges } from '../../change/journal.ts';
import type { DriftPlanContext } from '../../change/plans/drift.ts';
import type { Host } from '../../host/host.ts';
import type { Printable } from '../../host/printable.ts';
import { readNetworkFacts } from '../../observe/network.ts';
import type { Snapshot } from '../../observe/snapshot.ts';
import type { InterfaceName } from '../../wg/key.ts';
import { readContext } from '../prepare.ts';
import { type AddFacts, factsOf } from './facts.ts';

/** The facts and what they were made from, or why there are none. */
export type Gathered =
  | { readonly outcome: 'gathered'; readonly facts: AddFacts; readonly context: DriftPlanContext }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/** Reads all that the questions about a new client need. Asks programs, and so takes a moment. Never throws. */
export async function addFacts(host: Host, snapshot: Snapshot, interfaceName: InterfaceName): Promise<Gathered> {
  const [context, network, changes] = await Promise.all([
    readContext(host, snapshot, interfaceName, undefined),
    readNetworkFacts(host, [interfaceName]),
    readChanges(host),
  ]);
  if ('outcome' in context) return context;
  return { outcome: 'gathered', facts: factsOf({ context, network, changes, now: host.now() }), context };
}
