import type { Plan } from '../change/plan.ts';
import { planDocument } from '../change/plan-json.ts';
import type { NewHub } from '../change/plans/init.ts';
import type { Secret } from '../wg/secret.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const changeVersion = 1;

/** What came of a command that changes something. */
export interface ChangeOutcome {
  /**
   * `planned`: it was asked for the plan alone, or nobody said yes. `unchanged`: it is so already. `reverted`: everything
   * is as it was before. `stuck`: it is not, and the script may be run by hand.
   */
  readonly outcome: 'planned' | 'unchanged' | 'refused' | 'done' | 'pending' | 'reverted' | 'stuck';
  readonly plan?: Plan | undefined;
  readonly reason?: string | undefined;
  /** The change, where one was begun. */
  readonly id?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly deadline?: number | undefined;
  readonly script?: string | undefined;
  /** A hub that is set up, or would be. */
  readonly hub?: NewHub | undefined;
  /** A preshared key that was made, where somebody wants to see it here. */
  readonly presharedKey?: Secret | undefined;
}

/** What came of a change as one JSON document (docs/change-json.md). It holds a preshared key only with --show-key. */
export function changeDocument({ outcome, plan, reason, id, deadline, script, presharedKey, hub }: ChangeOutcome) {
  return {
    version: changeVersion,
    outcome,
    reason: reason ?? null,
    id: id ?? null,
    deadline: deadline === undefined ? null : new Date(deadline).toISOString(),
    script: script ?? null,
    presharedKey: presharedKey?.reveal() ?? null,
    hub: hub === undefined ? null : hubDocument(hub),
    plan: plan === undefined ? null : planDocument(plan),
  };
}

function hubDocument({ interfaceName, publicKey, addresses, port, endpoint }: NewHub) {
  return { interface: interfaceName, publicKey, addresses, port, endpoint };
}

/** The exit code for an outcome: of a plan that was only made, `planned` says which. */
export function exitCodeOf({ outcome }: ChangeOutcome): 0 | 1 {
  return outcome === 'done' || outcome === 'unchanged' || outcome === 'pending' ? 0 : 1;
}
