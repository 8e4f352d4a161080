import type { Host } from '../../host/host.ts';
import type { Printable } from '../../host/printable.ts';
import type { CountedInterface } from './counters.ts';
import type { TrafficHistory } from './history.ts';
import { type KeepReport, TrafficKeeper } from './keeper.ts';

/** A failure is said until writing has gone well for this long, milliseconds: the finest log is written each minute. */
const failureStaysMs = 90_000;
/** More findings than this are not listed: a disk that damages files would fill the screen. */
const mostFindings = 20;

/** Keeps the traffic history for a running program, and remembers what went wrong. Nothing here throws. */
export class TrafficRecorder {
  readonly #host: Host;
  readonly #keeper: TrafficKeeper;
  #loading: Promise<void> | undefined;
  #findings: readonly Printable[] = [];
  #failure: { readonly sentence: Printable; readonly at: number } | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#keeper = new TrafficKeeper(host);
  }

  get history(): TrafficHistory {
    return this.#keeper.history;
  }

  /** What is not kept, and what was found damaged, a sentence each. */
  get problems(): readonly Printable[] {
    return this.#failure === undefined ? this.#findings : [...this.#findings, this.#failure.sentence];
  }

  /** Takes the counters of a moment, milliseconds since the epoch: in memory only. */
  book(interfaces: readonly CountedInterface[], atMs: number): void {
    this.#keeper.book(interfaces, atMs);
  }

  /** Reads what earlier runs kept, the first time that it is called. What is booked before is added to it. */
  load(): Promise<void> {
    this.#loading ??= this.#keeper.load().then((problems) => this.#find(problems));
    return this.#loading;
  }

  /** Writes what is due. Call it after each reading. */
  async keep(): Promise<void> {
    this.#note(await this.#keeper.keep());
  }

  /** Writes the last reading, so that the next run goes on from here. */
  async close(): Promise<void> {
    await this.#loading;
    this.#note(await this.#keeper.close());
  }

  #note({ failures, problems }: KeepReport): void {
    const now = this.#host.monotonic();
    // All files are in one directory: what fails for one fails for the others.
    const [sentence] = failures;
    if (sentence !== undefined) this.#failure = { sentence, at: now };
    else if (this.#failure !== undefined && now - this.#failure.at > failureStaysMs) this.#failure = undefined;
    this.#find(problems);
  }

  #find(problems: readonly Printable[]): void {
    if (problems.length > 0) this.#findings = [...new Set([...this.#findings, ...problems])].slice(0, mostFindings);
  }
}
