/** What one refresh and one key press cost while meshtui runs at one refresh a second. */
import { setTimeout as sleep } from 'node:timers/promises';
import { firstPaint } from './measure-start.ts';
import type { Hub } from './place.ts';
import { type CpuShare, cpuShare, residentMegabytes } from './proc.ts';
import { type Chunk, onWire, type Session } from './session.ts';
import { randomNumbers, sum } from './stats.ts';

/** Output that is silent for this long, milliseconds, was one refresh. */
const gapMs = 200;
/** Until the programs have run that meshtui starts once after its first paint, and the compiler is warm. */
const settleMs = 5_000;
/** DEC private mode 2026: Ink's sign that the frame is whole. */
const frameEnd = '\u001b[?2026l';
const marker = onWire('▸ ');
/** Rows from the first to the last that the cursor goes to and fro. */
const travel = 8;

export interface SteadyFigures {
  /** Percent of a core: meshtui, and the programs that it runs. */
  readonly cpu: CpuShare;
  /** Bytes of each refresh. */
  readonly refreshes: readonly number[];
}

export interface BusyFigures extends SteadyFigures {
  /** Milliseconds from each key press to the last byte of the frame that shows it. */
  readonly keys: readonly number[];
  /** Resident after a minute, MB. */
  readonly residentMb: number;
}

export interface StillFigures {
  /** Bytes in all the time that was watched. */
  readonly bytes: number;
  readonly watchedMs: number;
  /** Bytes of each cursor move. */
  readonly moves: readonly number[];
}

/** Watches the refreshes of a hub for `ms`. */
export function measureSteady(hub: Hub, ms: number): Promise<SteadyFigures> {
  return running(hub, (session) => watch(session, ms));
}

/** Watches the refreshes, presses `presses` keys and looks at the memory once `memoryAtMs` have passed since the start. */
export function measureBusy(hub: Hub, ms: number, presses: number, memoryAtMs: number): Promise<BusyFigures> {
  return running(hub, async (session) => {
    const steady = await watch(session, ms);
    const keys = await pressKeys(session, hub, presses);
    await sleep(Math.max(0, session.startedAt + memoryAtMs - performance.now()));
    return { ...steady, keys, residentMb: residentMegabytes(session.pid) };
  });
}

/** Watches a hub on which nothing happens for `ms`, then moves the cursor. */
export function measureStill(hub: Hub, ms: number, moves: number): Promise<StillFigures> {
  return running(hub, async (session) => {
    session.forget();
    await sleep(ms);
    const bytes = bytesOf(session.chunks);
    const sizes: number[] = [];
    for (let move = 0; move < moves; move += 1) {
      session.forget();
      session.send(isDown(move) ? 'j' : 'k');
      await sleep(gapMs);
      sizes.push(bytesOf(session.chunks));
    }
    return { bytes, watchedMs: ms, moves: sizes };
  });
}

/** Runs meshtui on a hub until `look` is done. */
export async function running<Result>(hub: Hub, look: (session: Session) => Promise<Result>): Promise<Result> {
  const session = hub.start();
  try {
    await firstPaint(session, hub);
    await sleep(settleMs);
    return await look(session);
  } finally {
    await session.quit();
  }
}

async function watch(session: Session, ms: number): Promise<SteadyFigures> {
  session.forget();
  const cpu = await cpuShare(session.pid, () => sleep(ms));
  return { cpu, refreshes: bytesByRefresh(session.chunks) };
}

/** Presses at any moment of the refresh, also in the middle of it. */
async function pressKeys(session: Session, hub: Hub, presses: number): Promise<number[]> {
  const random = randomNumbers(2);
  const last = Math.min(travel, hub.peers) - 1;
  const times: number[] = [];
  let index = 0;
  let step = 1;
  for (let press = 0; press < presses; press += 1) {
    await sleep(120 + 240 * random());
    if (index + step < 0 || index + step > last) step = -step;
    index += step;
    const row = marker + onWire(hub.labelOf(index));
    session.forget();
    const start = performance.now();
    session.send(step > 0 ? 'j' : 'k');
    const { at } = await session.until('the cursor to move', (text) => {
      const shown = text.indexOf(row);
      return shown !== -1 && text.includes(frameEnd, shown);
    });
    times.push(at - start);
  }
  return times;
}

function isDown(move: number): boolean {
  return move % (2 * travel) < travel;
}

function bytesByRefresh(chunks: readonly Chunk[]): number[] {
  const sizes: number[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const { at, text } of chunks) {
    if (at - lastAt > gapMs) sizes.push(0);
    sizes.push((sizes.pop() ?? 0) + text.length);
    lastAt = at;
  }
  return sizes;
}

function bytesOf(chunks: readonly Chunk[]): number {
  return sum(chunks.map(({ text }) => text.length));
}
