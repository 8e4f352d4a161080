import { Band } from './band.ts';
import type { CountedPeer } from './counters.ts';
import type { LogRows } from './log-rows.ts';
import type { PeerIndex } from './peer-index.ts';
import { type Reading, RollCall } from './reading.ts';
import { trafficWindow, trafficWindows, type WindowName } from './windows.ts';

/** The shares of a step in which a window takes new counters while nobody looks at it: bytes are spread within one. */
const bookingsAStep = 5;

/** What moved through one interface in every window. It does no I/O and reads no clock. */
export class InterfaceHistory {
  readonly peers: PeerIndex;
  readonly #bands = new Map<WindowName, Band>();
  readonly #readings: RollCall;
  readonly #records: RollCall;
  /** The last reading, which the longer windows may not have taken yet, and the one before it. */
  #latest: Reading | undefined;
  #before: Reading | undefined;
  #recalled: Reading | undefined;

  constructor(peers: PeerIndex) {
    this.peers = peers;
    this.#readings = new RollCall(peers);
    this.#records = new RollCall(peers);
  }

  /** When it was last heard of, in a reading or a log; milliseconds since the epoch. */
  get heardAt(): number {
    const ends = [...this.#bands.values()].map(({ until }) => until);
    return Math.max(this.#latest?.at ?? 0, ...ends);
  }

  get latest(): Reading | undefined {
    return this.#latest;
  }

  get before(): Reading | undefined {
    return this.#before;
  }

  /** The next reading. It takes the place of the one before the last: book it before the next is taken. */
  read(peers: readonly CountedPeer[], at: number): Reading {
    return this.#readings.take(peers, at, this.#before?.bytes);
  }

  /** Takes a reading, in which counters may have begun anew. */
  book(reading: Reading, isRestart: boolean): void {
    const before = this.#latest;
    // The last word of counters that begin anew, or of peers that are gone, must not be passed over.
    const isTurn = isRestart || (before !== undefined && before.places !== reading.places);
    if (isTurn) for (const { name } of trafficWindows) this.bandUpToDate(name);
    for (const { name } of trafficWindows) if (isTurn || this.#isDue(name, reading.at)) this.bookInto(name, reading);
    this.#before = before;
    this.#latest = reading;
  }

  /** Takes a reading into one window. */
  bookInto(window: WindowName, reading: Reading): void {
    const band = this.#bands.get(window);
    if (band === undefined) this.#bands.set(window, new Band(trafficWindow[window], reading));
    else band.book(reading);
  }

  /** The peers of a log's record as a reading. It takes the place of the one before: book it before the next is recalled. */
  recall(rows: LogRows, at: number): Reading {
    this.#recalled = this.#records.takeRows(rows, at, this.#recalled?.bytes);
    return this.#recalled;
  }

  /** When a window took its last reading, milliseconds since the epoch; undefined: never. */
  bookedUntil(window: WindowName): number | undefined {
    return this.#bands.get(window)?.until;
  }

  /** A window with all that was read; undefined: it never took a reading. */
  bandUpToDate(window: WindowName): Band | undefined {
    const band = this.#bands.get(window);
    if (band !== undefined && this.#latest !== undefined && band.until < this.#latest.at) band.book(this.#latest);
    return band;
  }

  /** The place is free, or another's. */
  forget(place: number): void {
    for (const band of this.#bands.values()) band.forget(place);
  }

  /** Whether a window is to take a reading now. One before the last comes of a clock that was set back. */
  #isDue(window: WindowName, at: number): boolean {
    const until = this.bookedUntil(window);
    return until === undefined || at < until || at - until >= trafficWindow[window].stepMs / bookingsAStep;
  }
}
