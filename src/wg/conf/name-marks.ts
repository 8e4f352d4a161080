import type { Dialect } from '../names/conf-names.ts';

/** How a dialect's comment is taken apart: what stands before the name, the name, and what stands behind it. */
interface Mark {
  readonly line: RegExp;
  /** The last line of the pair that encloses a section. */
  readonly end?: RegExp;
  /** What a new comment has before the name; absent where one would need what only the tool knows, such as an ID. */
  readonly head?: string;
  readonly tail?: string;
  /** Before and behind the name in a new last line. */
  readonly endHead?: string;
  readonly endTail?: string;
}

const words = /^([#;]+\s*)(\S.*?)(\s*)$/;
const nameKey = /^([#;]+\s*Name\s*[:=]\s*)(\S.*?)(\s*)$/i;

/** As the reader (src/wg/names/remark.ts) takes the lines; friendly_json has fields, not a text, and is edited as such. */
const marks: Readonly<Record<Exclude<Dialect, 'friendly-json'>, Mark>> = {
  angristan: { line: /^(###\s*Client\s+)(\S.*?)(\s*)$/, head: '### Client ' },
  'begin-peer': {
    line: /^([#;]+\s*BEGIN_PEER\s+)(\S.*?)((?:\s+\w+=\S*)*\s*)$/,
    end: /^([#;]+\s*END_PEER\s+)(\S.*?)(\s*)$/,
    head: '# BEGIN_PEER ',
    endHead: '# END_PEER ',
  },
  pivpn: {
    line: /^(###\s*begin\s+)(\S.*?)(\s*###\s*)$/,
    end: /^(###\s*end\s+)(\S.*?)(\s*###\s*)$/,
    head: '### begin ',
    tail: ' ###',
    endHead: '### end ',
    endTail: ' ###',
  },
  'wg-easy': { line: /^([#;]+\s*Client\s*[:=]\s*)(\S.*?)(\s*\([^(]*\)\s*|\s*)$/i },
  'wg-cmd': { line: /^([#;]+\s*peer +)(\S.*?)(\s*)$/, head: '# peer ' },
  'wireguard-ui': { line: nameKey },
  'wg-gen-web': {
    line: /^([#;]+\s*)(\S.*?)((?: \/ (?:(?! \/ ).)*)? \/ Updated: (?:(?! \/ Updated: ).)*)$/,
  },
  'peer-colon': { line: /^([#;]+\s*Peer\s*[:=]\s*)(\S.*?)(\s*)$/i, head: '# Peer: ' },
  'webadmin-warning': { line: /^([#;]+\s*WARNING\s*[:=]\s*No Allowed IPs set for peer\s+)(\S.*?)(\.?\s*)$/i },
  wireme: { line: /^([#;]+\s*wireme-name\s*[:=]\s*)(\S.*?)(\s*)$/i, head: '# wireme-name: ' },
  'start-end': {
    line: /^([#;]+\s*)(\S.*?)(\s+start\s*)$/,
    end: /^([#;]+\s*)(\S.*?)(\s+end\s*)$/,
    head: '# ',
    tail: ' start',
    endHead: '# ',
    endTail: ' end',
  },
  'easy-wg-quick': { line: /^([#;]+\s*\d+\s*:\s*)(\S.*?)( > \S.*\.conf\s*)$/ },
  wgdashboard: { line: /^([#;]+\s*Name#\s*[:=]\s*)(\S.*?)(\s*)$/i, head: '#Name# = ' },
  'friendly-name': { line: /^([#;]+\s*friendly_name\s*[:=]\s*)(\S.*?)(\s*)$/i, head: '# friendly_name = ' },
  'wg-portal': { line: /^([#;]+\s*-WGP-\s*Display name:\s*)(\S.*?)(\s*)$/, head: '# -WGP- Display name: ' },
  linuxserver: { line: /^([#;]+\s*)(peer_\S.*?|peer\d+)(\s*)$/, head: '# ' },
  'name-equals': { line: nameKey, head: '# Name = ' },
  'name-colon': { line: nameKey, head: '# Name: ' },
  'client-name': { line: /^([#;]+\s*Client Name\s*[:=]\s*)(\S.*?)(\s*)$/i, head: '# Client Name: ' },
  'plain-above': { line: words, head: '# ' },
  'plain-inside': { line: words, head: '# ' },
  trailing: { line: words, head: '# ' },
};

/** The comment with another name in it, all else as it was; undefined where it is not of this form. */
export function withName(
  comment: string,
  dialect: Exclude<Dialect, 'friendly-json'>,
  name: string,
): string | undefined {
  return replaceMiddle(comment, marks[dialect].line, written(dialect, name));
}

/** The last line of a pair with another name, where it has the name that the first line had. */
export function withEndName(comment: string, dialect: Dialect, before: string, name: string): string | undefined {
  const end = dialect === 'friendly-json' ? undefined : marks[dialect].end;
  if (end === undefined || end.exec(comment)?.[2] !== before) return undefined;
  return replaceMiddle(comment, end, name);
}

/** A new comment (and the last line of a pair), as the dialect's tool writes it; `like` is another peer's, whose spacing is taken. */
export function newMark(
  dialect: Exclude<Dialect, 'friendly-json'>,
  name: string,
  like: string | undefined,
): { readonly line: string; readonly end: string | undefined } | undefined {
  const { head, tail = '', endHead, endTail = '', line } = marks[dialect];
  if (head === undefined) return undefined;
  const start = (like === undefined ? undefined : line.exec(like)?.[1]) ?? head;
  return {
    line: `${start}${written(dialect, name)}${tail}`,
    end: endHead === undefined ? undefined : `${endHead}${name}${endTail}`,
  };
}

/** linuxserver numbers peers without a name: `peer2` stands for itself. */
function written(dialect: Dialect, name: string): string {
  return dialect === 'linuxserver' && !/^peer\d+$/.test(name) ? `peer_${name}` : name;
}

/** The text with its second of three parts replaced. */
export function replaceMiddle(text: string, parts: RegExp, middle: string): string | undefined {
  const found = parts.exec(text);
  return found === null ? undefined : `${found[1] ?? ''}${middle}${found[3] ?? ''}`;
}
