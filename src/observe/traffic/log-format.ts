import { crc32 } from 'node:zlib';
import type { InterfaceName } from '../../wg/key.ts';
import type { TaggedCounters } from './band.ts';
import { tagBytes } from './peer-tag.ts';

/** The counters of all peers of one interface at one moment, as a log holds them. */
export interface LogRecord {
  readonly name: InterfaceName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly peers: readonly TaggedCounters[];
}

/** What a log holds. */
export interface ReadLog {
  readonly records: readonly LogRecord[];
  /** Runs of bytes that are no record: the rest of a write that was cut off, or damage. */
  readonly brokenRuns: number;
  /** The bytes at the start are of another kind or version: the file is not ours to add to. */
  readonly isForeign: boolean;
}

/** Begins each record; its last byte is the version of the format. */
const magic = Buffer.from('MTR1', 'latin1');
/** Magic, length of the record, CRC-32 of what follows. */
const headBytes = 12;
const fixedBytes = headBytes + 8 + 4 + 1;
const entryBytes = tagBytes + 16;
/** A file in which this many runs are broken is not worth the search for more. */
const mostBrokenRuns = 1_000;

/**
 * One record as bytes (docs/traffic-history.md). Peers that never moved a byte are left out, for a peer that is not
 * there counts from 0.
 */
export function encodeRecord({ name, at, peers }: LogRecord): Uint8Array {
  const moved = peers.filter((peer) => peer.rxBytes > 0 || peer.txBytes > 0);
  const nameBytes = Buffer.from(name, 'utf8').subarray(0, 255);
  const record = Buffer.alloc(fixedBytes + nameBytes.length + moved.length * entryBytes);
  magic.copy(record);
  record.writeUInt32LE(record.length, 4);
  record.writeDoubleLE(at, headBytes);
  record.writeUInt32LE(moved.length, headBytes + 8);
  record.writeUInt8(nameBytes.length, headBytes + 12);
  nameBytes.copy(record, fixedBytes);
  let offset = fixedBytes + nameBytes.length;
  for (const { tag, rxBytes, txBytes } of moved) {
    record.write(tag, offset, tagBytes, 'latin1');
    record.writeDoubleLE(rxBytes, offset + tagBytes);
    record.writeDoubleLE(txBytes, offset + tagBytes + 8);
    offset += entryBytes;
  }
  record.writeUInt32LE(crc32(record.subarray(headBytes)), 8);
  return record;
}

/** All whole records of a log from one moment to another (milliseconds since the epoch), in order. Never throws. */
export function decodeLog(
  bytes: Uint8Array,
  fromMs = Number.NEGATIVE_INFINITY,
  toMs = Number.POSITIVE_INFINITY,
): ReadLog {
  const log = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isForeign = log.length > 0 && !magic.subarray(0, log.length).equals(log.subarray(0, magic.length));
  if (isForeign) return { records: [], brokenRuns: 0, isForeign };
  const records: LogRecord[] = [];
  let brokenRuns = 0;
  for (let offset = 0; offset < log.length && brokenRuns < mostBrokenRuns; ) {
    const frame = frameAt(log, offset);
    if (frame !== undefined) {
      const at = frame.readDoubleLE(headBytes);
      if (at >= fromMs && at <= toMs) records.push(recordIn(frame, at, records.at(-1)));
      offset += frame.length;
      continue;
    }
    brokenRuns += 1;
    const next = log.indexOf(magic, offset + 1);
    offset = next === -1 ? log.length : next;
  }
  return { records, brokenRuns, isForeign };
}

/** The bytes of the record that begins there; undefined where none does. */
function frameAt(log: Buffer, start: number): Buffer | undefined {
  if (log.length - start < fixedBytes || log.compare(magic, 0, magic.length, start, start + magic.length) !== 0) {
    return undefined;
  }
  const length = log.readUInt32LE(start + 4);
  if (length < fixedBytes || length > log.length - start) return undefined;
  const frame = log.subarray(start, start + length);
  const count = frame.readUInt32LE(headBytes + 8);
  if (length !== fixedBytes + frame.readUInt8(headBytes + 12) + count * entryBytes) return undefined;
  return crc32(frame.subarray(headBytes)) === frame.readUInt32LE(8) ? frame : undefined;
}

function recordIn(frame: Buffer, at: number, before: LogRecord | undefined): LogRecord {
  const entries = fixedBytes + frame.readUInt8(headBytes + 12);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const peers: TaggedCounters[] = [];
  for (let offset = entries; offset < frame.length; offset += entryBytes) {
    const rxBytes = view.getFloat64(offset + tagBytes, true);
    const txBytes = view.getFloat64(offset + tagBytes + 8, true);
    const tag = tagAt(view, offset, before?.peers[peers.length]?.tag);
    if (isCount(rxBytes) && isCount(txBytes)) peers.push({ tag, rxBytes, txBytes });
  }
  return { name: frame.toString('utf8', fixedBytes, entries) as InterfaceName, at, peers };
}

/** Records mostly list the same peers in the same order; to use a string again is far cheaper than to make it. */
function tagAt(view: DataView, offset: number, expected: string | undefined): string {
  let isExpected = expected !== undefined;
  for (let index = 0; isExpected && index < tagBytes; index += 1) {
    isExpected = view.getUint8(offset + index) === expected?.charCodeAt(index);
  }
  if (isExpected && expected !== undefined) return expected;
  return Buffer.from(view.buffer, view.byteOffset + offset, tagBytes).toString('latin1');
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
