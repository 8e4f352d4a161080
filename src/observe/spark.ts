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

/** Nothing has moved in the last minute, nor in the step that is being filled. */
export function isSparkEmpty({ spark, bytes }: SparkGatherer): boolean {
  return bytes === 0 && spark === emptySpark;
}

/**
 * Adds the bytes that moved from one moment to another, spread evenly over the steps between, so that a late sample is no
 * burst; and closes the steps that have passed. A closed step holds the mean bits a second.
 */
export function gatherSpark(gatherer: SparkGatherer, bytes: number, fromMs: number, toMs: number, phase: number): void {
  const step = stepNumber(toMs, phase);
  if (isSparkEmpty(gatherer)) {
    if (bytes === 0) return;
    gatherer.step = Math.max(gatherer.step, stepNumber(fromMs, phase));
  }
  if (step > gatherer.step) {
    const oldest = Math.max(gatherer.step, step - sparkSteps);
    const closed: number[] = [];
    for (let number = oldest; number < step; number += 1) {
      const before = number === gatherer.step ? gatherer.bytes : 0;
      closed.push(Math.round(((before + shareOf(number, bytes, fromMs, toMs, phase)) * 8) / stepSeconds));
    }
    const next = [...gatherer.spark, ...closed].slice(-sparkSteps);
    gatherer.spark = next.every((value) => value === 0) ? emptySpark : next;
    gatherer.bytes = 0;
  }
  gatherer.step = step;
  if (bytes > 0) gatherer.bytes += shareOf(step, bytes, fromMs, toMs, phase);
}

/** The part of the bytes that moved during a step. */
function shareOf(step: number, bytes: number, fromMs: number, toMs: number, phase: number): number {
  if (toMs <= fromMs) return step === stepNumber(toMs, phase) ? bytes : 0;
  const start = (step * stepSeconds - (phase % stepSeconds)) * 1000;
  const overlap = Math.min(toMs, start + stepSeconds * 1000) - Math.max(fromMs, start);
  return (bytes * Math.max(0, overlap)) / (toMs - fromMs);
}

function stepNumber(nowMs: number, phase: number): number {
  return Math.floor((nowMs / 1000 + (phase % stepSeconds)) / stepSeconds);
}
