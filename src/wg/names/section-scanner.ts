import { readRemark } from './remark.ts';
import { beginSection, type Comment, type Section, share } from './section.ts';

/** What a {@link SectionScanner} finds. Positions are in the text that was given to it, lines are 1-based. */
export interface SectionListener {
  /** A comment before the first peer's header, from its `#` on. */
  preamble(text: string): void;
  /**
   * A line of a section that is no comment, from its first letter to its end. To wg(8) a live line behind a section that
   * is commented out belongs to the live section before, which may be complete already.
   */
  setting(section: Section, text: string, start: number, end: number): void;
  /** The section and the comments that belong to it are complete. */
  section(section: Section): void;
}

const hash = 35;
const semicolon = 59;
const bracket = 91;

/** The start of a line of a section that a tool has disabled: pivpn's, Nyr's, towalink's. */
const disabledPrefix = /^#(?:\[disabled\]|~|!) ?/;

/** Settings of a peer: in a section that is commented out by hand, lines with these are no comments. */
const peerKeys = new Set([
  'publickey',
  'presharedkey',
  'allowedips',
  'endpoint',
  'persistentkeepalive',
  'advancedsecurity',
]);

/**
 * Divides the lines of a file into sections, live and commented out, with the comments that belong to them. Looks at a
 * line's first character before anything else: the first paint waits for files of 10,000 peers. Never throws.
 */
export class SectionScanner {
  readonly #listener: SectionListener;
  readonly #isNetdev: boolean;
  readonly #peerHeader: string;
  #line = 0;
  #sawPeer = false;
  #section: Section | undefined;
  /** The last section that wg(8) sees. */
  #live: Section | undefined;
  /** Comments since the last header or setting, and whether a blank line came after the last of them. */
  #pending: Comment[] = [];
  #isAfterBlank = false;

  constructor(format: 'conf' | 'netdev', listener: SectionListener) {
    this.#listener = listener;
    this.#isNetdev = format === 'netdev';
    this.#peerHeader = format === 'netdev' ? '[wireguardpeer]' : '[peer]';
  }

  /** Whether a live section ends here for all that was read: with a setting, or an end mark directly behind one. */
  get isBehindSection(): boolean {
    if (this.#pending.length > 1 || this.#isAfterBlank) return false;
    const [comment] = this.#pending;
    const isEnded = comment === undefined || (comment.remark.kind === 'end' && !comment.isAfterBlank);
    return this.#sawPeer && isEnded && this.#section !== undefined && this.#section === this.#live;
  }

  /** How many lines it was given, or was told to pass over. */
  get lines(): number {
    return this.#line;
  }

  /** Passes over the lines of whole sections, peers among them. Nothing may be open: call it first of all, or behind `finish`. */
  skip(lines: number): void {
    this.#line += lines;
    this.#sawPeer = true;
  }

  line(text: string, start: number, end: number): void {
    this.#line += 1;
    const first = skipBlanks(text, start, end);
    if (first === end) {
      this.#isAfterBlank = true;
      return;
    }
    const code = text.charCodeAt(first);
    if (code === hash) this.#hashLine(text, first, end);
    else if (code === semicolon && this.#isNetdev) this.#comment(text.slice(first, end));
    else if (code === bracket) this.#header(text.slice(first, end), undefined, '');
    else this.#setting(text, first, end);
  }

  /** Ends the open section. Lines that follow are read as if no section was before them. */
  finish(): void {
    this.#close(undefined);
  }

  /** A comment, or a line of a section that is commented out. */
  #hashLine(text: string, first: number, end: number): void {
    const next = text.charCodeAt(first + 1);
    const line = text.slice(first, end);
    if (next === bracket || next === 126 || next === 33) {
      const prefix = disabledPrefix.exec(line)?.[0];
      if (prefix !== undefined) {
        this.#disabledLine(text, skipBlanks(text, first + prefix.length, end), end, prefix);
        return;
      }
    }
    const body = skipBlanks(text, first + 1, end);
    if (text.charCodeAt(body) === bracket && headerOf(line.slice(body - first)) === this.#peerHeader) {
      this.#header(line.slice(body - first), 'commented', line.slice(0, body - first));
      return;
    }
    const section = this.#section;
    if (section?.disabled === 'commented') {
      let start = first;
      while (text.charCodeAt(start) === hash) start += 1;
      start = skipBlanks(text, start, end);
      const equals = text.indexOf('=', start);
      if (equals !== -1 && equals < end && peerKeys.has(settingKey(text.slice(start, equals)))) {
        this.#take(section, text, start, end);
        return;
      }
    }
    this.#comment(line);
  }

  #disabledLine(text: string, start: number, end: number, prefix: string): void {
    const code = start === end ? undefined : text.charCodeAt(start);
    if (code === undefined) this.#isAfterBlank = true;
    else if (code === bracket) this.#header(text.slice(start, end), 'prefixed', prefix);
    else if (code === hash) this.#comment(text.slice(start, end));
    else if (this.#section?.disabled === 'prefixed') this.#take(this.#section, text, start, end);
    // One line that is disabled in a live section: it says nothing, but goes where the section goes.
    else this.#comment('#');
  }

  #comment(text: string): void {
    if (!this.#sawPeer) this.#listener.preamble(text);
    this.#pending.push({ remark: readRemark(text), line: this.#line, isAfterBlank: this.#isAfterBlank });
    this.#isAfterBlank = false;
  }

  #header(text: string, disabled: Section['disabled'], prefix: string): void {
    const header = headerOf(text);
    const isPeer = header === this.#peerHeader;
    const kind = isPeer ? 'peer' : header === '[interface]' ? 'interface' : 'unknown';
    const section = beginSection(this.#line, kind, disabled, prefix);
    this.#close(section);
    if (disabled === undefined) this.#live = section;
    if (isPeer) {
      this.#sawPeer = true;
      keepTrailing(section, text, this.#line);
    }
  }

  /** To wg(8) a line behind a section that is commented out goes on with the live section before. */
  #setting(text: string, first: number, end: number): void {
    if (this.#section === undefined || this.#section.disabled !== undefined) this.#close(this.#live);
    if (this.#section !== undefined) this.#take(this.#section, text, first, end);
  }

  /** Comments before a setting belong to the section that the setting is in. */
  #take(section: Section, text: string, start: number, end: number): void {
    section.last = this.#line;
    this.#listener.setting(section, text, start, end);
    if (this.#pending.length > 0) {
      if (section.inside.length === 0) section.inside = this.#pending;
      else for (const comment of this.#pending) section.inside.push(comment);
      this.#pending = [];
    }
    this.#isAfterBlank = false;
  }

  /** Ends the open section, shares the comments since its last setting with the next, and opens that. */
  #close(next: Section | undefined): void {
    share(this.#pending, this.#isAfterBlank, this.#section, next === this.#live ? undefined : next);
    if (this.#section !== undefined && !this.#section.isComplete) {
      this.#section.isComplete = true;
      this.#listener.section(this.#section);
    }
    if (this.#pending.length > 0) this.#pending = [];
    this.#isAfterBlank = false;
    this.#section = next;
  }
}

/** Keeps the comment behind a header or a key, which may be a name. */
export function keepTrailing(section: Section, line: string, lineNumber: number): void {
  const at = line.indexOf('#');
  if (at !== -1) section.trailing ??= { remark: readRemark(line.slice(at)), line: lineNumber, isAfterBlank: false };
}

/** As isspace(3) in wg(8)'s config.c: space and \t to \r. */
export function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== 32 && (code < 9 || code > 13)) break;
    at += 1;
  }
  return at;
}

/** The text without the white space around it that {@link skipBlanks} skips. */
export function trimBlanks(text: string): string {
  const start = skipBlanks(text, 0, text.length);
  let end = text.length;
  while (end > start && skipBlanks(text, end - 1, end) === end) end -= 1;
  return text.slice(start, end);
}

/** `[Peer]` as wg(8) reads it: without white space and what follows `#`, in small letters. */
function headerOf(text: string): string {
  const at = text.indexOf('#');
  const header = at === -1 ? text.trim() : text.slice(0, at);
  return header === '[Peer]' ? '[peer]' : header.slice(0, 256).replace(/\s/g, '').toLowerCase();
}

/** A key as wg(8) reads it: without white space, in small letters. */
export function settingKey(text: string): string {
  const key = text.trim();
  if (key === 'PublicKey') return 'publickey';
  if (key === 'AllowedIPs') return 'allowedips';
  return key.slice(0, 64).replace(/\s/g, '').toLowerCase();
}
