import { known } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { type Dialect, dialectMark } from '../names/conf-names.ts';
import { nameKeys } from '../names/friendly-json.ts';
import { type AnnotatedPeer, findPeer, refused, rereadsAs } from './annotated-peer.ts';
import type { ConfFile } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { LineEdits } from './edit-lines.ts';
import { firstName } from './first-name.ts';
import { textKey, withJsonField } from './json-fields.ts';
import { withEndName, withName } from './name-marks.ts';
import { type OwnComment, ownComments, trailingComment } from './own-comments.ts';
import { problemOfName } from './written-text.ts';

/**
 * Gives a peer another name where and how its name is written, or a name that has none: as most names of the file are
 * written, else as `# friendly_name = NAME`, which exporters and other tools read. Refused where the name could not be
 * read back exactly, or is another peer's.
 */
export function renamePeer(file: ConfFile, key: PublicKey, name: string): EditResult {
  const problem = problemOfName(name);
  if (problem !== undefined) return refused(`The name ${problem}.`);
  const found = findPeer(file, key);
  if ('outcome' in found) return found;
  const { peer, names } = found;
  if (peer.name === name) return { outcome: 'unchanged' };
  const other = names.peers.find((one) => one.publicKey !== key && isSame(one.name, name));
  if (other !== undefined) return refused(`Another peer is called ${other.name ?? name} already (line ${other.line}).`);
  const shown = names.peers.find((one) => one.publicKey === key && one.name !== undefined);
  if (shown !== undefined && shown.line < peer.line) {
    return refused(`The peer has its name in another section, at line ${shown.line}; remove that by hand first.`);
  }
  return peer.name === undefined ? firstName(found, name) : otherName(found, peer.name, name);
}

function isSame(left: string | undefined, right: string): boolean {
  return left?.normalize('NFKC').toLowerCase() === right.normalize('NFKC').toLowerCase();
}

/** Replaces the name in each comment of the section that has it. */
function otherName(found: AnnotatedPeer, before: string, name: string): EditResult {
  const { file, section, peer } = found;
  const { dialect, nameLine } = peer;
  if (dialect === undefined || nameLine === undefined) return refused(`The name of ${before} is nowhere in the file.`);
  const edits = new LineEdits(file);
  const own = ownComments(file, section);
  const holder = own.find((one) => one.index === nameLine - 1) ?? trailingComment(file, nameLine - 1);
  for (const comment of holder === undefined || own.includes(holder) ? own : [...own, holder]) {
    const text = comment === holder ? replaced(comment, dialect, name) : alsoNamed(comment, dialect, before, name);
    if (text !== undefined) edits.replace(comment.index, comment.before + text);
  }
  const changed = edits.apply();
  if (rereadsAs(found, changed, { name: known(name) })) return { outcome: 'edited', file: changed };
  return refused(`The name ${name} could not be read back from line ${nameLine} (${dialectMark(dialect)}).`);
}

function replaced({ text }: OwnComment, dialect: Dialect, name: string): string | undefined {
  if (dialect !== 'friendly-json') return withName(text, dialect, name);
  const key = textKey(text, nameKeys);
  return key === undefined ? undefined : withJsonField(text, key, name);
}

/** Another comment with the name: the last line of a pair, or another tool's mark. */
function alsoNamed(comment: OwnComment, dialect: Dialect, before: string, name: string): string | undefined {
  const { text, remark } = comment;
  if (remark.kind === 'stop') return withEndName(text, dialect, before, name);
  if (remark.kind === 'end')
    return withEndName(text, 'pivpn', before, name) ?? withEndName(text, 'begin-peer', before, name);
  if (remark.kind === 'json') return remark.name === before ? replaced(comment, 'friendly-json', name) : undefined;
  const isMark = remark.kind === 'name' || remark.kind === 'begin';
  return isMark && remark.name === before ? replaced(comment, remark.dialect, name) : undefined;
}
