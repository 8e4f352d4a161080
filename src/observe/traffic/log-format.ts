import { crc32 } from 'node:zlib';
import type { InterfaceName } from '../../wg/key.ts';
import { doFill, LogRows } from './log-rows.ts';

/** The counters of all peers of one interface at one moment, as a log holds them. */
export interface LogRecord {
  readonly name: InterfaceName;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly rows: LogRows;
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
/** A file in which this many runs are broken is not worth the search for more. */
const mostBrokenRuns = 1_000;

/** One record as bytes (docs/traffic-history.md). */
export function encodeRecord({ name, at, rows }: LogRecord): Uint8Array {
  const nameBytes = Buffer.from(name, 'utf8').subarray(0, 255);
  const record = Buffer.alloc(fixedBytes + nameBytes.length + rows.bytes.length);
  magic.copy(record);
  record.writeUInt32LE(record.length, 4);
  record.writeDoubleLE(at, headBytes);
  record.writeUInt32LE(rows.count, headBytes + 8);
  record.writeUInt8(nameBytes.length, headBytes + 12);
  nameBytes.copy(record, fixedBytes);
  rows.bytes.copy(record, fixedBytes + nameBytes.length);
  record.writeUInt32LE(crc32(record.subarray(headBytes)), 8);
  return record;
}

/**
 * All whole records of a log from one moment to another (milliseconds since the epoch), in order. Their rows are views of
 * `bytes`. Never throws.
 */
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
      if (at >= fromMs && at <= toMs) records.push(recordIn(frame, at));
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
  if (!doFill(count, length - fixedBytes - frame.readUInt8(headBytes + 12))) return undefined;
  return crc32(frame.subarray(headBytes)) === frame.readUInt32LE(8) ? frame : undefined;
}

function recordIn(frame: Buffer, at: number): LogRecord {
  const start = fixedBytes + frame.readUInt8(headBytes + 12);
  const name = frame.toString('utf8', fixedBytes, start) as InterfaceName;
  return { name, at, rows: new LogRows(frame.subarray(start)) };
}
