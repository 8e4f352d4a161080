import { longestStepMs } from '../../wg/activity/history.ts';
import type { InterfaceName } from '../../wg/key.ts';
import { hasRestarted } from './counters.ts';
import { lengthOf, stepAt, type TrafficWindow } from './windows.ts';

/** A peer's counters under its tag, see {@link tagOf} in peer-tag.ts. */
export interface TaggedCounters {
  readonly tag: string;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** What moved in one window, a value a step, oldest first. */
export interface TrafficSeries {
  /** Milliseconds since the epoch: the start of the first step and the end of the last. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  /** Mean bits a second while the step was looked at; undefined: nobody looked. */
  readonly rx: readonly (number | undefined)[];
  readonly tx: readonly (number | undefined)[];
  /** Steps whose values are the mean over a longer time in which nobody looked. */
  readonly isSpread: readonly boolean[];
  /** Milliseconds of each step that were looked at, and of all of them: what a mean is taken over. */
  readonly coveredMs: readonly number[];
  readonly knownMs: number;
}

/** The bytes of each step in a ring by step number: received and sent, side by side. */
type Ring = Float64Array;

interface PeerBand {
  readonly tag: string;
  rxBytes: number;
  txBytes: number;
  at: number;
  /** Made when the first byte moves: most peers of a big hub are quiet. */
  ring: Ring | undefined;
}

interface InterfaceBand {
  /** When its counters were last read, milliseconds since the epoch. */
  at: number;
  /** Number of the latest step in the rings. */
  head: number;
  /** Milliseconds of each step that lie between two samples, and of these the ones between samples far apart. */
  readonly covered: Float64Array;
  readonly spread: Float64Array;
  readonly sum: Ring;
  readonly peers: Map<string, PeerBand>;
  /** In the order of the reading before, which the next one mostly has too. */
  readonly inOrder: PeerBand[];
}

/** A part of a sampled span: the ring's slot that it lies in, and its share of the span's bytes. */
interface Share {
  readonly slot: number;
  readonly ms: number;
  readonly part: number;
}

/** A longer span than this many steps is drawn as a mean over them. */
const measuredSteps = 2.5;

/**
 * One window's rings, filled from counters that are read at any times: bytes are spread evenly over the time between two
 * readings. Time that no two readings enclose, or two that lie further apart than the window is long, is unknown. It
 * does no I/O and reads no clock.
 */
export class Band {
  readonly window: TrafficWindow;
  readonly #interfaces = new Map<InterfaceName, InterfaceBand>();

  constructor(window: TrafficWindow) {
    this.window = window;
  }

  /** Takes the counters of all peers of one interface. A peer that was not there before counts from 0. */
  book(name: InterfaceName, atMs: number, peers: Iterable<TaggedCounters>): void {
    const band = this.#interfaces.get(name);
    if (band === undefined) {
      this.#interfaces.set(name, this.#begin(atMs, peers));
      return;
    }
    if (atMs < band.at) this.#goBack(band, atMs);
    this.#advance(band, stepAt(this.window, atMs));
    const shares = this.#sharesOf(band.at, atMs, band.head);
    const isSpread = atMs - band.at > Math.max(measuredSteps * this.window.stepMs, longestStepMs);
    for (const { slot, ms } of shares) {
      add(band.covered, slot, ms);
      if (isSpread) add(band.spread, slot, ms);
    }
    let rxSum = 0;
    let txSum = 0;
    let place = 0;
    for (const { tag, rxBytes, txBytes } of peers) {
      const guess = band.inOrder[place];
      const peer = guess?.tag === tag ? guess : (band.peers.get(tag) ?? joined(band, tag));
      if (peer !== guess) band.inOrder[place] = peer;
      place += 1;
      const isNew = hasRestarted(rxBytes, txBytes, peer.rxBytes, peer.txBytes);
      const rx = isNew ? rxBytes : rxBytes - peer.rxBytes;
      const tx = isNew ? txBytes : txBytes - peer.txBytes;
      if (rx > 0 || tx > 0) {
        // A peer that was left out of readings and comes back moved its bytes in all that time.
        const isLate = peer.at !== band.at && !isNew;
        peer.ring ??= emptyRing(this.window.steps);
        if (isLate) {
          const own = this.#sharesOf(peer.at, atMs, band.head);
          pour(peer.ring, own, rx, tx);
          pour(band.sum, own, rx, tx);
        } else {
          pour(peer.ring, shares, rx, tx);
          rxSum += rx;
          txSum += tx;
        }
      }
      peer.rxBytes = rxBytes;
      peer.txBytes = txBytes;
      peer.at = atMs;
    }
    pour(band.sum, shares, rxSum, txSum);
    band.at = atMs;
  }

  /** When the interface's counters were last read, milliseconds since the epoch; undefined: never. */
  bookedUntil(name: InterfaceName): number | undefined {
    return this.#interfaces.get(name)?.at;
  }

  /** What moved until `nowMs`: of one peer, or of all peers of the interface. */
  series(name: InterfaceName, tag: string | undefined, nowMs: number): TrafficSeries {
    const { steps, stepMs } = this.window;
    const last = stepAt(this.window, nowMs);
    const band = this.#interfaces.get(name);
    const ring = tag === undefined ? band?.sum : band?.peers.get(tag)?.ring;
    const rx: (number | undefined)[] = [];
    const tx: (number | undefined)[] = [];
    const isSpread: boolean[] = [];
    const coveredMs: number[] = [];
    let knownMs = 0;
    for (let step = last - steps + 1; step <= last; step += 1) {
      const slot = step % steps;
      const isHeld = band !== undefined && step <= band.head && step > band.head - steps;
      const covered = isHeld ? (band.covered[slot] ?? 0) : 0;
      const rate = (bytes: number | undefined) => (covered > 0 ? ((bytes ?? 0) * 8_000) / covered : undefined);
      coveredMs.push(covered);
      knownMs += covered;
      rx.push(rate(ring?.[2 * slot]));
      tx.push(rate(ring?.[2 * slot + 1]));
      isSpread.push(isHeld && (band.spread[slot] ?? 0) > covered / 2);
    }
    return { from: (last - steps + 1) * stepMs, to: (last + 1) * stepMs, stepMs, rx, tx, isSpread, coveredMs, knownMs };
  }

  /** Bytes of each peer of the interface in the window until `nowMs`, of those that moved any. */
  *bytes(name: InterfaceName, nowMs: number): Iterable<TaggedCounters> {
    const band = this.#interfaces.get(name);
    if (band === undefined) return;
    const { steps } = this.window;
    const first = Math.max(stepAt(this.window, nowMs), band.head) - steps + 1;
    for (const [tag, { ring }] of band.peers) {
      if (ring === undefined) continue;
      let rxBytes = 0;
      let txBytes = 0;
      for (let step = first; step <= band.head; step += 1) {
        rxBytes += ring[2 * (step % steps)] ?? 0;
        txBytes += ring[2 * (step % steps) + 1] ?? 0;
      }
      if (rxBytes > 0 || txBytes > 0) yield { tag, rxBytes, txBytes };
    }
  }

  #begin(at: number, peers: Iterable<TaggedCounters>): InterfaceBand {
    const { steps } = this.window;
    const known = new Map<string, PeerBand>();
    for (const { tag, rxBytes, txBytes } of peers) known.set(tag, { tag, rxBytes, txBytes, at, ring: undefined });
    return {
      at,
      head: stepAt(this.window, at),
      covered: new Float64Array(steps),
      spread: new Float64Array(steps),
      sum: emptyRing(steps),
      peers: known,
      inOrder: [...known.values()],
    };
  }

  /** The clock was set back: the steps that now lie in the future never were. */
  #goBack(band: InterfaceBand, at: number): void {
    const { steps } = this.window;
    const head = stepAt(this.window, at);
    const dropped = Math.min(band.head - head, steps);
    clearSteps(band, band.head - dropped + 1, band.head, steps);
    band.head = head;
    band.at = at;
    for (const peer of band.peers.values()) peer.at = Math.min(peer.at, at);
  }

  #advance(band: InterfaceBand, head: number): void {
    const { steps } = this.window;
    clearSteps(band, Math.max(band.head + 1, head - steps + 1), head, steps);
    band.head = head;
  }

  #sharesOf(from: number, to: number, head: number): Share[] {
    const { stepMs, steps } = this.window;
    if (to <= from || to - from > lengthOf(this.window)) return [];
    const shares: Share[] = [];
    for (let step = Math.max(stepAt(this.window, from), head - steps + 1); step <= head; step += 1) {
      const ms = Math.min(to, (step + 1) * stepMs) - Math.max(from, step * stepMs);
      if (ms > 0) shares.push({ slot: step % steps, ms, part: ms / (to - from) });
    }
    return shares;
  }
}

function joined(band: InterfaceBand, tag: string): PeerBand {
  const peer: PeerBand = { tag, rxBytes: 0, txBytes: 0, at: band.at, ring: undefined };
  band.peers.set(tag, peer);
  return peer;
}

function emptyRing(steps: number): Ring {
  return new Float64Array(2 * steps);
}

function pour(ring: Ring, shares: readonly Share[], rx: number, tx: number): void {
  for (const { slot, part } of shares) {
    add(ring, 2 * slot, rx * part);
    add(ring, 2 * slot + 1, tx * part);
  }
}

function add(values: Float64Array, slot: number, more: number): void {
  values[slot] = (values[slot] ?? 0) + more;
}

function clearSteps(band: InterfaceBand, first: number, last: number, steps: number): void {
  if (first > last) return;
  clearRing(band.covered, 1, first, last, steps);
  clearRing(band.spread, 1, first, last, steps);
  clearRing(band.sum, 2, first, last, steps);
  for (const { ring } of band.peers.values()) if (ring !== undefined) clearRing(ring, 2, first, last, steps);
}

function clearRing(ring: Float64Array, valuesPerStep: number, first: number, last: number, steps: number): void {
  if (last - first + 1 >= steps) {
    ring.fill(0);
    return;
  }
  for (let step = first; step <= last; step += 1) {
    const start = (step % steps) * valuesPerStep;
    for (let index = start; index < start + valuesPerStep; index += 1) ring[index] = 0;
  }
}
