import { confirmChange } from '../change/confirm.ts';
import { readChanges } from '../change/journal.ts';
import { loginOf } from '../change/login.ts';
import { finishOrUndo } from '../change/recover.ts';
import type { ChangeRecord, ConfirmResult, Login } from '../change/results.ts';
import type { Host } from '../host/host.ts';
import { known } from '../host/printable.ts';
import { readLogin } from '../observe/login.ts';
import { type ChangeOptions, finish } from './change.ts';
import { sayCandidates } from './change-peer.ts';
import { findChange } from './find-change.ts';
import { tellNotices, waysOf } from './notices.ts';
import type { Talk } from './talk.ts';

/** What `meshtui confirm` takes. */
type ConfirmOptions = Pick<ChangeOptions, 'json'> & {
  /** Puts the files of an interrupted change in their places. */
  readonly finish?: boolean;
};

/** Confirms the change that waits, or the one that is named, as whoever has just logged in. Gives the exit code. */
export async function confirm(
  host: Host,
  talk: Talk,
  options: ConfirmOptions,
  word: string | undefined,
): Promise<number> {
  const changes = await readChanges(host);
  const finding = word === undefined ? undefined : findChange(changes, word);
  if (finding?.outcome === 'none') {
    sayCandidates(talk.output, finding.reason, finding.candidates);
    return 2;
  }
  const change = finding?.change ?? changes.find(({ state }) => state.kind === 'pending');
  if (change === undefined) await tellNotices(host, talk);
  return finish(talk, options, told(await confirmed(host, options, change), change));
}

async function confirmed(
  host: Host,
  options: ConfirmOptions,
  change: ChangeRecord | undefined,
): Promise<ConfirmResult> {
  if (change !== undefined && options.finish === true) return finishOrUndo(host, change.id, 'finish');
  return confirmChange(host, change?.id, { sameScreen: false, login: await loginFor(host, change) });
}

async function loginFor(host: Host, change: ChangeRecord | undefined): Promise<Login> {
  if (change?.state.kind !== 'pending') return { kind: 'unknown', why: known('nothing waits') };
  return loginOf(await readLogin(host), change.state.sinceMs);
}

/** With the ways out of a change that was interrupted. */
function told(result: ConfirmResult, change: ChangeRecord | undefined): ConfirmResult {
  if (result.outcome !== 'refused' || change === undefined) return result;
  if (!['interrupted', 'rebooted'].includes(change.state.kind)) return result;
  const ways = waysOf({ change, sentence: known(''), choices: ['finish', 'undo', 'leave'] });
  return { ...result, reason: known(`${result.reason}${ways}`) };
}
