import { longestStepMs } from '../../wg/activity/history.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { dayOf, monthOf, startOfDay, startOfMonth } from './calendar.ts';
import { type CountedInterface, hasRestarted, type TrafficBytes } from './counters.ts';

/** What a peer or an interface moved today and this month, by the operator's calendar. */
export interface TrafficTotals {
  readonly today: TrafficBytes;
  readonly month: TrafficBytes;
  /** Since when anything is known, milliseconds since the epoch. */
  readonly since: number;
  /** Whether bytes at its beginning were told from those before by the time alone, because nobody looked at midnight. */
  readonly isTodayEstimated: boolean;
  readonly isMonthEstimated: boolean;
}

/** Bytes today and this month. Mutable; owned by {@link Totals}. */
export interface Sums {
  todayRx: number;
  todayTx: number;
  monthRx: number;
  monthTx: number;
}

/** The sums of a peer, and the counters up to which they go. */
export interface PeerSums extends Sums {
  rxBytes: number;
  txBytes: number;
}

/** The sums of an interface: of all its peers, with those that are gone. */
export interface InterfaceSums {
  /** Milliseconds since the epoch of the counters that are in it, and of the first ones. */
  at: number;
  since: number;
  /** The day that is today in it. */
  day: string;
  /** See {@link TrafficTotals}. */
  isTodayEstimated: boolean;
  isMonthEstimated: boolean;
  readonly sum: Sums;
  readonly peers: Map<PublicKey, PeerSums>;
}

/** A clock that was set back is believed to have been right before, for this long. Milliseconds. */
const longestStepBackMs = 48 * 3_600_000;

/**
 * Adds up what moves, by calendar days. The sums are a function of the counters in it and the counters now, so whoever
 * goes on from the same counters gets the same sums. It does no I/O and reads no clock.
 */
export class Totals {
  readonly interfaces: Map<InterfaceName, InterfaceSums>;

  constructor(interfaces: ReadonlyMap<InterfaceName, InterfaceSums> = new Map()) {
    this.interfaces = new Map(interfaces);
  }

  /**
   * Takes the counters of an interface; says whether some began anew. What an interface moved before it is first seen
   * belongs to no day; a peer that was not there before counts from 0.
   */
  advance({ name, peers }: CountedInterface, atMs: number): boolean {
    const found = this.interfaces.get(name);
    if (found === undefined) {
      this.interfaces.set(name, begin(peers, atMs));
      return false;
    }
    let hasRestarts = false;
    const { today, month } = turn(found, peers, atMs);
    const places = placesOf(found);
    let place = 0;
    for (const { publicKey, rxBytes, txBytes } of peers) {
      const guess = places[place];
      const peer =
        guess?.publicKey === publicKey ? guess.sums : (found.peers.get(publicKey) ?? joined(found, publicKey));
      if (peer !== guess?.sums) places[place] = { publicKey, sums: peer };
      place += 1;
      if (rxBytes === peer.rxBytes && txBytes === peer.txBytes) continue;
      const isNew = hasRestarted(rxBytes, txBytes, peer.rxBytes, peer.txBytes);
      if (isNew) hasRestarts = true;
      const rx = isNew ? rxBytes : rxBytes - peer.rxBytes;
      const tx = isNew ? txBytes : txBytes - peer.txBytes;
      peer.rxBytes = rxBytes;
      peer.txBytes = txBytes;
      add(peer, rx, tx, today, month);
      add(found.sum, rx, tx, today, month);
    }
    found.at = atMs;
    return hasRestarts;
  }

  /**
   * Takes over what another account of the same days saw and this one did not. Each account may have missed counters
   * that began anew between two of its samples, and none counts too much: the greater is nearer to the truth.
   */
  raiseTo(other: Totals): void {
    for (const [name, theirs] of other.interfaces) {
      const ours = this.interfaces.get(name);
      if (ours === undefined) this.interfaces.set(name, theirs);
      if (ours === undefined || ours.day !== theirs.day) continue;
      raise(ours.sum, theirs.sum);
      ours.since = Math.min(ours.since, theirs.since);
      ours.isTodayEstimated ||= theirs.isTodayEstimated;
      ours.isMonthEstimated ||= theirs.isMonthEstimated;
      for (const [publicKey, peer] of theirs.peers) {
        const found = ours.peers.get(publicKey);
        if (found === undefined) ours.peers.set(publicKey, peer);
        else raise(found, peer);
      }
    }
  }

  /** The totals of a peer, or of all peers of the interface; undefined: never seen. A day that is over is not today. */
  of(name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficTotals | undefined {
    const found = this.interfaces.get(name);
    const sums = publicKey === undefined ? found?.sum : found?.peers.get(publicKey);
    if (found === undefined || sums === undefined) return undefined;
    const isToday = found.day >= dayOf(nowMs);
    const isThisMonth = monthOf(found.day) >= monthOf(dayOf(nowMs));
    return {
      today: bytes(isToday ? sums.todayRx : 0, isToday ? sums.todayTx : 0),
      month: bytes(isThisMonth ? sums.monthRx : 0, isThisMonth ? sums.monthTx : 0),
      since: found.since,
      isTodayEstimated: found.isTodayEstimated,
      isMonthEstimated: found.isMonthEstimated,
    };
  }
}

/** The sums of peers in the order of the last reading, which the next one mostly has too. */
const placesOfAll = new WeakMap<InterfaceSums, { readonly publicKey: PublicKey; readonly sums: PeerSums }[]>();

function placesOf(found: InterfaceSums) {
  const known = placesOfAll.get(found) ?? [];
  placesOfAll.set(found, known);
  return known;
}

function add(sums: Sums, rx: number, tx: number, today: number, month: number): void {
  sums.todayRx += rx * today;
  sums.todayTx += tx * today;
  sums.monthRx += rx * month;
  sums.monthTx += tx * month;
}

function bytes(rx: number, tx: number): TrafficBytes {
  return { rxBytes: Math.round(rx), txBytes: Math.round(tx) };
}

function begin(peers: CountedInterface['peers'], at: number): InterfaceSums {
  const known = new Map(
    peers.map(({ publicKey, rxBytes, txBytes }) => [publicKey, { rxBytes, txBytes, ...nothing() }] as const),
  );
  return {
    at,
    since: at,
    day: dayOf(at),
    isTodayEstimated: false,
    isMonthEstimated: false,
    sum: nothing(),
    peers: known,
  };
}

function nothing(): Sums {
  return { todayRx: 0, todayTx: 0, monthRx: 0, monthTx: 0 };
}

function joined(found: InterfaceSums, publicKey: PublicKey): PeerSums {
  const peer: PeerSums = { rxBytes: 0, txBytes: 0, ...nothing() };
  found.peers.set(publicKey, peer);
  return peer;
}

function raise(sums: Sums, other: Sums): void {
  sums.todayRx = Math.max(sums.todayRx, other.todayRx);
  sums.todayTx = Math.max(sums.todayTx, other.todayTx);
  sums.monthRx = Math.max(sums.monthRx, other.monthRx);
  sums.monthTx = Math.max(sums.monthTx, other.monthTx);
}

/** Begins a new day or month where one has begun; gives the shares of the bytes since the last sample that belong to them. */
function turn(found: InterfaceSums, peers: CountedInterface['peers'], at: number): { today: number; month: number } {
  const day = dayOf(at);
  const isSetBack = day < found.day && found.at - at < longestStepBackMs;
  if (day === found.day || isSetBack) return { today: 1, month: 1 };
  const isNewMonth = monthOf(day) !== monthOf(found.day);
  const isLong = at - found.at > longestStepMs;
  const shareSince = (start: number) => (at > found.at ? Math.min(1, (at - start) / (at - found.at)) : 1);
  found.day = day;
  found.isTodayEstimated = isLong;
  if (isNewMonth) {
    found.isMonthEstimated = isLong;
    const present = new Set(peers.map((peer) => peer.publicKey));
    for (const publicKey of found.peers.keys()) if (!present.has(publicKey)) found.peers.delete(publicKey);
    placesOfAll.delete(found);
  }
  for (const sums of [found.sum, ...found.peers.values()]) {
    sums.todayRx = 0;
    sums.todayTx = 0;
    if (!isNewMonth) continue;
    sums.monthRx = 0;
    sums.monthTx = 0;
  }
  return { today: shareSince(startOfDay(at)), month: isNewMonth ? shareSince(startOfMonth(at)) : 1 };
}
