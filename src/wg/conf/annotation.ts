import type { PublicKey } from '../key.ts';
import { type AnnotatedPeer, type Expected, findPeer, refused, rereadsAs } from './annotated-peer.ts';
import type { ConfFile } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { LineEdits } from './edit-lines.ts';
import { leadOf, type OwnComment, ownComments } from './own-comments.ts';

/** What is to be written about a peer, and how. */
export interface Annotation {
  readonly isSaid: (found: AnnotatedPeer) => boolean;
  readonly expected: Expected;
  /** The comments that say it now. */
  readonly holders: (own: readonly OwnComment[]) => readonly OwnComment[];
  /** A friendly_json without the fields that say it. */
  readonly withoutFields: (comment: string) => string;
  /** Such a comment with the new text. */
  readonly change: (comment: OwnComment) => string | undefined;
  /** A new comment of our own; undefined: there is nothing to say. */
  readonly line: string | undefined;
  /** Writes it as the peer's tool does where nothing says it now; false where the tool has no way. */
  readonly write?: (found: AnnotatedPeer, own: readonly OwnComment[], edits: LineEdits) => boolean;
  /** Takes away what is left without meaning when no comment says it any more but the one that is kept. */
  readonly tidy?: (
    found: AnnotatedPeer,
    own: readonly OwnComment[],
    edits: LineEdits,
    kept: OwnComment | undefined,
  ) => void;
}

/** Tries the file's own way first, then a comment of our own: what would be read as something else is not written. */
export function annotate(file: ConfFile, key: PublicKey, annotation: Annotation): EditResult {
  const found = findPeer(file, key);
  if ('outcome' in found) return found;
  if (annotation.isSaid(found)) return { outcome: 'unchanged' };
  for (const attempt of [inItsWay, inOurWay]) {
    const changed = attempt(found, annotation);
    if (changed !== undefined && rereadsAs(found, changed, annotation.expected)) {
      return { outcome: 'edited', file: changed };
    }
  }
  return refused(`What is to be written about ${found.label} could not be read back from its section.`);
}

function inItsWay(found: AnnotatedPeer, annotation: Annotation): ConfFile | undefined {
  const own = ownComments(found.file, found.section);
  const edits = new LineEdits(found.file);
  const holders = annotation.holders(own);
  const kept = annotation.line === undefined ? undefined : holders[0];
  const text = kept === undefined ? undefined : annotation.change(kept);
  if (kept === undefined && annotation.line !== undefined) {
    return annotation.write?.(found, own, edits) === true ? edits.apply() : undefined;
  }
  if (kept !== undefined && text === undefined) return undefined;
  if (kept !== undefined) edits.replace(kept.index, kept.before + text);
  for (const holder of holders) if (holder !== kept) silence(edits, holder, annotation);
  annotation.tidy?.(found, own, edits, kept);
  return edits.apply();
}

function inOurWay(found: AnnotatedPeer, annotation: Annotation): ConfFile | undefined {
  const { file, section } = found;
  const first = Math.min(...section.settings.map((setting) => setting.line));
  if (annotation.line === undefined || !Number.isFinite(first)) return undefined;
  const own = ownComments(file, section);
  const edits = new LineEdits(file);
  for (const holder of annotation.holders(own)) silence(edits, holder, annotation);
  annotation.tidy?.(found, own, edits, undefined);
  edits.insert(first, [leadOf(file, section, first) + annotation.line]);
  return edits.apply();
}

/** Takes away what a comment says: the line, or the fields among others. */
function silence(edits: LineEdits, { index, before, text, remark }: OwnComment, annotation: Annotation): void {
  if (remark.kind === 'json') edits.replace(index, before + annotation.withoutFields(text));
  else edits.remove(index);
}
