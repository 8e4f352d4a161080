import { known, type Printable } from '../../host/printable.ts';
import { readWanted, type WantedInterface } from '../../wg/conf/wanted.ts';
import type { DriftItem } from '../../wg/drift.ts';
import type { DumpInterface } from '../../wg/dump.ts';
import type { HubConf } from '../../wg/hub.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { Secret } from '../../wg/secret.ts';
import { parseIgnoredDrift, printIgnoredDrift } from '../ignored-drift.ts';
import type { FileContent, FileStep, PlanResult, Step } from '../plan.ts';
import { counted, listed } from '../words.ts';
import { flavourOf, nothingChanged, type PlanContext, type Refusal, refused, refusedNow } from './context.ts';

/** What a decision about drift becomes a plan with. */
export interface DriftPlanContext extends PlanContext {
  /** Nobody keeps the interface: a file may be written for it. */
  readonly isUnowned: boolean;
  /** What peers are called in a file that is written for them. */
  readonly names: ReadonlyMap<PublicKey, { readonly name?: Printable }>;
}

/** File and running interface, as far as it is sure that both can be changed. */
export interface BothSides {
  readonly conf: HubConf;
  readonly wanted: WantedInterface;
  readonly running: DumpInterface;
}

/** Both sides of the interface, or why neither is to be touched: with what to do first. */
export function takeBoth({ hub, ownership }: PlanContext): BothSides | Refusal {
  const { conf, running, interfaceName } = hub;
  if (!ownership.writable) return refused(ownership.reason, nothingChanged);
  if (running === undefined) return refused(`${interfaceName} does not run.`, nothingChanged);
  if (conf === undefined) return refused(`There is no configuration file for ${interfaceName}.`, nothingChanged);
  const reading = readWanted(conf.file, flavourOf(hub));
  if (reading.outcome === 'rejected') return refusedNow(conf, reading.problems);
  return { conf, running, wanted: reading.wanted };
}

/** What the items are about, for a title: `allowed IPs of anna`, or how many. */
export function subjectWords(items: readonly DriftItem[], interfaceName: InterfaceName): string {
  const [item] = items;
  if (item === undefined || items.length > 1) return `${interfaceName}, ${counted(items.length, 'difference')}`;
  const { kind, subject } = item;
  switch (subject.kind) {
    case 'interface':
      return `${kind.replace('-', ' ')} of ${interfaceName}`;
    case 'peer':
      return kind.startsWith('peer-')
        ? subject.label
        : `${kind.replace('-', ' ').replace('ips', 'IPs')} of ${subject.label}`;
    case 'address':
      return `the address ${subject.address}`;
    case 'route':
      return `the route for ${subject.prefix.text}`;
  }
}

/**
 * Remembers that the operator does not want to see these differences any more. They come back when they have gone and come
 * again in another shape, not before.
 *
 * @param file the list of those that are ignored now, and where it is
 */
export function ignorePlan(
  items: readonly DriftItem[],
  file: { readonly path: string; readonly content: FileContent | undefined },
): PlanResult {
  const [item] = items;
  if (item === undefined) return refused('There is nothing to ignore.', nothingChanged);
  const ignored = parseIgnoredDrift(file.content?.text.reveal() ?? '');
  const added = items.filter(({ id }) => !ignored.has(id));
  if (added.length === 0) return { outcome: 'unchanged', reason: known('It is ignored already.') };
  const text = new Secret(printIgnoredDrift([...ignored, ...added.map(({ id }) => id)]));
  const step: FileStep = {
    kind: 'file',
    path: file.path,
    before: file.content,
    after: { text, mode: file.content?.mode ?? 0o600 },
  };
  return {
    outcome: 'plan',
    plan: {
      title: known(`Ignore a difference: ${subjectWords(added, item.interfaceName)}`),
      interfaceName: item.interfaceName,
      steps: [step],
      affected: [],
      risk: { level: 'safe' },
      notes: [known(`Nothing of the hub changes. ${listed(added.map(({ id }) => id))} is not counted any more.`)],
      cutsOff: undefined,
      undoes: undefined,
    },
  };
}

/** Steps without those that say the same as one before. */
export function distinctSteps(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  return steps.filter((step) => {
    if (step.kind !== 'route') return true;
    const key = `${step.table} ${step.prefix} ${step.metric} ${step.after}`;
    return !seen.has(key) && seen.add(key);
  });
}
