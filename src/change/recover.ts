/** What the next start finds of changes that did not come to their end, and how they are brought to one. */
import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { differences } from './compare.ts';
import { fileDifferences, putFiles } from './files.ts';
import { stepsOf } from './from-record.ts';
import { readChanges } from './journal.ts';
import { finish } from './markers.ts';
import { asOnlyOne, messageOf, refused } from './only-one.ts';
import { placesOf } from './places.ts';
import type { ChangeRecord, ConfirmResult } from './results.ts';
import { systemDifferences } from './system.ts';
import { fileStepsOf, interfacesOf, readHubs, takeBack } from './take-back.ts';

/**
 * How a change that was interrupted comes to an end: only its files are put in their places; its revert script runs; or,
 * where neither can be, everything stays as it is.
 */
export type Ending = 'finish' | 'undo' | 'leave';

/** What is to be said of a change at the next start. */
export interface ChangeNotice {
  readonly change: ChangeRecord;
  readonly sentence: Printable;
  /** What may be done about it; nothing where it is over, and only to be told. */
  readonly choices: readonly ('confirm' | Ending)[];
}

/** Whether the change has to come to its end before another may begin. */
export function standsInTheWay({ state }: ChangeRecord): boolean {
  return ['applying', 'pending', 'interrupted', 'rebooted', 'stuck'].includes(state.kind);
}

/** Changes of which somebody should be told, newest first: those that are not over, and those that a script reverted. */
export async function reviewChanges(host: Host): Promise<readonly ChangeNotice[]> {
  const changes = await readChanges(host);
  const notices = await Promise.all(changes.map((change) => noticeOf(host, change)));
  return notices.filter((notice) => notice !== undefined);
}

async function noticeOf(host: Host, change: ChangeRecord): Promise<ChangeNotice | undefined> {
  const { id, title, state, by, process } = change;
  const what = `"${title}" (${id}, by ${by.user})`;
  switch (state.kind) {
    case 'applying':
      return { change, sentence: printable(`${what} is being applied by process ${process.pid}.`), choices: [] };
    case 'pending':
      return { change, sentence: printable(`${what} waits for its confirmation.`), choices: ['confirm', 'undo'] };
    case 'interrupted':
      return {
        change,
        sentence: printable(`${what} was interrupted: process ${process.pid} is gone, and nothing reverted it.`),
        choices: ['finish', 'undo', 'leave'],
      };
    case 'rebooted':
      return { change, sentence: await rebootSentence(host, change, what), choices: ['finish', 'undo', 'leave'] };
    case 'stuck':
      return {
        change,
        sentence: printable(
          `${what} could not be reverted whole: ${state.reason} Run: sh ${placesOf(host.facts, id).script}`,
        ),
        choices: ['undo', 'leave'],
      };
    case 'reverted':
      if ((await host.stat(placesOf(host.facts, id).told)).outcome === 'read') return undefined;
      return { change, sentence: printable(`${what} was reverted: ${state.reason}.`), choices: [] };
    case 'done':
    case 'undone':
      return undefined;
  }
}

async function rebootSentence(host: Host, change: ChangeRecord, what: string): Promise<Printable> {
  const isOld = (await fileDifferences(host, fileStepsOf(change), 'before')).length === 0;
  const files = isOld ? 'its files are the old ones' : 'not all of its files are the old ones';
  return printable(`The machine was restarted before ${what} was over; ${files}.`);
}

/** Remembers that somebody was told of a change that is over. What cannot be written is told again. */
export async function acknowledge(host: Host, id: string): Promise<void> {
  await host.writeNewFile(placesOf(host.facts, id).told, '', { mode: 0o600 }).catch(() => undefined);
}

/**
 * Brings changes to their end that a restart of the machine has ended: what ran is gone, so the files say which. All old:
 * it is reverted; all new: it is done. Others stay as they are. With the lock.
 */
export async function settleRebooted(host: Host, changes: readonly ChangeRecord[]): Promise<readonly ChangeRecord[]> {
  const rebooted = changes.filter(({ state }) => state.kind === 'rebooted');
  if (rebooted.length === 0) return changes;
  for (const change of rebooted) await settle(host, change).catch(() => undefined);
  return readChanges(host);
}

async function settle(host: Host, change: ChangeRecord): Promise<void> {
  const places = placesOf(host.facts, change.id);
  const files = fileStepsOf(change);
  if (change.steps.some(({ kind }) => kind === 'tunnel')) return settleTunnel(host, change);
  if ((await fileDifferences(host, files, 'before')).length === 0) {
    const text = `the machine was restarted before it was over\n${Math.round(host.now() / 1000)}\n`;
    await host.writeNewFile(places.reverted, text, { mode: 0o600 });
  } else if ((await fileDifferences(host, files, 'after')).length === 0) {
    await host.writeNewFile(places.done, '', { mode: 0o600 });
  }
}

/**
 * What comes up at boot outlives a restart as files do, and files that are first may be there without the rest. So only what
 * is whole stays, and not where it would have had to be confirmed; of anything else nothing does.
 */
async function settleTunnel(host: Host, change: ChangeRecord): Promise<void> {
  const isWhole =
    change.deadline === undefined &&
    (await fileDifferences(host, fileStepsOf(change), 'after')).length === 0 &&
    (await liveDifference(host, change)) === undefined;
  if (isWhole) await host.writeNewFile(placesOf(host.facts, change.id).done, '', { mode: 0o600 });
  else {
    const reason = known('the machine was restarted before it was over');
    await takeBack(host, change, reason, { holdsLock: true, old: undefined });
  }
}

/**
 * Brings an interrupted change to its end. It can be finished only where what runs is already as it should be. Never
 * throws.
 */
export function finishOrUndo(host: Host, id: string, choice: Ending): Promise<ConfirmResult> {
  return asOnlyOne(host, `Whoever ends the change ${id}`, async () => {
    const change = (await settleRebooted(host, await readChanges(host))).find((each) => each.id === id);
    if (change === undefined) return refused(`There is no change ${id}.`);
    if (change.state.kind === 'done') return { outcome: 'done', id };
    if (change.state.kind === 'reverted') return { outcome: 'reverted', id, reason: change.state.reason };
    if (!standsInTheWay(change) || change.state.kind === 'applying') {
      return refused(`The change ${id} is not one that was interrupted; nothing was changed.`);
    }
    if (choice === 'undo') {
      return takeBack(host, change, known('it was interrupted'), { holdsLock: true, old: undefined });
    }
    return choice === 'leave' ? leave(host, change) : finishInterrupted(host, change);
  });
}

/** Nothing is brought back any more; what was kept of the old files is removed with the next change. */
async function leave(host: Host, { id, state }: ChangeRecord): Promise<ConfirmResult> {
  if (state.kind === 'pending') return refused(`The change ${id} waits for its confirmation; confirm or undo it.`);
  const reason = known('it was ended as it is, by hand');
  try {
    const text = `${reason}\n${Math.round(host.now() / 1000)}\n`;
    await host.writeNewFile(placesOf(host.facts, id).reverted, text, { mode: 0o600 });
    await acknowledge(host, id);
    return { outcome: 'reverted', id, reason };
  } catch (error) {
    return refused(messageOf(error));
  }
}

async function finishInterrupted(host: Host, change: ChangeRecord): Promise<ConfirmResult> {
  if (!['interrupted', 'rebooted'].includes(change.state.kind)) {
    return refused(`The change ${change.id} cannot be finished; it can be undone. Nothing was changed.`);
  }
  const difference = await liveDifference(host, change);
  if (difference !== undefined) return refused(`${difference} So it cannot be finished; it can be undone.`);
  try {
    const obstacle = (await putFiles(host, fileStepsOf(change))) ?? (await finish(host, change.id));
    return obstacle === undefined
      ? { outcome: 'done', id: change.id }
      : refused(`${obstacle} So it cannot be finished; it can be undone.`);
  } catch (error) {
    return refused(`${messageOf(error)} So it cannot be finished; it can be undone.`);
  }
}

/** Where what runs is not as a change promised. Preshared keys are not compared: a record has none. */
export async function liveDifference(host: Host, change: ChangeRecord): Promise<Printable | undefined> {
  const live = change.steps.filter(({ kind }) => kind !== 'file' && kind !== 'flows');
  const read = await readHubs(host, interfacesOf(live));
  if (read.outcome === 'failed') return read.reason;
  const steps = stepsOf({ ...change, steps: live }, read.hubs);
  const [difference] = [...differences(steps, 'after', read.hubs), ...(await systemDifferences(host, steps, 'after'))];
  return difference;
}
