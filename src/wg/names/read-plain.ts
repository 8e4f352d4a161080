import type { PublicKey } from '../key.ts';
import type { ConfPeer } from './conf-names.ts';
import { keySetting } from './plain-section.ts';
import { readRemark } from './remark.ts';
import { mayMatter, readPeerSetting } from './scan.ts';
import { beginSection, type Comment, describe, type Section } from './section.ts';

const newline = 10;
const hash = 35;

/**
 * Reads a plain section (see `findPlainSection`) from its start to its end. As no comment in it belongs to a neighbour,
 * there is nothing to share: what is above the header is above, the rest is inside.
 */
export function readPlainSection(text: string, start: number, end: number, linesAbove: number): ConfPeer | undefined {
  let line = linesAbove;
  let comments: Comment[] = [];
  let isAfterBlank = false;
  let section: Section | undefined;
  for (let at = start; at < end; ) {
    const lineEnd = text.indexOf('\n', at);
    const code = text.charCodeAt(at);
    line += 1;
    if (code === newline) {
      isAfterBlank = true;
    } else if (code === hash) {
      comments.push({ remark: readRemark(text.slice(at, lineEnd)), line, isAfterBlank });
      isAfterBlank = false;
    } else if (section === undefined) {
      section = beginSection(line, 'peer', undefined, '');
      section.above = comments;
      section.isAdjacent = !isAfterBlank;
      comments = section.inside;
      isAfterBlank = false;
    } else if (text.startsWith(keySetting, at)) {
      section.publicKey = text.slice(at + keySetting.length, lineEnd) as PublicKey;
    } else if (mayMatter(text, at)) {
      readPeerSetting(section, text.slice(at, lineEnd));
    }
    at = lineEnd + 1;
  }
  return section && describe(section);
}
