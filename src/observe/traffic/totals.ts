import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { dayOf, monthOf } from './calendar.ts';
import type { TrafficBytes } from './counters.ts';
import { InterfaceTotals } from './interface-totals.ts';
import { PeerIndexes } from './peer-index.ts';
import type { Reading } from './reading.ts';

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

/**
 * Adds up what moves, by calendar days. The sums are a function of the counters in it and the counters now, so whoever
 * goes on from the same counters gets the same sums. It does no I/O and reads no clock.
 */
export class Totals {
  /** Whose places the sums are kept by. */
  readonly peers: PeerIndexes;
  readonly interfaces = new Map<InterfaceName, InterfaceTotals>();

  constructor(peers: PeerIndexes = new PeerIndexes()) {
    this.peers = peers;
  }

  /**
   * Takes the counters of an interface; says whether some began anew. What an interface moved before it is first seen
   * belongs to no day; a peer that was not there before counts from 0.
   */
  advance(name: InterfaceName, reading: Reading): boolean {
    const found = this.interfaces.get(name);
    if (found !== undefined) return found.advance(reading);
    this.interfaces.set(name, InterfaceTotals.begin(this.peers.of(name), reading));
    return false;
  }

  /**
   * Takes over what another account of the same days saw and this one did not; both are over the same peers. Each account
   * may have missed counters that began anew between two of its samples, and none counts too much: the greater is nearer
   * to the truth.
   */
  raiseTo(other: Totals): void {
    for (const [name, theirs] of other.interfaces) {
      const ours = this.interfaces.get(name);
      if (ours === undefined) this.interfaces.set(name, theirs);
      else if (ours.head.day === theirs.head.day) ours.raiseTo(theirs);
    }
  }

  /** The totals of a peer, or of all peers of the interface; undefined: never seen. A day that is over is not today. */
  of(name: InterfaceName, publicKey: PublicKey | undefined, nowMs: number): TrafficTotals | undefined {
    const found = this.interfaces.get(name);
    if (found === undefined) return undefined;
    const place = publicKey === undefined ? undefined : found.peers.find(publicKey);
    if (publicKey !== undefined && place === undefined) return undefined;
    const sums = place === undefined ? found.sum : found.of(place);
    if (sums === undefined) return undefined;
    const { day, since, isTodayEstimated, isMonthEstimated } = found.head;
    const isToday = day >= dayOf(nowMs);
    const isThisMonth = monthOf(day) >= monthOf(dayOf(nowMs));
    return {
      today: bytes(isToday ? sums.todayRx : 0, isToday ? sums.todayTx : 0),
      month: bytes(isThisMonth ? sums.monthRx : 0, isThisMonth ? sums.monthTx : 0),
      since,
      isTodayEstimated,
      isMonthEstimated,
    };
  }
}

function bytes(rx: number, tx: number): TrafficBytes {
  return { rxBytes: Math.round(rx), txBytes: Math.round(tx) };
}
