import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import type { ConfPeer } from './conf-names.ts';
import { findPlainSection, type PlainSection } from './plain-section.ts';
import { readPlainSection } from './read-plain.ts';
import { SectionReader } from './scan.ts';
import { SectionScanner } from './section-scanner.ts';

/** Before a name that wg-portal wrote, in the section of any peer: proof that the file is wg-portal's. */
const portalMark = '-WGP-';
const keyLength = 44;

/**
 * What `readConfNames` says of the peers in a file, by key. Of a plain section (see `findPlainSection`) only the place is
 * kept, with the text, and the section is read when somebody asks for its peer: on a large hub nobody asks for most. All
 * other sections are read at once. A place is the number of a plain section, or the complement of that of another one.
 */
export class PeerSections {
  readonly #text: string;
  readonly #first = new Map<PublicKey, number>();
  /** Of keys that have several sections, all of their places. */
  readonly #repeated = new Map<PublicKey, number[]>();
  /** Where each plain section starts and how many lines are above it; behind the last of a run, where that ends. */
  readonly #starts: number[] = [];
  readonly #linesAbove: number[] = [];
  /** Sections that are not plain. */
  readonly #others: readonly ConfPeer[];
  readonly managedElsewhere: Printable | undefined;
  readonly saveConfig: boolean;

  /** Never throws. */
  constructor(text: string, format: 'conf' | 'netdev') {
    this.#text = text;
    const reader = new SectionReader();
    const scanner = new SectionScanner(format, reader);
    const mayHavePlain = format === 'conf' && !text.includes(portalMark);
    let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    while (at <= text.length) {
      const others = reader.peers.length;
      at = readUntilPlain(scanner, text, at, mayHavePlain);
      reader.peers.slice(others).forEach(({ publicKey }, index) => {
        this.#add(publicKey, ~(others + index));
      });
      at = this.#passPlain(scanner, at);
    }
    this.#others = reader.peers;
    this.managedElsewhere = reader.owner;
    this.saveConfig = reader.saveConfig;
  }

  /** The place of each key's first section, in the order of the file; no two keys have the same. */
  get first(): ReadonlyMap<PublicKey, number> {
    return this.#first;
  }

  /** Keys that have a section that is commented out, in the order of the file. No plain one is. */
  get disabled(): readonly PublicKey[] {
    return this.#others.flatMap(({ publicKey, disabled }) => (disabled === undefined ? [] : publicKey));
  }

  /** The places of the sections that have the key, in the order of the file. */
  placesOf(key: PublicKey): readonly number[] {
    const first = this.#first.get(key);
    return this.#repeated.get(key) ?? (first === undefined ? [] : [first]);
  }

  /** Reads the section at a place. */
  read(place: number): ConfPeer | undefined {
    return place < 0 ? this.#others[~place] : this.#readPlain(place);
  }

  #readPlain(number: number): ConfPeer | undefined {
    const [start, end] = [this.#starts[number] ?? 0, this.#starts[number + 1] ?? 0];
    return readPlainSection(this.#text, start, end, this.#linesAbove[number] ?? 0);
  }

  #add(key: PublicKey, place: number): void {
    const first = this.#first.get(key);
    const repeated = this.#repeated.get(key);
    if (first === undefined) this.#first.set(key, place);
    else if (repeated === undefined) this.#repeated.set(key, [first, place]);
    else repeated.push(place);
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
    let { keyAt, end } = found;
    while (findPlainSection(text, end, found)) {
      this.#add(text.slice(keyAt, keyAt + keyLength) as PublicKey, this.#starts.length);
      this.#starts.push(at);
      this.#linesAbove.push(scanner.lines);
      scanner.skip(countLines(text, at, end));
      at = end;
      keyAt = found.keyAt;
      end = found.end;
    }
    this.#starts.push(at);
    this.#linesAbove.push(scanner.lines);
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
