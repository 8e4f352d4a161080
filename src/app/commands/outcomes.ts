import type { AddDecision, Decision } from '../../flows/decision.ts';
import { beginPlanning, type Flow, type FlowRequest } from '../../flows/flow.ts';
import type { Printable } from '../../host/printable.ts';
import type { Action } from '../state.ts';
import type { Outcome } from './command.ts';

/** Changes of the console's own state. */
export function act(...actions: Action[]): Partial<Outcome> {
  return { actions };
}

/** A flow, and what it asks for to begin with. */
export function openFlow(flow: Flow, request?: FlowRequest): Partial<Outcome> {
  return { ...act({ type: 'mode', mode: { kind: 'flow', flow } }), ...(request !== undefined && { request }) };
}

/** A decision that needs no questions: the plan comes at once. */
export function decide(title: Printable, decision: Decision | AddDecision): Partial<Outcome> {
  return openFlow(beginPlanning(title), { kind: 'prepare', decision });
}
