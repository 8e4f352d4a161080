import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { HubState } from '../wg/hub.ts';
import type { InterfaceName } from '../wg/key.ts';
import { differences, type Hubs, sideEffects } from './compare.ts';
import { fileDifferences } from './files.ts';
import { placesOf } from './places.ts';
import type { Step } from './plan.ts';
import { failure, readHubState } from './read-hub.ts';
import type { RecordedFileStep, StoredChange } from './record.ts';
import { systemDifferences } from './system.ts';
import { disarmTimer } from './watchdog.ts';

/** The revert script ends within this: each of its programs has 15 s. */
const scriptMs = 120_000;

/** The interfaces that steps are about. */
export function interfacesOf(steps: readonly (Step | StoredChange['steps'][number])[]): InterfaceName[] {
  return [...new Set(steps.flatMap((step) => ('interfaceName' in step ? [step.interfaceName] : [])))];
}

export type HubsReading =
  | { readonly outcome: 'read'; readonly hubs: Hubs }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** All of these interfaces as they are now, or why that cannot be told. */
export async function readHubs(host: Host, names: readonly InterfaceName[]): Promise<HubsReading> {
  const hubs = new Map<InterfaceName, HubState>();
  for (const name of names) {
    const reading = await readHubState(host, name);
    if (reading.outcome === 'failed') return reading;
    hubs.set(name, reading.hub);
  }
  return { outcome: 'read', hubs };
}

/** The file steps of a record. */
export function fileStepsOf({ steps }: Pick<StoredChange, 'steps'>): RecordedFileStep[] {
  return steps.filter((step) => step.kind === 'file');
}

/** What everything was before the first step. */
export interface OldState {
  readonly steps: readonly Step[];
  readonly hubs: Hubs;
}

/** What came of taking a change back. */
export type TakenBack =
  | { readonly outcome: 'reverted'; readonly id: string; readonly reason: Printable }
  | { readonly outcome: 'stuck'; readonly id: string; readonly reason: Printable; readonly script: string };

/**
 * Runs the revert script, reads back whether everything is as it was, and disarms the watchdog. `old` is what the state
 * is compared with, where it is known; the script compares nothing that runs. Never throws.
 */
export async function takeBack(
  host: Host,
  change: StoredChange,
  reason: Printable,
  { holdsLock, old }: { readonly holdsLock: boolean; readonly old: OldState | undefined },
): Promise<TakenBack> {
  const { id } = change;
  const { script } = placesOf(host.facts, id);
  const flags = holdsLock ? ['--locked', '--quiet'] : ['--quiet'];
  const ran = await host.run(['sh', script, ...flags, reason], { timeoutMs: scriptMs });
  const files = await fileDifferences(host, fileStepsOf(change), 'before');
  const live = old === undefined ? { problems: [], effects: [] } : await readBack(host, old);
  // What was read back counts: a program that fails has changed nothing, and then there is nothing to revert.
  const isOld = old !== undefined && files.length === 0 && live.problems.length === 0;
  const marked =
    ran.outcome === 'exited' && ran.code === 0 ? true : isOld && (await markReverted(host, change, reason));
  const problems = marked ? [...files, ...live.problems] : [...files, ...live.problems, ...scriptProblems(ran)];
  const armed = await disarmTimer(host, id);
  const [first] = problems;
  if (first !== undefined) {
    await markStuck(host, change, first);
    return { outcome: 'stuck', id, reason: printable(`${sentence(reason)} Then: ${first}`), script };
  }
  await host.writeNewFile(placesOf(host.facts, id).told, '', { mode: 0o600 }).catch(() => undefined);
  const left = armed === undefined ? [] : [`The watchdog could not be stopped, and will find nothing to do: ${armed}`];
  return { outcome: 'reverted', id, reason: printable([sentence(reason), ...live.effects, ...left].join(' ')) };
}

/** Says in place of a script that did not come to its end that everything is as before. */
async function markReverted(host: Host, { id }: StoredChange, reason: Printable): Promise<boolean> {
  const { reverted, reverting, failed } = placesOf(host.facts, id);
  try {
    await host.writeFileAtomic(reverted, `${reason}\n${Math.round(host.now() / 1000)}\n`, { mode: 0o600 });
    for (const path of [reverting, failed]) await host.removeFile(path);
    return true;
  } catch {
    return false;
  }
}

/** Says that not everything is as before, so that what was kept stays, whatever the script said. */
async function markStuck(host: Host, { id }: StoredChange, problem: Printable): Promise<void> {
  const { reverted, failed } = placesOf(host.facts, id);
  try {
    await host.writeFileAtomic(failed, `${problem}\n`, { mode: 0o600 });
    await host.removeFile(reverted);
  } catch {
    // On a full disk the script's own mark has to do.
  }
}

function sentence(reason: Printable): string {
  return reason.endsWith('.') ? reason : `${reason}.`;
}

function scriptProblems(ran: Awaited<ReturnType<Host['run']>>): Printable[] {
  if (ran.outcome === 'exited' && ran.code === 0) return [];
  const said = ran.outcome === 'exited' ? ran.stdout.split('\n').find((line) => line.trim() !== '') : undefined;
  return [printable(said ?? failure('the revert script', ran))];
}

/** What is not as it was: of the change's own subjects, and of others, which somebody else has changed meanwhile. */
async function readBack(host: Host, { steps, hubs }: OldState) {
  const now = await readHubs(host, [...hubs.keys()]);
  if (now.outcome === 'failed') return { problems: [now.reason], effects: [] };
  const live = steps.filter((step) => step.kind !== 'file');
  const problems = [...differences(live, 'before', now.hubs), ...(await systemDifferences(host, live, 'before'))];
  return { problems, effects: sideEffects(live, hubs, now.hubs) };
}
