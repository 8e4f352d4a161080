import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { clean } from './clean.ts';
import type { ConfPeer, Dialect } from './conf-names.ts';
import type { Remark } from './remark.ts';

/** A comment line, of which only what it says is kept. */
export interface Comment {
  readonly remark: Remark;
  /** 1-based. */
  readonly line: number;
  readonly isAfterBlank: boolean;
}

/** A section while it is being read. */
export interface Section {
  /** 1-based line of the header. */
  readonly line: number;
  readonly kind: 'interface' | 'peer' | 'unknown';
  /** How it is commented out: each line behind a tool's prefix, or by hand with `#`. */
  readonly disabled: 'prefixed' | 'commented' | undefined;
  /** What is before the header where it is disabled: `#[disabled] `, or `# `. */
  readonly prefix: string;
  /** 1-based line of its last setting, or of the last comment behind that which is its own. */
  last: number;
  publicKey: PublicKey | undefined;
  readonly allowedIps: string[];
  above: readonly Comment[];
  /** Whether no blank line is between the last comment above and the header. */
  isAdjacent: boolean;
  inside: Comment[];
  /** Behind the header or the key, on the same line. */
  trailing: Comment | undefined;
  /** The last line of a `NAME start` … `NAME end` pair was found. */
  isEnclosed: boolean;
  /** The next header was found; only settings behind a disabled section can still come. */
  isComplete: boolean;
}

const noComments: readonly Comment[] = [];

/** A section of which only the header is known. */
export function beginSection(
  line: number,
  kind: Section['kind'],
  disabled: Section['disabled'],
  prefix: string,
): Section {
  return {
    line,
    kind,
    disabled,
    prefix,
    last: line,
    publicKey: undefined,
    allowedIps: [],
    above: noComments,
    isAdjacent: false,
    inside: [],
    trailing: undefined,
    isEnclosed: false,
    isComplete: false,
  };
}

/**
 * Shares the comments between a section's last setting and the next header. End marks close the section before. A run that
 * touches that section and has a blank line (or the end of the file) behind it is its own; the rest stands above the next.
 */
export function share(
  comments: readonly Comment[],
  isAfterBlank: boolean,
  before: Section | undefined,
  next: Section | undefined,
): void {
  if (comments.length === 0) return;
  const firstRun = comments.findIndex((comment) => comment.isAfterBlank);
  const isDetached = firstRun !== -1 || isAfterBlank || next === undefined;
  const touching = isDetached ? (firstRun === -1 ? comments.length : firstRun) : 0;
  const opened = startOf(before);
  const above: Comment[] = [];
  let begun: number | undefined;
  let index = 0;
  for (const comment of comments) {
    const isTouching = index < touching;
    index += 1;
    const { remark } = comment;
    if (remark.kind === 'end') {
      // A pair without a section between (left behind by hand) names nobody.
      if (begun !== undefined) above.splice(begun, 1);
      else if (before !== undefined) enclose(before, above, comment);
      begun = undefined;
    } else if (remark.kind === 'stop' && before !== undefined && remark.name === opened) {
      before.isEnclosed = true;
      enclose(before, above, comment);
    } else if (isOfBefore(remark, isTouching)) {
      if (before === undefined) continue;
      before.inside.push(comment);
      before.last = comment.line;
    } else {
      if (remark.kind === 'begin') begun = above.length;
      above.push(comment);
    }
  }
  if (next !== undefined) {
    next.above = above;
    next.isAdjacent = !isAfterBlank;
  }
}

/** What stands before the end mark of a section is its own, whatever comes behind. */
function enclose(before: Section, comments: Comment[], endMark: Comment): void {
  before.last = endMark.line;
  if (comments.length === 0) return;
  for (const comment of comments) before.inside.push(comment);
  comments.length = 0;
}

function startOf(section: Section | undefined): Printable | undefined {
  const last = section?.above.at(-1)?.remark;
  return last?.kind === 'start' ? last.name : undefined;
}

/** Whether a comment belongs to the section before it. `findPlainSection` knows by a pattern of its own when none does. */
function isOfBefore(remark: Remark, isTouching: boolean): boolean {
  if (remark.kind === 'begin') return false;
  if (remark.kind !== 'name') return isTouching;
  return remark.place === 'inside' || (isTouching && remark.place === 'any');
}

/** How much a kind of name is worth; the highest wins (a tool's own mark inside the section is the surest). */
const rank = { inside: 5, pair: 4, above: 3, plainAbove: 2, plainInside: 1 } as const;

interface Gathered {
  name: Printable | undefined;
  dialect: Dialect | undefined;
  nameLine: number | undefined;
  rank: number;
  tags: readonly Printable[];
  notes: readonly Printable[];
  reason: Printable | undefined;
  until: string | undefined;
  expires: string | undefined;
  issued: string | undefined;
  /** The comment lines of the run that is being read are the text of a note. */
  isNotes: boolean;
}

/** The peer of a section that is complete; undefined where it has no valid key. */
export function describe(section: Section): ConfPeer | undefined {
  if (section.publicKey === undefined) return undefined;
  const gathered: Gathered = {
    name: undefined,
    dialect: undefined,
    nameLine: undefined,
    rank: 0,
    tags: none,
    notes: none,
    reason: undefined,
    until: undefined,
    expires: undefined,
    issued: undefined,
    isNotes: false,
  };
  gatherAbove(section, gathered);
  gatherInside(section, gathered);
  const { name, dialect, nameLine } = gathered;
  // Assigned one by one: spreads of optional fields cost a third of the time that a big file takes.
  const peer: Writable<ConfPeer> = {
    publicKey: section.publicKey,
    tags: gathered.tags,
    allowedIps: section.allowedIps,
    line: section.line,
  };
  if (name !== undefined && dialect !== undefined && nameLine !== undefined) {
    peer.name = name;
    peer.dialect = dialect;
    peer.nameLine = nameLine;
  }
  const note = gathered.notes.length === 0 ? undefined : clean(gathered.notes.join(' '));
  if (note !== undefined) peer.note = note;
  if (gathered.expires !== undefined) peer.expires = gathered.expires;
  if (gathered.issued !== undefined) peer.issued = gathered.issued;
  if (section.disabled !== undefined) peer.disabled = disabledOf(gathered);
  return peer;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function disabledOf({ reason, until }: Gathered): NonNullable<ConfPeer['disabled']> {
  return { ...(reason !== undefined && { reason }), ...(until !== undefined && { until }) };
}

const none: readonly Printable[] = [];

/** The first of the comments above a section that is about it: not a heading over many, nor a setting commented out. */
export function firstAbove(section: Section): Comment | undefined {
  const { above } = section;
  let at = Math.min(blockStart(above), adjacentStart(section));
  while (above[at]?.remark.kind === 'aside' || above[at]?.remark.kind === 'ruler') at += 1;
  if (at === above.length) return undefined;
  while (at > 0 && above[at - 1]?.remark.kind === 'ruler' && above[at]?.isAfterBlank === false) at -= 1;
  return above[at];
}

/** Where the comments begin that touch the header; past the end where a blank line is between. */
function adjacentStart({ above, isAdjacent }: Section): number {
  return isAdjacent ? lastRun(above) : above.length;
}

function gatherAbove(section: Section, gathered: Gathered): void {
  const { above } = section;
  const adjacent = adjacentStart(section);
  for (let at = Math.min(blockStart(above), adjacent); at < above.length; at += 1) {
    const comment = above[at];
    if (comment === undefined) continue;
    if (comment.isAfterBlank && gathered.notes.length > 0) gathered.isNotes = false;
    gather(gathered, comment, comment.remark, at >= adjacent ? 'adjacent' : 'apart', section);
  }
  if (gathered.dialect === 'name-colon' && above.some((one) => one.remark.kind === 'id')) {
    gathered.dialect = 'wireguard-ui';
  }
  gathered.isNotes = false;
}

/** Where the comments begin that touch the header: the last run without a blank line in it. */
function lastRun(comments: readonly Comment[]): number {
  let at = comments.length - 1;
  while (at > 0 && comments[at]?.isAfterBlank === false) at -= 1;
  return Math.max(at, 0);
}

/** Where a block begins that may hold blank lines: a begin mark, or wireguard-ui's `ID:`. Else past the end. */
function blockStart(comments: readonly Comment[]): number {
  const at = comments.findLastIndex((one) => one.remark.kind === 'begin' || one.remark.kind === 'id');
  return at === -1 ? comments.length : at;
}

function gatherInside(section: Section, gathered: Gathered): void {
  for (const comment of section.inside) {
    if (comment.isAfterBlank) gathered.isNotes = false;
    const isBeside = comment.line === section.line + 1;
    gather(gathered, comment, comment.remark, isBeside ? 'beside' : 'inside', section);
  }
  if (section.trailing === undefined || gathered.name !== undefined) return;
  const { remark } = section.trailing;
  if (remark.kind === 'plain') take(gathered, remark.text, 'trailing', section.trailing, rank.plainInside);
  else gather(gathered, section.trailing, remark, 'inside', section);
}

type Place = 'apart' | 'adjacent' | 'beside' | 'inside';

/** Adds what one comment says. Above, the nearest of equals wins; inside, the first. */
function gather(gathered: Gathered, comment: Comment, remark: Remark, place: Place, section: Section): void {
  if (gathered.isNotes) {
    if (remark.kind === 'plain') addNote(gathered, remark.text);
    return;
  }
  const isInside = place === 'inside' || place === 'beside';
  switch (remark.kind) {
    case 'name':
      take(gathered, remark.name, remark.dialect, comment, isInside ? rank.inside : rank.above);
      break;
    case 'begin':
      take(gathered, remark.name, remark.dialect, comment, rank.pair);
      break;
    case 'json':
      if (remark.name !== undefined) {
        take(gathered, remark.name, 'friendly-json', comment, isInside ? rank.inside : rank.above);
      }
      addTags(gathered, remark.tags);
      if (remark.note !== undefined) addNote(gathered, remark.note);
      break;
    case 'tags':
      addTags(gathered, remark.tags);
      break;
    case 'note':
      addNote(gathered, remark.note);
      break;
    case 'notes':
      gathered.isNotes = true;
      break;
    case 'disabled':
      gathered.reason ??= remark.reason;
      break;
    case 'until':
      gathered.until ??= remark.until;
      break;
    case 'expires':
      gathered.expires ??= remark.expires;
      break;
    case 'issued':
      gathered.issued ??= remark.issued;
      break;
    case 'start':
      if (section.isEnclosed && place === 'adjacent') take(gathered, remark.name, 'start-end', comment, rank.pair);
      else takePlain(gathered, remark.plain, undefined, comment, place);
      break;
    case 'stop':
      takePlain(gathered, remark.plain, undefined, comment, place);
      break;
    case 'plain':
      takePlain(gathered, remark.text, remark.dialect, comment, place);
      break;
    default:
      break;
  }
}

/** Most tags and lines of a note that are kept, so that a file of nothing else is still read in linear time. */
const most = 64;

function addNote(gathered: Gathered, line: Printable): void {
  if (gathered.notes.length < most) gathered.notes = [...gathered.notes, line];
}

function addTags(gathered: Gathered, tags: readonly Printable[]): void {
  if (gathered.tags.length < most) gathered.tags = [...new Set([...gathered.tags, ...tags])].slice(0, most);
}

function takePlain(
  gathered: Gathered,
  text: Printable,
  dialect: Dialect | undefined,
  comment: Comment,
  place: Place,
): void {
  if (place === 'adjacent') take(gathered, text, dialect ?? 'plain-above', comment, rank.plainAbove);
  if (place === 'beside') take(gathered, text, dialect ?? 'plain-inside', comment, rank.plainInside);
}

function take(gathered: Gathered, name: Printable, dialect: Dialect, comment: Comment, worth: number): void {
  const isBetter = worth > gathered.rank || (worth === gathered.rank && worth <= rank.pair && worth >= rank.plainAbove);
  if (!isBetter) return;
  gathered.name = name;
  gathered.dialect = dialect;
  gathered.nameLine = comment.line;
  gathered.rank = worth;
}
