import { diffLines } from '../../../src/change/line-diff.ts';
import { type ConfFile, parseConf, printConf } from '../../../src/wg/conf/conf-file.ts';
import type { EditResult } from '../../../src/wg/conf/edit.ts';
import { readConfNames } from '../../../src/wg/names/conf-names.ts';
import { fixture, keyOf } from '../names/support.ts';

/** Fixtures of the names, one a dialect, without their ending. */
export const dialectFiles = [
  'angristan',
  'complexorganizations',
  'easy-wg-quick',
  'friendly-json',
  'friendly-name',
  'key-value',
  'linuxserver',
  'name-equals',
  'nyr',
  'pivpn',
  'plain',
  'towalink',
  'webadmin',
  'wg-cmd',
  'wg-easy',
  'wg-gen-web',
  'wg-manager',
  'wg-meshconf',
  'wg-portal',
  'wgdashboard',
  'wireguard-ui',
  'wireme',
];

/** The lines of a peer's section. */
export function section(word: string): string {
  return `PublicKey = ${keyOf(word)}\nAllowedIPs = 10.8.0.2/32`;
}

/** What is read of a peer. */
export function peerOf(text: string, word: string) {
  return readConfNames(text).peers.find((peer) => peer.publicKey === keyOf(word));
}

/** The file after an edit that must not be refused. */
export function edited(result: EditResult): ConfFile {
  if (result.outcome !== 'edited') throw new Error(result.outcome === 'refused' ? result.reason : result.outcome);
  return result.file;
}

export function textOf(file: ConfFile): string {
  return printConf(file).reveal();
}

/** Why an edit is refused; its outcome where it is not. */
export function refusal(result: EditResult): string {
  return result.outcome === 'refused' ? result.reason : result.outcome;
}

/** A fixture as it is, and with CR LF and no end of its last line. */
export function forms(name: string): readonly string[] {
  const text = fixture(name);
  return [text, text.trimEnd().replaceAll('\n', '\r\n')];
}

/** The lines that an edit took away (`-`) and put in (`+`), in order, without their endings. */
export function changes(text: string, result: EditResult): string[] {
  const before = parseConf(text).lines.map(bare);
  const after = edited(result).lines.map(bare);
  return diffLines(before, after).flatMap((edit) => {
    if (edit.before === -1) return [`+${after[edit.after] ?? ''}`];
    return edit.after === -1 ? [`-${before[edit.before] ?? ''}`] : [];
  });
}

function bare(line: string): string {
  return line.replace(/\r?\n$/, '');
}
