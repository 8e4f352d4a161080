import type { ConfFile } from './conf-file.ts';

/** The keys of `[Interface]` that wg-quick(8) keeps for itself, in small letters. */
export const quickKeys = [
  'address',
  'mtu',
  'dns',
  'table',
  'preup',
  'predown',
  'postup',
  'postdown',
  'saveconfig',
] as const;

export type QuickKey = (typeof quickKeys)[number];

/** What one line says to the two programs. Lines that say nothing to either have no statement. */
export type Statement =
  /** A header that wg(8) knows. */
  | { readonly kind: 'section'; readonly section: 'interface' | 'peer'; readonly line: number }
  /** A setting that wg-quick(8) takes out before wg(8) sees the file. */
  | { readonly kind: 'quick'; readonly key: QuickKey; readonly value: string; readonly line: number }
  /** A line for wg(8), without any white space, and the section that it stands in. */
  | {
      readonly kind: 'wg';
      readonly section: 'interface' | 'peer' | undefined;
      /** What stands before the first `=`, in small letters; the whole line where there is none. */
      readonly key: string;
      /** The same in its own letters. */
      readonly name: string;
      /** What stands after the first `=`; undefined where there is none. */
      readonly value: string | undefined;
      readonly line: number;
    };

/** All statements of a file, see {@link statementsOf}. */
export function readStatements(file: ConfFile): Statement[] {
  return [...statementsOf(file.lines)];
}

/**
 * Reads lines as `wg-quick strip` and then `wg setconf` do (linux.bash: parse_options, config.c: config_read_line).
 * `#` begins a comment; NULs are lost, for bash's read drops them; ASCII white space and letter case alone are passed
 * over. wg-quick knows only `[Interface]` without blanks inside, wg with any. `line` is an index in the lines. One by one,
 * so that of a file of 10,000 peers there are never all at once where nobody needs them.
 */
export function* statementsOf(lines: Iterable<string>): Generator<Statement, undefined> {
  let section: 'interface' | 'peer' | undefined;
  let quickSection = false;
  let line = -1;
  for (const raw of lines) {
    line += 1;
    const text = withoutComment(raw);
    const cleaned = text.replace(/[ \t-\r]+/g, '');
    if (cleaned === '') continue;
    const isHeader = cleaned.startsWith('[');
    if (isHeader || quickSection) {
      const equals = text.indexOf('=');
      const quickKey = lower(trim(equals === -1 ? text : text.slice(0, equals)));
      if (isHeader) quickSection = quickKey === '[interface]';
      if (quickSection && isQuickKey(quickKey)) {
        yield { kind: 'quick', key: quickKey, value: trim(text.slice(equals + 1)), line };
        continue;
      }
    }
    const header = isHeader ? sections.get(lower(cleaned)) : undefined;
    if (header !== undefined) {
      section = header;
      yield { kind: 'section', section, line };
      continue;
    }
    const at = cleaned.indexOf('=');
    const name = at === -1 ? cleaned : cleaned.slice(0, at);
    yield {
      kind: 'wg',
      section,
      key: lower(name),
      name,
      value: at === -1 ? undefined : cleaned.slice(at + 1),
      line,
    };
  }
}

const sections: ReadonlyMap<string, 'interface' | 'peer'> = new Map([
  ['[interface]', 'interface'],
  ['[peer]', 'peer'],
]);

function withoutComment(raw: string): string {
  const text = raw.includes('\0') ? raw.replaceAll('\0', '') : raw;
  const hash = text.indexOf('#');
  return hash === -1 ? text : text.slice(0, hash);
}

function trim(text: string): string {
  return text.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');
}

/** ASCII only: `toLowerCase` makes a `k` of the Kelvin sign, which no C program takes for one. */
function lower(text: string): string {
  const isAscii = !/[\u0080-\uffff]/.test(text);
  return isAscii ? text.toLowerCase() : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function isQuickKey(key: string): key is QuickKey {
  return (quickKeys as readonly string[]).includes(key);
}
