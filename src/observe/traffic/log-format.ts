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

/** What one piece of a log holds. */
export interface LogPiece {
  /** Whole ones. Their rows are views of the piece. */
  readonly records: readonly LogRecord[];
  /** How many bytes of the piece were read: the next one begins after them. None: this one is too short. */
  readonly done: number;
}

/** Reads a log from its beginning, piece by piece: of 10,000 peers it has 35 MB. Never throws. */
export class LogDecoder {
  readonly #fromMs: number;
  readonly #toMs: number;
  #brokenRuns = 0;
  /** Whether what comes next belongs to a run of bytes that is no record. */
  #isLost = false;
  #isForeign: boolean | undefined;

  /** Only the records from one moment to another are given, milliseconds since the epoch. */
  constructor(fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY) {
    this.#fromMs = fromMs;
    this.#toMs = toMs;
  }

  /** Runs of bytes that are no record: the rest of a write that was cut off, or damage. */
  get brokenRuns(): number {
    return this.#brokenRuns;
  }

  /** The bytes at the start are of another kind or version: the file is not ours to add to. */
  get isForeign(): boolean {
    return this.#isForeign === true;
  }

  /** There is no use in reading on. */
  get isOver(): boolean {
    return this.isForeign || this.#brokenRuns >= mostBrokenRuns;
  }

  /** Reads what comes after that which was done with; `isLast` where the log ends with it. */
  read(piece: Uint8Array, isLast: boolean): LogPiece {
    const log = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    this.#isForeign ??= !magic.subarray(0, log.length).equals(log.subarray(0, magic.length));
    const records: LogRecord[] = [];
    let offset = 0;
    while (offset < log.length && !this.isOver) {
      if (this.#isLost) {
        const next = log.indexOf(magic, offset);
        if (next === -1)
          return { records, done: isLast ? log.length : Math.max(offset, log.length - magic.length + 1) };
        offset = next;
        this.#isLost = false;
      }
      const frame = frameAt(log, offset);
      if (frame !== undefined) {
        const at = frame.readDoubleLE(headBytes);
        if (at >= this.#fromMs && at <= this.#toMs) records.push(recordIn(frame, at));
        offset += frame.length;
      } else if (!isLast && mayGoOn(log, offset)) break;
      else {
        this.#brokenRuns += 1;
        this.#isLost = true;
        offset += 1;
      }
    }
    return { records, done: offset };
  }
}

/** Whether what begins there can be the beginning of a record that is longer than the log. */
function mayGoOn(log: Buffer, start: number): boolean {
  const left = log.length - start;
  if (left < fixedBytes) return true;
  return log.compare(magic, 0, magic.length, start, start + magic.length) === 0 && log.readUInt32LE(start + 4) > left;
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
