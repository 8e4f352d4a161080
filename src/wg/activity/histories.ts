import type { Printable } from '../../host/printable.ts';
import type { DumpPeer } from '../dump.ts';
import type { PeerId } from '../peer.ts';
import {
  beginHistory,
  type EndpointSeen,
  keptIntervals,
  keptKeepalives,
  type MovingHistory,
  noPast,
  type PeerSample,
} from './history.ts';

/** The place of each number in the row of a peer; those of which there are several stand one behind another. */
export const historyColumns = {
  rxBytes: 0,
  txBytes: 1,
  calls: 2,
  knocks: 3,
  rxBase: 4,
  txBase: 5,
  latestHandshake: 6,
  lastRxAt: 7,
  lastRxBy: 8,
  lastDataAt: 9,
  unansweredSince: 10,
  unansweredAt: 11,
  lastCallAt: 12,
  lastKnockAt: 13,
  endpointSince: 14,
  sampledAt: 15,
  keepalives: 16,
  handshakeIntervals: 16 + keptKeepalives,
} as const;

/** Numbers of one peer. */
export const historyWidth = historyColumns.handshakeIntervals + keptIntervals;

/** What is kept of one peer as a row of numbers, NaN for what is undefined, and what is text. */
export interface HistoryRow {
  readonly id: PeerId;
  readonly numbers: Float64Array;
  /** Where it was reached last. */
  readonly endpoint: Printable | undefined;
  /** The endpoints before that, oldest first. */
  readonly earlier: readonly EndpointSeen[];
}

/** The parts of {@link PeerHistories}, each by place. */
export interface HistoryParts {
  readonly ids: PeerId[];
  readonly numbers: Float64Array;
  readonly endpoints: (Printable | undefined)[];
  readonly earlier: Map<number, readonly EndpointSeen[]>;
}

/**
 * The histories of all peers that were ever seen, each at a place: a small number, which it keeps. They are rows of one
 * column of numbers, because on a large hub that is a tenth of what objects take, and the collector passes it by.
 */
export class PeerHistories {
  readonly #ids: PeerId[];
  #numbers: Float64Array;
  readonly #endpoints: (Printable | undefined)[];
  readonly #earlier: Map<number, readonly EndpointSeen[]>;
  readonly #cursor: HistoryAt;
  /** Where the next one that is looked for probably is: rows of a file and those of a dump mostly have one order. */
  #guess = 0;
  #places: Map<PeerId, number> | undefined;

  /** The parts are these histories' own from then on. */
  constructor(parts: HistoryParts = { ids: [], numbers: new Float64Array(), endpoints: [], earlier: new Map() }) {
    this.#ids = parts.ids;
    this.#numbers = parts.numbers;
    this.#endpoints = parts.endpoints;
    this.#earlier = parts.earlier;
    this.#cursor = new HistoryAt(this);
  }

  /** One more than the highest place. */
  get size(): number {
    return this.#ids.length;
  }

  /** The place of a peer; undefined where it was never seen. */
  find(id: PeerId): number | undefined {
    const place = this.#ids[this.#guess] === id ? this.#guess : this.#lookUp(id);
    if (place === undefined) return undefined;
    // The caller's text, which lives anyway.
    this.#ids[place] = id;
    this.#guess = place + 1;
    return place;
  }

  /** Gives a peer that was never seen its place. `now`: milliseconds since the epoch. */
  begin(peer: DumpPeer, now: number): number {
    const place = this.#ids.push(peer.id) - 1;
    this.#endpoints.push(undefined);
    if (this.#guess === place) this.#guess = place + 1;
    this.#places?.set(peer.id, place);
    this.#makeRoom(historyWidth * this.size);
    this.#numbers.fill(Number.NaN, historyWidth * place, historyWidth * (place + 1));
    Object.assign(this.at(place), beginHistory(peer, now));
    return place;
  }

  /** Gives up what was made to find peers out of their order. */
  forgetOrder(): void {
    this.#places = undefined;
    this.#guess = 0;
  }

  /** Makes room for so many peers in all. */
  expectAll(count: number): void {
    this.#makeRoom(historyWidth * count);
  }

  /** The history at a place, to be read and moved on. **One object for all places**: it is of this one until the next call. */
  at(place: number): MovingHistory {
    const cursor = this.#cursor;
    cursor.numbers = this.#numbers;
    cursor.row = historyWidth * place;
    cursor.place = place;
    return cursor;
  }

  /** Whether a sample of the peer at a place says what the last one said. It is asked of all peers each second. */
  isStill(place: number, { rxBytes, txBytes, latestHandshake }: PeerSample): boolean {
    const row = historyWidth * place;
    const numbers = this.#numbers;
    if (numbers[row + historyColumns.rxBytes] !== rxBytes || numbers[row + historyColumns.txBytes] !== txBytes) {
      return false;
    }
    const before = numbers[row + historyColumns.latestHandshake] ?? Number.NaN;
    return latestHandshake === undefined ? Number.isNaN(before) : before === latestHandshake;
  }

  /** When the peer at a place was sampled last, milliseconds since the epoch. */
  sampledAt(place: number): number {
    return this.#numbers[historyWidth * place + historyColumns.sampledAt] ?? Number.NaN;
  }

  /** Notes that the peer at a place was sampled. */
  sampled(place: number, now: number): void {
    this.#numbers[historyWidth * place + historyColumns.sampledAt] = now;
  }

  /** All that is kept of the peer at a place; the numbers are those that change. */
  row(place: number): HistoryRow {
    return {
      id: this.#ids[place] ?? ('' as PeerId),
      numbers: this.#numbers.subarray(historyWidth * place, historyWidth * (place + 1)),
      endpoint: this.#endpoints[place],
      earlier: this.#earlier.get(place) ?? [],
    };
  }

  /** Where the peer at a place was reached last. */
  endpointAt(place: number): Printable | undefined {
    return this.#endpoints[place];
  }

  /** Where it was reached, oldest first. */
  endpointsAt(place: number): readonly EndpointSeen[] {
    const endpoint = this.#endpoints[place];
    if (endpoint === undefined) return noPast.endpoints;
    const since = this.#numbers[historyWidth * place + historyColumns.endpointSince] ?? Number.NaN;
    return [...(this.#earlier.get(place) ?? []), { endpoint, since }];
  }

  setEndpointsAt(place: number, endpoints: readonly EndpointSeen[]): void {
    const last = endpoints.at(-1);
    this.#endpoints[place] = last?.endpoint;
    this.#numbers[historyWidth * place + historyColumns.endpointSince] = last?.since ?? Number.NaN;
    if (endpoints.length > 1) this.#earlier.set(place, endpoints.slice(0, -1));
    else this.#earlier.delete(place);
  }

  #lookUp(id: PeerId): number | undefined {
    this.#places ??= new Map(this.#ids.map((one, place) => [one, place]));
    return this.#places.get(id);
  }

  #makeRoom(length: number): void {
    if (this.#numbers.length >= length) return;
    const longer = new Float64Array(length + (length >> 3));
    longer.set(this.#numbers);
    this.#numbers = longer;
  }
}

/** A window on one row. */
class HistoryAt implements MovingHistory {
  numbers: Float64Array = new Float64Array();
  row = 0;
  place = 0;
  readonly #all: PeerHistories;

  constructor(all: PeerHistories) {
    this.#all = all;
  }

  get rxBytes(): number {
    return this.numbers[this.row + historyColumns.rxBytes] ?? 0;
  }

  set rxBytes(value: number) {
    this.numbers[this.row + historyColumns.rxBytes] = value;
  }

  get txBytes(): number {
    return this.numbers[this.row + historyColumns.txBytes] ?? 0;
  }

  set txBytes(value: number) {
    this.numbers[this.row + historyColumns.txBytes] = value;
  }

  get calls(): number {
    return this.numbers[this.row + historyColumns.calls] ?? 0;
  }

  set calls(value: number) {
    this.numbers[this.row + historyColumns.calls] = value;
  }

  get knocks(): number {
    return this.numbers[this.row + historyColumns.knocks] ?? 0;
  }

  set knocks(value: number) {
    this.numbers[this.row + historyColumns.knocks] = value;
  }

  get rxBase(): number {
    return this.numbers[this.row + historyColumns.rxBase] ?? 0;
  }

  set rxBase(value: number) {
    this.numbers[this.row + historyColumns.rxBase] = value;
  }

  get txBase(): number {
    return this.numbers[this.row + historyColumns.txBase] ?? 0;
  }

  set txBase(value: number) {
    this.numbers[this.row + historyColumns.txBase] = value;
  }

  get latestHandshake(): number | undefined {
    return this.#time(historyColumns.latestHandshake);
  }

  set latestHandshake(value: number | undefined) {
    this.numbers[this.row + historyColumns.latestHandshake] = value ?? Number.NaN;
  }

  get lastRxAt(): number | undefined {
    return this.#time(historyColumns.lastRxAt);
  }

  set lastRxAt(value: number | undefined) {
    this.numbers[this.row + historyColumns.lastRxAt] = value ?? Number.NaN;
  }

  get lastRxBy(): number | undefined {
    return this.#time(historyColumns.lastRxBy);
  }

  set lastRxBy(value: number | undefined) {
    this.numbers[this.row + historyColumns.lastRxBy] = value ?? Number.NaN;
  }

  get lastDataAt(): number | undefined {
    return this.#time(historyColumns.lastDataAt);
  }

  set lastDataAt(value: number | undefined) {
    this.numbers[this.row + historyColumns.lastDataAt] = value ?? Number.NaN;
  }

  get unansweredSince(): number | undefined {
    return this.#time(historyColumns.unansweredSince);
  }

  set unansweredSince(value: number | undefined) {
    this.numbers[this.row + historyColumns.unansweredSince] = value ?? Number.NaN;
  }

  get unansweredAt(): number | undefined {
    return this.#time(historyColumns.unansweredAt);
  }

  set unansweredAt(value: number | undefined) {
    this.numbers[this.row + historyColumns.unansweredAt] = value ?? Number.NaN;
  }

  get lastCallAt(): number | undefined {
    return this.#time(historyColumns.lastCallAt);
  }

  set lastCallAt(value: number | undefined) {
    this.numbers[this.row + historyColumns.lastCallAt] = value ?? Number.NaN;
  }

  get lastKnockAt(): number | undefined {
    return this.#time(historyColumns.lastKnockAt);
  }

  set lastKnockAt(value: number | undefined) {
    this.numbers[this.row + historyColumns.lastKnockAt] = value ?? Number.NaN;
  }

  get keepalives(): readonly number[] {
    return this.#list(historyColumns.keepalives, keptKeepalives);
  }

  set keepalives(values: readonly number[]) {
    this.#setList(historyColumns.keepalives, keptKeepalives, values);
  }

  get handshakeIntervals(): readonly number[] {
    return this.#list(historyColumns.handshakeIntervals, keptIntervals);
  }

  set handshakeIntervals(values: readonly number[]) {
    this.#setList(historyColumns.handshakeIntervals, keptIntervals, values);
  }

  get endpoints(): readonly EndpointSeen[] {
    return this.#all.endpointsAt(this.place);
  }

  set endpoints(endpoints: readonly EndpointSeen[]) {
    this.#all.setEndpointsAt(this.place, endpoints);
  }

  #time(column: number): number | undefined {
    const value = this.numbers[this.row + column] ?? Number.NaN;
    return Number.isNaN(value) ? undefined : value;
  }

  #list(column: number, most: number): readonly number[] {
    const from = this.row + column;
    if (Number.isNaN(this.numbers[from])) return noPast.keepalives;
    const values: number[] = [];
    for (let at = from; at < from + most; at += 1) {
      const value = this.numbers[at] ?? Number.NaN;
      if (Number.isNaN(value)) break;
      values.push(value);
    }
    return values;
  }

  #setList(column: number, most: number, values: readonly number[]): void {
    for (let index = 0; index < most; index += 1) {
      this.numbers[this.row + column + index] = values[index] ?? Number.NaN;
    }
  }
}
