import type { PeerStep, Plan, Step } from './plan.ts';
import type { RecordedStep } from './record.ts';

/** The step that takes this one back. Flows that were ended stay ended. */
export function reverseStep(step: Step): Step {
  switch (step.kind) {
    case 'file':
      return { ...step, before: step.after, after: step.before };
    case 'peer':
      return reversePeer(step);
    case 'route':
    case 'address':
      return { ...step, before: step.after, after: step.before };
    case 'interface':
      return { ...step, before: step.after, after: step.before };
    case 'sysctl':
      return { ...step, before: step.after, after: step.before };
    case 'tunnel':
      return { ...step, before: step.after, after: step.before };
    case 'flows':
      return step;
  }
}

/** The step of a peer turned round. An endpoint that it did not set is not set back either: the peer may have roamed since. */
export function reversePeer(step: PeerStep): PeerStep {
  const { before, after } = step;
  const leaves = before !== undefined && after !== undefined && after.endpoint === undefined;
  return { ...step, before: after, after: leaves ? { ...before, endpoint: undefined } : before };
}

/** The steps that take these back, the last one first. */
export function reverseSteps(steps: readonly Step[]): Step[] {
  return steps.toReversed().map(reverseStep);
}

/** The plan turned round: what it does to whom, and how risky it is, is for the caller to say anew. */
export function reversePlan(plan: Plan, about: Pick<Plan, 'title' | 'undoes'>): Plan {
  return { ...plan, ...about, steps: reverseSteps(plan.steps) };
}

/** What a step is about: two steps on one subject follow each other. */
export function subjectOf(step: Step | RecordedStep): string {
  switch (step.kind) {
    case 'file':
      return `file ${step.path}`;
    case 'peer':
      return `peer ${step.interfaceName} ${step.publicKey}`;
    case 'route':
      return `route ${step.interfaceName} ${step.table} ${step.metric ?? 'default'} ${step.prefix}`;
    case 'address':
      return `address ${step.interfaceName} ${step.address}`;
    case 'interface':
      return `interface ${step.interfaceName} ${step.setting}`;
    case 'flows':
      return 'flows';
    case 'sysctl':
      return `sysctl ${step.key}`;
    case 'tunnel':
      return `tunnel ${step.interfaceName}`;
  }
}

/** What steps come to: one for each subject, from before the first to after the last. */
export function netSteps(steps: readonly Step[]): Step[] {
  const bySubject = new Map<string, Step>();
  for (const step of steps) {
    const first = bySubject.get(subjectOf(step));
    bySubject.set(subjectOf(step), first === undefined ? step : joined(first, step));
  }
  return [...bySubject.values()];
}

/** Both steps are on the same subject, so of the same kind. */
function joined(first: Step, last: Step): Step {
  return 'before' in first && 'before' in last ? ({ ...last, before: first.before } as Step) : last;
}
