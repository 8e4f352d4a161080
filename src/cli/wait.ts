import { confirmChange, revertPending } from '../change/confirm.ts';
import { readChanges } from '../change/journal.ts';
import { placesOf } from '../change/places.ts';
import { acknowledge } from '../change/recover.ts';
import type { ChangeState, ConfirmResult } from '../change/results.ts';
import type { Host } from '../host/host.ts';
import { known } from '../host/printable.ts';
import { formatTimeLeft } from '../ui/format.ts';
import type { Talk } from './talk.ts';

/** A change that is taken back unless it is confirmed. */
interface Pending {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** It may have cut the operator's own connection: it cannot be confirmed here. */
  readonly needsNewLogin: boolean;
}

/** How the wait ended. `left`: whoever waited went away, and the change still waits. */
export type WaitEnd = Exclude<ConfirmResult, { outcome: 'refused' }> | { readonly outcome: 'left' };

/** What has to be done, and what happens otherwise. */
export function pendingWords({ id, deadline, needsNewLogin }: Pending, now: number): string[] {
  return [
    `All steps hold, and were read back. They are taken back in ${formatTimeLeft(deadline, now)} unless they are confirmed.`,
    needsNewLogin
      ? `Only a new login proves that you can still get in: open a second terminal, log in anew, and type: meshtui confirm ${id}`
      : `It cannot touch your own connection: confirm it here, or anywhere with: meshtui confirm ${id}`,
    'Whatever happens to this terminal, the hub takes it back by itself.',
  ];
}

/** Waits until the change is confirmed or taken back, by whomever, or until whoever waits goes away. */
export async function awaitEnd(host: Host, talk: Talk, pending: Pending): Promise<WaitEnd> {
  const lines: (string | undefined)[] = [];
  let wake: () => void = () => undefined;
  const conversation = talk.converse((line) => {
    lines.push(line);
    wake();
  });
  try {
    for (;;) {
      const end = (await endOf(host, pending.id)) ?? (await answer(host, talk, pending, lines));
      if (end !== undefined) return end;
      conversation.redraw(`${questionOf(pending)} ${formatTimeLeft(pending.deadline, host.now())} left: `);
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (lines.length === 0) await Promise.race([talk.pause(1_000), woken]);
    }
  } finally {
    conversation.close();
  }
}

function questionOf({ needsNewLogin }: Pending): string {
  return needsNewLogin ? 'Waiting for a new login (n: take it back now),' : 'Keep it? (y, or n: take it back now),';
}

/** What came of the change while nobody answered here; undefined: it still waits. */
async function endOf(host: Host, id: string): Promise<WaitEnd | undefined> {
  const state = (await readChanges(host)).find((change) => change.id === id)?.state;
  const end = state === undefined ? undefined : endOfState(host, id, state);
  if (end?.outcome === 'reverted') await acknowledge(host, id);
  return end;
}

function endOfState(host: Host, id: string, state: ChangeState): WaitEnd | undefined {
  switch (state.kind) {
    case 'done':
    case 'undone':
      return { outcome: 'done', id };
    case 'reverted':
      return { outcome: 'reverted', id, reason: state.reason };
    case 'stuck':
      return { outcome: 'stuck', id, reason: state.reason, script: placesOf(host.facts, id).script };
    case 'interrupted':
    case 'rebooted': {
      const reason = known('Its deadline has passed and nothing has taken it back.');
      return { outcome: 'stuck', id, reason, script: placesOf(host.facts, id).script };
    }
    case 'pending':
    case 'applying':
      return undefined;
  }
}

/** Does what was typed. */
async function answer(
  host: Host,
  { output }: Talk,
  { id, needsNewLogin }: Pending,
  lines: (string | undefined)[],
): Promise<WaitEnd | undefined> {
  if (lines.length === 0) return undefined;
  const line = lines.shift();
  if (line === undefined) return { outcome: 'left' };
  const word = line.trim().toLowerCase();
  const result = ['y', 'yes'].includes(word)
    ? await confirmHere(host, id)
    : ['n', 'no'].includes(word)
      ? await revertPending(host, id, known('the operator took it back'))
      : undefined;
  if (result === undefined) {
    if (word !== '') output.error(needsNewLogin ? 'n takes it back now.' : 'y keeps it, n takes it back now.');
    return undefined;
  }
  if (result.outcome !== 'refused') return result;
  output.error(`meshtui: ${result.reason}`);
  return undefined;
}

function confirmHere(host: Host, id: string): Promise<ConfirmResult> {
  const login = { kind: 'old', why: known('this is the screen that changed it') } as const;
  return confirmChange(host, id, { sameScreen: true, login });
}
