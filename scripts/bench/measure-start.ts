import { spawn } from 'node:child_process';
import type { Hub } from './place.ts';
import { BenchError, onWire, type Session } from './session.ts';

/** Milliseconds of each run, in order. */
export interface StartTimes {
  /** From exec to the end of `node -e 0`, each right before the meshtui of the same place in {@link painted}. */
  readonly node: readonly number[];
  /** From exec to the key bar and a peer's row on the terminal. */
  readonly painted: readonly number[];
}

/** Runs a bare Node and meshtui in turns, one hub after the other in every round, so that all see the same machine. */
export async function measureStarts(hubs: readonly Hub[], rounds: number): Promise<readonly StartTimes[]> {
  const times = hubs.map(() => ({ node: [] as number[], painted: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, hub] of hubs.entries()) {
      times[index]?.node.push(await timeToExit([process.execPath, '-e', '0']));
      times[index]?.painted.push(await timeToPaint(hub));
    }
  }
  return times;
}

/** Milliseconds from exec to the end of a program whose output nobody reads. */
export function timeToExit(argv: readonly string[]): Promise<number> {
  const [program = '', ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const start = performance.now();
  const child = spawn(program, args, { stdio: 'ignore' });
  child.on('error', reject);
  child.on('exit', (code) => {
    if (code === 0) resolve(performance.now() - start);
    else reject(new BenchError(`${argv.join(' ')} ended with status ${code}`));
  });
  return promise;
}

/** Resolves when the program has painted its key bar and the hub's first peer; the time of the last byte of both. */
export async function firstPaint(session: Session, hub: Hub): Promise<number> {
  const row = onWire(hub.labelOf(0));
  const { at } = await session.until('the first paint', (text) => text.includes('quit') && text.includes(row));
  return at;
}

async function timeToPaint(hub: Hub): Promise<number> {
  const session = hub.startAlone();
  try {
    return (await firstPaint(session, hub)) - session.startedAt;
  } finally {
    await session.quit();
  }
}
