import { type Remark, readRemark } from '../names/remark.ts';
import type { ConfFile, ConfSection } from './conf-file.ts';
import { bodyOf } from './edit-lines.ts';

/** A comment in the range of a section. */
export interface OwnComment {
  /** In the file's lines. */
  readonly index: number;
  /** What stands before its `#`: white space, the prefix of a section that is commented out, or a header or setting. */
  readonly before: string;
  /** From its `#` on, without the line's ending. */
  readonly text: string;
  readonly remark: Remark;
}

const toolPrefix = /^\s*#(?:\[disabled\]|~|!) ?/;

/** Whether a tool's prefix stands before each line of the section; false also where it is commented out by hand. */
export function isPrefixed(section: ConfSection): boolean {
  return section.disabled !== undefined && toolPrefix.test(section.disabled.prefix);
}

/** The comments that are lines of their own, in order. */
export function ownComments(file: ConfFile, section: ConfSection): readonly OwnComment[] {
  const settings = new Set(section.settings.map((setting) => setting.line));
  const comments: OwnComment[] = [];
  for (let index = section.start; index < section.end; index += 1) {
    if (index === section.header || settings.has(index)) continue;
    const comment = commentAt(file, index, prefixOf);
    if (comment?.before.replace(toolPrefix, '').trim() === '') comments.push(comment);
  }
  return comments;
}

/** The comment behind a header or setting, on the same line. */
export function trailingComment(file: ConfFile, index: number): OwnComment | undefined {
  return commentAt(file, index, (line) => {
    const prefix = prefixOf(line);
    return prefix + (/^[\s#]*/.exec(line.slice(prefix))?.[0].length ?? 0);
  });
}

/** The comment that begins at the first `#` behind the line's first characters, as many as `skip` says. */
function commentAt(file: ConfFile, index: number, skip: (line: string) => number): OwnComment | undefined {
  const line = bodyOf(file.lines[index] ?? '');
  const at = line.indexOf('#', skip(line));
  if (at === -1) return undefined;
  const text = line.slice(at);
  return { index, before: line.slice(0, at), text, remark: readRemark(text) };
}

function prefixOf(line: string): number {
  return toolPrefix.exec(line)?.[0].length ?? 0;
}

/** What a new line beside this one begins with: its white space, and the prefix of a section that a tool has disabled. */
export function leadOf(file: ConfFile, section: ConfSection, index: number): string {
  const line = bodyOf(file.lines[index] ?? '');
  const lead = isPrefixed(section) ? /^\s*#(?:\[disabled\]|~|!)\s*/.exec(line)?.[0] : undefined;
  return (lead ?? /^\s*/.exec(line)?.[0] ?? '').replace('\ufeff', '');
}
