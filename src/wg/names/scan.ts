import { known, type Printable, printable } from '../../host/printable.ts';
import { parsePublicKey } from '../key.ts';
import type { ConfNames, ConfPeer } from './conf-names.ts';
import { ownerOf } from './owner.ts';
import { beginSection, type Comment, describe, type Section, share } from './section.ts';

/** Reads the text in one pass over its lines, looking at a line's first character before anything else. Never throws. */
export function scan(text: string, format: 'conf' | 'netdev'): ConfNames {
  const scanner = new Scanner(format);
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start <= text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    scanner.line(text, start, end);
    start = end + 1;
  }
  return scanner.finish();
}

const hash = 35;
const semicolon = 59;
const bracket = 91;

/** The start of a line of a section that a tool has disabled: pivpn's, Nyr's, towalink's. */
const disabledPrefix = /^#(?:\[disabled\]|~|!) ?/;

class Scanner {
  readonly #isNetdev: boolean;
  readonly #peerHeader: string;
  readonly #peers: ConfPeer[] = [];
  #line = 0;
  #section: Section | undefined;
  #isInterface = false;
  #saveConfig = false;
  #owner: Printable | undefined;
  #hasSpecificOwner = false;
  #sawPeer = false;
  /** Comments since the last header or setting, and whether a blank line came after the last of them. */
  #pending: Comment[] = [];
  #isAfterBlank = false;

  constructor(format: 'conf' | 'netdev') {
    this.#isNetdev = format === 'netdev';
    this.#peerHeader = format === 'netdev' ? '[wireguardpeer]' : '[peer]';
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
    else if (code === bracket) this.#header(text.slice(first, end), undefined);
    else this.#setting(text, first, end);
  }

  finish(): ConfNames {
    this.#close(undefined);
    return {
      peers: this.#peers,
      ...(this.#owner !== undefined && { managedElsewhere: this.#owner }),
      saveConfig: this.#saveConfig,
    };
  }

  /** A comment, or a line of a section that is commented out. */
  #hashLine(text: string, first: number, end: number): void {
    const next = text.charCodeAt(first + 1);
    const line = text.slice(first, end);
    if (next === bracket || next === 126 || next === 33) {
      const prefix = disabledPrefix.exec(line);
      if (prefix !== null) {
        this.#disabledLine(line.slice(prefix[0].length).trim());
        return;
      }
    }
    const body = skipBlanks(text, first + 1, end);
    if (text.charCodeAt(body) === bracket && headerOf(line.slice(body - first)) === this.#peerHeader) {
      this.#header(line.slice(body - first), 'commented');
      return;
    }
    if (this.#section?.disabled === 'commented' && this.#peerSetting(line.replace(/^#+\s*/, ''))) return;
    this.#comment(line);
  }

  #disabledLine(inner: string): void {
    const code = inner.charCodeAt(0);
    if (inner === '') this.#isAfterBlank = true;
    else if (code === bracket) this.#header(inner, 'prefixed');
    else if (code === hash) this.#comment(inner);
    else if (this.#section?.disabled === 'prefixed') this.#peerSetting(inner);
  }

  #comment(text: string): void {
    if (!this.#sawPeer && !this.#hasSpecificOwner) this.#readOwner(text);
    this.#pending.push({ text, line: this.#line, isAfterBlank: this.#isAfterBlank });
    this.#isAfterBlank = false;
  }

  #readOwner(text: string): void {
    const owner = ownerOf(text);
    if (owner === undefined) return;
    this.#owner = owner.name;
    this.#hasSpecificOwner = owner.isTool;
  }

  #header(text: string, disabled: Section['disabled']): void {
    const header = headerOf(text);
    if (header === this.#peerHeader) {
      const section = beginSection(this.#line, disabled);
      this.#close(section);
      this.#sawPeer = true;
      this.#trailing(text);
    } else {
      this.#close(undefined);
      this.#isInterface = disabled === undefined && header === '[interface]';
    }
  }

  #setting(text: string, first: number, end: number): void {
    const section = this.#section;
    if (section === undefined) {
      this.#pending = [];
      this.#isAfterBlank = false;
      if (this.#isInterface && (text.charCodeAt(first) | 32) === 115) {
        const value = settingValue(text.slice(first, end), 'saveconfig');
        if (value !== undefined) this.#saveConfig = value.toLowerCase() === 'true';
      }
      return;
    }
    // To wg(8) this setting belongs to the live section before the one that is commented out.
    if (section.disabled !== undefined) {
      this.#close(undefined);
      return;
    }
    if (mayMatter(text, first)) this.#peerSetting(text.slice(first, end));
    else this.#keepInside(section);
  }

  /** Takes a setting into the open section; false where the line is no setting of a peer. */
  #peerSetting(line: string): boolean {
    const section = this.#section;
    const equals = line.indexOf('=');
    if (section === undefined || equals === -1) return false;
    const key = settingKey(line.slice(0, equals));
    if (key === 'publickey') {
      const value = settingText(line, equals);
      section.publicKey = parsePublicKey(value.length === 44 ? value : value.slice(0, 256).replace(/\s/g, ''));
      this.#trailing(line);
    } else if (key === 'allowedips') {
      for (const range of settingText(line, equals).split(',')) {
        const shown = printable(range).trim();
        if (shown !== '') section.allowedIps.push(shown);
      }
    } else if (!/^(?:presharedkey|endpoint|persistentkeepalive|advancedsecurity)/.test(key)) {
      if (section.disabled !== undefined) return false;
    }
    this.#keepInside(section);
    return true;
  }

  /** Comments before a setting belong to the section that the setting is in. */
  #keepInside(section: Section): void {
    if (this.#pending.length > 0) {
      if (section.inside.length === 0) section.inside = this.#pending;
      else for (const comment of this.#pending) section.inside.push(comment);
      this.#pending = [];
    }
    this.#isAfterBlank = false;
  }

  #trailing(line: string): void {
    const at = line.indexOf('#');
    if (at !== -1 && this.#section !== undefined) {
      this.#section.trailing ??= { text: line.slice(at), line: this.#line, isAfterBlank: false };
    }
  }

  /** Ends the open section, shares the comments since its last setting with the next, and opens that. */
  #close(next: Section | undefined): void {
    share(this.#pending, this.#isAfterBlank, this.#section, next);
    if (this.#section !== undefined) {
      const peer = describe(this.#section);
      if (peer !== undefined) this.#peers.push(peer);
      if (peer?.dialect === 'wg-portal') this.#owner ??= known('wg-portal');
    }
    if (this.#pending.length > 0) this.#pending = [];
    this.#isAfterBlank = false;
    this.#isInterface = false;
    this.#section = next;
  }
}

/** Whether a setting may be AllowedIPs or PublicKey, by its first two letters; wg(8) allows white space between them. */
function mayMatter(text: string, first: number): boolean {
  const letter = text.charCodeAt(first) | 32;
  const second = text.charCodeAt(first + 1) | 32;
  return (letter === 97 && (second === 108 || second <= 45)) || (letter === 112 && (second === 117 || second <= 45));
}

/** As isspace(3) in wg(8)'s config.c: space and \t to \r. */
function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== 32 && (code < 9 || code > 13)) break;
    at += 1;
  }
  return at;
}

/** `[Peer]` as wg(8) reads it: without white space and what follows `#`, in small letters. */
function headerOf(text: string): string {
  const at = text.indexOf('#');
  const header = at === -1 ? text.trim() : text.slice(0, at);
  return header === '[Peer]' ? '[peer]' : header.slice(0, 256).replace(/\s/g, '').toLowerCase();
}

function settingKey(text: string): string {
  const key = text.trim();
  if (key === 'PublicKey') return 'publickey';
  if (key === 'AllowedIPs') return 'allowedips';
  return key.slice(0, 64).replace(/\s/g, '').toLowerCase();
}

function settingText(line: string, equals: number): string {
  const at = line.indexOf('#', equals);
  return line.slice(equals + 1, at === -1 ? undefined : at).trim();
}

function settingValue(line: string, key: string): string | undefined {
  const equals = line.indexOf('=');
  return equals !== -1 && settingKey(line.slice(0, equals)) === key ? settingText(line, equals) : undefined;
}
