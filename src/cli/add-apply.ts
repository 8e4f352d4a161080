/** From a plan that adds clients to clients that work: the question, the change, the delivery, the proof. */
import { applyPlan } from '../change/apply.ts';
import { revertPending } from '../change/confirm.ts';
import type { PlanResult } from '../change/plan.ts';
import type { ApplyResult } from '../change/results.ts';
import { applyAdd } from '../flows/add/apply.ts';
import type { Prepared, PreparedClient } from '../flows/add/prepare.ts';
import { removeDelivered } from '../flows/deliver/write-file.ts';
import { preparePlan } from '../flows/prepare.ts';
import { known, type Printable } from '../host/printable.ts';
import { formatAddress } from '../network/address.ts';
import { findAuthor } from '../observe/author.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { type AddCommand, type AddReport, refusal, report } from './add-command.ts';
import { deliver, obstacleToDelivery } from './add-deliver.ts';
import { gatewayLines } from './add-gateway.ts';
import { awaitProof, proofWords } from './add-proof.ts';
import { askFor, interruptedCode, planText, untilConfirmed } from './change.ts';
import { onlyErrors } from './talk.ts';

/** How long a person waits for the proof where nothing else was said, seconds. */
const patience = 180;

/** Shows the plan, asks, carries it out, delivers, and waits for the proof. Gives the exit code. */
export async function addPrepared(command: AddCommand, snapshot: Snapshot, prepared: Prepared): Promise<number> {
  const { host, talk, options, delivery } = command;
  const { plan, clients } = prepared;
  if (options.json !== true) talk.output.print(planText(plan, talk));
  const obstacle = delivery && (await obstacleToDelivery(host, delivery, clients));
  if (obstacle !== undefined) return report(command, { ...refusal(obstacle), plan });
  if (options.dryRun === true) {
    report(command, { outcome: 'planned', plan, clients });
    return 0;
  }
  const no = options.yes === true ? undefined : await askFor(talk, plan);
  if (no !== undefined) {
    talk.output.error(no);
    return report(command, { outcome: 'planned', plan, clients });
  }
  const added = await applyAdd(host, snapshot, prepared, await applyOptions(command));
  const { result } = added;
  if (result.outcome !== 'done' && result.outcome !== 'pending') return report(command, { ...result, plan });
  if (added.again > 0) tellAnew(command, clients, added.prepared.clients);
  return afterwards(command, snapshot, added.prepared, result);
}

async function applyOptions({ host, options }: AddCommand) {
  return { by: await findAuthor(host), confirmWithinMs: options.confirmWithin * 1000 };
}

/** The choice was made again, and whoever read the plan is told what it came to. */
function tellAnew({ talk }: AddCommand, before: readonly PreparedClient[], after: readonly PreparedClient[]): void {
  const words = ({ settled }: PreparedClient) => settled.addresses.map(formatAddress).join(', ');
  for (const [index, client] of after.entries()) {
    const old = before[index];
    if (old === undefined || words(old) === words(client)) continue;
    talk.output.error(
      `Another change came first: ${client.settled.name} has ${words(client)} instead of ${words(old)}.`,
    );
  }
}

type Held = Extract<ApplyResult, { outcome: 'done' | 'pending' }>;

/** The peers are there: now the configurations have to reach their devices, or nothing stays. */
async function afterwards(command: AddCommand, snapshot: Snapshot, prepared: Prepared, result: Held): Promise<number> {
  const { host, talk, options, output, delivery } = command;
  const { clients, plan } = prepared;
  const delivered = delivery && (await deliver(host, { ...talk, output }, delivery, clients));
  if (delivered?.outcome === 'failed') return undo(command, snapshot, prepared, result, delivered.reason);
  const paths = delivered?.paths ?? [];
  if (options.json !== true) tellDelivered(command, clients, paths);
  const held: AddReport = { ...result, plan, clients, paths };
  const waited = result.outcome === 'pending' ? await untilConfirmed(host, talk, options, plan, result) : undefined;
  const end = waited ?? result;
  if (end.outcome === 'left') {
    report(command, held);
    return interruptedCode;
  }
  if (end.outcome === 'pending') return report(command, held);
  if (end.outcome !== 'done') {
    for (const path of paths) await removeDelivered(host, path);
    return report(command, { ...end, plan, clients });
  }
  return prove(command, prepared, { ...end, plan, clients, paths });
}

/** Takes the change back, for nobody has the configuration. */
async function undo(
  command: AddCommand,
  snapshot: Snapshot,
  { plan }: Prepared,
  { outcome, id }: Held,
  reason: Printable,
): Promise<number> {
  const { host } = command;
  const result =
    outcome === 'pending'
      ? await revertPending(host, id, known('the configuration could not be written'))
      : await applyUndo(command, snapshot, id);
  if (result.outcome === 'done' || result.outcome === 'reverted') {
    return report(command, { outcome: 'refused', reason: `${reason} The change was taken back.`, plan });
  }
  const more = 'reason' in result ? ` ${result.reason}` : '';
  return report(command, {
    outcome: 'refused',
    reason: `${reason} The change is done, and nobody has the new keys: meshtui undo ${id} takes it back.${more}`,
    id,
    plan,
  });
}

/** Nobody was connected with the new keys yet, so that there is nobody to ask. */
async function applyUndo(command: AddCommand, snapshot: Snapshot, id: string): Promise<ApplyResult | PlanResult> {
  const { host } = command;
  const back = await preparePlan(host, snapshot, { kind: 'undo', change: id });
  if (back.outcome !== 'plan') return back;
  return applyPlan(host, { ...back.plan, risk: { level: 'safe' } }, await applyOptions(command));
}

function tellDelivered(
  { talk, host }: AddCommand,
  clients: readonly PreparedClient[],
  paths: readonly Printable[],
): void {
  for (const path of paths) talk.output.print(`Written: ${path}`);
  for (const client of clients) for (const line of gatewayLines(client)) talk.output.print(line);
  if (paths.length > 0 && host.facts.uid === 0) {
    talk.output.print('Whoever has such a file is that device: carry it there, and remove it here.');
  }
}

async function prove(command: AddCommand, prepared: Prepared, what: AddReport): Promise<number> {
  const { host, talk, options } = command;
  const [client, ...others] = prepared.clients;
  const seconds = options.proof ?? (talk.person === undefined ? 0 : patience);
  const isTalking = options.json !== true;
  if (isTalking) report(command, what);
  if (client === undefined || others.length > 0 || seconds === 0 || !options.wait)
    return isTalking ? 0 : report(command, what);
  const quiet = isTalking ? talk : onlyErrors(talk);
  const end = await awaitProof(host, quiet, prepared, client, seconds);
  if (!isTalking) report(command, { ...what, proof: end.proof });
  if (end.left) {
    quiet.output.print('It is added, and has not proven itself yet: meshtui status shows it.');
    return interruptedCode;
  }
  const isProven = end.proof.state.kind === 'proven';
  (isProven ? quiet.output.print : quiet.output.error)(proofWords(end.proof, seconds));
  return isProven ? 0 : 1;
}
