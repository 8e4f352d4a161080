/**
 * Whatever goes wrong under a change, and wherever: file, running state and routes are all old or all new afterwards, and
 * the next start says which. Each call of the kernel and of a program in turn with MESHTUI_FULL=1, else some of them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchOf } from './changes/bench.ts';
import type { Cell } from './changes/cell.ts';
import { allCells, someCells } from './changes/cells.ts';
import { kinds } from './changes/kinds.ts';
import { bundleDriver } from './changes/told.ts';
import { downLab, type Lab, labObstacle, sweepLabs, upLab } from './lab.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
const obstacle = await labObstacle();
const ids = ['a', 'b', 'c'].slice(0, isFull ? 3 : 2).map((letter) => `f${letter}${process.pid}`);

describe.skipIf(obstacle !== undefined).concurrent('whatever goes wrong under a change', () => {
  const unused = [...ids];
  const free: Lab[] = [];
  const waiting: ((lab: Lab) => void)[] = [];
  let bundle: Awaited<ReturnType<typeof bundleDriver>>;

  beforeAll(async () => {
    await sweepLabs();
    bundle = await bundleDriver();
  });

  afterAll(async () => {
    await Promise.all(ids.map(downLab));
    bundle.remove();
  });

  /** A change has a hub for itself. */
  const take = (): Lab | Promise<Lab> => {
    const lab = free.pop();
    if (lab !== undefined) return lab;
    const id = unused.pop();
    if (id !== undefined) return upLab({ id });
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (lab: Lab) => {
    const next = waiting.shift();
    if (next === undefined) free.push(lab);
    else next(lab);
  };

  test.each(kinds.map((kind, turn) => [kind.name, kind, turn] as const))(
    '%s: all old or all new',
    async (name, kind, turn) => {
      const lab = await take();
      const bench = await benchOf(lab, bundle.path, kind);
      const cells = isFull ? await allCells(lab, kind, bench) : someCells(lab, kind, bench, turn);
      const failures: string[] = [];
      const missed: Cell[] = [];
      for (const cell of cells) {
        const outcome = await bench.try(cell);
        if (!outcome.fired) missed.push(cell);
        for (const problem of outcome.problems) {
          failures.push(`${JSON.stringify(cell)}: ${problem}`);
          if (isFull) console.error(`${name}: ${failures.at(-1)}`);
        }
      }
      if (isFull)
        console.info(
          `${name}: ${cells.length} cells, ${cells.length - missed.length} of them with their fault, ${failures.length} failures`,
        );
      await bench.end();
      giveBack(lab);
      expect(failures).toEqual([]);
      // Of a fault that does not come nothing was proven.
      expect(missed.filter(({ mayMiss }) => !mayMiss)).toEqual([]);
    },
    isFull ? 3 * 3_600_000 : 180_000,
  );
});
