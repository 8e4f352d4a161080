import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/** How a run of the tests ended, in test cases. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Names the file that {@link CountsReporter} writes; without it nothing is written. */
export const countsVariable = 'MESHTUI_TEST_COUNTS';

/** Leaves the counts of a run in a file, from which `scripts/test.ts` makes the last line of its output. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env[countsVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules, unhandled.length)));
  }
}

/**
 * Counts test cases. A file that could not be loaded, a hook that failed outside a case, and an error outside
 * all tests each count as one failure, so that no failing run reads as a clean one.
 */
function count(modules: readonly TestModule[], unhandled: number): Counts {
  const counts = { passed: 0, failed: unhandled, skipped: 0 };
  for (const module of modules) {
    let failedCases = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'skipped') counts.skipped += 1;
      else failedCases += 1;
    }
    counts.failed += failedCases === 0 && module.state() === 'failed' ? 1 : failedCases;
  }
  return counts;
}
