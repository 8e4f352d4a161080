import type { Printable } from '../../host/printable.ts';
import { keyLength, type PublicKey } from '../key.ts';
import type { ConfPeer } from './conf-names.ts';
import { findPlainSection, type PlainSection } from './plain-section.ts';
import { readPlainSection } from './read-plain.ts';
import { SectionReader } from './scan.ts';
import { SectionIndex } from './section-index.ts';
import { SectionScanner } from './section-scanner.ts';

/** Before a name that wg-portal wrote, in the section of any peer: proof that the file is wg-portal's. */
const portalMark = '-WGP-';

/** Characters of a plain section, for the room that their places take at first. */
const usualLength = 128;

/**
 * What `readConfNames` says of the peers in a file, by key. Of a plain section (see `findPlainSection`) only the place is
 * kept, with the text, and the section is read when somebody asks for its peer: on a large hub nobody asks for most. All
 * other sections are read at once. A place is the number of a plain section, or the complement of that of another one.
 */
export class PeerSections {
  readonly #text: string;
  readonly #index: SectionIndex;
  /**
   * For each plain section: where it starts, where its key is, and how many lines are above it. Behind the last of a run
   * there is one more, for where that ends.
   */
  #starts: Int32Array;
  #keysAt: Int32Array;
  #linesAbove: Int32Array;
  #count = 0;
  /** Sections that are not plain. */
  readonly #others: readonly ConfPeer[];
  readonly managedElsewhere: Printable | undefined;
  readonly saveConfig: boolean;

  /** Never throws. */
  constructor(text: string, format: 'conf' | 'netdev') {
    this.#text = text;
    const room = Math.ceil(text.length / usualLength) + 1;
    this.#starts = new Int32Array(room);
    this.#keysAt = new Int32Array(room);
    this.#linesAbove = new Int32Array(room);
    this.#index = new SectionIndex((place) => this.#keyOf(place), room);
    const reader = new SectionReader();
    this.#others = reader.peers;
    const scanner = new SectionScanner(format, reader);
    const mayHavePlain = format === 'conf' && !text.includes(portalMark);
    let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    while (at <= text.length) {
      const others = reader.peers.length;
      at = readUntilPlain(scanner, text, at, mayHavePlain);
      reader.peers.slice(others).forEach(({ publicKey }, index) => {
        this.#index.add(publicKey, 0, ~(others + index));
      });
      at = this.#passPlain(scanner, at);
    }
    this.managedElsewhere = reader.owner;
    this.saveConfig = reader.saveConfig;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#index.size;
  }

  /** In the order of their first sections. */
  keys(): Generator<PublicKey, undefined> {
    return this.#index.keys();
  }

  /** A number for each key, by which something may be kept of it. Undefined: it has no section. */
  numberOf(key: PublicKey): number | undefined {
    return this.#index.numberOf(key);
  }

  /** Keys that have a section that is commented out, in the order of the file. No plain one is. */
  get disabled(): readonly PublicKey[] {
    return this.#others.flatMap(({ publicKey, disabled }) => (disabled === undefined ? [] : publicKey));
  }

  /** The places of the sections that have the key, in the order of the file. */
  placesOf(key: PublicKey): readonly number[] {
    return this.#index.placesOf(key);
  }

  /** Reads the section at a place. */
  read(place: number): ConfPeer | undefined {
    return place < 0 ? this.#others[~place] : this.#readPlain(place);
  }

  #readPlain(number: number): ConfPeer | undefined {
    const [start, end] = [this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0];
    return readPlainSection(this.#text, start, end, this.#linesAbove[number] ?? 0);
  }

  #keyOf(place: number): PublicKey {
    if (place < 0) return this.#others[~place]?.publicKey ?? ('' as PublicKey);
    const at = this.#keysAt[place] ?? 0;
    return this.#text.slice(at, at + keyLength) as PublicKey;
  }

  /** Notes a place, and gives its number. */
  #note(start: number, keyAt: number, linesAbove: number): number {
    const number = this.#count;
    if (number === this.#starts.length) {
      this.#starts = longer(this.#starts);
      this.#keysAt = longer(this.#keysAt);
      this.#linesAbove = longer(this.#linesAbove);
    }
    this.#starts[number] = start;
    this.#keysAt[number] = keyAt;
    this.#linesAbove[number] = linesAbove;
    this.#count += 1;
    return number;
  }

  /**
   * Notes where plain sections are, from a position on. Gives the start of the last of them: whether that reads the same
   * alone is not known, for what follows it is not plain.
   */
  #passPlain(scanner: SectionScanner, start: number): number {
    const text = this.#text;
    const found: PlainSection = { keyAt: 0, end: 0 };
    if (!findPlainSection(text, start, found)) return start;
    let at = start;
    let lines = scanner.lines;
    let { keyAt, end } = found;
    while (findPlainSection(text, end, found)) {
      this.#index.add(text, keyAt, this.#note(at, keyAt, lines));
      lines += countLines(text, at, end);
      at = end;
      keyAt = found.keyAt;
      end = found.end;
    }
    this.#note(at, keyAt, lines);
    scanner.skip(lines - scanner.lines);
    return at;
  }
}

/** Reads line after line up to a plain section, and gives its start; past the end of the text where there is none. */
function readUntilPlain(scanner: SectionScanner, text: string, start: number, mayBePlain: boolean): number {
  const found: PlainSection = { keyAt: 0, end: 0 };
  let at = start;
  while (at <= text.length) {
    at = readLine(scanner, text, at);
    if (mayBePlain && scanner.isBehindSection && findPlainSection(text, at, found)) break;
  }
  scanner.finish();
  return at;
}

/** Where the next line starts. */
function readLine(scanner: SectionScanner, text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  const end = newline === -1 ? text.length : newline;
  scanner.line(text, start, end);
  return end + 1;
}

function countLines(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at = text.indexOf('\n', at) + 1) lines += 1;
  return lines;
}

function longer(column: Int32Array): Int32Array {
  const grown = new Int32Array(column.length + (column.length >> 1) + 1);
  grown.set(column);
  return grown;
}
