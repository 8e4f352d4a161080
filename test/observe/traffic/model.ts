/** What the traffic history should come to, in plain maps and arrays: slow, and easy to see through. */
import { dayOf, monthOf, startOfDay, startOfMonth } from '../../../src/observe/traffic/calendar.ts';
import type { TrafficWindow } from '../../../src/observe/traffic/windows.ts';
import type { NamedCounters } from './support.ts';

/** Received and sent. */
export type Ways = readonly [number, number];

interface KnownPeer {
  rx: number;
  tx: number;
  at: number;
}

/** The steps of one window: each a map from the names of peers to what they moved. */
export class ModelWindow {
  readonly #window: TrafficWindow;
  readonly #peers = new Map<string, KnownPeer>();
  #until: number | undefined;
  #steps = new Map<number, Map<string, Ways>>();
  #covered = new Map<number, number>();

  constructor(window: TrafficWindow) {
    this.#window = window;
  }

  book(at: number, peers: readonly NamedCounters[]): void {
    const before = this.#until;
    this.#until = at;
    if (before === undefined) {
      for (const { name, rxBytes, txBytes } of peers) this.#peers.set(name, { rx: rxBytes, tx: txBytes, at });
      return;
    }
    const from = Math.min(before, at);
    if (at < before) {
      this.#keep((step) => step <= this.#stepOf(at));
      for (const peer of this.#peers.values()) peer.at = Math.min(peer.at, at);
    }
    this.#keep((step) => step > this.#stepOf(at) - this.#window.steps);
    for (const [step, part] of this.#parts(from, at)) {
      this.#covered.set(step, (this.#covered.get(step) ?? 0) + part * (at - from));
    }
    for (const { name, rxBytes, txBytes } of peers) {
      const known = this.#peers.get(name) ?? { rx: 0, tx: 0, at: from };
      const isNew = rxBytes < known.rx || txBytes < known.tx;
      const [rx, tx] = isNew ? [rxBytes, txBytes] : [rxBytes - known.rx, txBytes - known.tx];
      for (const [step, part] of this.#parts(isNew ? from : known.at, at)) this.#add(step, name, rx * part, tx * part);
      this.#peers.set(name, { rx: rxBytes, tx: txBytes, at });
    }
  }

  /** The bytes of each step of the window, oldest first: of a peer, or of all. */
  series(name: string | 'all', now: number): Ways[] {
    return this.#inWindow(now).map((step) => {
      const moved = this.#steps.get(step);
      if (name !== 'all') return moved?.get(name) ?? nothing;
      return [...(moved?.values() ?? [])].reduce<Ways>(([rx, tx], more) => [rx + more[0], tx + more[1]], nothing);
    });
  }

  coveredMs(now: number): number[] {
    return this.#inWindow(now).map((step) => this.#covered.get(step) ?? 0);
  }

  #inWindow(now: number): number[] {
    const last = this.#stepOf(now);
    return Array.from({ length: this.#window.steps }, (_, index) => last - this.#window.steps + 1 + index);
  }

  #add(step: number, name: string, rx: number, tx: number): void {
    const moved = this.#steps.get(step) ?? new Map<string, Ways>();
    const [rxBefore, txBefore] = moved.get(name) ?? nothing;
    this.#steps.set(step, moved.set(name, [rxBefore + rx, txBefore + tx]));
  }

  #keep(isKept: (step: number) => boolean): void {
    this.#steps = new Map([...this.#steps].filter(([step]) => isKept(step)));
    this.#covered = new Map([...this.#covered].filter(([step]) => isKept(step)));
  }

  /** Which steps of the window that ends at `to` a time has part in, and how much. */
  #parts(from: number, to: number): [number, number][] {
    const { stepMs, steps } = this.#window;
    if (to - from > stepMs * steps) return [];
    return this.#inWindow(to).flatMap((step) => {
      const ms = Math.min(to, (step + 1) * stepMs) - Math.max(from, step * stepMs);
      return ms > 0 ? [[step, ms / (to - from)]] : [];
    });
  }

  #stepOf(at: number): number {
    return Math.floor(at / this.#window.stepMs);
  }
}

const nothing: Ways = [0, 0];

/** Received and sent today, and this month. */
export type DaySums = readonly [number, number, number, number];

/** Today's and this month's sums, where each reading adds to those of its day. */
export class ModelTotals {
  #peers = new Map<string, { rx: number; tx: number; sums: DaySums }>();
  #sum: DaySums = [0, 0, 0, 0];
  #at: number | undefined;
  #day = '';

  /** Says whether some counters began anew. */
  book(at: number, peers: readonly NamedCounters[]): boolean {
    const before = this.#at;
    this.#at = at;
    if (before === undefined) {
      this.#day = dayOf(at);
      for (const { name, rxBytes, txBytes } of peers) {
        this.#peers.set(name, { rx: rxBytes, tx: txBytes, sums: [0, 0, 0, 0] });
      }
      return false;
    }
    const [today, month] = this.#turn(before, at, peers);
    let hasRestarts = false;
    for (const { name, rxBytes, txBytes } of peers) {
      const known = this.#peers.get(name) ?? { rx: 0, tx: 0, sums: [0, 0, 0, 0] as const };
      const isNew = rxBytes < known.rx || txBytes < known.tx;
      hasRestarts ||= isNew;
      const [rx, tx] = isNew ? [rxBytes, txBytes] : [rxBytes - known.rx, txBytes - known.tx];
      const more = [rx * today, tx * today, rx * month, tx * month] as const;
      this.#peers.set(name, { rx: rxBytes, tx: txBytes, sums: plus(known.sums, more) });
      this.#sum = plus(this.#sum, more);
    }
    return hasRestarts;
  }

  /** Of a peer, or of all; undefined: never seen, or forgotten with its month. */
  of(name: string | 'all'): DaySums | undefined {
    return name === 'all' ? this.#sum : this.#peers.get(name)?.sums;
  }

  /** Begins a new day or month; gives the shares of what moved since the reading before that belong to them. */
  #turn(before: number, at: number, peers: readonly NamedCounters[]): [number, number] {
    const day = dayOf(at);
    const isSetBack = day < this.#day && before - at < 48 * 3_600_000;
    if (day === this.#day || isSetBack) return [1, 1];
    const isNewMonth = monthOf(day) !== monthOf(this.#day);
    this.#day = day;
    const present = new Set(peers.map(({ name }) => name));
    if (isNewMonth) this.#peers = new Map([...this.#peers].filter(([name]) => present.has(name)));
    const begun = ([, , rx, tx]: DaySums): DaySums => (isNewMonth ? [0, 0, 0, 0] : [0, 0, rx, tx]);
    this.#sum = begun(this.#sum);
    for (const peer of this.#peers.values()) peer.sums = begun(peer.sums);
    const share = (start: number) => (at > before ? Math.min(1, (at - start) / (at - before)) : 1);
    return [share(startOfDay(at)), isNewMonth ? share(startOfMonth(at)) : 1];
  }
}

function plus(one: DaySums, more: DaySums): DaySums {
  return [one[0] + more[0], one[1] + more[1], one[2] + more[2], one[3] + more[3]];
}
