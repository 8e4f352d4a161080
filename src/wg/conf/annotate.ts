import { known } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { noteKeys } from '../names/friendly-json.ts';
import { type Issued, printIssued } from '../profile/issued.ts';
import { refused } from './annotated-peer.ts';
import { annotate } from './annotation.ts';
import type { ConfFile } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { jsonFields, textKey, withJsonField } from './json-fields.ts';
import { replaceMiddle } from './name-marks.ts';
import { insertBlock, noteBlock, removeHeading } from './note-block.ts';
import type { OwnComment } from './own-comments.ts';
import { isTime, problemOfText } from './written-text.ts';

const tagsLine = /^([#;]+\s*tags\s*[:=]\s*)(.*?)(\s*)$/i;
const noteLine = /^([#;]+\s*(?:notes?|wireme-note)\s*[:=]\s*)(\S.*?)(\s*)$/i;
const expiresLine = /^([#;]+\s*expires(?: at)?\s*[:=]\s*)(\S.*?)(\s*)$/i;
const issuedLine = /^([#;]+\s*issued\s*=\s*)(v1 .*?)(\s*)$/i;
const textLine = /^([#;]+\s*)(\S.*?)(\s*)$/;

/** Writes the peer's tags where it has some, else as `# tags = a, b` in its section. None: the line goes. */
export function setTags(file: ConfFile, key: PublicKey, tags: readonly string[]): EditResult {
  const wanted = [...new Set(tags.map((tag) => tag.trim()))];
  for (const tag of wanted) {
    const problem = tag.includes(',') ? 'has a comma in it' : problemOfText(tag);
    if (problem !== undefined) return refused(`A tag ${problem}.`);
  }
  const isEmpty = wanted.length === 0;
  const intoJson = (text: string) => withJsonField(text, 'tags', jsonTags(text, wanted));
  return annotate(file, key, {
    isSaid: ({ peer }) => peer.tags.length === wanted.length && peer.tags.every((tag, at) => tag === wanted[at]),
    expected: { tags: wanted.map(known) },
    holders: (own) =>
      own.filter(({ text, remark }) => remark.kind === 'tags' || jsonFields(text)?.['tags'] !== undefined),
    withoutFields: (text) => withJsonField(text, 'tags', undefined) ?? text,
    change: ({ text, remark }) =>
      remark.kind === 'json' ? intoJson(text) : replaceMiddle(text, tagsLine, wanted.join(separatorOf(text))),
    line: isEmpty ? undefined : `# tags = ${wanted.join(', ')}`,
    write: ({ file: { lines } }, own, edits) => {
      const json = own.find((comment) => comment.remark.kind === 'json');
      const text = json === undefined ? undefined : intoJson(json.text);
      if (json === undefined || text === undefined || !lines.some((line) => keepsTags.test(line))) return false;
      edits.replace(json.index, json.before + text);
      return true;
    },
  });
}

/** Writes the peer's note where and how its tool keeps notes, else as `# note = TEXT`. Undefined: it goes. */
export function setNote(file: ConfFile, key: PublicKey, note: string | undefined): EditResult {
  const wanted = note?.trim() || undefined;
  const problem = wanted === undefined ? undefined : problemOfText(wanted);
  if (wanted !== undefined && problem !== undefined) return refused(`The note ${problem}.`);
  return annotate(file, key, {
    isSaid: ({ peer }) => peer.note === wanted,
    expected: { note: wanted === undefined ? undefined : known(wanted) },
    holders: (own) => {
      const block = noteBlock(own)?.texts ?? [];
      const isNote = ({ remark }: OwnComment) =>
        remark.kind === 'note' || (remark.kind === 'json' && remark.note !== undefined);
      return own.filter((comment) => isNote(comment) || block.includes(comment));
    },
    withoutFields: withoutNotes,
    change: ({ text, remark }) => {
      if (remark.kind === 'json') return withJsonField(text, textKey(text, noteKeys) ?? 'note', wanted);
      return replaceMiddle(text, remark.kind === 'plain' ? textLine : noteLine, wanted ?? '');
    },
    line: wanted === undefined ? undefined : `# note = ${wanted}`,
    write: ({ file: whole, section, peer }, own, edits) => {
      if (wanted === undefined) return false;
      if (peer.dialect === 'wireguard-ui') insertBlock(edits, whole, section, wanted);
      else if (peer.dialect !== 'wireme') return false;
      else {
        const last = own.findLast(({ text }) => /^#+\s*wireme-/.test(text));
        if (last === undefined) return false;
        edits.insert(last.index + 1, [`${last.before}# wireme-note: ${wanted}`]);
      }
      return true;
    },
    tidy: ({ file: whole, section }, own, edits, kept) => {
      const block = noteBlock(own);
      if (block !== undefined && (kept === undefined || !block.texts.includes(kept))) {
        removeHeading(edits, whole, section, block);
      }
    },
  });
}

/**
 * Writes when the peer's access ends, an ISO 8601 date or time: where it is written, else as `# expires = 2027-01-31`.
 * Undefined: it goes.
 */
export function setExpiry(file: ConfFile, key: PublicKey, until: string | undefined): EditResult {
  const wanted = until?.trim() || undefined;
  if (wanted !== undefined && !isTime(wanted)) {
    return refused('The end is no date such as 2027-01-31 and no time such as 2027-01-31T12:00Z.');
  }
  return setLine(file, key, 'expires', wanted, expiresLine);
}

/** Writes what the client was given, as `# issued = v1 …`. Undefined: it goes. */
export function setIssued(file: ConfFile, key: PublicKey, issued: Issued | undefined): EditResult {
  const wanted = issued === undefined ? undefined : printIssued(issued);
  if (issued !== undefined && wanted === undefined) {
    return refused('What was issued has too many prefixes to be remembered in one line.');
  }
  return setLine(file, key, 'issued', wanted, issuedLine);
}

/** Writes what a line of its own says: `# NAME = VALUE`. Undefined: it goes. `form`: what such a line is written like. */
function setLine(
  file: ConfFile,
  key: PublicKey,
  name: 'expires' | 'issued',
  value: string | undefined,
  form: RegExp,
): EditResult {
  return annotate(file, key, {
    isSaid: ({ peer }) => peer[name] === value,
    expected: { [name]: value },
    holders: (own) => own.filter(({ remark }) => remark.kind === name),
    withoutFields: (text) => text,
    change: ({ text }) => replaceMiddle(text, form, value ?? ''),
    line: value === undefined ? undefined : `# ${name} = ${value}`,
  });
}

function withoutNotes(comment: string): string {
  const key = textKey(comment, noteKeys);
  const rest = key === undefined ? undefined : withJsonField(comment, key, undefined);
  return rest === undefined ? comment : withoutNotes(rest);
}

const keepsTags = /friendly_json\s*[:=].*"tags"/i;

/** As a list, or as the text with commas that it is now. */
function jsonTags(comment: string, tags: readonly string[]): string | readonly string[] {
  const now = jsonFields(comment)?.['tags'];
  return typeof now === 'string' ? tags.join(/\s*,\s*/.exec(now)?.[0] ?? ', ') : tags;
}

function separatorOf(comment: string): string {
  return /\s*,\s*/.exec(comment)?.[0] ?? ', ';
}
