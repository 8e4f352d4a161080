import { GatheredBytes, releaseBytes } from '../../host/bytes.ts';
import type { Host } from '../../host/host.ts';
import type { Printable } from '../../host/printable.ts';
import type { InterfaceName } from '../../wg/key.ts';
import { type CountedInterface, isPlausibleTime } from './counters.ts';
import { EarlySample } from './early-sample.ts';
import { type NamedReading, TrafficHistory } from './history.ts';
import { LogFiles } from './log-files.ts';
import { encodeRecord } from './log-format.ts';
import { Totals } from './totals.ts';
import { loadTotals, saveTotals, totalsIdentity } from './totals-file.ts';
import { trafficWindows } from './windows.ts';

/** The counters of all interfaces that could be read at a moment, milliseconds since the epoch; copied, to be kept. */
interface Sample {
  readonly at: number;
  readonly readings: readonly NamedReading[];
}

/** How one writing went. */
export interface KeepReport {
  /** What could not be written, a sentence each. */
  readonly failures: readonly Printable[];
  /** What was found damaged on the way, a sentence each. */
  readonly problems: readonly Printable[];
}

const nothingDone: KeepReport = { failures: [], problems: [] };

/** How often the totals are written, milliseconds. After a kill they go on from the counters in them, so little is lost. */
const totalsEveryMs = 5 * 60_000;
/** How often counters that begin anew make everything be written at once, milliseconds. */
const urgentEveryMs = 60_000;

/** Rows of records that are read without a break, some 5 ms. In between keys are heard. */
const rowsATurn = 20_000;

/**
 * Keeps the traffic history in memory and on disk. Any number of processes may keep it at once (docs/traffic-history.md).
 * Nothing here throws.
 */
export class TrafficKeeper {
  readonly history = new TrafficHistory();
  readonly #host: Host;
  readonly #logs: readonly LogFiles[];
  /** Samples that came before the history of earlier runs was read; undefined afterwards. */
  #early: EarlySample[] | undefined = [];
  /** Which interfaces were read last, and when. Their counters are in the history. */
  #latest: { readonly at: number; readonly names: readonly InterfaceName[] } | undefined;
  /** The sample before counters began anew: the last word of the old ones, still to be written. */
  #beforeRestart: Sample | undefined;
  /** The file of totals that those in memory have all of: it need not be read again. */
  #mergedFile: string | undefined;
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
      for await (const loaded of log.load(now)) {
        let rows = rowsATurn;
        for (const record of loaded.records) {
          if (rows >= rowsATurn) await nextTurn();
          rows = (rows % rowsATurn) + record.rows.count;
          this.history.replay(log.window.name, record, now);
        }
        problems.push(...loaded.problems);
      }
    }
    const file = await totalsIdentity(this.#host);
    const loaded = await loadTotals(this.#host, this.history.peers);
    if (loaded.outcome === 'read') {
      this.history.totals = loaded.totals ?? new Totals(this.history.peers);
      this.#mergedFile = file;
    }
    if (loaded.problem !== undefined) problems.push(loaded.problem);
    const early = [...(this.#early ?? [])].sort((one, other) => one.at - other.at);
    this.#early = undefined;
    for (const sample of early) this.book(sample.interfaces(), sample.at);
    return problems;
  }

  /** Takes the counters of a moment: in memory only. Before {@link load} in any order, afterwards as time goes. */
  book(interfaces: readonly CountedInterface[], atMs: number): void {
    if (!isPlausibleTime(atMs)) return;
    if (this.#early !== undefined) {
      this.#early.push(new EarlySample(interfaces, atMs));
      return;
    }
    const hasRestarts = this.history.book(interfaces, atMs);
    this.#note(interfaces, atMs, hasRestarts);
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

  #note(interfaces: readonly CountedInterface[], at: number, hasRestarts: boolean): void {
    const before = this.#latest;
    if (hasRestarts && before !== undefined) {
      this.#beforeRestart ??= { at: before.at, readings: this.history.readAt(before.names, before.at) };
    }
    this.#latest = { at, names: interfaces.map(({ name }) => name) };
  }

  async #write(isLast: boolean): Promise<KeepReport> {
    const latest = this.#latest;
    if (latest === undefined) return nothingDone;
    const { at } = latest;
    const before = Math.abs(at - this.#urgentAt) >= urgentEveryMs ? this.#beforeRestart : undefined;
    const isForced = isLast || before !== undefined;
    const areTotalsDue = isForced || Math.abs(at - this.#savedAt) >= totalsEveryMs;
    const dueLogs = this.#logs.filter((log) => log.isDue(at, isForced));
    if (dueLogs.length === 0 && !areTotalsDue) return nothingDone;
    if (before !== undefined) {
      this.#urgentAt = at;
      this.#beforeRestart = undefined;
    }
    const sample = { at, readings: this.history.latest(latest.names) };
    const samples = before === undefined ? [sample] : [before, sample];
    const failures = new Set<Printable>();
    const problems: Printable[] = [];
    let encoded: Uint8Array | undefined;
    const records = () => {
      encoded ??= this.#encode(samples.flatMap(({ readings }) => readings));
      return encoded;
    };
    for (const log of dueLogs) {
      const failure = await log.append(at, records, isForced);
      if (failure !== undefined) failures.add(failure);
    }
    if (encoded !== undefined) releaseBytes(encoded);
    if (areTotalsDue) {
      this.#savedAt = at;
      const { failure, problem } = await this.#saveTotals(sample);
      if (failure !== undefined) failures.add(failure);
      if (problem !== undefined) problems.push(problem);
    }
    return { failures: [...failures], problems };
  }

  /** The readings as records, one after the other. Of 10,000 peers a record has 240 KB, so no copy is left to the collector. */
  #encode(readings: readonly NamedReading[]): Uint8Array {
    const gathered = new GatheredBytes();
    for (const one of readings) {
      const record = this.history.recordOf(one);
      gathered.add(encodeRecord(record));
      releaseBytes(record.rows.bytes);
    }
    return gathered.all();
  }

  /** Writes the totals, with all that another process may have added to them on disk. */
  async #saveTotals(sample: Sample): Promise<{ failure?: Printable | undefined; problem?: Printable | undefined }> {
    let problem: Printable | undefined;
    const file = await totalsIdentity(this.#host);
    if (file === undefined || file !== this.#mergedFile) {
      const loaded = await loadTotals(this.#host, this.history.peers);
      if (loaded.outcome === 'failed') return { failure: loaded.problem };
      problem = loaded.problem;
      this.#merge(loaded.totals ?? new Totals(this.history.peers), sample);
    }
    this.history.forgetGone(sample.at);
    const failure = await saveTotals(this.#host, this.history.totals);
    this.#mergedFile = failure === undefined ? await totalsIdentity(this.#host) : undefined;
    return { failure, problem };
  }

  /**
   * Brings the totals of a file up to the sample: to go on from the counters in them counts nothing twice. What is in memory
   * saw more of counters that began anew.
   */
  #merge(totals: Totals, { at, readings }: Sample): void {
    for (const { name, reading } of readings) {
      const countedUntil = totals.interfaces.get(name)?.head.at ?? 0;
      // Another process was later with its counters: older ones would look as if they had begun anew.
      const isOver = countedUntil > at && countedUntil <= this.#host.now();
      if (!isOver) totals.advance(name, reading);
    }
    totals.raiseTo(this.history.totals);
    this.history.totals = totals;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
