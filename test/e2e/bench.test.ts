import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Figures } from '../../scripts/bench/figures.ts';
import { median } from '../../scripts/bench/stats.ts';

/** Bytes are the same on every machine; times are not, and are left to `npm run bench`. */
describe('what a refresh sends over the link', () => {
  let figures: Figures;

  beforeAll(async () => {
    const argv = ['scripts/bench/main.ts', '--quick', '--json', '--bundle', 'dist/meshtui.mjs'];
    const { stdout } = await promisify(execFile)(process.execPath, argv, {
      maxBuffer: 16 * 1024 * 1024,
      timeout: 115_000,
    });
    figures = JSON.parse(stdout) as Figures;
  }, 120_000);

  test('nothing where nothing changes', () => {
    expect(figures.budget.none.bytes).toBe(0);
    expect(figures.sizes.map(({ none }) => none.bytes)).toEqual([0]);
  });

  test('at most 1,900 bytes where all of 30 rows change', () => {
    expectRefreshes(figures.budget.all, 1_900);
  });

  test('at most 750 bytes where a fifth of the rows change', () => {
    expectRefreshes(figures.budget.fifth, 750);
    for (const { fifth } of figures.sizes) expectRefreshes(fifth.refreshes, 750);
  });

  test('at most 400 bytes for a move of the cursor', () => {
    for (const { moves } of [figures.budget.none, ...figures.sizes.map(({ none }) => none)]) {
      expect(moves.length).toBeGreaterThan(10);
      expect(Math.min(...moves)).toBeGreaterThan(0);
      expect(median(moves)).toBeLessThanOrEqual(400);
    }
  });
});

/** Several refreshes that are no mere noise, and their median within the budget. */
function expectRefreshes(sizes: readonly number[], budget: number): void {
  expect(sizes.length).toBeGreaterThan(2);
  expect(median(sizes)).toBeGreaterThan(100);
  expect(median(sizes)).toBeLessThanOrEqual(budget);
}
