import type { PublicKey } from '../key.ts';
import { Secret } from '../secret.ts';

/**
 * A configuration file of wg-quick(8) as its lines, each with the ending that it has: printing is joining, so any text
 * comes out as it went in. Sections are views on the lines. It holds private keys: it prints as `(hidden)`.
 */
export class ConfFile {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  toString(): string {
    return '(hidden)';
  }

  toJSON(): string {
    return '(hidden)';
  }
}

/** The text as a file. Never throws. */
export function parseConf(text: string): ConfFile {
  return new ConfFile([...linesOf(text)]);
}

/** The lines of a text, each with the ending that it has, one by one: of 10,000 peers there may be 100,000. */
export function* linesOf(text: string): Generator<string, undefined> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    yield text.slice(start, end);
    start = end;
  }
}

/** The text again, byte for byte. It holds private keys. */
export function printConf(file: ConfFile): Secret {
  return new Secret(file.lines.join(''));
}

/** One `[Interface]` or `[Peer]`, live or disabled. */
export interface ConfSection {
  readonly kind: 'interface' | 'peer' | 'unknown';
  /** Index of the header in `lines`. */
  readonly header: number;
  /** Index of its first line: comments above that belong to it, such as `### Client NAME`. */
  readonly start: number;
  /** Index after its last line; blank lines between sections belong to none. */
  readonly end: number;
  readonly settings: readonly ConfSetting[];
  /** How it is commented out, where it is: behind a prefix such as `#[disabled] `, or by hand with `#`. */
  readonly disabled: { readonly prefix: string } | undefined;
  /** Of a peer whose key is valid. */
  readonly publicKey: PublicKey | undefined;
}

/** One `Key = Value`. */
export interface ConfSetting {
  /** In small letters, without white space. */
  readonly key: string;
  /** Without comment and the white space around it. Private and preshared keys are `Secret`. */
  readonly value: string | Secret;
  /** Index in `lines`. */
  readonly line: number;
}
