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

/** The shares of a step in which a window takes new counters while nobody looks at it: bytes are spread within one. */
const bookingsAStep = 5;

/** The counters of an interface at a moment, milliseconds since the epoch. */
interface Reading {
  readonly one: CountedInterface;
  readonly at: number;
}

/** A peer's counters under its tag; the same object from reading to reading. */
type Tagged = { -readonly [Field in keyof TaggedCounters]: TaggedCounters[Field] };

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
  /** The last reading, which the longer windows may not have taken yet. */
  readonly #latest = new Map<InterfaceName, Reading>();
  readonly #tagged = new Map<InterfaceName, { readonly keys: PublicKey[]; readonly counters: Tagged[] }>();

  /** Takes the counters of a moment; says whether some of them began anew. */
  book(interfaces: readonly CountedInterface[], atMs: number): boolean {
    let hasRestarts = false;
    for (const one of interfaces) {
      const isRestart = this.totals.advance(one, atMs);
      const before = this.#latest.get(one.name);
      // The last word of counters that begin anew, or of peers that are gone, must not be passed over.
      const isTurn = isRestart || (before !== undefined && !haveSamePeers(before.one, one));
      if (isTurn && before !== undefined) this.#catchUp(before);
      for (const band of Object.values(this.#bands)) {
        if (isTurn || isDue(band, one.name, atMs)) this.#bookInto(band, one, atMs);
      }
      this.#latest.set(one.name, { one, at: atMs });
      if (isRestart) hasRestarts = true;
    }
    return hasRestarts;
  }

  #bookInto(band: Band, one: CountedInterface, atMs: number): void {
    band.book(one.name, atMs, this.tagged(one));
  }

  /** Has all windows take a reading that they were not due for. */
  #catchUp({ one, at }: Reading): void {
    for (const band of Object.values(this.#bands)) {
      const until = band.bookedUntil(one.name);
      if (until !== undefined && until < at) this.#bookInto(band, one, at);
    }
  }

  /** A window that is up to date. */
  #upToDate(window: WindowName): Band {
    const band = this.#bands[window];
    for (const { one, at } of this.#latest.values()) {
      if ((band.bookedUntil(one.name) ?? at) < at) this.#bookInto(band, one, at);
    }
    return band;
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
    return this.#upToDate(window).series(name, publicKey === undefined ? undefined : this.#tag(publicKey), nowMs);
  }

  /** The peers that moved most in a window, the busiest first; of those that were seen in this run. */
  talkers(window: WindowName, names: readonly InterfaceName[], nowMs: number, count: number): Talker[] {
    const found: Talker[] = [];
    const band = this.#upToDate(window);
    for (const interfaceName of names) {
      for (const { tag, rxBytes, txBytes } of band.bytes(interfaceName, nowMs)) {
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

  /** The counters with the peers' tags, to be read before the next call: the objects are used again. */
  tagged({ name, peers }: CountedInterface): readonly TaggedCounters[] {
    let kept = this.#tagged.get(name);
    if (kept === undefined) {
      kept = { keys: [], counters: [] };
      this.#tagged.set(name, kept);
    }
    const { keys, counters } = kept;
    let place = 0;
    for (const { publicKey, rxBytes, txBytes } of peers) {
      const counter = counters[place];
      if (counter !== undefined && keys[place] === publicKey) {
        counter.rxBytes = rxBytes;
        counter.txBytes = txBytes;
      } else {
        keys[place] = publicKey;
        counters[place] = { tag: this.#tag(publicKey), rxBytes, txBytes };
      }
      place += 1;
    }
    counters.length = peers.length;
    return counters;
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

/** Whether a window is to take a reading now. One before the last comes of a clock that was set back. */
function isDue(band: Band, name: InterfaceName, atMs: number): boolean {
  const until = band.bookedUntil(name);
  return until === undefined || atMs < until || atMs - until >= band.window.stepMs / bookingsAStep;
}

function haveSamePeers(one: CountedInterface, other: CountedInterface): boolean {
  const { peers } = other;
  return (
    one.peers.length === peers.length &&
    one.peers.every(({ publicKey }, place) => publicKey === peers[place]?.publicKey)
  );
}
