import type { Printable } from '../../host/printable.ts';
import { clean, cleanList } from './clean.ts';
import type { Dialect } from './conf-names.ts';
import { readFriendlyJson } from './friendly-json.ts';

/** What one comment line says about a peer. */
export type Remark =
  /** A name with a key or a marker before it. */
  | {
      readonly kind: 'name';
      readonly name: Printable;
      readonly dialect: Dialect;
      readonly place: 'any' | 'above' | 'inside';
    }
  /** The first line of a pair that encloses the section. */
  | { readonly kind: 'begin'; readonly name: Printable; readonly dialect: Dialect }
  /** The last line of such a pair. */
  | { readonly kind: 'end' }
  /** `NAME start` and `NAME end`: a pair only where both are there. */
  | { readonly kind: 'start'; readonly name: Printable; readonly plain: Printable }
  | { readonly kind: 'stop'; readonly name: Printable; readonly plain: Printable }
  | { readonly kind: 'json'; readonly name?: Printable; readonly tags: readonly Printable[]; readonly note?: Printable }
  | { readonly kind: 'tags'; readonly tags: readonly Printable[] }
  | { readonly kind: 'note'; readonly note: Printable }
  /** `Notes:` alone: what follows is the note. */
  | { readonly kind: 'notes' }
  | { readonly kind: 'disabled'; readonly reason?: Printable }
  | { readonly kind: 'until'; readonly until: string }
  | { readonly kind: 'expires'; readonly expires: string }
  /** What a client was given, as meshtui writes it (src/wg/profile/issued.ts). */
  | { readonly kind: 'issued'; readonly issued: string }
  /** `ID:` as wireguard-ui writes it, the proof that the block is its own. */
  | { readonly kind: 'id' }
  /** Just words: a name where they stand beside `[Peer]`. */
  | { readonly kind: 'plain'; readonly text: Printable; readonly dialect?: Dialect }
  /** A line of punctuation, or an empty comment. */
  | { readonly kind: 'ruler' }
  /** About the file or many peers: a heading, an instruction, a setting that is commented out. */
  | { readonly kind: 'aside' }
  | { readonly kind: 'nothing' };

const nothing: Remark = { kind: 'nothing' };
const aside: Remark = { kind: 'aside' };
const rulerRemark: Remark = { kind: 'ruler' };

/** Longest comment that is looked at: no tool writes longer ones, and patterns stay cheap. */
const longestComment = 4_096;

/** Keys of settings of wg(8), wg-quick(8), awg and systemd: a setting that is commented out names nobody. */
const settings = new Set(
  (
    'publickey presharedkey allowedips endpoint persistentkeepalive privatekey listenport fwmark address dns mtu table ' +
    'preup postup predown postdown saveconfig jc jmin jmax s1 s2 s3 s4 h1 h2 h3 h4 i1 i2 i3 i4 i5 advancedsecurity ' +
    'privatekeyfile presharedkeyfile publickeyfile routetable routemetric firewallmark'
  ).split(' '),
);

/** Keys of what tools note beside the name. */
const beside = new Set(
  (
    'email|e-mail|telegram|created|created at|updated|updated at|update at|added|device|rotated|' +
    'note|wireme-created|wireme-profile|address updated at|private key updated at|ip|server'
  ).split('|'),
);

/**
 * Starts of comments that tell the reader something about the file and name nobody, in small letters: a pattern with the
 * flag i takes milliseconds to compile, and the first paint waits for it.
 */
const instruction =
  /^(?:note:|warning\b|do ?n[o']t |please |auto-?generated\b|this file |generated |managed |see |your changes|lines starting |uncomment |fixme\b)|:\/\/|do not (?:edit|modify|change)|don't (?:edit|modify|change)/;

/** Headings over many peers, in small letters. */
const heading = /^(?:peers?|clients?|servers?|users?)$|:$/;

/** Rulers: nothing but ASCII punctuation, or a run of it at an end. */
const ruler = /^[!-/:-@[-`{-~\s]*$|^[-=*~_+#]{2,}|[-=*~_+#]{2,}$/;

/** An ISO 8601 date or date and time, such as `2027-01-31`, `2027-01-31 12:00` or `2027-01-31T12:00:00Z`. */
export const isoTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Reads one comment line, from its `#` on. */
export function readRemark(comment: string): Remark {
  let hashes = 0;
  while (isMark(comment.charCodeAt(hashes))) hashes += 1;
  const body = comment.slice(hashes, hashes + longestComment).trim();
  if (body === '') return rulerRemark;
  return readMarker(body, hashes) ?? readKeyed(body) ?? readEnclosing(body) ?? readPlain(body);
}

function isMark(code: number): boolean {
  return code === 35 || code === 59;
}

/** Markers that are words, not keys. */
function readMarker(body: string, hashes: number): Remark | undefined {
  if (body.startsWith('-WGP-')) return readPortal(body);
  if (body.startsWith('BEGIN_PEER ')) return named('begin', withoutMetadata(body.slice(11)), 'begin-peer');
  if (body.startsWith('END_PEER')) return { kind: 'end' };
  if (hashes === 3) {
    if (body.startsWith('Client ')) return named('above', body.slice(7), 'angristan');
    if (body.startsWith('begin ') && body.endsWith('###')) return named('begin', body.slice(6, -3), 'pivpn');
    if (body.startsWith('end ') && body.endsWith('###')) return { kind: 'end' };
  }
  if (body.startsWith('peer')) {
    const linuxserver = /^peer(?:_(\S.*)|\d+)$/.exec(body);
    if (linuxserver !== null) return named('any', linuxserver[1] ?? body, 'linuxserver');
    const wgCmd = /^peer +([^\s:=].*)$/.exec(body);
    if (wgCmd !== null) return named('above', wgCmd[1] ?? '', 'wg-cmd');
  }
  return undefined;
}

/** A line of wg-portal's. All of them but the name are passed over: one holds the peer's private key. */
function readPortal(body: string): Remark {
  const name = /^-WGP-\s*Display name:(.*)$/.exec(body);
  return name === null ? nothing : named('inside', name[1] ?? '', 'wg-portal');
}

/** `KEY: VALUE` and `KEY = VALUE`. */
function readKeyed(body: string): Remark | undefined {
  const at = body.search(/[:=]/);
  if (at < 1) return undefined;
  const key = body.slice(0, at).trimEnd().toLowerCase();
  const value = body.slice(at + 1);
  const isEqual = body.charCodeAt(at) === 61;
  switch (key) {
    case 'client':
      return named('any', withoutId(value.trim()), 'wg-easy');
    case 'name':
      return named('any', value, isEqual ? 'name-equals' : 'name-colon');
    case 'name#':
      return named('inside', value, 'wgdashboard');
    case 'peer':
      return named('any', value, 'peer-colon');
    case 'client name':
      return named('any', value, 'client-name');
    case 'friendly_name':
      return named('any', value, 'friendly-name');
    case 'wireme-name':
      return named('any', value, 'wireme');
    case 'friendly_json':
      return readFriendlyJson(value);
    case 'warning':
      return readWarning(value);
    case 'id':
      return { kind: 'id' };
    default:
      return readDetail(key, value, isEqual) ?? readTable(body, key);
  }
}

/** What is noted beside a name. */
function readDetail(key: string, value: string, isEqual: boolean): Remark | undefined {
  if (key === 'tags') return { kind: 'tags', tags: cleanList(value) };
  if (key === 'disabled') {
    const reason = clean(value);
    return { kind: 'disabled', ...(reason !== undefined && { reason }) };
  }
  if (key === 'until') {
    const until = value.trim();
    return isoTime.test(until) ? { kind: 'until', until } : nothing;
  }
  if (key === 'expires' || key === 'expires at') {
    const expires = value.trim();
    return isoTime.test(expires) ? { kind: 'expires', expires } : nothing;
  }
  if (key === 'issued' && isEqual && value.trimStart().startsWith('v1 '))
    return { kind: 'issued', issued: value.trim() };
  if (key === 'notes' || key === 'wireme-note' || (key === 'note' && isEqual)) {
    const note = clean(value);
    if (note !== undefined) return { kind: 'note', note };
    return key === 'notes' && value.trim() === '' ? { kind: 'notes' } : nothing;
  }
  if (beside.has(key)) return nothing;
  if (isEqual && settings.has(key.replace(/\s/g, ''))) return aside;
  return undefined;
}

/** Lines with several columns: easy-wg-quick's and wg-gen-web's. */
function readTable(body: string, key: string): Remark | undefined {
  if (/^\d+$/.test(key)) {
    const easy = /^\d+:\s*(.+?) > \S.*\.conf$/.exec(body);
    if (easy !== null) return named('any', easy[1] ?? '', 'easy-wg-quick');
  }
  const updated = body.lastIndexOf(' / Updated: ');
  if (updated === -1) return undefined;
  const email = body.lastIndexOf(' / ', updated - 1);
  return named('any', body.slice(0, email === -1 ? updated : email), 'wg-gen-web');
}

/** wireguard_webadmin comments a peer without allowed IPs out, under a line that has its name once more. */
function readWarning(value: string): Remark {
  const found = /^\s*No Allowed IPs set for peer (.+?)\.?\s*$/.exec(value);
  const text = found === null ? undefined : clean(found[1] ?? '');
  return text === undefined ? nothing : { kind: 'plain', text, dialect: 'webadmin-warning' };
}

function readEnclosing(body: string): Remark | undefined {
  const isStart = body.endsWith(' start');
  if (!isStart && !body.endsWith(' end')) return undefined;
  const name = clean(body.slice(0, body.lastIndexOf(' ')));
  const plain = clean(body);
  return name === undefined || plain === undefined ? undefined : { kind: isStart ? 'start' : 'stop', name, plain };
}

function readPlain(body: string): Remark {
  const lower = body.toLowerCase();
  if (ruler.test(body)) return rulerRemark;
  if (heading.test(lower) || instruction.test(lower) || body.startsWith('ENDPOINT ')) return aside;
  const text = clean(body);
  return text === undefined ? nothing : { kind: 'plain', text };
}

function named(place: 'any' | 'above' | 'inside' | 'begin', text: string, dialect: Dialect): Remark {
  const name = clean(text);
  if (name === undefined) return nothing;
  return place === 'begin' ? { kind: 'begin', name, dialect } : { kind: 'name', name, dialect, place };
}

/** `NAME (ID)`: the ID is in the last parentheses, names may have some of their own. */
function withoutId(value: string): string {
  const at = value.endsWith(')') ? value.lastIndexOf('(') : -1;
  return at > 0 ? value.slice(0, at) : value;
}

/** `NAME added=2026-01-01`: some scripts put fields behind the name. */
function withoutMetadata(value: string): string {
  return value.includes('=') ? value.replace(/(?:\s+\w+=\S*)+\s*$/, '') : value;
}
