/** Steps that a sparkline shows, and the seconds of one step: the last minute. */
export const sparkSteps = 10;
const stepSeconds = 6;

/** Nothing moved in the last minute. */
export const emptySpark: readonly number[] = [];

/** Bytes of one peer gathered into steps. Mutable; owned by the tracker. */
export interface SparkGatherer {
  spark: readonly number[];
  bytes: number;
  /** Number of the step that is being filled. */
  step: number;
}

/** A gatherer that starts now. Peers step at different seconds, so that a refresh never redraws every line's end. */
export function beginSpark(nowMs: number, phase: number): SparkGatherer {
  return { spark: emptySpark, bytes: 0, step: stepNumber(nowMs, phase) };
}

/** Adds bytes and closes steps that have passed. A closed step holds the mean bits a second. */
export function gatherSpark(gatherer: SparkGatherer, bytes: number, nowMs: number, phase: number): void {
  const step = stepNumber(nowMs, phase);
  const passed = step - gatherer.step;
  if (passed > 0) {
    const quiet = gatherer.bytes === 0 && gatherer.spark === emptySpark;
    if (!quiet) {
      const closed = [Math.round((gatherer.bytes * 8) / (stepSeconds * passed))];
      const steps = Array.from({ length: Math.min(passed, sparkSteps) }, () => closed[0] ?? 0);
      const next = [...gatherer.spark, ...steps].slice(-sparkSteps);
      gatherer.spark = next.every((value) => value === 0) ? emptySpark : next;
    }
    gatherer.step = step;
    gatherer.bytes = 0;
  }
  gatherer.bytes += bytes;
}

function stepNumber(nowMs: number, phase: number): number {
  return Math.floor((nowMs / 1000 + (phase % stepSeconds)) / stepSeconds);
}
