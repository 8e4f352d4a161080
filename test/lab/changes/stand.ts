/** A hub that is ready for one kind of change, and how that change is made there. */
import type { ApplyResult, ChangeRecord, ConfirmResult } from '../../../src/change/results.ts';
import type { Lab } from '../lab.ts';
import { until } from '../run.ts';
import { engineProcesses, type State } from './hub-state.ts';
import type { Kind } from './kinds.ts';
import { startTold, type Told } from './told.ts';

/** How long a change waits for its confirmation, milliseconds. */
export const deadlineMs = 4_000;

/** What a cell needs of the hub. */
export interface Stand {
  readonly lab: Lab;
  readonly bundle: string;
  readonly kind: Kind;
  /** The next start: it changes nothing itself, unless it is told to end what was interrupted. */
  readonly watcher: Told;
  readonly read: () => Promise<State>;
  readonly secrets: readonly string[];
  readonly old: State;
  /** The changes of the hub as it was made ready. */
  readonly earlier: ReadonlySet<string>;
  readonly restore: () => Promise<void>;
}

/** All old and all new, but for what somebody else has done. */
export interface Variant {
  readonly old: State;
  readonly fresh: State;
}

/** What came of a change; undefined where the process ended before it could say it. */
export type Result = ApplyResult | ConfirmResult | undefined;

/** All changes, as a process tells that had no part in them. */
export async function changesOf(told: Told): Promise<readonly ChangeRecord[]> {
  return (await told.say({ say: 'changes' })) as ChangeRecord[];
}

/** A process that has made the plan and does nothing yet. */
export async function started({ lab, bundle, kind, watcher }: Stand, path: string): Promise<Told> {
  const told = await startTold(lab, bundle, path);
  const decision = await kind.decide(lab, watcher);
  const plan = (await told.say({ say: 'plan', decision, risky: kind.risky })) as { outcome: string };
  if (plan.outcome !== 'plan') throw new Error(`${kind.name}: ${JSON.stringify(plan)}`);
  return told;
}

/** Applies, and where the kind asks for that, confirms. */
export async function toTheEnd(told: Told, kind: Kind): Promise<ApplyResult | ConfirmResult | undefined> {
  const applied = (await told.say({ say: 'apply', confirmWithinMs: deadlineMs })) as ApplyResult | undefined;
  if (!kind.risky || applied?.outcome !== 'pending') return applied;
  return (await told.say({ say: 'confirm' })) as ConfirmResult | undefined;
}

/** Waits until nothing of a change runs any more on the hub. */
export async function quiet(lab: Lab): Promise<void> {
  await until('the guards to end', 45_000, () => engineProcesses(lab).length === 0);
}
