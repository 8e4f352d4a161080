/** From a decision to the plan that carries it out: reads the hub anew, and hands it to the builder. */
import { randomBytes } from 'node:crypto';
import { ignoredDriftPath } from '../change/ignored-drift.ts';
import { readChanges } from '../change/journal.ts';
import type { PlanResult } from '../change/plan.ts';
import { type DriftPlanContext, ignorePlan } from '../change/plans/drift.ts';
import { adoptInterfacePlan, adoptPlan } from '../change/plans/drift-adopt.ts';
import { pushPlan } from '../change/plans/drift-push.ts';
import { editPeerPlan } from '../change/plans/edit-peer.ts';
import { disablePlan, enablePlan, removePlan } from '../change/plans/peer.ts';
import { readHubState } from '../change/read-hub.ts';
import { readKept } from '../change/read-kept.ts';
import { riskOf } from '../change/risk.ts';
import { undoPlan } from '../change/undo.ts';
import type { Host } from '../host/host.ts';
import { known, printable } from '../host/printable.ts';
import { readDrift } from '../observe/drift.ts';
import { NameReader } from '../observe/names.ts';
import { OwnerReader, type Ownership } from '../observe/ownership.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { HubState } from '../wg/hub.ts';
import type { InterfaceName, PublicKey } from '../wg/key.ts';
import { sideFileOfName } from '../wg/names/name-index.ts';
import { interfaceOf, type PeerId, publicKeyOf } from '../wg/peer.ts';
import { Secret } from '../wg/secret.ts';
import type { Decision } from './decision.ts';
import { prepareInit } from './init/prepare-init.ts';
import { labelsOf } from './labels.ts';

/** The plan for a decision, built on what the hub is at this moment; who asks and names are the snapshot's. Never throws. */
export async function preparePlan(host: Host, snapshot: Snapshot, decision: Decision): Promise<PlanResult> {
  if (decision.kind === 'init') return prepareInit(host, [], decision.wish);
  if (decision.kind === 'undo') return prepareUndo(host, snapshot, decision.change);
  const key = 'peer' in decision ? publicKeyOf(decision.peer) : undefined;
  const interfaceName = 'peer' in decision ? interfaceOf(decision.peer) : decision.interfaceName;
  const context = await readContext(host, snapshot, interfaceName, key);
  if ('outcome' in context) return context;
  switch (decision.kind) {
    case 'drift':
      return prepareDrift(host, snapshot, context, decision);
    case 'adopt':
      return adoptInterfacePlan(context);
    default:
      return key === undefined ? refused('No peer is named.') : peerPlan(context, key, decision);
  }
}

type PeerDecision = Extract<Decision, { peer: PeerId }>;

function peerPlan(context: DriftPlanContext, key: PublicKey, decision: PeerDecision): PlanResult {
  switch (decision.kind) {
    case 'edit':
      return editPeerPlan(context, key, decision.edits, randomBytes);
    case 'disable':
      return disablePlan(context, key, decision.how);
    case 'enable':
      return enablePlan(context, key);
    case 'remove':
      return removePlan(context, key);
  }
}

/** All that builders need to know of an interface, read now. */
export async function readContext(
  host: Host,
  snapshot: Snapshot,
  interfaceName: InterfaceName,
  key: PublicKey | undefined,
): Promise<DriftPlanContext | Extract<PlanResult, { outcome: 'refused' }>> {
  const [reading, names] = await Promise.all([
    readHubState(host, interfaceName),
    new NameReader(host).read([interfaceName]),
  ]);
  if (reading.outcome === 'failed') return refused(`${reading.reason} Nothing was changed.`);
  const owners = await new OwnerReader(host).ask([interfaceName], names.byInterface);
  const ownership = owners.get(interfaceName) ?? unknownOwner;
  const own = names.byInterface.get(interfaceName);
  return {
    hub: reading.hub,
    ownership,
    session: sessionOf(snapshot),
    labelOf: labelsOf(snapshot, interfaceName),
    isUnowned: ownership.manager === 'nobody',
    names: own?.peers ?? new Map(),
    ...(key !== undefined && { nameFile: sideFileOfName(own, key) }),
  };
}

const unknownOwner: Ownership = {
  manager: 'unknown',
  proof: known('Nothing tells who keeps the interface.'),
  warnings: [],
  writable: false,
  reason: known('Nothing tells who keeps the interface, so it is left alone.'),
};

function sessionOf({ session }: Snapshot) {
  return session.kind === 'pending' ? ({ kind: 'unknown', why: known('it was not looked up yet') } as const) : session;
}

async function prepareDrift(
  host: Host,
  snapshot: Snapshot,
  context: DriftPlanContext,
  { how, items: ids, interfaceName }: Extract<Decision, { kind: 'drift' }>,
): Promise<PlanResult> {
  const reading = await readDrift(host, interfaceName, labelsOf(snapshot, interfaceName));
  if (reading.outcome === 'failed') return refused(`${reading.reason} Nothing was changed.`);
  const all = reading.drift.items;
  const items = all.filter(({ id }) => ids.includes(id));
  const gone = ids.filter((id) => !all.some((item) => item.id === id));
  if (gone.length > 0) {
    return refused(`There is no difference ${printable(gone.join(', '))} (any more): meshtui drift lists them.`);
  }
  const own = { ...context, hub: reading.drift.hub };
  if (how === 'push') return pushPlan(own, items);
  if (how === 'adopt') return adoptPlan(own, items);
  const path = ignoredDriftPath(host);
  const [text, stat] = await Promise.all([host.readFile(path), host.stat(path)]);
  const content =
    text.outcome === 'read' && stat.outcome === 'read'
      ? { text: new Secret(text.value), mode: stat.value.mode }
      : undefined;
  return ignorePlan(items, { path, content });
}

async function prepareUndo(host: Host, snapshot: Snapshot, id: string): Promise<PlanResult> {
  const changes = await readChanges(host);
  const change = changes.find((one) => one.id === id);
  if (change === undefined) return refused(`There is no change ${printable(id)}: meshtui changes lists them.`);
  const reading = await readHubState(host, change.interfaceName);
  if (reading.outcome === 'failed') return refused(`${reading.reason} Nothing was changed.`);
  const result = undoPlan(change, reading.hub, changes, await readKept(host, change));
  return result.outcome === 'plan'
    ? { ...result, plan: { ...result.plan, risk: riskNow(result.plan.steps, reading.hub, snapshot) } }
    : result;
}

function riskNow(steps: Parameters<typeof riskOf>[0], hub: HubState, snapshot: Snapshot) {
  return riskOf(steps, hub, sessionOf(snapshot), labelsOf(snapshot, hub.interfaceName));
}

function refused(reason: string): Extract<PlanResult, { outcome: 'refused' }> {
  return { outcome: 'refused', reason: known(reason) };
}
