import type { PeerIndex } from './peer-index.ts';
import { tagBytes } from './peer-tag.ts';
import type { Reading } from './reading.ts';

/** Bytes of a row: the peer's tag, and received and sent as the kernel counts them, a double each. */
const rowBytes = tagBytes + 16;

/** The peers of a record as they are on disk, a row each (docs/traffic-history.md): to read one makes no object. */
export class LogRows {
  /** All rows, one after the other. */
  readonly bytes: Buffer;

  /** Throws a RangeError where the bytes are no whole rows. */
  constructor(bytes: Buffer) {
    if (bytes.length % rowBytes !== 0) throw new RangeError(`${bytes.length} bytes are no whole rows`);
    this.bytes = bytes;
  }

  get count(): number {
    return this.bytes.length / rowBytes;
  }

  /** The halves of a tag, see peer-tag.ts. */
  tagHigh(row: number): number {
    return this.bytes.readUInt32BE(row * rowBytes);
  }

  tagLow(row: number): number {
    return this.bytes.readUInt32BE(row * rowBytes + 4);
  }

  /** Whatever a file says; see {@link isCount}. */
  rxBytes(row: number): number {
    return this.bytes.readDoubleLE(row * rowBytes + tagBytes);
  }

  txBytes(row: number): number {
    return this.bytes.readDoubleLE(row * rowBytes + tagBytes + 8);
  }
}

/** Whether so many rows fill exactly so many bytes. */
export function doFill(rows: number, bytes: number): boolean {
  return rows * rowBytes === bytes;
}

/**
 * The rows of a reading, in memory of their own. Peers that never moved a byte are left out, for a peer that is not there
 * counts from 0.
 */
export function rowsOf({ places, bytes }: Reading, peers: PeerIndex): LogRows {
  const hasMoved = (index: number) => (bytes[2 * index] ?? 0) > 0 || (bytes[2 * index + 1] ?? 0) > 0;
  let count = 0;
  for (let index = 0; index < places.length; index += 1) if (hasMoved(index)) count += 1;
  const rows = Buffer.alloc(count * rowBytes);
  for (let index = 0, offset = 0; index < places.length; index += 1) {
    if (!hasMoved(index)) continue;
    const place = places[index] ?? 0;
    rows.writeUInt32BE(peers.tagHighAt(place), offset);
    rows.writeUInt32BE(peers.tagLowAt(place), offset + 4);
    rows.writeDoubleLE(bytes[2 * index] ?? 0, offset + tagBytes);
    rows.writeDoubleLE(bytes[2 * index + 1] ?? 0, offset + tagBytes + 8);
    offset += rowBytes;
  }
  return new LogRows(rows);
}

/** Whether a number from a file can be a count of bytes. */
export function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
