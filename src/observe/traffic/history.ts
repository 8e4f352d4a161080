import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { noSeries, type TrafficSeries } from './band.ts';
import type { CountedInterface, TrafficBytes } from './counters.ts';
import { InterfaceHistory } from './interface-history.ts';
import type { LogRecord } from './log-format.ts';
import { rowsOf } from './log-rows.ts';
import { PeerIndexes } from './peer-index.ts';
import type { Reading } from './reading.ts';
import { Totals, type TrafficTotals } from './totals.ts';
import { lengthOf, trafficWindow, type WindowName } from './windows.ts';

/** A peer and what it moved in a window. */
export interface Talker extends TrafficBytes {
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
}

/** The counters of one interface at a moment, copied. */
export interface NamedReading {
  readonly name: InterfaceName;
  readonly reading: Reading;
}

/** Of two processes that add to a log at once, one may be late by this much. An earlier time is a clock that was set back. */
const longestOvertakingMs = 60_000;

/**
 * Who was not heard of for so long is forgotten, milliseconds: no window reaches back that far, and a month has ended, with
 * which totals end too.
 */
const longestAbsenceMs = 32 * 24 * 3_600_000;

/**
 * What moved through each peer and interface, in every window, today and this month. Counters are copied: the objects that
 * are handed in may change afterwards. It does no I/O and reads no clock.
 */
export class TrafficHistory {
  /** The places of the peers, for windows and totals alike. */
  readonly peers = new PeerIndexes();
  /** Replaced by what was merged on disk. */
  totals = new Totals(this.peers);
  readonly #interfaces = new Map<InterfaceName, InterfaceHistory>();

  /** Takes the counters of a moment; says whether some of them began anew. */
  book(interfaces: readonly CountedInterface[], atMs: number): boolean {
    let hasRestarts = false;
    for (const { name, peers } of interfaces) {
      if (this.#book(name, this.#of(name).read(peers, atMs))) hasRestarts = true;
    }
    return hasRestarts;
  }

  /** Copies of what was read last of these interfaces. */
  latest(names: readonly InterfaceName[]): NamedReading[] {
    return names.flatMap((name) => copied(name, this.#interfaces.get(name)?.latest));
  }

  /** Copies of what was read of these interfaces at a moment, of the last two readings of each; of two at once the earlier. */
  readAt(names: readonly InterfaceName[], atMs: number): NamedReading[] {
    return names.flatMap((name) => {
      const found = this.#interfaces.get(name);
      return copied(name, found?.before?.at === atMs ? found.before : found?.latest);
    });
  }

  /** A reading as a log holds it. */
  recordOf({ name, reading }: NamedReading): LogRecord {
    return { name, at: reading.at, rows: rowsOf(reading, this.peers.of(name)) };
  }

  /** Takes a sample of a window's log: into this window, and from the finest log into the finer windows too. */
  replay(window: WindowName, { name, at, rows }: LogRecord, nowMs: number): void {
    const found = this.#of(name);
    const overtakenMs = (found.bookedUntil(window) ?? at) - at;
    if (overtakenMs > 0 && overtakenMs < longestOvertakingMs) return;
    const reading = found.recall(rows, at);
    found.bookInto(window, reading);
    for (const finer of window === '1h' ? (['1m', '10m'] as const) : []) {
      const isTooOld = at < nowMs - lengthOf(trafficWindow[finer]) - trafficWindow[window].stepMs;
      if (!isTooOld) found.bookInto(finer, reading);
    }
  }

  /** What moved in a window until `nowMs`: through one peer, or (undefined) through the whole interface. */
  series(window: WindowName, name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficSeries {
    const found = this.#interfaces.get(name);
    const band = found?.bandUpToDate(window);
    if (found === undefined || band === undefined) return noSeries(trafficWindow[window], nowMs);
    return band.series(publicKey === undefined ? 'all' : found.peers.find(publicKey), nowMs);
  }

  /** The peers that moved most in a window, the busiest first; of those whose key is known, not only from a log. */
  talkers(window: WindowName, names: readonly InterfaceName[], nowMs: number, count: number): Talker[] {
    const talkers: Talker[] = [];
    for (const interfaceName of names) {
      const found = this.#interfaces.get(interfaceName);
      found?.bandUpToDate(window)?.forEachMoved(nowMs, (place, rxBytes, txBytes) => {
        const publicKey = found.peers.keyAt(place);
        if (publicKey !== undefined) talkers.push({ interfaceName, publicKey, rxBytes, txBytes });
      });
    }
    return talkers.sort((a, b) => b.rxBytes + b.txBytes - a.rxBytes - a.txBytes).slice(0, count);
  }

  /** Today and this month: of a peer, or (undefined) of the whole interface; undefined where it was never seen. */
  totalsOf(name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficTotals | undefined {
    return this.totals.of(name, publicKey, nowMs);
  }

  /**
   * Forgets the peers and interfaces that were not heard of for 32 days before the last reading. A reading that is still to be
   * booked must be younger.
   */
  forgetGone(nowMs: number): void {
    for (const name of new Set([...this.#interfaces.keys(), ...this.totals.interfaces.keys()])) {
      const history = this.#interfaces.get(name);
      const totals = this.totals.interfaces.get(name);
      if (Math.max(history?.heardAt ?? 0, totals?.head.at ?? 0) < nowMs - longestAbsenceMs) {
        this.#interfaces.delete(name);
        this.totals.interfaces.delete(name);
        this.peers.delete(name);
        continue;
      }
      for (const place of this.peers.of(name).forget(longestAbsenceMs, nowMs)) {
        history?.forget(place);
        totals?.forget(place);
      }
    }
  }

  #of(name: InterfaceName): InterfaceHistory {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    const made = new InterfaceHistory(this.peers.of(name));
    this.#interfaces.set(name, made);
    return made;
  }

  #book(name: InterfaceName, reading: Reading): boolean {
    const isRestart = this.totals.advance(name, reading);
    this.#of(name).book(reading, isRestart);
    return isRestart;
  }
}

function copied(name: InterfaceName, reading: Reading | undefined): NamedReading[] {
  return reading === undefined ? [] : [{ name, reading: { ...reading, bytes: reading.bytes.slice() } }];
}
