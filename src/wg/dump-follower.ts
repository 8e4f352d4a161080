import { type Dump, DumpGatherer, type DumpPeer, mostProblems } from './dump.ts';
import { type DumpRow, readRow } from './dump-row.ts';
import { MostlySame } from './mostly-same.ts';

/** A row of the reading before, and where its bytes are. */
interface KnownRow {
  readonly row: DumpRow;
  /** Counted from 1. */
  line: number;
  start: number;
  length: number;
  /** Of a peer: the bytes before its handshake, and those behind its counters. All of any other row is head. */
  readonly head: number;
  readonly tail: number;
  /** The reading that saw it last. */
  turn: number;
}

/** A peer of a dump, as only this file may see it. */
type MovingPeer = { -readonly [Field in keyof DumpPeer]: DumpPeer[Field] };

const tab = 0x09;
const newline = 0x0a;

/**
 * Reads the dump of one hub again and again. Between two readings little changes, so most of it is comparing bytes: on a
 * hub of 10,000 peers next to nothing is copied or made. A peer whose handshake or counters moved is the same object,
 * **moved on in place**; one whose settings or endpoint changed is a new one. A dump in which only numbers moved is the
 * same object too.
 */
export class DumpFollower {
  #bytes: Buffer = Buffer.alloc(0);
  #rows: readonly KnownRow[] = [];
  #dump: Dump = { interfaces: [], problems: [] };
  #turn = 0;

  /** The dump now. The bytes must stay as they are until the next reading is over. Never throws. */
  read(output: Uint8Array): Dump {
    const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
    this.#turn += 1;
    const rows = this.#readRows(bytes);
    this.#bytes = bytes;
    // A row that cannot be read is known by its line, which moves where another comes before it.
    if (rows !== this.#rows || this.#dump.problems.length > 0) {
      this.#rows = rows;
      this.#dump = gather(rows);
    }
    return this.#dump;
  }

  /** The rows brought up to date; the same list where they are the same ones in the same order. */
  #readRows(bytes: Buffer): readonly KnownRow[] {
    const before = this.#rows;
    const rows = new MostlySame(before);
    let byHead: ReadonlyMap<string, KnownRow> | undefined;
    let place = 0;
    let problems = 0;
    let line = 0;
    for (let start = 0; start < bytes.length && problems < mostProblems; ) {
      const found = bytes.indexOf(newline, start);
      const end = found === -1 ? bytes.length : found;
      line += 1;
      if (end > start) {
        const guess = before[place];
        let row = guess !== undefined && this.#moveOn(guess, bytes, start, end, line) ? guess : undefined;
        if (row === undefined) {
          byHead ??= this.#byHead(place);
          const other = byHead.size === 0 ? undefined : byHead.get(headOf(bytes, start, end));
          row = other !== undefined && this.#moveOn(other, bytes, start, end, line) ? other : undefined;
          row ??= this.#readNew(bytes, start, end, line, other?.row);
        }
        rows.push(row);
        if (row.row.kind === 'problem') problems += 1;
        place += 1;
      }
      start = end + 1;
    }
    return rows.items;
  }

  /** Brings a row up to date with the line from `start` to `end`, and says whether it is that line's: only numbers may differ. */
  #moveOn(known: KnownRow, bytes: Buffer, start: number, end: number, line: number): boolean {
    if (known.turn === this.#turn) return false;
    const { start: from, length, head, tail, row } = known;
    const old = this.#bytes;
    const isSame = end - start === length && bytes.compare(old, from, from + length, start, end) === 0;
    if (!isSame) {
      const to = from + length;
      if (row.kind !== 'peer' || end - start < head + tail) return false;
      if (bytes.compare(old, from, from + head, start, start + head) !== 0) return false;
      if (bytes.compare(old, to - tail, to, end - tail, end) !== 0) return false;
      if (!moveNumbers(row.peer, bytes, start + head, end - tail)) return false;
    }
    known.start = start;
    known.length = end - start;
    known.line = line;
    known.turn = this.#turn;
    return true;
  }

  /** The rows of before from a place on, for a dump in another order. */
  #byHead(place: number): ReadonlyMap<string, KnownRow> {
    const rows = this.#rows.slice(place).filter(({ turn }) => turn !== this.#turn);
    return new Map(rows.map((row) => [headOf(this.#bytes, row.start, row.start + row.length), row]));
  }

  #readNew(bytes: Buffer, start: number, end: number, line: number, before: DumpRow | undefined): KnownRow {
    const text = bytes.toString('utf8', start, end);
    const read = readRow(text);
    const isPeer = read.kind === 'peer' && before?.kind === 'peer';
    const row: DumpRow = isPeer ? { kind: 'peer', peer: likeBefore(read.peer, before.peer) } : read;
    const length = end - start;
    const at = { row, line, start, length, turn: this.#turn };
    if (row.kind !== 'peer') return { ...at, head: length, tail: 0 };
    // Behind the allowed IPs a peer's row is digits and tabs: a character is a byte.
    const numbers = text.length - (nthTab(text, 5) + 1);
    return { ...at, head: length - numbers, tail: text.length - text.lastIndexOf('\t') };
  }
}

/** The peer with what it has in common with itself a reading ago as the same objects. */
function likeBefore(peer: DumpPeer, { id, publicKey, allowedIps, presharedKey }: DumpPeer): DumpPeer {
  const isSameSecret = presharedKey !== undefined && peer.presharedKey?.equals(presharedKey) === true;
  const isSameList =
    allowedIps.length === peer.allowedIps.length && allowedIps.every((ip, at) => ip === peer.allowedIps[at]);
  return {
    ...peer,
    id,
    publicKey,
    allowedIps: isSameList ? allowedIps : peer.allowedIps,
    presharedKey: isSameSecret ? presharedKey : peer.presharedKey,
  };
}

function gather(rows: readonly KnownRow[]): Dump {
  const gathered = new DumpGatherer();
  for (const { line, row } of rows) gathered.add(line, row);
  return gathered.dump();
}

/** Interface and key of a row: what it is found by. */
function headOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('latin1', start, end);
  return text.slice(0, nthTab(text, 2));
}

/** Where the n-th tab of a row is; of a row with fewer, where it ends. */
function nthTab(row: string, n: number): number {
  let at = -1;
  for (let count = 0; count < n; count += 1) {
    at = row.indexOf('\t', at + 1);
    if (at === -1) return row.length;
  }
  return at;
}

/** Gives a peer the handshake and the counters that stand between two places; false where they are not plain numbers. */
function moveNumbers(peer: MovingPeer, bytes: Buffer, from: number, to: number): boolean {
  const firstTab = bytes.indexOf(tab, from);
  const secondTab = bytes.indexOf(tab, firstTab + 1);
  if (firstTab === -1 || secondTab === -1 || secondTab >= to) return false;
  const handshake = digits(bytes, from, firstTab);
  const rxBytes = digits(bytes, firstTab + 1, secondTab);
  const txBytes = digits(bytes, secondTab + 1, to);
  if (handshake < 0 || rxBytes < 0 || txBytes < 0) return false;
  peer.latestHandshake = handshake === 0 ? undefined : handshake * 1000;
  peer.rxBytes = rxBytes;
  peer.txBytes = txBytes;
  return true;
}

/** The decimal number between two places; -1 where there is another character, or too many digits to be exact. */
function digits(bytes: Buffer, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1;
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = (bytes[index] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
