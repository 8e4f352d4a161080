import { applyPlan } from '../change/apply.ts';
import { describePlan } from '../change/describe.ts';
import type { Plan, PlanResult } from '../change/plan.ts';
import type { NewHub } from '../change/plans/init.ts';
import type { ApplyResult } from '../change/results.ts';
import { touchesOperator } from '../change/risk.ts';
import { planLines } from '../flows/flow-lines.ts';
import type { Host } from '../host/host.ts';
import { findAuthor } from '../observe/author.ts';
import type { Secret } from '../wg/secret.ts';
import { type ChangeOutcome, changeDocument, exitCodeOf } from './change-json.ts';
import type { CommonOptions } from './options.ts';
import type { Talk } from './talk.ts';
import { awaitEnd, pendingWords, type WaitEnd } from './wait.ts';

/** What every command that changes the hub takes. */
export interface ChangeOptions extends CommonOptions {
  readonly json?: boolean;
  /** Only the plan. */
  readonly dryRun?: boolean;
  /** No question before the plan is carried out. */
  readonly yes?: boolean;
  /** Whether to wait for the confirmation of a risky change. */
  readonly wait: boolean;
  /** Seconds until an unconfirmed change is taken back. */
  readonly confirmWithin: number;
  readonly showKey?: boolean;
}

/** What is to be printed of a preshared key that the plan makes. */
export interface NewKey {
  readonly peer: string;
  readonly secret: Secret;
}

/** The code of a program that Ctrl-C ended: 128 and the signal's number. */
export const interruptedCode = 130;

/** Shows a plan, asks, carries it out and says what came of it, all as the options say. Gives the exit code. */
export async function carryOut(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  result: PlanResult,
  newKey?: NewKey,
  hub?: NewHub,
): Promise<number> {
  if (result.outcome !== 'plan') return finish(talk, options, result);
  const { plan } = result;
  if (options.json !== true) talk.output.print(planText(plan, talk));
  if (options.dryRun === true) {
    finish(talk, options, { outcome: 'planned', plan, hub });
    return 0;
  }
  if (options.yes !== true) {
    const refusal = await askFor(talk, plan);
    if (refusal !== undefined) {
      talk.output.error(refusal);
      return finish(talk, options, { outcome: 'planned', plan, hub });
    }
  }
  const applied = await applyPlan(host, plan, {
    by: await findAuthor(host),
    confirmWithinMs: options.confirmWithin * 1000,
  });
  return tellApplied(host, talk, options, plan, applied, newKey, hub);
}

/** A plan as the console shows it. */
export function planText(plan: Plan, { width, look }: Pick<Talk, 'width' | 'look'>): string {
  const [, ...lines] = planLines({ plan, text: describePlan(plan) }, { width }, look);
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** Asks whether to go on. Gives what to say where not. */
export async function askFor({ person }: Talk, { cutsOff }: Pick<Plan, 'cutsOff'>): Promise<string | undefined> {
  if (person === undefined)
    return 'meshtui: Nothing was changed: --yes carries it out, and without a terminal nobody can be asked.';
  const said = (await person.ask(cutsOff === undefined ? '\nApply? [y/N] ' : `\nType ${cutsOff} to apply it: `)) ?? '';
  const word = said.trim().toLowerCase();
  const isYes = cutsOff === undefined ? ['y', 'yes'].includes(word) : word === cutsOff.trim().toLowerCase();
  return isYes ? undefined : 'Nothing was changed.';
}

async function tellApplied(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  plan: Plan,
  applied: ApplyResult,
  newKey: NewKey | undefined,
  hub: NewHub | undefined,
): Promise<number> {
  const holds = applied.outcome === 'done' || applied.outcome === 'pending';
  if (holds && newKey !== undefined && options.json !== true) tellKey(talk, options, plan, newKey);
  const presharedKey = holds && options.showKey === true ? newKey?.secret : undefined;
  if (applied.outcome !== 'pending') return finish(talk, options, { ...applied, plan, presharedKey, hub });
  const end = await untilConfirmed(host, talk, options, plan, applied);
  if (end?.outcome !== 'left') return finish(talk, options, { ...(end ?? applied), plan, presharedKey });
  const { id } = applied;
  sayerOf(
    talk,
    options,
  )(
    `It still waits, and is taken back by itself: meshtui confirm ${id} keeps it, meshtui undo ${id} takes it back now.`,
  );
  finish(talk, options, { ...applied, plan, presharedKey });
  return interruptedCode;
}

/** Says that the change waits, and waits for its end where the options have it so; undefined where they do not. */
export async function untilConfirmed(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  { risk }: Plan,
  { id, deadline }: Extract<ApplyResult, { outcome: 'pending' }>,
): Promise<WaitEnd | undefined> {
  const pending = { id, deadline, needsNewLogin: touchesOperator(risk) };
  for (const line of pendingWords(pending, host.now())) sayerOf(talk, options)(line);
  return options.wait ? awaitEnd(host, talk, pending) : undefined;
}

/** Where words go: standard output is for JSON alone. */
function sayerOf({ output }: Talk, { json }: ChangeOptions): (text: string) => void {
  return json === true ? output.error : output.print;
}

/** Says what came of it, as words or as the document. Gives the exit code. */
export function finish({ output }: Talk, { json }: Pick<ChangeOptions, 'json'>, what: ChangeOutcome): number {
  if (json === true) output.print(JSON.stringify(changeDocument(what), null, 2));
  else tellOutcome(output, what);
  return exitCodeOf(what);
}

function tellOutcome(output: Talk['output'], { outcome, id, reason, script }: ChangeOutcome): void {
  switch (outcome) {
    case 'planned':
    case 'pending':
      return;
    case 'unchanged':
      output.print(`${reason} Nothing was changed.`);
      return;
    case 'refused':
      output.error(`meshtui: ${reason}`);
      return;
    case 'done':
      output.print(`Done, and read back. To take it back: meshtui undo ${id}`);
      return;
    case 'reverted':
      output.error(`meshtui: ${sentence(reason)} Everything is as it was before.`);
      return;
    case 'stuck':
      output.error(`meshtui: ${sentence(reason)} Not everything could be brought back. Run: sh ${script}`);
  }
}

/** A reason as a sentence: those of scripts are half ones. */
function sentence(reason = ''): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}

/** The client needs the key too: it is shown once to whoever sits at the terminal, and elsewhere only where that is asked for. */
function tellKey({ output, person }: Talk, { showKey }: ChangeOptions, plan: Plan, { peer, secret }: NewKey): void {
  if (person === undefined && showKey !== true) {
    const file = plan.steps.find((step) => step.kind === 'file')?.path ?? 'the configuration file';
    output.print(`The new preshared key of ${peer} is not shown here: it is in ${file}, and --show-key prints it.`);
    return;
  }
  output.print(`The client of ${peer} needs this line below [Peer]; it is not shown again:`);
  output.print(`PresharedKey = ${secret.reveal()}`);
}
