import type { DumpRow } from './dump-row.ts';
import { isAlike, isRowEnd, pastTab } from './followed-bytes.ts';
import { FollowedPeer } from './followed-peer.ts';
import type { Reading } from './followed-reading.ts';

/** A row of a dump that is read again and again, and is no peer's: of an interface, or one that cannot be read. */
export class FollowedOther {
  readonly row: DumpRow;
  readonly #reading: Reading;
  readonly #length: number;
  #start: number;
  #turn: number;

  /** Of the line between two places of the next bytes of a reading. */
  constructor(reading: Reading, row: DumpRow, start: number, end: number) {
    this.row = row;
    this.#reading = reading;
    this.#start = start;
    this.#length = end - start;
    this.#turn = reading.turn;
  }

  /** Where its line ends. */
  get end(): number {
    return this.#start + this.#length;
  }

  /** Moves on to the line that begins at a place of the next bytes, where that is the same; says whether it is. */
  moveOn(next: Buffer, start: number): boolean {
    const { bytes, turn } = this.#reading;
    const end = start + this.#length;
    if (this.#turn === turn || !isRowEnd(next, end)) return false;
    if (!isAlike(bytes, this.#start, this.end, next, start)) return false;
    this.#start = start;
    this.#turn = turn;
    return true;
  }
}

export type FollowedRow = FollowedPeer | FollowedOther;

/** The rows of the reading before, in which those of the next one are found again: mostly they come in the same order. */
export class KnownRows {
  readonly #rows: readonly FollowedRow[];
  #place = 0;
  #places: ReadonlyMap<string, number> | undefined;

  constructor(rows: readonly FollowedRow[]) {
    this.#rows = rows;
  }

  /** The next row, moved on to the line that begins at a place of the next bytes; undefined where that line is another one. */
  nextAt(next: Buffer, start: number): FollowedRow | undefined {
    const row = this.#rows[this.#place];
    if (row === undefined || !row.moveOn(next, start)) return undefined;
    this.#place += 1;
    return row;
  }

  /** The peer of the same name and key as the line that begins at a place, if it was there and has not been seen yet. */
  namesakeAt(next: Buffer, start: number): FollowedPeer | undefined {
    const row = this.#rows[this.#place];
    const isNext = row instanceof FollowedPeer && !row.isSeen && row.isNamedAt(next, start);
    const place = isNext ? this.#place : this.#placeOf(next, start);
    const peer = place === undefined ? undefined : this.#rows[place];
    if (place === undefined || !(peer instanceof FollowedPeer) || peer.isSeen) return undefined;
    this.#place = place + 1;
    return peer;
  }

  #placeOf(next: Buffer, start: number): number | undefined {
    this.#places ??= placesByName(this.#rows);
    if (this.#places.size === 0) return undefined;
    const keyAt = pastTab(next, start);
    const to = keyAt === -1 ? -1 : pastTab(next, keyAt);
    return to === -1 ? undefined : this.#places.get(next.toString('latin1', start, to));
  }
}

/** Where the peers are that have not been seen yet. */
function placesByName(rows: readonly FollowedRow[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const [place, row] of rows.entries()) {
    if (row instanceof FollowedPeer && !row.isSeen) places.set(row.nameText(), place);
  }
  return places;
}
