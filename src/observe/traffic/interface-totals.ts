import { longestStepMs } from '../../wg/activity/history.ts';
import { dayOf, monthOf, startOfDay, startOfMonth } from './calendar.ts';
import { grownDoubles } from './columns.ts';
import { hasRestarted } from './counters.ts';
import type { PeerIndex } from './peer-index.ts';
import type { Reading } from './reading.ts';

/** Bytes today and this month. */
export interface Sums {
  readonly todayRx: number;
  readonly todayTx: number;
  readonly monthRx: number;
  readonly monthTx: number;
}

/** The sums of a peer, and the counters up to which they go. */
export interface PeerSums extends Sums {
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** Up to when the sums of an interface go, and what its days are. */
export interface TotalsHead {
  /** Milliseconds since the epoch of the counters that are in them, and of the first ones. */
  readonly at: number;
  readonly since: number;
  /** The day that is today in them. */
  readonly day: string;
  /** See {@link TrafficTotals} in totals.ts. */
  readonly isTodayEstimated: boolean;
  readonly isMonthEstimated: boolean;
}

/** A clock that was set back is believed to have been right before, for this long. Milliseconds. */
const longestStepBackMs = 48 * 3_600_000;

/** Numbers of a row: the two counters, then the four sums. The interface's own row has no counters. */
const rowLength = 6;
const [rxBytes, txBytes, todayRx, todayTx, monthRx, monthTx] = [0, 1, 2, 3, 4, 5] as const;

/**
 * What the peers of one interface moved today and this month, by place, and what all of them moved, with those that are gone.
 * The sums are a function of the counters in them and the counters now.
 */
export class InterfaceTotals {
  readonly peers: PeerIndex;
  #head: TotalsHead;
  /** A row a place. NaN where a peer has no sums. */
  #rows: Float64Array = new Float64Array();
  readonly #sum = new Float64Array(rowLength);

  constructor(peers: PeerIndex, head: TotalsHead) {
    this.peers = peers;
    this.#head = head;
  }

  /** Begins with counters of which nobody knows when they moved: they belong to no day. */
  static begin(peers: PeerIndex, reading: Reading): InterfaceTotals {
    const { at, places, bytes } = reading;
    const day = dayOf(at);
    const totals = new InterfaceTotals(peers, { at, since: at, day, isTodayEstimated: false, isMonthEstimated: false });
    for (let index = 0; index < places.length; index += 1) {
      const counters = { rxBytes: bytes[2 * index] ?? 0, txBytes: bytes[2 * index + 1] ?? 0 };
      totals.set(places[index] ?? 0, { ...counters, ...noSums });
    }
    return totals;
  }

  /** As they are now; what these take afterwards is not in it. */
  copy(): InterfaceTotals {
    const copy = new InterfaceTotals(this.peers, this.#head);
    copy.#rows = this.#rows.slice();
    copy.#sum.set(this.#sum);
    return copy;
  }

  get head(): TotalsHead {
    return this.#head;
  }

  /** Of all peers. */
  get sum(): Sums {
    return sumsIn(this.#sum, 0);
  }

  set sum(sums: Sums) {
    setSums(this.#sum, 0, sums);
  }

  /** Of the peer at a place; undefined: never seen, or forgotten with its month. */
  of(place: number): PeerSums | undefined {
    const start = rowLength * place;
    const rx = this.#rows[start + rxBytes] ?? Number.NaN;
    if (Number.isNaN(rx)) return undefined;
    return { rxBytes: rx, txBytes: this.#rows[start + txBytes] ?? 0, ...sumsIn(this.#rows, start) };
  }

  set(place: number, sums: PeerSums): void {
    const start = rowLength * place;
    this.#rows = grownDoubles(this.#rows, rowLength * this.peers.size, Number.NaN);
    this.#rows[start + rxBytes] = sums.rxBytes;
    this.#rows[start + txBytes] = sums.txBytes;
    setSums(this.#rows, start, sums);
  }

  forget(place: number): void {
    this.#rows.fill(Number.NaN, rowLength * place, rowLength * (place + 1));
  }

  /** Goes on to the counters of a reading; says whether some began anew. A peer that was not there counts from 0. */
  advance(reading: Reading): boolean {
    const { at, places, bytes, size } = reading;
    const { today, month } = this.#turn(reading);
    this.#rows = grownDoubles(this.#rows, rowLength * size, Number.NaN);
    const rows = this.#rows;
    let hasRestarts = false;
    for (let index = 0; index < places.length; index += 1) {
      const start = rowLength * (places[index] ?? 0);
      const rxNow = bytes[2 * index] ?? 0;
      const txNow = bytes[2 * index + 1] ?? 0;
      if (Number.isNaN(rows[start])) rows.fill(0, start, start + rowLength);
      const rxBefore = rows[start + rxBytes] ?? 0;
      const txBefore = rows[start + txBytes] ?? 0;
      if (rxNow === rxBefore && txNow === txBefore) continue;
      const isNew = hasRestarted(rxNow, txNow, rxBefore, txBefore);
      if (isNew) hasRestarts = true;
      rows[start + rxBytes] = rxNow;
      rows[start + txBytes] = txNow;
      const rx = isNew ? rxNow : rxNow - rxBefore;
      const tx = isNew ? txNow : txNow - txBefore;
      add(rows, start, rx, tx, today, month);
      add(this.#sum, 0, rx, tx, today, month);
    }
    this.#head = { ...this.#head, at };
    return hasRestarts;
  }

  /** Takes the greater of its own sums and those of another account of the same day, whose peers have the same places. */
  raiseTo(other: InterfaceTotals): void {
    const theirs = other.#head;
    this.#head = {
      ...this.#head,
      since: Math.min(this.#head.since, theirs.since),
      isTodayEstimated: this.#head.isTodayEstimated || theirs.isTodayEstimated,
      isMonthEstimated: this.#head.isMonthEstimated || theirs.isMonthEstimated,
    };
    raise(this.#sum, 0, other.#sum);
    this.#rows = grownDoubles(this.#rows, other.#rows.length, Number.NaN);
    for (let start = 0; start < other.#rows.length; start += rowLength) {
      if (Number.isNaN(other.#rows[start])) continue;
      if (Number.isNaN(this.#rows[start])) this.#rows.set(other.#rows.subarray(start, start + rowLength), start);
      else raise(this.#rows, start, other.#rows);
    }
  }

  /** Begins a new day or month where one has begun; gives the shares of the bytes since the last reading that belong to them. */
  #turn(reading: Reading): { today: number; month: number } {
    const { at } = reading;
    const { day: dayBefore, at: atBefore } = this.#head;
    const day = dayOf(at);
    const isSetBack = day < dayBefore && atBefore - at < longestStepBackMs;
    if (day === dayBefore || isSetBack) return { today: 1, month: 1 };
    const isNewMonth = monthOf(day) !== monthOf(dayBefore);
    const isLong = at - atBefore > longestStepMs;
    const shareSince = (start: number) => (at > atBefore ? Math.min(1, (at - start) / (at - atBefore)) : 1);
    this.#head = {
      ...this.#head,
      day,
      isTodayEstimated: isLong,
      isMonthEstimated: isNewMonth ? isLong : this.#head.isMonthEstimated,
    };
    if (isNewMonth) this.#forgetAllBut(reading);
    beginDay(this.#sum, isNewMonth);
    beginDay(this.#rows, isNewMonth);
    return { today: shareSince(startOfDay(at)), month: isNewMonth ? shareSince(startOfMonth(at)) : 1 };
  }

  #forgetAllBut({ places, size }: Reading): void {
    const isPresent = new Uint8Array(size);
    for (const place of places) isPresent[place] = 1;
    for (let place = 0; place < size; place += 1) if (isPresent[place] !== 1) this.forget(place);
  }
}

const noSums: Sums = { todayRx: 0, todayTx: 0, monthRx: 0, monthTx: 0 };

function sumsIn(rows: Float64Array, start: number): Sums {
  return {
    todayRx: rows[start + todayRx] ?? 0,
    todayTx: rows[start + todayTx] ?? 0,
    monthRx: rows[start + monthRx] ?? 0,
    monthTx: rows[start + monthTx] ?? 0,
  };
}

function setSums(rows: Float64Array, start: number, sums: Sums): void {
  rows[start + todayRx] = sums.todayRx;
  rows[start + todayTx] = sums.todayTx;
  rows[start + monthRx] = sums.monthRx;
  rows[start + monthTx] = sums.monthTx;
}

function add(rows: Float64Array, start: number, rx: number, tx: number, today: number, month: number): void {
  rows[start + todayRx] = (rows[start + todayRx] ?? 0) + rx * today;
  rows[start + todayTx] = (rows[start + todayTx] ?? 0) + tx * today;
  rows[start + monthRx] = (rows[start + monthRx] ?? 0) + rx * month;
  rows[start + monthTx] = (rows[start + monthTx] ?? 0) + tx * month;
}

function raise(rows: Float64Array, start: number, others: Float64Array): void {
  for (let index = start + todayRx; index <= start + monthTx; index += 1) {
    rows[index] = Math.max(rows[index] ?? 0, others[index] ?? 0);
  }
}

/** What has no sums stays without: NaN is in its counters, too. */
function beginDay(rows: Float64Array, isNewMonth: boolean): void {
  for (let start = 0; start < rows.length; start += rowLength) {
    rows.fill(0, start + todayRx, start + (isNewMonth ? rowLength : monthRx));
  }
}
