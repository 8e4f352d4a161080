/** All that one run measures. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { InsideFigures } from './inside.ts';
import { measureInside } from './measure-inside.ts';
import {
  type BusyFigures,
  measureBusy,
  measureSteady,
  measureStill,
  type SteadyFigures,
  type StillFigures,
} from './measure-refresh.ts';
import { measureStarts, type StartTimes } from './measure-start.ts';
import { measureOthers, type OtherFigures, type WgShow } from './others.ts';
import type { Place } from './place.ts';
import { measureSoak, type Soak } from './soak.ts';

/** How long and how often; one set for a full run, one for a smoke run. */
export interface Effort {
  /** Numbers of peers. */
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly steadyMs: number;
  readonly presses: number;
  /** How long after its start the memory of a program is read. */
  readonly memoryAtMs: number;
  /** Of memory growth; 0: not measured. */
  readonly soakMinutes: number;
  readonly hasOthers: boolean;
}

/** The hub on which the byte budgets are defined: 30 rows on a terminal of 120×40. */
export const budgetPeers = 30;

export const fullEffort: Effort = {
  sizes: [10, 1_000, 10_000],
  rounds: 20,
  steadyMs: 30_000,
  presses: 100,
  memoryAtMs: 60_000,
  soakMinutes: 0,
  hasOthers: true,
};

export const quickEffort: Effort = {
  sizes: [1_000],
  rounds: 3,
  steadyMs: 5_000,
  presses: 15,
  memoryAtMs: 0,
  soakMinutes: 0,
  hasOthers: false,
};

/** One number of peers. */
export interface SizeFigures {
  readonly peers: number;
  readonly start: StartTimes;
  readonly fifth: BusyFigures;
  readonly all: SteadyFigures;
  readonly none: StillFigures;
  readonly soak: Soak | undefined;
}

/** The bytes on {@link budgetPeers}. */
export interface BudgetFigures {
  readonly fifth: readonly number[];
  readonly all: readonly number[];
  readonly none: StillFigures;
}

export interface Figures {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  readonly commit: string;
  /** Of the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
  readonly effort: Effort;
  readonly hasNames: boolean;
  readonly fakeWg: string;
  readonly budget: BudgetFigures;
  readonly sizes: readonly SizeFigures[];
  readonly inside: InsideFigures;
  readonly others: OtherFigures | undefined;
}

/** Measures everything, one thing after the other; `said` is told what is next. */
export async function measure(
  place: Place,
  effort: Effort,
  wg: WgShow,
  said: (words: string) => void,
): Promise<Figures> {
  const before = loadavg()[0] ?? Number.NaN;
  const at = new Date().toISOString();
  const where = surroundings();
  said('bytes with 30 rows');
  const budget = await measureBudget(place, effort);
  said('first paint');
  const starts = await measureStarts(
    effort.sizes.map((peers) => place.hub(peers, 'fifth')),
    effort.rounds,
  );
  const sizes: Omit<SizeFigures, 'soak'>[] = [];
  for (const [index, peers] of effort.sizes.entries()) {
    said(`refreshes, keys and memory with ${peers} peers`);
    const fifth = await measureBusy(place.hub(peers, 'fifth'), effort.steadyMs, effort.presses, effort.memoryAtMs);
    const all = await measureSteady(place.hub(peers, 'all'), effort.steadyMs);
    const none = await measureStill(place.hub(peers, 'none'), Math.max(5_000, effort.steadyMs / 3), 16);
    sizes.push({ peers, start: starts[index] ?? { node: [], painted: [] }, fifth, all, none });
  }
  said('routes and traffic history');
  const inside = await measureInside();
  if (effort.hasOthers) said('htop, watch, wg');
  const others = effort.hasOthers ? await measureOthers(wg, effort.rounds, effort.steadyMs) : undefined;
  const soakHubs = effort.soakMinutes === 0 ? [] : effort.sizes.map((peers) => place.hub(peers, 'fifth'));
  const soaks = await measureSoak(soakHubs, effort.soakMinutes, said);
  return {
    at,
    ...where,
    load: [before, loadavg()[0] ?? Number.NaN],
    effort,
    hasNames: place.hasNames,
    fakeWg: place.wg,
    budget,
    sizes: sizes.map((one, index) => ({ ...one, soak: soaks[index] })),
    inside,
    others,
  };
}

/** Bytes do not depend on what else the machine does, so these three run beside one another. */
async function measureBudget(place: Place, effort: Effort): Promise<BudgetFigures> {
  const ms = Math.min(effort.steadyMs, 15_000);
  const [fifth, all, none] = await Promise.all([
    measureSteady(place.hub(budgetPeers, 'fifth'), ms),
    measureSteady(place.hub(budgetPeers, 'all'), ms),
    measureStill(place.hub(budgetPeers, 'none'), ms, 16),
  ]);
  return { fifth: fifth.refreshes, all: all.refreshes, none };
}

function surroundings(): Pick<Figures, 'machine' | 'node' | 'commit'> {
  const processors = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${processors.length} × ${processors[0]?.model.trim()}, ${gigabytes} GiB, Linux ${release()}`,
    node: process.versions.node,
    commit: commit(),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
