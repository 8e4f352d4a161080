import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { earlyFiles } from './early.ts';
import { fileDifferences, putFiles } from './files.ts';
import { readChanges } from './journal.ts';
import { readBootClock } from './machine.ts';
import { finish, isTakenBack } from './markers.ts';
import { asOnlyOne, messageOf, refused } from './only-one.ts';
import { placesOf } from './places.ts';
import { liveDifference } from './recover.ts';
import type { ChangeRecord, ConfirmResult, Proof } from './results.ts';
import { fileStepsOf, takeBack } from './take-back.ts';
import { disarmTimer } from './watchdog.ts';

/**
 * Confirms the pending change, or the one of this id: its files are put in their places, and nothing reverts it any
 * more. A proof that is not enough, or something that changed meanwhile, leaves it pending. Never throws.
 */
export function confirmChange(host: Host, id: string | undefined, proof: Proof): Promise<ConfirmResult> {
  return asOnlyOne(host, 'Whoever confirms a change', async () => {
    const changes = await readChanges(host);
    const change = changes.find((each) => (id === undefined ? each.state.kind === 'pending' : each.id === id));
    const obstacle = change === undefined ? missing(id) : (untimely(change) ?? unproven(change, proof));
    if (change === undefined || obstacle !== undefined) return refused(obstacle ?? missing(id));
    const stale = await staleness(host, change);
    if (stale !== undefined) {
      return refused(`${stale} The change stays unconfirmed, and is reverted at its deadline.`);
    }
    return complete(host, change);
  });
}

function missing(id: string | undefined): string {
  return id === undefined ? 'No change waits for a confirmation.' : `There is no change ${id}.`;
}

/** Why a change is not one to be confirmed. */
function untimely({ id, state }: ChangeRecord): string | undefined {
  switch (state.kind) {
    case 'pending':
      return undefined;
    case 'reverted':
      return `The change ${id} was reverted: ${state.reason}.`;
    case 'done':
    case 'undone':
      return `The change ${id} is done; there is nothing to confirm.`;
    default:
      return `The change ${id} does not wait for a confirmation.`;
  }
}

/** Why a proof is not enough: what may have cut the operator's connection off is proven by a new one alone. */
function unproven({ risk }: ChangeRecord, { sameScreen, login }: Proof): string | undefined {
  if (risk.level === 'safe' || !risk.touchesOperator || (login.kind === 'new' && !sameScreen)) return undefined;
  if (sameScreen)
    return 'Only a new login proves that you can still get in. Log in anew and run meshtui confirm there.';
  return `Only a new login proves that you can still get in, and ${login.why}. Log in anew and run meshtui confirm there.`;
}

/** What stands in the way of the last steps. */
async function staleness(host: Host, change: ChangeRecord): Promise<Printable | undefined> {
  const clock = await readBootClock(host);
  const { deadline } = change;
  if (clock === undefined || deadline === undefined || clock.uptimeMs >= deadline.uptimeMs) {
    return known('The deadline has passed.');
  }
  if (await isTakenBack(host, placesOf(host.facts, change.id))) return known('The watchdog reverts it already.');
  const early = earlyFiles(change.steps);
  const late = fileStepsOf(change).filter((step) => !early.includes(step));
  const [file] = [...(await fileDifferences(host, early, 'after')), ...(await fileDifferences(host, late, 'before'))];
  return file ?? (await liveDifference(host, change));
}

async function complete(host: Host, change: ChangeRecord): Promise<ConfirmResult> {
  const { id } = change;
  const failed = await lastSteps(host, change);
  if (failed !== undefined) return takeBack(host, change, failed, { holdsLock: true, old: undefined });
  // What still fires finds the change done, and does nothing.
  await disarmTimer(host, id);
  return { outcome: 'done', id };
}

async function lastSteps(host: Host, change: ChangeRecord): Promise<Printable | undefined> {
  try {
    return (await putFiles(host, fileStepsOf(change))) ?? (await finish(host, change.id));
  } catch (error) {
    return messageOf(error);
  }
}

/** Reverts the pending change of this id now, rather than at its deadline. Never throws. */
export function revertPending(host: Host, id: string, reason: Printable): Promise<ConfirmResult> {
  return asOnlyOne(host, 'Whoever reverts a change', async () => {
    const change = (await readChanges(host)).find((each) => each.id === id);
    if (change?.state.kind !== 'pending') {
      return refused(change === undefined ? missing(id) : (untimely(change) ?? missing(id)));
    }
    return takeBack(host, change, printable(reason), { holdsLock: true, old: undefined });
  });
}
