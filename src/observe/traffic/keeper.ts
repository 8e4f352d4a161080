import type { Host } from '../../host/host.ts';
import type { Printable } from '../../host/printable.ts';
import { type CountedInterface, isPlausibleTime } from './counters.ts';
import { TrafficHistory } from './history.ts';
import { LogFiles } from './log-files.ts';
import { encodeRecord } from './log-format.ts';
import { Totals } from './totals.ts';
import { loadTotals, saveTotals } from './totals-file.ts';
import { trafficWindows } from './windows.ts';

/** The counters of all interfaces that could be read at a moment, milliseconds since the epoch. */
interface Sample {
  readonly at: number;
  readonly interfaces: readonly CountedInterface[];
}

/** How one writing went. */
export interface KeepReport {
  /** What could not be written, a sentence each. */
  readonly failures: readonly Printable[];
  /** What was found damaged on the way, a sentence each. */
  readonly problems: readonly Printable[];
}

/** How often the totals are written, milliseconds. After a kill they go on from the counters in them, so little is lost. */
const totalsEveryMs = 5 * 60_000;
/** How often counters that begin anew make everything be written at once, milliseconds. */
const urgentEveryMs = 60_000;

/** Records that are read without a break. In between keys are heard: 1,000 peers for 30 days take 0.2 s. */
const recordsATurn = 8;

/**
 * Keeps the traffic history in memory and on disk. Any number of processes may keep it at once (docs/traffic-history.md).
 * Nothing here throws.
 */
export class TrafficKeeper {
  readonly history = new TrafficHistory();
  readonly #host: Host;
  readonly #logs: readonly LogFiles[];
  /** Samples that came before the history of earlier runs was read; undefined afterwards. */
  #early: Sample[] | undefined = [];
  #latest: Sample | undefined;
  /** The sample before counters began anew: the last word of the old ones, still to be written. */
  #beforeRestart: Sample | undefined;
  #savedAt = Number.NEGATIVE_INFINITY;
  #urgentAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<KeepReport> | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#logs = trafficWindows.filter((window) => window.isKept).map((window) => new LogFiles(host, window));
  }

  /** A keeper that only adds one sample to what is on disk, and need not read the logs for that. */
  static forOneSample(host: Host): TrafficKeeper {
    const keeper = new TrafficKeeper(host);
    keeper.#early = undefined;
    return keeper;
  }

  /** Reads what earlier runs kept; gives a sentence for each part that could not be read. Not needed before the first paint. */
  async load(): Promise<readonly Printable[]> {
    const now = this.#host.now();
    const problems: Printable[] = [];
    for (const log of this.#logs) {
      const loaded = await log.load(now);
      for (const [index, record] of loaded.records.entries()) {
        if (index % recordsATurn === 0) await nextTurn();
        this.history.replay(log.window.name, record, now);
      }
      problems.push(...loaded.problems);
    }
    const loaded = await loadTotals(this.#host);
    if (loaded.outcome === 'read') this.history.totals = loaded.totals ?? new Totals();
    if (loaded.problem !== undefined) problems.push(loaded.problem);
    const early = [...(this.#early ?? [])].sort((one, other) => one.at - other.at);
    this.#early = undefined;
    for (const sample of early) this.book(sample.interfaces, sample.at);
    return problems;
  }

  /** Takes the counters of a moment: in memory only. Before {@link load} in any order, afterwards as time goes. */
  book(interfaces: readonly CountedInterface[], atMs: number): void {
    if (!isPlausibleTime(atMs)) return;
    const sample = { at: atMs, interfaces };
    if (this.#early !== undefined) {
      this.#early.push(sample);
      return;
    }
    const hasRestarts = this.history.book(interfaces, atMs);
    if (hasRestarts) this.#beforeRestart ??= this.#latest;
    this.#latest = sample;
  }

  /** Writes what is due, which is seldom anything. Call it after each sample. */
  keep(): Promise<KeepReport> {
    this.#pending ??= this.#write(false).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Writes the last sample, so that the next run goes on from here. */
  async close(): Promise<KeepReport> {
    await this.#pending;
    return this.#write(true);
  }

  async #write(isLast: boolean): Promise<KeepReport> {
    const sample = this.#latest;
    if (sample === undefined) return { failures: [], problems: [] };
    const before = Math.abs(sample.at - this.#urgentAt) >= urgentEveryMs ? this.#beforeRestart : undefined;
    const isForced = isLast || before !== undefined;
    if (before !== undefined) {
      this.#urgentAt = sample.at;
      this.#beforeRestart = undefined;
    }
    const samples = before === undefined ? [sample] : [before, sample];
    const failures = new Set<Printable>();
    const problems: Printable[] = [];
    let encoded: Uint8Array | undefined;
    const records = () => {
      encoded ??= Buffer.concat(samples.flatMap((one) => recordsOf(one, this.history)));
      return encoded;
    };
    for (const log of this.#logs) {
      const failure = await log.append(sample.at, records, isForced);
      if (failure !== undefined) failures.add(failure);
    }
    if (isForced || Math.abs(sample.at - this.#savedAt) >= totalsEveryMs) {
      this.#savedAt = sample.at;
      const merged = await mergeTotals(this.#host, this.history.totals, sample);
      this.history.totals = merged.totals;
      if (merged.failure !== undefined) failures.add(merged.failure);
      if (merged.problem !== undefined) problems.push(merged.problem);
    }
    return { failures: [...failures], problems };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function recordsOf({ at, interfaces }: Sample, history: TrafficHistory): Uint8Array[] {
  return interfaces.map((one) => encodeRecord({ name: one.name, at, peers: history.tagged(one) }));
}

/**
 * Brings the totals on disk up to the sample and writes them. Another process may have added to them: to go on from the
 * counters in them counts nothing twice. What is in memory saw more of counters that began anew.
 */
async function mergeTotals(host: Host, memory: Totals, sample: Sample) {
  const loaded = await loadTotals(host);
  if (loaded.outcome === 'failed') return { totals: memory, failure: loaded.problem, problem: undefined };
  const totals = loaded.totals ?? new Totals();
  for (const one of sample.interfaces) {
    const countedUntil = totals.interfaces.get(one.name)?.at ?? 0;
    // Another process was later with its counters: older ones would look as if they had begun anew.
    const isOver = countedUntil > sample.at && countedUntil <= host.now();
    if (!isOver) totals.advance(one, sample.at);
  }
  totals.raiseTo(memory);
  return { totals, failure: await saveTotals(host, totals), problem: loaded.problem };
}
