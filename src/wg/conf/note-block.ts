import type { ConfFile, ConfSection } from './conf-file.ts';
import { bodyOf, type LineEdits } from './edit-lines.ts';
import { leadOf, type OwnComment } from './own-comments.ts';

/** A note as wireguard-ui writes it: a blank line, `# Notes:`, and lines of text. */
export interface NoteBlock {
  readonly heading: OwnComment;
  readonly texts: readonly OwnComment[];
}

/** The block among the comments of a section, if there is one. */
export function noteBlock(own: readonly OwnComment[]): NoteBlock | undefined {
  const at = own.findIndex((comment) => comment.remark.kind === 'notes');
  const heading = own[at];
  if (heading === undefined) return undefined;
  const texts: OwnComment[] = [];
  for (const comment of own.slice(at + 1)) {
    if (comment.index !== heading.index + texts.length + 1 || comment.remark.kind !== 'plain') break;
    texts.push(comment);
  }
  return { heading, texts };
}

/** Takes the heading away and the blank line before it; the texts are the caller's. */
export function removeHeading(edits: LineEdits, file: ConfFile, section: ConfSection, { heading }: NoteBlock): void {
  edits.remove(heading.index);
  const before = heading.index - 1;
  const rest = bodyOf(file.lines[before] ?? '').slice(leadOf(file, section, before).length);
  if (before >= section.start && rest.trim() === '') edits.remove(before);
}

/** Puts a new block above the header. */
export function insertBlock(edits: LineEdits, file: ConfFile, section: ConfSection, text: string): void {
  const lead = leadOf(file, section, section.header);
  edits.insert(section.header, [lead, `${lead}# Notes:`, `${lead}# ${text}`]);
}
