import { known } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { type AnnotatedPeer, findPeer, refused, rereadsAs } from './annotated-peer.ts';
import { type ConfFile, printConf } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { bodyOf, LineEdits } from './edit-lines.ts';
import { isPrefixed, leadOf, ownComments } from './own-comments.ts';
import { sectionsOf } from './sections.ts';
import { readWanted } from './wanted.ts';
import { isTime, problemOfText } from './written-text.ts';

/** Why a peer is switched off, and until when (an ISO 8601 date or time). */
export interface Disabling {
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
}

/**
 * Comments the peer's section out in the way of the file's tool, all of its settings and comments kept, with
 * `# disabled = REASON` and `# until = 2027-01-31` inside. For a peer that is disabled already these two are replaced.
 * Refused where {@link enablePeer} could not give the section back byte for byte.
 */
export function disablePeer(file: ConfFile, key: PublicKey, disabling: Disabling = {}): EditResult {
  const reason = disabling.reason?.trim() || undefined;
  const until = disabling.until?.trim() || undefined;
  const problem = reason === undefined ? undefined : problemOfText(reason);
  if (problem !== undefined) return refused(`The reason ${problem}.`);
  if (until !== undefined && !isTime(until)) {
    return refused('The end is no date such as 2027-01-31 and no time such as 2027-01-31T12:00Z.');
  }
  const found = findPeer(file, key);
  if ('outcome' in found) return found;
  const expected = { ...(reason !== undefined && { reason: known(reason) }), ...(until !== undefined && { until }) };
  const { peer, names, label } = found;
  const isOff = peer.disabled !== undefined;
  if (isOff && peer.disabled.reason === reason && peer.disabled.until === until) return { outcome: 'unchanged' };
  const second = names.peers.find((one) => one !== peer && one.publicKey === key);
  if (second !== undefined) {
    return refused(
      `Line ${second.line} has a disabled section of ${label} already; remove one of the two by hand first.`,
    );
  }
  const bare = findPeer(withoutReasons(found), key);
  const reasons = [
    ...(reason === undefined ? [] : [`# disabled = ${reason}`]),
    ...(until === undefined ? [] : [`# until = ${until}`]),
  ];
  const changed = 'outcome' in bare ? undefined : commentedOut(bare, isOff ? '' : prefixOf(bare), reasons);
  if (
    'outcome' in bare ||
    changed === undefined ||
    !rereadsAs(found, changed, { disabled: expected }) ||
    !(isOff || comesBack(changed, key, bare.file))
  ) {
    return refused(
      `The section of ${label} (line ${peer.line}) cannot be commented out so that it could be given back.`,
    );
  }
  return { outcome: 'edited', file: changed };
}

/**
 * Gives back the section of a peer that is commented out, by a tool or by hand, without the lines that say why and until
 * when. Of a section that was commented out by hand, the settings come back and its comments stay comments. Refused where
 * wg(8) would refuse the whole file because of it.
 */
export function enablePeer(file: ConfFile, key: PublicKey): EditResult {
  const found = findPeer(file, key);
  if ('outcome' in found) return found;
  if (found.peer.disabled === undefined) return { outcome: 'unchanged' };
  const where = `The section of ${found.label} (line ${found.peer.line})`;
  const changed = commentedIn(withoutReasons(found), key);
  if (changed === undefined || !rereadsAs(found, changed, { disabled: undefined })) {
    return refused(`${where} would not be read as it is now once it is live.`);
  }
  const problem = newProblem(file, changed);
  if (problem !== undefined) return refused(`${where} would make the whole file invalid: ${problem}.`);
  return { outcome: 'edited', file: changed };
}

/** Why the file would be refused as a whole now, where it was accepted before; AmneziaWG accepts all that WireGuard does. */
function newProblem(before: ConfFile, after: ConfFile): string | undefined {
  const result = readWanted(after, 'amneziawg');
  if (result.outcome === 'accepted' || readWanted(before, 'amneziawg').outcome === 'rejected') return undefined;
  return result.problems[0]?.problem.replace(/\.$/, '');
}

function comesBack(disabled: ConfFile, key: PublicKey, before: ConfFile): boolean {
  const found = findPeer(disabled, key);
  const enabled = 'outcome' in found ? undefined : commentedIn(withoutReasons(found), key);
  return enabled !== undefined && printConf(enabled).equals(printConf(before));
}

/** The file without what its section says about why and until when, which a live section may have left from before. */
function withoutReasons({ file, section }: AnnotatedPeer): ConfFile {
  const edits = new LineEdits(file);
  for (const { index, remark } of ownComments(file, section)) {
    if (index > section.header && (remark.kind === 'disabled' || remark.kind === 'until')) edits.remove(index);
  }
  return edits.apply();
}

/** Puts the prefix before each line of the section, and the reasons before its first setting. */
function commentedOut(found: AnnotatedPeer, prefix: string, reasons: readonly string[]): ConfFile | undefined {
  const { file, section } = found;
  const first = section.settings[0]?.line;
  if (first === undefined) return undefined;
  const edits = new LineEdits(file);
  // Before a setting a comment is of this section, whatever stands behind it.
  edits.insert(
    first,
    reasons.map((reason) => prefix + leadOf(file, section, first) + reason),
  );
  if (prefix === '') return edits.apply();
  // Nyr's marks stay as they are: his script finds the peer by them.
  const [start, end] = prefix === nyr ? [section.header, endMarkOf(found)] : [section.start, section.end];
  for (let index = start; index < end; index += 1) edits.replace(index, prefix + bodyOf(file.lines[index] ?? ''));
  return edits.apply();
}

function endMarkOf({ file, section }: AnnotatedPeer): number {
  const end = ownComments(file, section).find(({ index, remark }) => index > section.header && remark.kind === 'end');
  return end?.index ?? section.end;
}

const nyr = '#~ ';

/** What the file's own tool puts before each line: the most frequent prefix, else that of the tool which names the peers. */
function prefixOf({ file, names }: AnnotatedPeer): string {
  const counts = new Map<string, number>();
  for (const section of sectionsOf(file)) {
    if (section.kind !== 'peer' || !isPrefixed(section)) continue;
    const prefix = `${section.disabled?.prefix.trim() ?? ''} `;
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, left], [, right]) => right - left);
  if (most !== undefined) return most[0];
  const count = (dialect: string) => names.peers.filter((peer) => peer.dialect === dialect).length;
  const half = names.peers.length / 2;
  if (count('pivpn') >= half) return '#[disabled] ';
  return count('begin-peer') >= half ? nyr : '#! ';
}

function commentedIn(file: ConfFile, key: PublicKey): ConfFile | undefined {
  const found = findPeer(file, key);
  const section = 'outcome' in found ? undefined : found.section;
  if (section?.disabled === undefined) return undefined;
  const edits = new LineEdits(file);
  const isByTool = isPrefixed(section);
  const prefix = section.disabled.prefix.trim();
  const settings = new Set(section.settings.map((setting) => setting.line));
  for (let index = section.start; index < section.end; index += 1) {
    const body = bodyOf(file.lines[index] ?? '');
    if (isByTool) edits.replace(index, withoutPrefix(body, prefix));
    else if (index === section.header || settings.has(index)) edits.replace(index, body.replace(/^(\s*)#+ ?/, '$1'));
  }
  return edits.apply();
}

/** One prefix and one blank are taken, so that what was indented is again. */
function withoutPrefix(body: string, prefix: string): string {
  const at = body.length - body.trimStart().length;
  if (!body.startsWith(prefix, at)) return body;
  const rest = body.slice(at + prefix.length);
  return body.slice(0, at) + (rest.startsWith(' ') ? rest.slice(1) : rest);
}
