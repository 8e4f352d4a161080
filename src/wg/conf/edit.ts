import { known, type Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { Secret } from '../secret.ts';
import type { ConfFile, ConfSection } from './conf-file.ts';
import { isBlank, LineEdits } from './edit-lines.ts';
import { distinct, listValues } from './edit-list.ts';
import { problemOfPeer, problemOfText } from './edit-problems.ts';
import { type SectionEdit, setList, setSingle, styleOf, textOf } from './edit-settings.ts';
import { sectionsOf } from './sections.ts';

/** A file after an edit. A refusal says why in one sentence, with line numbers; nothing was changed then. */
export type EditResult =
  | { readonly outcome: 'edited'; readonly file: ConfFile }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/** Settings of a peer to write; what is undefined stays as it is. */
export interface PeerSettings {
  /** All of them; one that stays keeps its place and its text. */
  readonly allowedIps?: readonly string[];
  readonly endpoint?: string | 'none';
  /** Seconds, 0 to 65535. */
  readonly persistentKeepalive?: number | 'off';
  readonly presharedKey?: Secret | 'none';
}

/** A peer to add. */
export interface NewPeer {
  readonly publicKey: PublicKey;
  readonly settings: PeerSettings;
}

/** Settings of `[Interface]` that can be written; Address and DNS are lists. */
export type InterfaceKey = 'ListenPort' | 'PrivateKey' | 'FwMark' | 'Address' | 'MTU' | 'DNS' | 'Table' | 'SaveConfig';

/**
 * Sets what is given for the peer: in its live section, or where it has none in the one that is commented out. Only lines
 * whose value changes are touched. Keepalive `off` is written where the file says something else, because
 * `wg syncconf` before 1.0.20260223 leaves a keepalive alone whose line has gone.
 */
export function setPeer(file: ConfFile, key: PublicKey, settings: PeerSettings): EditResult {
  const problem = problemOfPeer(settings);
  if (problem !== undefined) return refused(problem);
  const found = findPeer(file, key);
  if (found.outcome === 'refused') return found;
  const edits = new LineEdits(file);
  setSettings({ file, edits, section: found.section }, settings);
  return resultOf(file, edits);
}

/** Adds the peer behind the last section, after a blank line, written as the peer before it is written. */
export function addPeer(file: ConfFile, peer: NewPeer): EditResult {
  const problem = problemOfPeer(peer.settings);
  if (problem !== undefined) return refused(problem);
  const sections = sectionsOf(file);
  const same = sections.find((section) => holdsKey(section, peer.publicKey));
  if (same !== undefined) return refused(`Line ${same.header + 1} begins a peer with this key.`);
  const live = file.lines.findIndex(
    (line, index) => !/^[\t-\r ]*(?:#|$)/.test(index === 0 ? line.replace('\ufeff', '') : line),
  );
  if (live !== -1 && !sections.some((section) => section.disabled === undefined && section.header <= live)) {
    return refused(`Line ${live + 1} stands before the first section, and wg refuses the file for it.`);
  }
  const bodies = peerBodies(file, peer);
  const end = sections.reduce((last, section) => Math.max(last, section.end), 0);
  for (const at of sections.length === 0 ? [file.lines.length] : [end, file.lines.length]) {
    const edits = new LineEdits(file);
    edits.insert(at, [...(at === 0 ? [] : ['']), ...bodies]);
    const edited = edits.apply();
    const added = sectionsOf(edited).find((section) => section.publicKey === peer.publicKey);
    // Not where comments that are nobody's would become the new peer's.
    if (added !== undefined && added.start === added.header && added.end === added.start + bodies.length) {
      return { outcome: 'edited', file: edited };
    }
  }
  return refused("The comment at the end of the file would become the new peer's.");
}

/** Gives the peer another public key where it stands; all else of its section stays. */
export function rekeyPeer(file: ConfFile, key: PublicKey, newKey: PublicKey): EditResult {
  const found = findPeer(file, key);
  if (found.outcome === 'refused') return found;
  const same = sectionsOf(file).find((section) => holdsKey(section, newKey));
  if (same !== undefined) return refused(`Line ${same.header + 1} begins a peer with the new key.`);
  const edits = new LineEdits(file);
  setSingle({ file, edits, section: found.section }, 'PublicKey', newKey, peerOrder);
  return resultOf(file, edits);
}

/** Removes the peer's section with its comments, and one of the blank lines that separated it from its neighbours. */
export function removePeer(file: ConfFile, key: PublicKey): EditResult {
  const found = findPeer(file, key);
  if (found.outcome === 'refused') return found;
  const { start, end } = found.section;
  const other = sectionsOf(file).find((one) => one !== found.section && one.header >= start && one.header < end);
  if (other !== undefined) {
    return refused(
      `The peer's lines ${start + 1} to ${end} have another section in them, at line ${other.header + 1}.`,
    );
  }
  const edits = new LineEdits(file);
  for (let index = start; index < end; index += 1) edits.remove(index);
  const isTouched = sectionsOf(file).some((one) => one.start === end);
  if (isBlank(file.lines[start - 1]) && !isTouched) edits.remove(start - 1);
  else if (start === 0 && isBlank(file.lines[end])) edits.remove(end);
  return resultOf(file, edits);
}

/** Sets one setting of `[Interface]`, or removes it (undefined). Text for a list is taken apart at its commas. */
export function setInterface(
  file: ConfFile,
  key: InterfaceKey,
  value: string | Secret | readonly string[] | undefined,
): EditResult {
  const isList = key === 'Address' || key === 'DNS';
  const texts = isList ? textsOf(value).flatMap(listValues) : textsOf(value);
  const problem = texts.map((text) => problemOfText(key, text)).find((found) => found !== undefined);
  if (problem !== undefined) return refused(problem);
  if (!isList && texts.length > 1) return refused(`${key} has one value.`);
  const sections = sectionsOf(file).filter((one) => one.kind === 'interface' && one.disabled === undefined);
  const [section, second] = sections;
  if (section === undefined) return refused('The file has no [Interface] section.');
  if (second !== undefined) {
    return refused(`The file has two [Interface] sections, at lines ${section.header + 1} and ${second.header + 1}.`);
  }
  const edits = new LineEdits(file);
  const edit: SectionEdit = { file, edits, section };
  if (isList) setList(edit, key, texts, interfaceOrder);
  else setSingle(edit, key, texts[0], interfaceOrder);
  return resultOf(file, edits);
}

const interfaceOrder = ['address', 'listenport', 'privatekey', 'fwmark', 'dns', 'mtu', 'table', 'saveconfig'];
const peerOrder = ['publickey', 'presharedkey', 'allowedips', 'endpoint', 'persistentkeepalive'];

function setSettings(edit: SectionEdit, settings: PeerSettings): void {
  const { presharedKey, allowedIps, endpoint, persistentKeepalive } = settings;
  if (presharedKey !== undefined) {
    setSingle(edit, 'PresharedKey', presharedKey === 'none' ? undefined : presharedKey.reveal(), peerOrder);
  }
  if (allowedIps !== undefined) setList(edit, 'AllowedIPs', allowedIps, peerOrder);
  if (endpoint !== undefined) setSingle(edit, 'Endpoint', endpoint === 'none' ? undefined : endpoint, peerOrder);
  if (persistentKeepalive !== undefined) setKeepalive(edit, persistentKeepalive);
}

function setKeepalive(edit: SectionEdit, seconds: number | 'off'): void {
  const before = edit.section.settings.findLast((setting) => setting.key === 'persistentkeepalive');
  const isOff = before === undefined || before.value === '0' || textOf(before).toLowerCase() === 'off';
  if (seconds !== 'off' && seconds !== 0) setSingle(edit, 'PersistentKeepalive', `${seconds}`, peerOrder);
  else if (!isOff) setSingle(edit, 'PersistentKeepalive', 'off', peerOrder);
}

function peerBodies(file: ConfFile, { publicKey, settings }: NewPeer): string[] {
  const { lead, equals, header, separator, nameOf } = styleOf(file);
  const line = (key: string, value: string) => `${lead}${nameOf(key)}${equals}${value}`;
  const { presharedKey, allowedIps = [], endpoint, persistentKeepalive = 'off' } = settings;
  const bodies = [header, line('PublicKey', publicKey)];
  if (presharedKey instanceof Secret) bodies.push(line('PresharedKey', presharedKey.reveal()));
  if (allowedIps.length > 0) bodies.push(line('AllowedIPs', distinct(allowedIps).join(separator)));
  if (endpoint !== undefined && endpoint !== 'none') bodies.push(line('Endpoint', endpoint));
  if (persistentKeepalive !== 'off' && persistentKeepalive !== 0) {
    bodies.push(line('PersistentKeepalive', `${persistentKeepalive}`));
  }
  return bodies;
}

type Found = { readonly outcome: 'found'; readonly section: ConfSection } | (EditResult & { outcome: 'refused' });

function findPeer(file: ConfFile, key: PublicKey): Found {
  const peers = sectionsOf(file).filter((section) => holdsKey(section, key));
  const live = peers.filter((section) => section.disabled === undefined);
  const [section, second] = live.length > 0 ? live : peers;
  if (section === undefined) return refused('The file has no peer with this key.');
  if (second !== undefined) {
    return refused(`The peer is in the file twice, at lines ${section.header + 1} and ${second.header + 1}.`);
  }
  const [first, next] = section.settings.filter((setting) => setting.key === 'publickey');
  if (first !== undefined && next !== undefined) {
    return refused(`One section has two public keys, at lines ${first.line + 1} and ${next.line + 1}.`);
  }
  return { outcome: 'found', section };
}

function holdsKey(section: ConfSection, key: PublicKey): boolean {
  return (
    section.publicKey === key ||
    (section.kind === 'peer' &&
      section.settings.some((one) => one.key === 'publickey' && textOf(one).replace(/[\t-\r ]+/g, '') === key))
  );
}

function textsOf(value: string | Secret | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  if (value instanceof Secret) return [value.reveal()];
  return typeof value === 'string' ? [value] : value;
}

function refused(reason: string): EditResult & { outcome: 'refused' } {
  return { outcome: 'refused', reason: known(reason) };
}

function resultOf(file: ConfFile, edits: LineEdits): EditResult {
  const edited = edits.apply();
  return edited === file ? { outcome: 'unchanged' } : { outcome: 'edited', file: edited };
}
