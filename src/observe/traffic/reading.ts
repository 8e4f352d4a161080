import { type MovingSample, takeSample } from '../../wg/followed-peer.ts';
import type { CountedPeer } from './counters.ts';
import { isCount, type LogRows } from './log-rows.ts';
import type { PeerIndex } from './peer-index.ts';

/** The counters of the peers of one interface at a moment, copied: what they were copied from may change in place. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The places of the peers that are there. The very same array as in the reading before where the same peers are there. */
  readonly places: Int32Array;
  /** Received and sent of each of them, side by side. */
  readonly bytes: Float64Array;
  /** How many places there are: as long as a column by place has to be. */
  readonly size: number;
}

/**
 * Makes readings of peers. It remembers the order of the peers in the reading before, which the next one mostly has too:
 * then nobody is looked up, and no column is made but one for the counters, which can be used again.
 */
export class RollCall {
  readonly #peers: PeerIndex;
  #places: Int32Array = new Int32Array();
  /** What moves of the peer at hand. */
  readonly #sample: MovingSample = { rxBytes: 0, txBytes: 0, latestHandshake: undefined };

  constructor(peers: PeerIndex) {
    this.#peers = peers;
  }

  /** A reading of these peers. `into` is written over, where it is of the right length. */
  take(counted: readonly CountedPeer[], at: number, into?: Float64Array): Reading {
    const peers = this.#peers;
    const bytes = into?.length === 2 * counted.length ? into : new Float64Array(2 * counted.length);
    const order = new Order(this.#places, counted.length);
    const sample = this.#sample;
    for (const peer of counted) {
      const { publicKey } = peer;
      let place = order.guess(0);
      if (place === -1 || peers.keyAt(place) !== publicKey) {
        place = order.guess(1);
        if (place === -1 || peers.keyAt(place) !== publicKey) place = peers.seat(publicKey, at);
      }
      peers.hear(place, at);
      takeSample(peer, sample);
      order.add(place, bytes, sample.rxBytes, sample.txBytes);
    }
    return this.#reading(order, bytes, at);
  }

  /** A reading of the rows of a log. A row whose numbers are no counts is left out. `into` as above. */
  takeRows(rows: LogRows, at: number, into?: Float64Array): Reading {
    const peers = this.#peers;
    const bytes = into?.length === 2 * rows.count ? into : new Float64Array(2 * rows.count);
    const order = new Order(this.#places, rows.count);
    for (let row = 0; row < rows.count; row += 1) {
      const rxBytes = rows.rxBytes(row);
      const txBytes = rows.txBytes(row);
      if (!isCount(rxBytes) || !isCount(txBytes)) continue;
      const high = rows.tagHigh(row);
      const low = rows.tagLow(row);
      let place = order.guess(0);
      if (!peers.hasTag(place, high, low)) {
        place = order.guess(1);
        if (!peers.hasTag(place, high, low)) place = peers.seatTag(high, low, at);
      }
      peers.hear(place, at);
      order.add(place, bytes, rxBytes, txBytes);
    }
    return this.#reading(order, bytes, at);
  }

  #reading(order: Order, bytes: Float64Array, at: number): Reading {
    this.#places = order.places();
    return { at, places: this.#places, bytes, size: this.#peers.size };
  }
}

/** The places of a reading in the making, beside those of the one before. */
class Order {
  /** Of the peers so far. */
  length = 0;
  readonly #before: Int32Array;
  readonly #most: number;
  /** Made at the first difference. */
  #own: Int32Array | undefined;
  /** Where in the reading before we are: not at `length`, once peers have joined or left. */
  #next = 0;

  constructor(before: Int32Array, most: number) {
    this.#before = before;
    this.#most = most;
  }

  /** The place that is next in the reading before, or (1) the one after it, for one peer may have left; -1: none. */
  guess(ahead: 0 | 1): number {
    return this.#before[this.#next + ahead] ?? -1;
  }

  /** Adds a peer by its place, and writes its counters behind those of the peers before it. */
  add(place: number, bytes: Float64Array, rxBytes: number, txBytes: number): void {
    bytes[2 * this.length] = rxBytes;
    bytes[2 * this.length + 1] = txBytes;
    if (this.#own === undefined && this.#before[this.length] !== place) {
      this.#own = new Int32Array(this.#most);
      this.#own.set(this.#before.subarray(0, this.length));
    }
    if (this.#own !== undefined) this.#own[this.length] = place;
    this.length += 1;
    if (this.guess(0) === place) this.#next += 1;
    else if (this.guess(1) === place) this.#next += 2;
  }

  places(): Int32Array {
    const places = this.#own ?? this.#before;
    return places.length === this.length ? places : places.slice(0, this.length);
  }
}
