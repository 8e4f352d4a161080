import { revertPending } from '../change/confirm.ts';
import { readChanges } from '../change/journal.ts';
import { finishOrUndo } from '../change/recover.ts';
import type { ChangeRecord, ConfirmResult } from '../change/results.ts';
import { preparePlan } from '../flows/prepare.ts';
import type { Host } from '../host/host.ts';
import { known } from '../host/printable.ts';
import { askFor, type ChangeOptions, carryOut, finish } from './change.ts';
import { sayCandidates } from './change-peer.ts';
import { findChange } from './find-change.ts';
import { tellNotices } from './notices.ts';
import { readHubToChange } from './read-hub.ts';
import type { Talk } from './talk.ts';

/** What `meshtui undo` takes. */
export interface UndoOptions extends ChangeOptions {
  /** An interrupted change is ended as it is, and nothing is brought back. */
  readonly leave?: boolean;
}

/**
 * Takes a change back: one that is done by a plan of its own, one that waits or was interrupted by its revert script.
 * Without a word it is {@link newestToUndo}. Gives the exit code.
 */
export async function undoChange(
  host: Host,
  talk: Talk,
  options: UndoOptions,
  words: readonly string[],
  word: string | undefined,
): Promise<number> {
  const { output } = talk;
  const changes = await readChanges(host);
  const finding = word === undefined ? undefined : findChange(changes, word);
  if (finding?.outcome === 'none') {
    sayCandidates(output, finding.reason, finding.candidates);
    return 2;
  }
  const change = finding?.change ?? newestToUndo(changes);
  if (change === undefined) {
    return finish(talk, options, {
      outcome: 'refused',
      reason: 'There is nothing to undo: no change is done. To undo an undo, say its id.',
    });
  }
  if (!['done', 'undone', 'reverted', 'applying'].includes(change.state.kind)) {
    return takeBack(host, talk, options, change);
  }
  if (options.leave === true) {
    const reason = `The change ${change.id} is not one that was interrupted; nothing was changed.`;
    return finish(talk, options, { outcome: 'refused', reason });
  }
  await tellNotices(host, talk);
  const snapshot = await readHubToChange(host, options, words, output);
  if (snapshot === undefined) return 1;
  return carryOut(host, talk, options, await preparePlan(host, snapshot, { kind: 'undo', change: change.id }));
}

/** The newest change that is in force or stands in the way; an undo is passed over, so that one after another goes further back. */
function newestToUndo(changes: readonly ChangeRecord[]): ChangeRecord | undefined {
  return changes.find(
    ({ state, undoes }) =>
      (state.kind === 'done' && undoes === undefined) ||
      ['pending', 'interrupted', 'rebooted', 'stuck'].includes(state.kind),
  );
}

/** Brings a change to its end that is not over. */
async function takeBack(host: Host, talk: Talk, options: UndoOptions, change: ChangeRecord): Promise<number> {
  const { output } = talk;
  const { id, title, state } = change;
  const isPending = state.kind === 'pending';
  const what = isPending ? 'waits for its confirmation' : 'is not over';
  const then = options.leave === true ? 'is left as it is now' : 'is taken back';
  if (options.json !== true) output.print(`"${title}" (${id}) ${what}, and ${then}: meshtui changes ${id} shows it.`);
  if (options.dryRun === true) {
    finish(talk, options, { outcome: 'planned', id });
    return 0;
  }
  const refusal = options.yes === true ? undefined : await askFor(talk, { cutsOff: undefined });
  if (refusal !== undefined) {
    output.error(refusal);
    return finish(talk, options, { outcome: 'planned', id });
  }
  const result: ConfirmResult =
    isPending && options.leave !== true
      ? await revertPending(host, id, known('the operator took it back'))
      : await finishOrUndo(host, id, options.leave === true ? 'leave' : 'undo');
  if (result.outcome !== 'reverted') return finish(talk, options, result);
  // It is what was asked for.
  if (options.json === true) finish(talk, options, result);
  else output.print(options.leave === true ? 'Ended as it is.' : 'Taken back: everything is as it was before.');
  return 0;
}
