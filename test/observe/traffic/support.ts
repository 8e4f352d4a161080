/** Counters for the tests of the traffic history. */
import { expect } from 'vitest';
import { wholeOf } from '../../../src/host/bytes.ts';
import { Band, noSeries, type TrafficSeries } from '../../../src/observe/traffic/band.ts';
import type { CountedInterface, CountedPeer } from '../../../src/observe/traffic/counters.ts';
import { LogDecoder, type LogRecord } from '../../../src/observe/traffic/log-format.ts';
import { LogRows, rowsOf } from '../../../src/observe/traffic/log-rows.ts';
import { PeerIndex } from '../../../src/observe/traffic/peer-index.ts';
import { RollCall } from '../../../src/observe/traffic/reading.ts';
import type { Totals } from '../../../src/observe/traffic/totals.ts';
import { printTotals } from '../../../src/observe/traffic/totals-file.ts';
import type { TrafficWindow } from '../../../src/observe/traffic/windows.ts';
import type { PublicKey } from '../../../src/wg/key.ts';
import { keyOf, nameOf } from '../../support/snapshots.ts';

export const wg0 = nameOf('wg0');

/** A peer with as many bytes received as said, and a tenth of them sent unless said. */
export function counted(number: number, rxBytes: number, txBytes = rxBytes / 10): CountedPeer {
  return { publicKey: keyOf(number), rxBytes, txBytes };
}

/** An interface with these peers. */
export function interfaceOf(...peers: readonly CountedPeer[]): CountedInterface {
  return { name: wg0, peers };
}

/** Many peers that all count the same. */
export function manyPeers(count: number, bytes: number): CountedInterface {
  return interfaceOf(...Array.from({ length: count }, (_, number) => counted(number, bytes + number)));
}

/**
 * Expects the bytes or the rate of a peer: a step that is over is kept to 1 part in 2,048 (step-values.ts), and to 2^-15
 * bytes, and is rounded again where more is added to it. What the whole interface moved is kept exactly.
 */
export function expectNear(value: number | undefined, exact: number, roundings = 1): void {
  expect(Math.abs((value ?? Number.NaN) - exact)).toBeLessThanOrEqual((roundings * exact) / 2_000 + 0.001);
}

/** All bytes received in a series. */
export function bytesIn({ rx, coveredMs }: TrafficSeries): number {
  return rx.reduce<number>((sum, rate, step) => sum + ((rate ?? 0) * (coveredMs[step] ?? 0)) / 8_000, 0);
}

/** The counters of an interface as the record of a log. */
export function recordOf({ name, peers }: CountedInterface, at: number): LogRecord {
  const index = new PeerIndex();
  return { name, at, rows: rowsOf(new RollCall(index).take(peers, at), index) };
}

/** What a record says of each peer: its tag in hexadecimal digits, received and sent. */
export function rowsIn({ rows }: { readonly rows: LogRows }): (readonly [string, number, number])[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const { bytes } = new LogRows(rows.bytes.subarray(24 * row, 24 * (row + 1)));
    return [bytes.toString('hex', 0, 8), rows.rxBytes(row), rows.txBytes(row)];
  });
}

/** Has totals take the counters of a moment; says whether some began anew. */
export function advance(totals: Totals, { name, peers }: CountedInterface, at: number): boolean {
  return totals.advance(name, new RollCall(totals.peers.of(name)).take(peers, at));
}

/** A peer of {@link NamedBand}. */
export interface NamedCounters {
  readonly name: string;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** One window of one interface, whose peers go by short names. */
export class NamedBand {
  readonly #window: TrafficWindow;
  readonly #index = new PeerIndex();
  readonly #readings = new RollCall(this.#index);
  #band: Band | undefined;

  constructor(window: TrafficWindow) {
    this.#window = window;
  }

  book(at: number, peers: readonly NamedCounters[]): void {
    const reading = this.#readings.take(
      peers.map(({ name, rxBytes, txBytes }) => ({ publicKey: keyNamed(name), rxBytes, txBytes })),
      at,
    );
    if (this.#band === undefined) this.#band = new Band(this.#window, reading);
    else this.#band.book(reading);
  }

  /** Of a peer, or of all. */
  series(name: string | 'all', nowMs: number): TrafficSeries {
    const place = name === 'all' ? 'all' : this.#index.find(keyNamed(name));
    return this.#band?.series(place, nowMs) ?? noSeries(this.#window, nowMs);
  }

  /** Of each peer that moved something. */
  bytes(nowMs: number): NamedCounters[] {
    const found: NamedCounters[] = [];
    this.#band?.forEachMoved(nowMs, (place, rxBytes, txBytes) => {
      found.push({ name: names.get(this.#index.keyAt(place)) ?? '', rxBytes, txBytes });
    });
    return found;
  }
}

const names = new Map<PublicKey | undefined, string>();

function keyNamed(name: string): PublicKey {
  const key = keyOf(Buffer.from(name.padEnd(4).slice(0, 4)).readUInt32BE());
  names.set(key, name);
  return key;
}

/** The whole file of totals. */
export function printedTotals(totals: Totals): string {
  return Buffer.from(wholeOf(printTotals(totals))).toString('utf8');
}

/** All that a log holds, read at once. */
export function decodeLog(bytes: Uint8Array) {
  const decoder = new LogDecoder();
  const { records } = decoder.read(bytes, true);
  return { records, brokenRuns: decoder.brokenRuns, isForeign: decoder.isForeign };
}
