import { known, type Printable, printable } from '../../host/printable.ts';
import { parsePublicKey } from '../key.ts';
import type { ConfNames, ConfPeer } from './conf-names.ts';
import { ownerOf } from './owner.ts';
import { describe, type Section } from './section.ts';
import { keepTrailing, type SectionListener, SectionScanner, settingKey } from './section-scanner.ts';

/** Reads the text in one pass over its lines. Never throws. */
export function scan(text: string, format: 'conf' | 'netdev'): ConfNames {
  const reader = new SectionReader();
  const scanner = new SectionScanner(format, reader);
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (start <= text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    scanner.line(text, start, end);
    start = end + 1;
  }
  scanner.finish();
  return reader.names();
}

/** Takes of each section what names need, and nothing else. */
export class SectionReader implements SectionListener {
  /** In file order. */
  readonly peers: ConfPeer[] = [];
  saveConfig = false;
  owner: Printable | undefined;
  #hasSpecificOwner = false;

  names(): ConfNames {
    return {
      peers: this.peers,
      ...(this.owner !== undefined && { managedElsewhere: this.owner }),
      saveConfig: this.saveConfig,
    };
  }

  preamble(text: string): void {
    if (this.#hasSpecificOwner) return;
    const owner = ownerOf(text);
    if (owner === undefined) return;
    this.owner = owner.name;
    this.#hasSpecificOwner = owner.isTool;
  }

  setting(section: Section, text: string, start: number, end: number): void {
    if (section.kind === 'peer') {
      if (mayMatter(text, start)) readPeerSetting(section, text.slice(start, end));
    } else if (section.kind === 'interface' && section.disabled === undefined) {
      if ((text.charCodeAt(start) | 32) === 115) this.#readSaveConfig(text.slice(start, end));
    }
  }

  section(section: Section): void {
    if (section.kind !== 'peer') return;
    const peer = describe(section);
    if (peer !== undefined) this.peers.push(peer);
    if (peer?.dialect === 'wg-portal') this.owner ??= known('wg-portal');
  }

  #readSaveConfig(line: string): void {
    const equals = line.indexOf('=');
    if (equals === -1 || settingKey(line.slice(0, equals)) !== 'saveconfig') return;
    this.saveConfig = settingText(line, equals).toLowerCase() === 'true';
  }
}

/** Takes the key and the allowed IPs into the section. */
export function readPeerSetting(section: Section, line: string): void {
  const equals = line.indexOf('=');
  if (equals === -1) return;
  const key = settingKey(line.slice(0, equals));
  if (key === 'publickey') {
    const value = settingText(line, equals);
    section.publicKey = parsePublicKey(value.length === 44 ? value : value.slice(0, 256).replace(/\s/g, ''));
    keepTrailing(section, line, section.last);
  } else if (key === 'allowedips') {
    for (const range of settingText(line, equals).split(',')) {
      const shown = printable(range).trim();
      if (shown !== '') section.allowedIps.push(shown);
    }
  }
}

/** Whether a setting may be AllowedIPs or PublicKey, by its first two letters; wg(8) allows white space between them. */
export function mayMatter(text: string, first: number): boolean {
  const letter = text.charCodeAt(first) | 32;
  const second = text.charCodeAt(first + 1) | 32;
  return (letter === 97 && (second === 108 || second <= 45)) || (letter === 112 && (second === 117 || second <= 45));
}

function settingText(line: string, equals: number): string {
  const at = line.indexOf('#', equals);
  return line.slice(equals + 1, at === -1 ? undefined : at).trim();
}
