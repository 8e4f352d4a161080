import { randomBytes } from 'node:crypto';
import type { Host, Lock } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { differences, type Hubs, sideEffects, silentLosses } from './compare.ts';
import { earlyFiles } from './early.ts';
import { fileDifferences, putFiles } from './files.ts';
import { nextId, pruneChanges, readChanges } from './journal.ts';
import { commandsOf, type LiveStep, secretPlaceholder } from './live.ts';
import { pause, processStart, readBootClock } from './machine.ts';
import { finish, isTakenBack } from './markers.ts';
import { asOnlyOne, messageOf, refused } from './only-one.ts';
import { type ChangePlaces, placesOf } from './places.ts';
import type { Plan, TunnelStep } from './plan.ts';
import { failure, readHubState } from './read-hub.ts';
import type { Author, StoredChange } from './record.ts';
import { settleRebooted, standsInTheWay } from './recover.ts';
import type { ApplyEvent, ApplyResult } from './results.ts';
import { stage, unstage } from './stage.ts';
import { systemDifferences } from './system.ts';
import { fileStepsOf, interfacesOf, readHubs, takeBack } from './take-back.ts';
import { toRecord } from './to-record.ts';
import { armTimer, disarmTimer, hasSystemd } from './watchdog.ts';

export interface ApplyOptions {
  readonly by: Author;
  /** A risky plan is reverted so long after its first step unless it is confirmed. */
  readonly confirmWithinMs: number;
  readonly onEvent?: (event: ApplyEvent) => void;
}

/** `wg`, `ip` and `conntrack` are given up after this long. */
const stepMs = 15_000;

/** How long a whole interface may take to come or go after its program has ended. */
const settleMs = 2_000;

/** How long the guard may take to say that it is there. */
const guardMs = 5_000;

/** An apply on its way: what every part of it needs. */
interface Apply {
  readonly host: Host;
  readonly plan: Plan;
  readonly change: StoredChange;
  readonly places: ChangePlaces;
  /** As everything was before the first step. */
  readonly hubs: Hubs;
  readonly lock: Lock;
  readonly tell: (stage: ApplyEvent['stage'], text: string) => void;
}

/** Something went wrong after the first step. The message says what, in a sentence. */
class StepFailure extends Error {}

/**
 * Carries out a plan that the operator has read: all of it or nothing, whatever happens on the way (docs/changes.md).
 * Never throws.
 */
export function applyPlan(host: Host, plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
  const { user } = options.by;
  return asOnlyOne(host, `${user}, with "${plan.title}",`, (lock) => applyLocked(host, plan, options, lock));
}

async function applyLocked(host: Host, plan: Plan, options: ApplyOptions, lock: Lock): Promise<ApplyResult> {
  const tell: Apply['tell'] = (at, text) => options.onEvent?.({ stage: at, text: printable(text) });
  tell('checking', plan.title);
  const before = await settleRebooted(host, await readChanges(host));
  const blocker = before.find(standsInTheWay);
  if (blocker !== undefined) {
    return refused(
      `The change "${blocker.title}" (${blocker.id}) is not over: meshtui changes shows it. Nothing was changed.`,
    );
  }
  const read = await readHubs(host, interfacesOf(plan.steps));
  if (read.outcome === 'failed') return refused(`${read.reason} Nothing was changed.`);
  const { hubs } = read;
  const change = await recordOf(host, plan, options, before[0]?.id);
  if (change === undefined) return refused('The clock of this boot cannot be read from /proc. Nothing was changed.');
  const [stale] = [
    ...(await fileDifferences(host, fileStepsOf(change), 'before')),
    ...differences(plan.steps, 'before', hubs),
    ...(await systemDifferences(host, plan.steps, 'before')),
    ...silentLosses(plan.steps, hubs),
  ];
  if (stale !== undefined) return refused(`${stale} The plan was made for another state; nothing was changed.`);
  const apply: Apply = { host, plan, change, places: placesOf(host.facts, change.id), hubs, lock, tell };
  const obstacle = await prepare(apply);
  if (obstacle !== undefined) {
    await disarmTimer(host, change.id);
    await unstage(host, change);
    return refused(`${obstacle} Nothing was changed.`);
  }
  const result = await carryOut(apply);
  await pruneChanges(host, await readChanges(host));
  return result;
}

async function recordOf(
  host: Host,
  plan: Plan,
  { by, confirmWithinMs }: ApplyOptions,
  newest: string | undefined,
): Promise<StoredChange | undefined> {
  const clock = await readBootClock(host);
  if (clock === undefined) return undefined;
  const at = host.now();
  const isRisky = plan.risk.level === 'risky';
  return toRecord(plan, {
    id: nextId(at, newest, randomBytes(2).toString('hex')),
    at,
    by,
    process: { pid: host.facts.pid, startedAt: (await processStart(host, host.facts.pid)) ?? 0 },
    bootId: clock.bootId,
    uptimeMs: clock.uptimeMs,
    deadline: isRisky ? { at: at + confirmWithinMs, uptimeMs: clock.uptimeMs + confirmWithinMs } : undefined,
  });
}

/** Everything that has to be there before the first step: what is written down, the guard, the watchdog. Why it is not. */
async function prepare({ host, plan, change, places, hubs, tell }: Apply): Promise<Printable | undefined> {
  tell('staging', places.directory);
  const deadlineMs = change.deadline?.uptimeMs;
  const timed = deadlineMs !== undefined && (await hasSystemd(host));
  try {
    await stage(host, plan, change, hubs, { deadlineMs, waits: deadlineMs !== undefined && !timed });
    const guard = await startGuard(host, places);
    if (guard !== undefined) return guard;
    // On a slow disk what came before has taken a part of the time.
    const now = (await readBootClock(host))?.uptimeMs ?? change.uptimeMs;
    const timer = timed ? await armTimer(host, change.id, deadlineMs - now) : undefined;
    if (timer !== undefined) return timer;
    await host.writeNewFile(places.begun, '', { mode: 0o600 });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function startGuard(host: Host, { guard, guarding }: ChangePlaces): Promise<Printable | undefined> {
  const started = await host.startDetached(['sh', guard]);
  if (started.outcome === 'missing') return known('The program sh is missing.');
  if (started.outcome === 'failed') return printable(`The guard cannot be started: ${started.reason}.`);
  for (let waited = 0; waited < guardMs; waited += 20) {
    if ((await host.stat(guarding)).outcome === 'read') return undefined;
    await pause(20);
  }
  return known('The guard did not start.');
}

/** From here on every way out but the good ones leads through {@link takeBack}. */
async function carryOut(apply: Apply): Promise<ApplyResult> {
  const { host, plan, change, places, hubs, lock, tell } = apply;
  const { id, deadline } = change;
  try {
    await putEarly(apply);
    for (const step of plan.steps) if (step.kind !== 'file') await doStep(apply, step);
    await verify(apply);
    if (deadline !== undefined) {
      const clock = await readBootClock(host);
      await demandOurs(apply);
      await host.writeNewFile(places.pending, `${clock?.uptimeMs ?? deadline.uptimeMs}\n`, { mode: 0o600 });
      await demandOurs(apply);
      return { outcome: 'pending', id, deadline: deadline.at };
    }
    tell('files', places.directory);
    await demandOurs(apply);
    const difference = await putFiles(host, fileStepsOf(change));
    if (difference !== undefined) throw new StepFailure(difference);
    const late = await finish(host, id);
    if (late !== undefined) throw new StepFailure(late);
    return { outcome: 'done', id };
  } catch (error) {
    const reason = messageOf(error);
    tell('reverting', reason);
    return takeBack(host, change, reason, { holdsLock: lock.isHeld(), old: { steps: plan.steps, hubs } });
  }
}

/** What a live step reads is there before it. */
async function putEarly(apply: Apply): Promise<void> {
  const { host, change, tell } = apply;
  const files = earlyFiles(change.steps);
  if (files.length === 0) return;
  tell('files', files.map(({ path }) => path).join(', '));
  await demandOurs(apply);
  const difference = await putFiles(host, files);
  if (difference !== undefined) throw new StepFailure(difference);
}

/** The lock may be taken from us, and a watchdog whose deadline came does not ask for it. */
async function demandOurs({ host, places, lock }: Apply): Promise<void> {
  if (!lock.isHeld()) throw new StepFailure('The lock was lost.');
  if (await isTakenBack(host, places)) throw new StepFailure('The watchdog has reverted the change already.');
}

async function doStep(apply: Apply, step: LiveStep): Promise<void> {
  const { host, tell } = apply;
  for (const { argv, secret, isOptional, leavesDaemon = false } of commandsOf(step)) {
    await demandOurs(apply);
    const words = argv.join(' ');
    tell('step', words);
    const secretFile = secret && { placeholder: secretPlaceholder, text: `${secret.reveal()}\n` };
    const result = await host.run(argv, {
      timeoutMs: stepMs,
      ownSession: leavesDaemon,
      ...(secretFile && { secretFile }),
    });
    if (result.outcome === 'exited' && result.code === 0) continue;
    const reason = failure(words, result);
    if (!isOptional) throw new StepFailure(reason);
    if (!isNothingToEnd(result)) tell('step', `Tracked connections are not ended: ${reason}`);
  }
  if (step.kind === 'tunnel') await settled(host, step);
}

/** The daemon of an interface that is not the kernel's ends a moment after its interface is gone. */
async function settled(host: Host, { interfaceName, after }: TunnelStep): Promise<void> {
  for (let waited = 0; waited < settleMs; waited += 50) {
    const reading = await readHubState(host, interfaceName);
    if (reading.outcome === 'read' && (reading.hub.running !== undefined) === after.isUp) return;
    await pause(50);
  }
}

/** conntrack(8) ends with 1 where it found nothing to delete. */
function isNothingToEnd(result: Awaited<ReturnType<Host['run']>>): boolean {
  return result.outcome === 'exited' && /\b0 flow entries have been deleted/.test(result.stderr);
}

async function verify({ host, plan, hubs, tell }: Apply): Promise<void> {
  tell('verifying', plan.interfaceName);
  const now = await readHubs(host, [...hubs.keys()]);
  if (now.outcome === 'failed') throw new StepFailure(now.reason);
  const [difference] = [
    ...differences(plan.steps, 'after', now.hubs),
    ...sideEffects(plan.steps, hubs, now.hubs),
    ...(await systemDifferences(host, plan.steps, 'after')),
  ];
  if (difference !== undefined) throw new StepFailure(`Read back: ${difference}`);
}
