import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { Band, type TaggedCounters, type TrafficSeries } from './band.ts';
import type { CountedInterface, TrafficBytes } from './counters.ts';
import type { LogRecord } from './log-format.ts';
import { tagOf } from './peer-tag.ts';
import { Totals, type TrafficTotals } from './totals.ts';
import { lengthOf, trafficWindow, type WindowName } from './windows.ts';

/** A peer and what it moved in a window. */
export interface Talker extends TrafficBytes {
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
}

/** Of two processes that add to a log at once, one may be late by this much. An earlier time is a clock that was set back. */
const longestOvertakingMs = 60_000;

/** What moved through each peer and interface, in every window, today and this month. It does no I/O and reads no clock. */
export class TrafficHistory {
  /** Replaced by what was merged on disk. */
  totals = new Totals();
  readonly #bands: Readonly<Record<WindowName, Band>> = {
    '1m': new Band(trafficWindow['1m']),
    '10m': new Band(trafficWindow['10m']),
    '1h': new Band(trafficWindow['1h']),
    '24h': new Band(trafficWindow['24h']),
    '30d': new Band(trafficWindow['30d']),
  };
  /** The tags of the peers that were seen in this run, so that each key is decoded once. */
  readonly #tags = new Map<PublicKey, string>();
  readonly #keys = new Map<string, PublicKey>();

  /** Takes the counters of a moment; says whether some of them began anew. */
  book(interfaces: readonly CountedInterface[], atMs: number): boolean {
    let hasRestarts = false;
    for (const one of interfaces) {
      const peers = this.tagged(one);
      for (const band of Object.values(this.#bands)) band.book(one.name, atMs, peers);
      if (this.totals.advance(one, atMs)) hasRestarts = true;
    }
    return hasRestarts;
  }

  /** Takes a sample of a window's log: into this window, and from the finest log into the finer windows too. */
  replay(window: WindowName, { name, at, peers }: LogRecord, nowMs: number): void {
    const overtakenMs = (this.#bands[window].bookedUntil(name) ?? at) - at;
    if (overtakenMs > 0 && overtakenMs < longestOvertakingMs) return;
    this.#bands[window].book(name, at, peers);
    for (const finer of window === '1h' ? (['1m', '10m'] as const) : []) {
      const isTooOld = at < nowMs - lengthOf(trafficWindow[finer]) - trafficWindow[window].stepMs;
      if (!isTooOld) this.#bands[finer].book(name, at, peers);
    }
  }

  /** What moved in a window until `nowMs`: through one peer, or (undefined) through the whole interface. */
  series(window: WindowName, name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficSeries {
    return this.#bands[window].series(name, publicKey === undefined ? undefined : this.#tag(publicKey), nowMs);
  }

  /** The peers that moved most in a window, the busiest first; of those that were seen in this run. */
  talkers(window: WindowName, names: readonly InterfaceName[], nowMs: number, count: number): Talker[] {
    const found: Talker[] = [];
    for (const interfaceName of names) {
      for (const { tag, rxBytes, txBytes } of this.#bands[window].bytes(interfaceName, nowMs)) {
        const publicKey = this.#keys.get(tag);
        if (publicKey !== undefined) found.push({ interfaceName, publicKey, rxBytes, txBytes });
      }
    }
    return found.sort((a, b) => b.rxBytes + b.txBytes - a.rxBytes - a.txBytes).slice(0, count);
  }

  /** Today and this month: of a peer, or (undefined) of the whole interface; undefined where it was never seen. */
  totalsOf(name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficTotals | undefined {
    return this.totals.of(name, publicKey, nowMs);
  }

  /** The counters with the peers' tags. */
  tagged(one: CountedInterface): TaggedCounters[] {
    return one.peers.map(({ publicKey, rxBytes, txBytes }) => ({ tag: this.#tag(publicKey), rxBytes, txBytes }));
  }

  #tag(publicKey: PublicKey): string {
    const known = this.#tags.get(publicKey);
    if (known !== undefined) return known;
    const tag = tagOf(publicKey);
    this.#tags.set(publicKey, tag);
    this.#keys.set(tag, publicKey);
    return tag;
  }
}
