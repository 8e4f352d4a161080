import { type Dump, DumpGatherer, mostProblems } from './dump.ts';
import { readRow } from './dump-row.ts';
import { newline } from './followed-bytes.ts';
import { FollowedPeer, followPeer } from './followed-peer.ts';
import { Reading } from './followed-reading.ts';
import { FollowedOther, type FollowedRow, KnownRows } from './followed-row.ts';
import { MostlySame } from './mostly-same.ts';

/**
 * Reads the dump of one hub again and again. Between two readings little changes, so most of it is comparing bytes: on a
 * hub of 10,000 peers next to nothing is copied or made, and a peer is a window on its row. A peer whose handshake or
 * counters moved is the same object, **moved on in place**; one whose settings or endpoint changed is a new one. A dump in
 * which only numbers moved is the same object too. A peer that is gone, or is a new object now, stays as it was.
 */
export class DumpFollower {
  readonly #reading = new Reading(Buffer.alloc(0));
  #rows: readonly FollowedRow[] = [];
  #dump: Dump = { interfaces: [], problems: [] };

  /** The dump now. The bytes must stay as they are until the next reading is over. Never throws. */
  read(output: Uint8Array): Dump {
    const next = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
    if (!next.equals(this.#reading.bytes)) this.#readRows(next);
    this.#reading.bytes = next;
    return this.#dump;
  }

  #readRows(next: Buffer): void {
    const before = this.#rows;
    const rows = new MostlySame(before);
    const known = new KnownRows(before);
    const problemLines: number[] = [];
    this.#reading.turn += 1;
    let line = 0;
    for (let start = 0; start < next.length && problemLines.length < mostProblems; ) {
      line += 1;
      if (next[start] === newline) {
        start += 1;
        continue;
      }
      const row = known.nextAt(next, start) ?? this.#readOther(known, next, start);
      rows.push(row);
      if (row instanceof FollowedOther && row.row.kind === 'problem') problemLines.push(line);
      start = row.end + 1;
    }
    this.#rows = rows.items;
    // A row that cannot be read is known by its line, which moves where another comes before it.
    if (this.#rows === before && problemLines.length === 0) return;
    this.#dump = gather(this.#rows, problemLines);
    for (const row of before) {
      if (row instanceof FollowedPeer && !row.isSeen) row.settle();
    }
  }

  /** The row of a line that is not the one which was expected: a peer from elsewhere, or a new row. */
  #readOther(known: KnownRows, next: Buffer, start: number): FollowedRow {
    const namesake = known.namesakeAt(next, start);
    if (namesake?.moveOn(next, start) === true) return namesake;
    const peer = followPeer(this.#reading, next, start, namesake);
    if (peer !== undefined) return peer;
    const found = next.indexOf(newline, start);
    const end = found === -1 ? next.length : found;
    return new FollowedOther(this.#reading, readRow(next.toString('utf8', start, end)), start, end);
  }
}

/** The rows put together; of those that cannot be read the lines, in their order. */
function gather(rows: readonly FollowedRow[], problemLines: readonly number[]): Dump {
  const gathered = new DumpGatherer();
  for (const row of rows) {
    if (row instanceof FollowedPeer) gathered.add(0, { kind: 'peer', peer: row });
    else gathered.add(problemLines[gathered.problems] ?? 0, row.row);
  }
  return gathered.dump();
}
