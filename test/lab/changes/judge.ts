/** What is there after a change under which something went wrong: all old or all new, as meshtui says, and nothing else. */
import type { ChangeNotice } from '../../../src/change/recover.ts';
import type { ApplyResult, ChangeRecord, ConfirmResult } from '../../../src/change/results.ts';
import type { PeerId } from '../../../src/wg/peer.ts';
import type { Cell } from './cell.ts';
import { makeRoom } from './faults.ts';
import { conf, isNew, isOld, litter, stateDifferences } from './hub-state.ts';
import { changesOf, deadlineMs, quiet, type Result, type Stand, type Variant } from './stand.ts';

/** What is wrong after a cell, a sentence each, once nothing of it runs any more. The hub is another one afterwards. */
export async function judge(stand: Stand, cell: Cell, allowed: readonly Variant[], result: Result): Promise<string[]> {
  const { lab, watcher } = stand;
  if (cell.disk) await makeRoom(lab, cell.disk);
  const notices = (await watcher.say({ say: 'review' })) as ChangeNotice[];
  const first = await newestOf(stand);
  const notice = notices.find((one) => one.change.id === first?.id);
  const ending = first && isOpen(first) ? await endOpen(stand, cell, first, notice, result) : [];
  const change = await newestOf(stand);
  return [
    ...(result === undefined ? unsaid(first, notice) : []),
    ...ending,
    ...contradictions(result, change),
    ...(await stateProblems(stand, change, allowed, result)),
    ...(await goesOn(stand, cell)),
  ];
}

/** The change of the cell, where it has come so far as to be written down. */
async function newestOf({ watcher, earlier }: Stand): Promise<ChangeRecord | undefined> {
  return (await changesOf(watcher)).find(({ id }) => !earlier.has(id));
}

function isOpen({ state }: ChangeRecord): boolean {
  return ['interrupted', 'stuck', 'pending'].includes(state.kind);
}

/** A change that did not come to its end by itself: only where the cell allows that, said by the next start, and ended there. */
async function endOpen(
  stand: Stand,
  cell: Cell,
  change: ChangeRecord,
  notice: ChangeNotice | undefined,
  result: Result,
): Promise<string[]> {
  const isAllowed = cell.killsGuard || cell.mayStick !== undefined;
  const ended = await endIt(stand, cell, change);
  return [
    ...(isAllowed ? [] : [`it is ${JSON.stringify(change.state)} after ${JSON.stringify(result)}`]),
    ...((notice?.choices.length ?? 0) > 0 ? [] : [`the next start says nothing of it: ${change.state.kind}`]),
    ...(ended === undefined ? [] : [ended]),
  ];
}

/** Whether the next start keeps silent of what a guard reverted after the process had ended. */
function unsaid(change: ChangeRecord | undefined, notice: ChangeNotice | undefined): string[] {
  if (change?.state.kind !== 'reverted') return [];
  const said = /was reverted: (the program that made the change ended|nobody confirmed it in time)/;
  return said.test(notice?.sentence ?? '')
    ? []
    : [`the next start does not say why it was reverted: ${notice?.sentence}`];
}

async function stateProblems(
  stand: Stand,
  change: ChangeRecord | undefined,
  allowed: readonly Variant[],
  result: Result,
): Promise<string[]> {
  const now = await stand.read();
  const isDone = change?.state.kind === 'done';
  const wanted = allowed.map(({ old, fresh }) => (isDone ? fresh : old));
  if (wanted.some((state) => (isDone ? isNew(now, state) : isOld(now, state)))) return [];
  const differences = stateDifferences(wanted[0] ?? stand.old, now).join('; ');
  const said = `${change?.state.kind ?? 'nothing was changed'}, ${JSON.stringify(result)}`;
  return [`the hub is not ${isDone ? 'new' : 'old'}, but meshtui says: ${said}. Differences: ${differences}`];
}

/** What was said and what was written down are the same. */
function contradictions(result: Result, change: ChangeRecord | undefined): string[] {
  const kind = change?.state.kind;
  if (result === undefined) return [];
  const right =
    result.outcome === 'refused'
      ? [undefined, 'reverted']
      : result.outcome === 'stuck'
        ? ['reverted']
        : [result.outcome];
  return right.includes(kind) ? [] : [`it said ${JSON.stringify(result)}, and it is ${kind}`];
}

/** Ends what was interrupted: finished where that can be, or else taken back, or left where the cell allows it. */
async function endIt({ watcher }: Stand, { mayStick }: Cell, { id }: ChangeRecord): Promise<string | undefined> {
  const said: string[] = [];
  for (const how of mayStick === 'for good' ? (['finish', 'undo', 'leave'] as const) : (['finish', 'undo'] as const)) {
    const ended = (await watcher.say({ say: 'end', id, how })) as ConfirmResult;
    if (ended.outcome === 'done' || ended.outcome === 'reverted') return undefined;
    said.push(JSON.stringify(ended));
  }
  return `it could not be ended: ${said.join(' ')}`;
}

/** The next change goes through and clears away; what is left lying. */
async function goesOn({ lab, watcher, secrets }: Stand, cell: Cell): Promise<string[]> {
  const isNamed = (await lab.exec('edge', ['grep', '-q', '^### Client', conf])).code === 0;
  if (!isNamed) return [];
  const peer = `wg0/${lab.publicKeys.roamer}` as PeerId;
  const decision = { kind: 'edit', peer, edits: { note: { text: 'a change after it' } } } as const;
  await watcher.say({ say: 'plan', decision, risky: false });
  const result = (await watcher.say({ say: 'apply', confirmWithinMs: deadlineMs })) as ApplyResult;
  if (result.outcome !== 'done') return [`the next change does not go through: ${JSON.stringify(result)}`];
  await quiet(lab);
  const done = (await changesOf(watcher)).filter(({ state }) => ['done', 'undone'].includes(state.kind));
  const lying = await litter(lab, secrets, new Set(done.map(({ id }) => id)));
  const mayLie = (line: string) =>
    (cell.deed !== undefined && line === 'kept hub.conf') ||
    (cell.mayStick === 'for good' && /\/revert-failed$/.test(line));
  return lying.filter((line) => !mayLie(line)).map((line) => `left lying: ${line}`);
}
