import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { HubState } from '../wg/hub.ts';
import type { InterfaceName } from '../wg/key.ts';
import { differences, type Hubs, sideEffects } from './compare.ts';
import { fileDifferences } from './files.ts';
import { stepsOf } from './from-record.ts';
import { pause, readBootClock } from './machine.ts';
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

/** What failed once may not fail again, and the script may run as often as one likes. */
const attempts = 2;

/** Between two attempts, milliseconds. */
const betweenMs = 500;

/**
 * Runs the revert script and reads back whether everything is as it was; if not, once more. Disarms the watchdog where
 * nothing is left for it. `old` is what the state is compared with, where it is known, else the record. Never throws.
 */
export async function takeBack(host: Host, change: StoredChange, reason: Printable, how: How): Promise<TakenBack> {
  const { id } = change;
  const places = placesOf(host.facts, id);
  let { problem, effects } = await attempt(host, change, reason, how);
  for (let turn = 1; turn < attempts && problem !== undefined; turn += 1) {
    await pause(betweenMs);
    ({ problem, effects } = await attempt(host, change, reason, how));
  }
  if (problem !== undefined) {
    await markStuck(host, change, problem);
    return { outcome: 'stuck', id, reason: printable(`${sentence(reason)} Then: ${problem}`), script: places.script };
  }
  const armed = await disarmTimer(host, id);
  await host.writeNewFile(places.told, '', { mode: 0o600 }).catch(() => undefined);
  const left = armed === undefined ? [] : [`The watchdog could not be stopped, and will find nothing to do: ${armed}`];
  return { outcome: 'reverted', id, reason: printable([sentence(reason), ...effects, ...left].join(' ')) };
}

interface How {
  readonly holdsLock: boolean;
  readonly old: OldState | undefined;
}

/** The first thing that is not as before, and what somebody else has changed meanwhile. */
async function attempt(host: Host, change: StoredChange, reason: Printable, { holdsLock, old }: How) {
  const flags = holdsLock ? ['--locked', '--quiet'] : ['--quiet'];
  const { script } = placesOf(host.facts, change.id);
  const ran = await host.run(['sh', script, ...flags, reason], { timeoutMs: scriptMs });
  const files = await fileDifferences(host, fileStepsOf(change), 'before');
  const { problems, effects } = await (old === undefined ? readRecorded(host, change) : readBack(host, old));
  // What was read back counts: a program that fails has changed nothing, and then there is nothing to revert.
  const isOld = old !== undefined && files.length === 0 && problems.length === 0;
  const isWhole = ran.outcome === 'exited' && ran.code === 0;
  const marked = isWhole || (isOld && (await markReverted(host, change, reason)));
  return { problem: [...files, ...problems, ...(marked ? [] : scriptProblems(ran))][0], effects };
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

/**
 * The same by the record alone, which has no preshared keys. After a restart of the machine, and where an interface does
 * not run, the files are what counts.
 */
async function readRecorded(host: Host, change: StoredChange) {
  if ((await readBootClock(host))?.bootId !== change.bootId) return { problems: [], effects: [] };
  const live = change.steps.filter(({ kind }) => ['peer', 'route', 'address', 'interface'].includes(kind));
  const now = await readHubs(host, interfacesOf(live));
  if (now.outcome === 'failed') return { problems: [now.reason], effects: [] };
  const { hubs } = now;
  const steps = stepsOf({ steps: live }, hubs).filter(
    (step) => 'interfaceName' in step && hubs.get(step.interfaceName)?.running !== undefined,
  );
  return { problems: differences(steps, 'before', hubs), effects: [] };
}
