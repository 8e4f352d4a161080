import { known } from '../../host/printable.ts';
import type { ConfPeer, Dialect } from '../names/conf-names.ts';
import { type AnnotatedPeer, refused, rereadsAs } from './annotated-peer.ts';
import type { ConfFile } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { bodyOf, LineEdits } from './edit-lines.ts';
import { newJson, withJsonField } from './json-fields.ts';
import { newMark } from './name-marks.ts';
import { leadOf, ownComments, trailingComment } from './own-comments.ts';
import { sectionsOf } from './sections.ts';

/** Names a peer that has no name, as most peers of the file are named where that invents nothing, else `# friendly_name =`. */
export function firstName(found: AnnotatedPeer, name: string): EditResult {
  const model = modelOf(found.names.peers);
  for (const changed of [model && namedLike(found, model, name), namedInside(found, name)]) {
    if (changed !== undefined && rereadsAs(found, changed, { name: known(name) })) {
      return { outcome: 'edited', file: changed };
    }
  }
  return refused(`The name ${name} could not be read back from a comment.`);
}

/** The last peer that is named as most are; of two ways that are as common, the one that comes first. */
function modelOf(peers: readonly ConfPeer[]): ConfPeer | undefined {
  const byDialect = new Map<Dialect, ConfPeer[]>();
  for (const peer of peers) {
    if (peer.dialect === undefined) continue;
    const same = byDialect.get(peer.dialect);
    if (same === undefined) byDialect.set(peer.dialect, [peer]);
    else same.push(peer);
  }
  let most: readonly ConfPeer[] = [];
  for (const same of byDialect.values()) if (same.length > most.length) most = same;
  return most.at(-1);
}

function namedLike(found: AnnotatedPeer, model: ConfPeer, name: string): ConfFile | undefined {
  const { file, section } = found;
  const { dialect, nameLine = 0 } = model;
  if (dialect === undefined) return undefined;
  const modelSection = sectionsOf(file).find((one) => one.header === model.line - 1);
  const own = modelSection === undefined ? [] : ownComments(file, modelSection);
  const like = (own.find((one) => one.index === nameLine - 1) ?? trailingComment(file, nameLine - 1))?.text;
  const isOwnLine = own.some((one) => one.index === nameLine - 1);
  if (dialect === 'friendly-json') return namedInJson(found, like, name);
  const mark = newMark(dialect, name, like);
  if (mark === undefined) return undefined;
  const edits = new LineEdits(file);
  const { header, end } = section;
  const lead = leadOf(file, section, header);
  if (!isOwnLine) {
    if (trailingComment(file, header) !== undefined) return undefined;
    edits.replace(header, `${bodyOf(file.lines[header] ?? '').trimEnd()} ${mark.line}`);
  } else {
    edits.insert(nameLine < model.line ? header : header + 1, [lead + mark.line]);
    if (mark.end !== undefined) edits.insert(end, [lead + mark.end]);
  }
  return edits.apply();
}

/** Into the fields that the peer has, or into fields of its own. */
function namedInJson({ file, section }: AnnotatedPeer, like: string | undefined, name: string): ConfFile {
  const edits = new LineEdits(file);
  const comment = ownComments(file, section).find((one) => one.remark.kind === 'json');
  const text = comment && withJsonField(comment.text, 'name', name);
  if (comment !== undefined && text !== undefined) edits.replace(comment.index, comment.before + text);
  else edits.insert(section.header + 1, [leadOf(file, section, section.header) + newJson({ name }, like)]);
  return edits.apply();
}

function namedInside({ file, section }: AnnotatedPeer, name: string): ConfFile {
  const edits = new LineEdits(file);
  edits.insert(section.header + 1, [`${leadOf(file, section, section.header)}# friendly_name = ${name}`]);
  return edits.apply();
}
