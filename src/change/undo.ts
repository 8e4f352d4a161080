import { known, type Printable, printable } from '../host/printable.ts';
import { printConf } from '../wg/conf/conf-file.ts';
import type { HubState } from '../wg/hub.ts';
import { shortKey } from '../wg/key.ts';
import { Secret } from '../wg/secret.ts';
import { differences } from './compare.ts';
import { peerStepOf } from './from-record.ts';
import { sameSecret } from './live.ts';
import type { Affected, FileStep, PeerStep, PlanResult, Risk, Step } from './plan.ts';
import type { RecordedFileStep, RecordedPeerStep, RecordedStep } from './record.ts';
import type { ChangeRecord } from './results.ts';
import { reversePeer, reverseStep, subjectOf } from './reverse.ts';
import { sha256 } from './sum.ts';
import { counted } from './words.ts';

/** Texts by their paths: old files and preshared keys that were kept, and the files as they are: `readKept`. */
export type VaultTexts = ReadonlyMap<string, Secret>;

/** Why there can be no undo. The message is a sentence. */
class Refusal extends Error {}

/**
 * The plan that takes a change back, or why it cannot be: later changes stand on it, or somebody has changed since what
 * it changed. How risky it is has to be judged anew for whoever undoes it; until then it is as risky as the change was.
 */
export function undoPlan(
  change: ChangeRecord,
  hub: HubState,
  changes: readonly ChangeRecord[],
  kept: VaultTexts,
): PlanResult {
  const refused = (reason: string): PlanResult => ({ outcome: 'refused', reason: printable(reason) });
  if (change.state.kind !== 'done') return refused(`The change ${change.id} ${notDone(change)}.`);
  const later = changes.filter((other) => standsOn(other, change));
  if (later.length > 0) {
    const named = later.slice(0, 3).map(({ id, title }) => `"${title}" (${id})`);
    const more = later.length > 3 ? ` and ${later.length - 3} more` : '';
    return refused(
      `${counted(later.length, 'later change')} on it: ${named.join(', ')}${more}. Undo the last one first.`,
    );
  }
  try {
    const steps = change.steps.toReversed().map((step) => reversed(step, hub, kept));
    const [stale] = differences(steps, 'before', new Map([[hub.interfaceName, hub]]));
    if (stale !== undefined) return refused(`${stale} It was changed since, so there is no way back to before.`);
    return {
      outcome: 'plan',
      plan: {
        title: known(`Undo: ${change.title}`),
        interfaceName: change.interfaceName,
        steps,
        affected: affectedBy(steps, hub),
        risk: change.risk as Risk,
        notes: notesOf(steps),
        cutsOff: cutOff(steps),
        undoes: change.id,
      },
    };
  } catch (error) {
    if (error instanceof Refusal) return refused(error.message);
    throw error;
  }
}

function notDone({ state }: ChangeRecord): string {
  switch (state.kind) {
    case 'undone':
      return `was undone by ${state.by}`;
    case 'reverted':
      return 'was reverted';
    case 'pending':
      return 'is not confirmed; revert it';
    default:
      return 'is not over';
  }
}

/** Whether a change came after another, is in force, and is about the same thing. */
function standsOn(later: ChangeRecord, change: ChangeRecord): boolean {
  if (later.id <= change.id || !['done', 'pending', 'applying'].includes(later.state.kind)) return false;
  if (later.undoes !== undefined && later.state.kind === 'done') return false;
  const subjects = new Set(change.steps.map(standingOf));
  return later.steps.some((step) => step.kind !== 'flows' && subjects.has(standingOf(step)));
}

/** Routes to one prefix in one table depend on each other, whatever their metrics are. */
function standingOf(step: RecordedStep): string {
  return subjectOf(step.kind === 'route' ? { ...step, metric: undefined } : step);
}

function reversed(step: RecordedStep, hub: HubState, kept: VaultTexts): Step {
  switch (step.kind) {
    case 'file':
      return reversedFile(step, hub, kept);
    case 'peer':
      return reversedPeer(step, hub, kept);
    case 'route':
      return reverseStep({ ...step, metric: step.metric });
    default:
      return reverseStep(step);
  }
}

function reversedFile({ path, before, after, kept }: RecordedFileStep, hub: HubState, texts: VaultTexts): FileStep {
  const text = hub.conf?.path === path ? printConf(hub.conf.file) : texts.get(path);
  if (text !== undefined && sha256(text.reveal()) !== after?.sha256) {
    throw new Refusal(`${path} was changed since, so its old text would take that away.`);
  }
  if (text === undefined && after !== undefined) throw new Refusal(`${path} is gone.`);
  const old = before === undefined || kept === undefined ? undefined : texts.get(kept);
  if (before !== undefined && (old === undefined || sha256(old.reveal()) !== before.sha256)) {
    throw new Refusal(`The old text of ${path} is not kept any more.`);
  }
  return {
    kind: 'file',
    path,
    before: after && text && { text, mode: after.mode },
    after: before && old && { text: old, mode: before.mode },
  };
}

function reversedPeer(step: RecordedPeerStep, hub: HubState, texts: VaultTexts): PeerStep {
  const peer = hub.running?.peers.find(({ publicKey }) => publicKey === step.publicKey);
  const running = peer?.presharedKey;
  const { before, keptPresharedKey, changesPresharedKey } = step;
  const text = keptPresharedKey === undefined ? undefined : texts.get(keptPresharedKey)?.reveal().trim();
  const needsKept = before?.hasPresharedKey === true && (changesPresharedKey || step.after === undefined);
  if (needsKept && text === undefined)
    throw new Refusal(`The old preshared key of ${step.label} is not kept any more.`);
  const old = text === undefined ? undefined : new Secret(text);
  if (!changesPresharedKey && step.after !== undefined && peer !== undefined && !sameSecret(old, running)) {
    throw new Refusal(`The preshared key of ${step.label} was changed since.`);
  }
  return reversePeer(peerStepOf(step, { before: old, after: running }));
}

function notesOf(steps: readonly Step[]): Printable[] {
  const ends = steps.some((step) => step.kind === 'sysctl' && step.before !== step.after && step.after === '0');
  return ends
    ? [known('Forwarding is turned off again: what else on this host came to need it since stops working.')]
    : [];
}

function affectedBy(steps: readonly Step[], { running }: HubState): Affected[] {
  return steps.flatMap((step): readonly Affected[] => {
    if (step.kind === 'tunnel' && !step.after.isUp) {
      return (running?.peers ?? []).map(({ publicKey }) => ({
        label: known(shortKey(publicKey)),
        how: known(`is cut off at once: ${step.interfaceName} is taken down`),
      }));
    }
    if (step.kind !== 'peer') return [];
    const how =
      step.after === undefined ? 'is cut off at once' : step.before === undefined ? 'gets access again' : 'is set back';
    return [{ label: step.label, how: known(how) }];
  });
}

function cutOff(steps: readonly Step[]): Printable | undefined {
  return steps.flatMap((step) => (step.kind === 'peer' && step.after === undefined ? [step.label] : []))[0];
}
