import { applyPlan } from '../change/apply.ts';
import { readAuthor } from '../change/machine.ts';
import { dueWords, peersToSweep, type SweepDecision, type SweptFile } from '../change/plans/sweep.ts';
import { readHubState } from '../change/read-hub.ts';
import type { Author } from '../change/record.ts';
import type { Decision } from '../flows/decision.ts';
import { labelsOf } from '../flows/labels.ts';
import { preparePlan } from '../flows/prepare.ts';
import type { Host } from '../host/host.ts';
import type { Printable } from '../host/printable.ts';
import { findAuthor } from '../observe/author.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { peerId } from '../wg/peer.ts';
import { type ChangeOutcome, changeDocument } from './change-json.ts';
import { tellNotices } from './notices.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { readHubToChange } from './read-hub.ts';

/** What `meshtui sweep` takes. */
export interface SweepOptions extends CommonOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const sweepVersion = 1;

/** One peer that was due, and what came of it. */
interface Swept {
  readonly decision: SweepDecision;
  readonly label: Printable;
  /** Undefined where nothing can be done: no calendar has the day that is written. */
  readonly result: ChangeOutcome | undefined;
}

/**
 * Disables the peers whose access has ended, and enables those that were disabled until now: a plan each, without
 * questions, for a timer (docs/sweep.md). Silent where nothing is due. Gives the exit code: 1 where something is due and was
 * not done.
 */
export async function sweep(
  host: Host,
  options: SweepOptions,
  words: readonly string[],
  output: Output,
): Promise<number> {
  const read = await readHubToChange(host, options, words, output);
  if (read === undefined) return 1;
  if (read.session.kind !== 'unknown') await tellNotices(host, { output, person: undefined });
  // Of a timer nobody's connection is at stake; who runs it by hand is asked about like anybody else.
  const snapshot: Snapshot = read.session.kind === 'unknown' ? { ...read, session: { kind: 'local' } } : read;
  const due = peersToSweep(await readFiles(host, snapshot, output), host.now());
  const by = await authorOf(host, read);
  const swept: Swept[] = [];
  for (const decision of due) swept.push(await sweepOne(host, snapshot, decision, by, options.dryRun === true));
  if (options.json === true) output.print(JSON.stringify(sweepDocument(host, swept), null, 2));
  else for (const one of swept) tell(output, one);
  return swept.every(isDone) ? 0 : 1;
}

function authorOf(host: Host, { session }: Snapshot): Promise<Author> {
  return session.kind === 'unknown' ? readAuthor(host, 'meshtui sweep') : findAuthor(host);
}

async function readFiles(host: Host, { interfaces }: Snapshot, output: Output): Promise<SweptFile[]> {
  const readings = await Promise.all(interfaces.map(({ name }) => readHubState(host, name)));
  return readings.flatMap((reading, index): SweptFile[] => {
    const interfaceName = interfaces[index]?.name;
    if (reading.outcome === 'failed') output.error(`meshtui: ${reading.reason}`);
    if (reading.outcome === 'failed' || interfaceName === undefined || reading.hub.conf === undefined) return [];
    return [{ interfaceName, file: reading.hub.conf.file }];
  });
}

async function sweepOne(
  host: Host,
  snapshot: Snapshot,
  decision: SweepDecision,
  by: Author,
  isDry: boolean,
): Promise<Swept> {
  const { interfaceName, publicKey } = decision;
  const peer = peerId(interfaceName, publicKey);
  const label = labelsOf(snapshot, interfaceName)(publicKey);
  if (decision.kind === 'unreadable') return { decision, label, result: undefined };
  const wish: Decision =
    decision.kind === 'disable'
      ? { kind: 'disable', peer, how: { reason: decision.reason } }
      : { kind: 'enable', peer };
  const made = await preparePlan(host, snapshot, wish);
  if (made.outcome !== 'plan') return { decision, label, result: made };
  const { plan } = made;
  if (plan.risk.level === 'risky') {
    const reason = `${plan.risk.reasons.join(' ')} Nobody is there to confirm it: do it by hand with meshtui ${decision.kind}.`;
    return { decision, label, result: { outcome: 'refused', plan, reason } };
  }
  if (isDry) return { decision, label, result: { outcome: 'planned', plan } };
  return { decision, label, result: { ...(await applyPlan(host, plan, { by, confirmWithinMs: 0 })), plan } };
}

function isDone({ result }: Swept): boolean {
  return result !== undefined && ['done', 'unchanged', 'planned'].includes(result.outcome);
}

function tell(output: Output, { decision, label, result }: Swept): void {
  const why = dueWords(decision, label);
  if (result === undefined) {
    output.error(`meshtui: ${why}`);
    return;
  }
  const { outcome, plan, id, reason, script } = result;
  const what = plan?.title ?? label;
  switch (outcome) {
    case 'planned':
      output.print(`${why} It would be done now: ${what}.`);
      return;
    case 'unchanged':
      output.print(`${why} ${reason}`);
      return;
    case 'done':
      output.print(`${why} Done: ${what} (meshtui undo ${id}).`);
      return;
    default:
      output.error(
        `meshtui: ${why} Not done: ${reason}${script === undefined ? '' : ` Not everything could be brought back. Run: sh ${script}`}`,
      );
  }
}

/** What was due and what came of it as one JSON document (docs/sweep.md). */
function sweepDocument(host: Host, swept: readonly Swept[]) {
  return {
    version: sweepVersion,
    at: new Date(host.now()).toISOString(),
    peers: swept.map(({ decision, label, result }) => ({
      interface: decision.interfaceName,
      publicKey: decision.publicKey,
      label,
      action: decision.kind === 'unreadable' ? null : decision.kind,
      due: decision.due,
      result: result === undefined ? null : changeDocument(result),
    })),
  };
}
