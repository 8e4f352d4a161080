import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { type DumpInterface, parseDump } from '../wg/dump.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { DriftWatch } from './drift-watch.ts';
import { type DumpReading, DumpSource } from './dump-source.ts';
import { loadHistories, saveHistories } from './history-file.ts';
import { readLinks } from './links.ts';
import { type InterfaceNames, NameReader, type NamesSnapshot } from './names.ts';
import { installCommand, sudoCommand } from './obstacle.ts';
import { findOperator, locateOperator } from './operator.ts';
import { OwnerReader } from './ownership.ts';
import type { InterfaceView, Obstacle, Session, Snapshot } from './snapshot.ts';
import { type TickContext, Tracker } from './tracker.ts';
import type { TrafficHistory } from './traffic/history.ts';
import { TrafficRecorder } from './traffic/recorder.ts';

export interface ObserverOptions {
  /** Milliseconds from one dump to the next. */
  readonly intervalMs: number;
  /** The words after the program's name, for the `sudo` line. */
  readonly argumentsGiven?: readonly string[];
  /** Keeps the traffic history, in memory and on disk. */
  readonly traffic?: boolean;
  /** Asks programs who keeps the interfaces, and counts where files and running interfaces differ; in the background. */
  readonly drift?: boolean;
}

/** A dump that was taken before, and when: milliseconds since the epoch. */
export interface PastDump {
  readonly at: number;
  readonly dump: string;
  /** Too far from the next to tell what a peer was doing: only for the traffic history. It is read after the first paint. */
  readonly isSparse?: boolean;
}

export interface BeginOptions {
  /** Leaves the other interfaces out from then on. */
  readonly only?: string | undefined;
  /** What was seen before now, oldest first: the demo has a past. */
  readonly past?: readonly PastDump[];
}

/** How often each other source is read, milliseconds. Files are only read again when they changed. */
const namesEveryMs = 3_000;
const slowEveryMs = 15_000;
const saveEveryMs = 60_000;
/** However slow `wg` gets, data is never older than this by our own choice. */
const longestIntervalMs = 15_000;

type Listener = (snapshot: Snapshot) => void;

/**
 * Samples the host into snapshots, each source at its own pace, and hands every new one to its listeners. A source that
 * fails degrades its own part; the rest goes on. Nothing here throws.
 */
export class Observer {
  readonly #host: Host;
  readonly #options: ObserverOptions;
  readonly #source: DumpSource;
  readonly #names: NameReader;
  readonly #recorder: TrafficRecorder | undefined;
  readonly #listeners = new Set<Listener>();
  #tracker = new Tracker();
  #snapshot: Snapshot;
  #byInterface: ReadonlyMap<InterfaceName, InterfaceNames> = new Map();
  readonly #owners: OwnerReader;
  #drift: DriftWatch | undefined;
  #session: Session = { kind: 'pending' };
  #sparsePast: PastDump[] = [];
  /** A reading that is still to be booked: the first paint does not wait for that. */
  #unbooked: { readonly interfaces: readonly DumpInterface[]; readonly at: number } | undefined;
  #nameProblems: readonly Printable[] = [];
  #saveProblem: Printable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pending: Promise<void> | undefined;
  /** Since when the hub's answer is awaited (monotonic milliseconds); undefined: it is not. */
  #waitingSince: number | undefined;
  #lastNames = Number.NEGATIVE_INFINITY;
  #lastSlow = Number.NEGATIVE_INFINITY;
  #lastSave = Number.NEGATIVE_INFINITY;
  #intervalMs: number;

  constructor(host: Host, options: ObserverOptions) {
    this.#host = host;
    this.#options = options;
    this.#source = new DumpSource(host);
    this.#names = new NameReader(host);
    this.#owners = new OwnerReader(host);
    this.#recorder = options.traffic === true ? new TrafficRecorder(host) : undefined;
    this.#intervalMs = options.intervalMs;
    this.#snapshot = {
      hostname: host.facts.hostname,
      at: 0,
      now: host.now(),
      source: { status: 'starting' },
      interfaces: [],
      links: [],
      session: this.#session,
      ownership: new Map(),
      drift: undefined,
      problems: [],
    };
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** What moved through peers and interfaces, where that is kept. It changes in place, with each snapshot. */
  get traffic(): TrafficHistory | undefined {
    return this.#recorder?.history;
  }

  /** What {@link Snapshot.drift} will be in the next snapshot. */
  get drift(): number | undefined {
    return this.#drift?.count;
  }

  /** Calls the listener with each new snapshot; gives the function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first reading: dump, names and saved history together, so that the first paint is already right.
   */
  async begin({ only, past = [] }: BeginOptions = {}): Promise<Snapshot> {
    this.#source.only = only;
    const [reading, saved, names] = await Promise.all([
      this.#source.read(),
      loadHistories(this.#host),
      this.#names.read([]),
    ]);
    this.#tracker = new Tracker(saved);
    this.#adoptNames(names);
    this.#replay(past);
    this.#lastSave = this.#host.monotonic();
    await this.#take(reading);
    return this.#snapshot;
  }

  /** Goes on sampling until {@link stop}. */
  start(): void {
    this.#book();
    this.#schedule(this.#intervalMs);
  }

  /** One more reading now; the state of the hub after it is in `snapshot`. */
  async sample(): Promise<Snapshot> {
    await this.#tick();
    return this.#snapshot;
  }

  /**
   * Who the operator is and who keeps the interfaces, and the first time the traffic of earlier runs; after the first
   * paint, for it runs several programs and reads large files.
   */
  async lookAround(): Promise<void> {
    this.#lastSlow = this.#host.monotonic();
    this.#book();
    await Promise.all([this.#loadTraffic(), this.#lookAtSession()]);
  }

  async #lookAtSession(): Promise<void> {
    const { interfaces } = this.#snapshot;
    const names = interfaces.map((one) => one.name);
    const [operator] = await Promise.all([findOperator(this.#host), this.#owners.look(names, this.#byInterface)]);
    this.#session = await locateOperator(this.#host, operator, interfaces);
    if (this.#options.drift !== true) return;
    // Some of the programs take seconds where they are, and none is worth waiting for.
    if (!this.#owners.knows(names)) void this.#owners.ask(names, this.#byInterface);
    const { DriftWatch } = await import('./drift-watch.ts');
    this.#drift ??= new DriftWatch(this.#host);
  }

  /** Ends the sampling and saves the histories. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
    if (this.#snapshot.at === 0) return;
    this.#book();
    await Promise.all([saveHistories(this.#host, this.#tracker.histories()), this.#recorder?.close()]);
  }

  #book(): void {
    if (this.#unbooked === undefined) return;
    this.#recorder?.book(this.#unbooked.interfaces, this.#unbooked.at);
    this.#unbooked = undefined;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#schedule(this.#intervalMs);
      if (this.#pending === undefined) void this.#tick();
      else this.#sayLate();
    }, delayMs);
  }

  #tick(): Promise<void> {
    this.#pending ??= this.#readAll().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #readAll(): Promise<void> {
    // The peers of the last reading move on in the next.
    this.#book();
    const startedAt = this.#host.monotonic();
    this.#waitingSince = startedAt;
    const reading = await this.#source.read();
    this.#waitingSince = undefined;
    // Only a hub that answers, and slowly, is asked less often; one that failed is to be seen as soon as it is back.
    const tookMs = reading.outcome === 'read' ? this.#host.monotonic() - startedAt : 0;
    this.#intervalMs = Math.min(Math.max(this.#options.intervalMs, tookMs * 10), longestIntervalMs);
    if (startedAt - this.#lastNames >= namesEveryMs) await this.#readNames(reading);
    await this.#take(reading);
    this.#book();
    if (reading.outcome === 'read') void this.#drift?.look(this.#owners.watched(reading.interfaces, this.#byInterface));
    await this.#recorder?.keep();
    if (startedAt - this.#lastSlow >= slowEveryMs) await this.lookAround();
    if (startedAt - this.#lastSave >= saveEveryMs) {
      this.#lastSave = startedAt;
      this.#saveProblem = await saveHistories(this.#host, this.#tracker.histories());
    }
  }

  async #loadTraffic(): Promise<void> {
    if (this.#recorder === undefined) return;
    for (const { at, dump } of this.#sparsePast.splice(0)) this.#recorder.book(parseDump(dump).interfaces, at);
    await this.#recorder.load();
  }

  /** Gives the tracker and the traffic history the dumps of the past, as if it had been looking. */
  #replay(past: readonly PastDump[]): void {
    const now = this.#host.now();
    const monotonic = this.#host.monotonic();
    this.#sparsePast = past.filter((one) => one.isSparse === true);
    for (const one of past) {
      if (one.isSparse === true) continue;
      const { at } = one;
      const { interfaces } = parseDump(one.dump);
      this.#tracker.update(interfaces, this.#context(at, monotonic - (now - at)));
      this.#recorder?.book(interfaces, at);
    }
  }

  #context(now: number, monotonic: number): TickContext {
    return { now, monotonic, names: this.#byInterface, managers: this.#owners.managers, session: this.#session };
  }

  async #readNames(reading: DumpReading): Promise<void> {
    this.#lastNames = this.#host.monotonic();
    const interfaces = reading.outcome === 'read' ? reading.interfaces.map((one) => one.name) : [];
    const names = await this.#names.read(interfaces);
    this.#adoptNames(names);
  }

  #adoptNames(names: NamesSnapshot): void {
    this.#byInterface = names.byInterface;
    this.#nameProblems = names.problems;
  }

  async #take(reading: DumpReading): Promise<void> {
    const now = this.#host.now();
    if (reading.outcome === 'read' && reading.interfaces.length > 0) {
      this.#unbooked = { interfaces: [...reading.interfaces, ...reading.hidden], at: now };
      const interfaces = this.#tracker.update(reading.interfaces, this.#context(now, this.#host.monotonic()));
      this.#emit({
        at: now,
        now,
        source: { status: 'fresh' },
        interfaces,
        links: [],
        problems: this.#problems(reading),
      });
      return;
    }
    const { status } = this.#snapshot.source;
    // An upgrade takes the program away for a moment, too.
    if (reading.outcome !== 'read' && (status === 'fresh' || status === 'stale')) {
      const reason = reading.outcome === 'no-program' ? known('the program wg is gone') : reading.reason;
      this.#emit({ now, source: { status: 'stale', reason } });
      return;
    }
    const [obstacle, links] = await Promise.all([this.#obstacle(reading), readLinks(this.#host)]);
    const interfaces: InterfaceView[] = [];
    this.#emit({
      at: now,
      now,
      source: { status: 'blocked', obstacle },
      interfaces,
      links,
      problems: this.#problems(reading),
    });
  }

  async #obstacle(reading: DumpReading): Promise<Obstacle> {
    const isRoot = this.#host.facts.uid === 0;
    const command = sudoCommand(this.#host, this.#options.argumentsGiven ?? []);
    if (reading.outcome === 'no-program') return { kind: 'no-program', install: await installCommand(this.#host) };
    if (reading.outcome === 'denied') return { kind: 'no-privilege', command, reason: reading.reason };
    if (reading.outcome === 'failed') return { kind: 'failed', reason: reading.reason };
    // Without privilege the sockets of a userspace implementation cannot be seen, so an empty answer proves nothing.
    if (!isRoot) return { kind: 'no-privilege', command, reason: known('without root, WireGuard shows no interface') };
    const { only } = this.#source;
    return { kind: 'no-interface', wanted: only === undefined ? undefined : printable(only) };
  }

  #problems(reading: DumpReading): readonly Printable[] {
    const own = this.#saveProblem === undefined ? [] : [this.#saveProblem];
    const found = reading.outcome === 'read' ? reading.problems : [];
    return [...found, ...this.#nameProblems, ...own, ...(this.#recorder?.problems ?? [])];
  }

  /** The program that reads the hub has not come back: say so each second, with the data there is. */
  #sayLate(): void {
    const { status } = this.#snapshot.source;
    if (this.#waitingSince === undefined || (status !== 'fresh' && status !== 'stale')) return;
    const lateMs = this.#host.monotonic() - this.#waitingSince;
    if (lateMs < 1_500) return;
    const reason = printable(`wg has not answered for ${Math.round(lateMs / 1000)} s`);
    this.#emit({ now: this.#host.now(), source: { status: 'stale', reason } });
  }

  #emit(changes: Partial<Snapshot>): void {
    const { ownership } = this.#owners;
    this.#snapshot = { ...this.#snapshot, session: this.#session, ownership, drift: this.drift, ...changes };
    for (const listener of this.#listeners) listener(this.#snapshot);
  }
}
