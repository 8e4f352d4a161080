import type { Step } from './plan.ts';
import type { RecordedStep } from './record.ts';

/**
 * The file steps that are carried out before the live ones: new files that stand before a tunnel which comes up, for it
 * reads them. Reverting removes them after the tunnel went down, for that reads them too.
 */
export function earlyFiles<Any extends Step | RecordedStep>(steps: readonly Any[]): Extract<Any, { kind: 'file' }>[] {
  const last = steps.findLastIndex((step) => step.kind === 'tunnel' && step.after.isUp && !step.before.isUp);
  return steps.slice(0, Math.max(0, last)).filter(isNewFile);
}

function isNewFile<Any extends Step | RecordedStep>(step: Any): step is Extract<Any, { kind: 'file' }> {
  return step.kind === 'file' && step.before === undefined && step.after !== undefined;
}
