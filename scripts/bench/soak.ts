import { setTimeout as sleep } from 'node:timers/promises';
import { running } from './measure-refresh.ts';
import type { Hub } from './place.ts';
import { residentMegabytes } from './proc.ts';
import { median } from './stats.ts';

/** Resident memory, MB, of each minute from the first. */
export type Soak = readonly number[];

/** Until the compiler and the collector have found their size. */
const warmMinutes = 5;
/** Growth below this share of the start is the collector breathing. */
const noise = 0.03;

/** Runs meshtui on all hubs beside one another for so many minutes. */
export function measureSoak(hubs: readonly Hub[], minutes: number, said: (words: string) => void): Promise<Soak[]> {
  return Promise.all(
    hubs.map((hub) =>
      running(hub, async (session) => {
        const samples: number[] = [];
        for (let minute = 1; minute <= minutes; minute += 1) {
          await sleep(Math.max(0, session.startedAt + minute * 60_000 - performance.now()));
          session.forget();
          samples.push(residentMegabytes(session.pid));
          said(`minute ${minute}, ${hub.peers} peers: ${samples.at(-1)?.toFixed(1)} MB`);
        }
        return samples;
      }),
    ),
  );
}

/** What memory did after the first five minutes: the median of the first fifth of the rest, and that of the last. */
export function growthOf(
  soak: Soak,
): { readonly from: number; readonly to: number; readonly isGrowth: boolean } | undefined {
  const settled = soak.slice(warmMinutes);
  const fifth = Math.floor(settled.length / 5);
  if (fifth < 1) return undefined;
  const from = median(settled.slice(0, fifth));
  const to = median(settled.slice(-fifth));
  return { from, to, isGrowth: to > from * (1 + noise) };
}
