import { join } from 'node:path/posix';
import { releaseBytes } from '../../host/bytes.ts';
import type { Host } from '../../host/host.ts';
import { type Printable, printable } from '../../host/printable.ts';
import { LogDecoder, type LogRecord } from './log-format.ts';
import { lengthOf, stepAt, type TrafficWindow } from './windows.ts';

/** Where everything about traffic is kept. */
export function trafficDirectory(host: Host): string {
  return join(host.facts.stateDirectory, 'traffic');
}

/** A sample from further in the future than this was dated by a wrong clock. Milliseconds. */
const clockToleranceMs = 60_000;

/** Bytes of a file that are read at once: four records of 10,000 peers. */
const pieceBytes = 1_000_000;

/** What was read back of a part of a file. */
export interface LoadedLog {
  /** Oldest first; to be used before the next part is asked for. */
  readonly records: readonly LogRecord[];
  readonly problems: readonly Printable[];
}

/**
 * The samples of one window on disk: a file for each stretch of time as long as the window, of which the last two are
 * kept. Records hold what the kernel counts, so it does no harm if several processes add to them. Throws nothing.
 */
export class LogFiles {
  readonly window: TrafficWindow;
  readonly #host: Host;
  #lastStep = Number.NEGATIVE_INFINITY;
  #lastForcedStep = Number.NEGATIVE_INFINITY;

  constructor(host: Host, window: TrafficWindow) {
    this.#host = host;
    this.window = window;
  }

  /** The file for a moment. */
  path(atMs: number): string {
    return this.#pathOf(this.#period(atMs));
  }

  /**
   * What the window needs of its two files, the older one first, and in pieces: that of 24 hours of 10,000 peers has 35 MB. A
   * file of another kind is set aside.
   */
  async *load(nowMs: number): AsyncGenerator<LoadedLog> {
    const period = this.#period(nowMs);
    yield* this.#read(this.#pathOf(period - 1), nowMs);
    yield* this.#read(this.#pathOf(period), nowMs);
  }

  /** Whether this step of the window has no records by this process yet; see {@link append}. */
  isDue(atMs: number, isForced = false): boolean {
    const step = stepAt(this.window, atMs);
    return step !== this.#lastStep || (isForced && step !== this.#lastForcedStep);
  }

  /**
   * Adds records (see encodeRecord) if this step of the window has none yet; with `isForced` in any case, but once a step, so that the file
   * has a bound. Gives a sentence where that failed.
   */
  async append(atMs: number, records: () => Uint8Array, isForced = false): Promise<Printable | undefined> {
    if (!this.isDue(atMs, isForced)) return undefined;
    const step = stepAt(this.window, atMs);
    const isNow = isForced && step !== this.#lastForcedStep;
    const path = this.path(atMs);
    const found = await this.#host.stat(path);
    // Another process may keep the same history.
    const isKept = found.outcome === 'read' && stepAt(this.window, found.value.modifiedMs) >= step;
    this.#lastStep = step;
    if (isNow) this.#lastForcedStep = step;
    if (isKept && !isNow) return undefined;
    try {
      await this.#host.appendBytes(path, records());
      if (found.outcome === 'absent') await this.#removeOld(atMs);
      return undefined;
    } catch (error) {
      return printable(`The traffic history is not kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #period(atMs: number): number {
    return Math.floor(atMs / lengthOf(this.window));
  }

  #pathOf(period: number): string {
    return join(trafficDirectory(this.#host), `${this.window.name}-${period}.log`);
  }

  async *#read(path: string, nowMs: number): AsyncGenerator<LoadedLog> {
    const decoder = new LogDecoder(nowMs - lengthOf(this.window) - this.window.stepMs, nowMs + clockToleranceMs);
    let length = pieceBytes;
    for (let from = 0, isLast = false; !isLast && !decoder.isOver; ) {
      const found = await this.#host.readBytes(path, { from, length });
      if (found.outcome === 'absent') return;
      if (found.outcome !== 'read') {
        const why = found.outcome === 'denied' ? 'permission denied' : found.reason;
        yield problem(`${path} cannot be read (${why}); the chart lacks what it holds.`);
        return;
      }
      isLast = found.value.length < length;
      const { records, done } = decoder.read(found.value, isLast);
      yield { records, problems: [] };
      releaseBytes(found.value);
      from += done;
      if (done === 0) length *= 2;
    }
    if (decoder.isForeign) yield { records: [], problems: [await setAside(this.#host, path)] };
    else if (decoder.brokenRuns > 0) {
      const parts = decoder.brokenRuns === 1 ? 'a damaged part' : `${decoder.brokenRuns} damaged parts`;
      yield problem(`${parts} of ${path} is left out of the traffic history.`);
    }
  }

  /** Files of the future stay: it may be the clock that is wrong. */
  async #removeOld(atMs: number): Promise<void> {
    const files = await this.#host.listDirectory(trafficDirectory(this.#host));
    for (const name of files.outcome === 'read' ? files.value : []) {
      const [, window, period] = /^(\w+)-(\d+)\.log$/.exec(name) ?? [];
      const isOld = window === this.window.name && Number(period) < this.#period(atMs) - 1;
      if (isOld) await this.#host.removeFile(join(trafficDirectory(this.#host), name));
    }
  }
}

function problem(words: string): LoadedLog {
  return { records: [], problems: [printable(words)] };
}

/** Gives a file that is not what it should be another name, and says so in a sentence. */
export async function setAside(host: Host, path: string): Promise<Printable> {
  try {
    await host.moveFile(path, `${path}.damaged`);
    return printable(`${path} is not a traffic history of this version; it is set aside as ${path}.damaged.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return printable(`${path} is not a traffic history of this version, and cannot be set aside: ${why}`);
  }
}
