import { describePlan, type PlanText } from './describe.ts';
import type { PeerStep, Plan, Risk, RunningPeer, Step } from './plan.ts';
import { touchesOperator } from './risk.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const planVersion = 1;

/** A plan as one JSON document (docs/plan-json.md). It never holds a private or preshared key. */
export function planDocument(plan: Plan) {
  const text = describePlan(plan);
  return {
    version: planVersion,
    title: plan.title,
    interface: plan.interfaceName,
    steps: plan.steps.map((step, index) => stepDocument(step, text.steps[index])),
    affected: plan.affected.map(({ label, how }) => ({ label, how })),
    risk: riskDocument(plan.risk),
    cutsOff: plan.cutsOff ?? null,
    undo: text.undo,
    undoes: plan.undoes ?? null,
    notes: plan.notes,
  };
}

/** A risk as it stands in the document of a plan and in that of a change. */
export function riskDocument(risk: Risk) {
  return {
    level: risk.level,
    touchesOperator: touchesOperator(risk),
    reasons: risk.level === 'risky' ? risk.reasons : [],
  };
}

function stepDocument(step: Step, text: PlanText['steps'][number] | undefined) {
  return {
    kind: step.kind,
    sentence: text?.what ?? '',
    commands: text?.commands ?? [],
    peer: step.kind === 'peer' ? peerDocument(step) : null,
    file:
      step.kind === 'file'
        ? {
            path: step.path,
            diff: (text?.diff ?? []).map(({ kind, line, text: shown }) => ({ kind, line: line ?? null, text: shown })),
          }
        : null,
  };
}

function peerDocument({ publicKey, label, before, after }: PeerStep) {
  return { publicKey, label, before: runningDocument(before), after: runningDocument(after) };
}

function runningDocument(peer: RunningPeer | undefined) {
  if (peer === undefined) return null;
  return {
    allowedIps: peer.allowedIps,
    endpoint: peer.endpoint ?? null,
    persistentKeepalive: peer.persistentKeepalive ?? null,
    hasPresharedKey: peer.presharedKey !== undefined,
  };
}
