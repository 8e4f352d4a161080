import { type ApplyOptions, applyPlan } from '../../change/apply.ts';
import { pause } from '../../change/machine.ts';
import type { Plan } from '../../change/plan.ts';
import type { ApplyResult } from '../../change/results.ts';
import type { Host } from '../../host/host.ts';
import type { Snapshot } from '../../observe/snapshot.ts';
import { type Prepared, prepareAll } from './prepare.ts';

/** So often an address is chosen anew because another change came first. */
const mostTries = 5;

/** What came of adding: the plan that was carried out last, whose addresses may be others than those of the first one. */
interface Added {
  readonly result: ApplyResult;
  readonly prepared: Prepared;
  /** How often the choice was made again. */
  readonly again: number;
}

/**
 * Carries out a plan that adds clients. An address is chosen when the plan is made and promised when it is applied: where
 * another change came first, the hub is read again and the choice is made again, with the same keys.
 */
export async function applyAdd(host: Host, snapshot: Snapshot, first: Prepared, options: ApplyOptions): Promise<Added> {
  let prepared = first;
  for (let again = 0; ; again += 1) {
    const result = await applyPlan(host, prepared.plan, options);
    if (result.outcome !== 'refused' || again === mostTries) return { result, prepared, again };
    const { interfaceName, clients } = prepared;
    const next = await prepareAll(
      host,
      snapshot,
      interfaceName,
      clients.map(({ request }) => request),
      clients.map(({ keys }) => keys),
    );
    if (next.outcome === 'refused') return { result: next, prepared, again };
    if (next.outcome === 'problems') return { result, prepared, again };
    // The same state: something else stands in the way, which only time can take out of it, if at all.
    if (isSameState(prepared.plan, next.plan)) {
      if (result.because !== 'busy') return { result, prepared, again };
      await pause(500 * (again + 1));
    }
    prepared = next;
  }
}

function isSameState(one: Plan, other: Plan): boolean {
  const before = (plan: Plan) => plan.steps.find((step) => step.kind === 'file')?.before?.text.reveal();
  const live = (plan: Plan) => JSON.stringify(plan.steps.filter((step) => step.kind !== 'file'));
  return before(one) === before(other) && live(one) === live(other);
}
