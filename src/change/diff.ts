import { known, type Printable, printable } from '../host/printable.ts';
import type { Secret } from '../wg/secret.ts';
import { diffLines, type LineEdit } from './line-diff.ts';

/** One line of the difference between two configuration files. Keys that are secret are `(hidden)`. */
export interface DiffLine {
  readonly kind: 'context' | 'remove' | 'add' | 'gap';
  /** 1-based, in the old file for what goes, in the new one for the others; undefined for a gap. */
  readonly line: number | undefined;
  /** Of a gap: how many lines are left out, in words. */
  readonly text: Printable;
}

/** Lines of context before and after a change, as `diff -u` gives. */
const contextLines = 3;

/** The longest line that is shown. A line of a configuration file is seldom longer than a screen is wide. */
const longestLine = 400;

/**
 * The lines that differ between two texts of a configuration file, with a few that do not around them; empty where they
 * are the same. Undefined: there is no such file. Never shows a private or preshared key ({@link withoutSecrets}).
 */
export function diffConf(before: Secret | undefined, after: Secret | undefined): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  const edits = diffLines(old, now);
  const shown = nearChanges(edits);
  const lines: DiffLine[] = [];
  let left = 0;
  edits.forEach((edit, index) => {
    if (shown[index] !== true) {
      left += 1;
      return;
    }
    if (left > 0) lines.push(gap(left));
    left = 0;
    lines.push(
      edit.kind === 'remove'
        ? { kind: 'remove', line: edit.before + 1, text: shownLine(old[edit.before] ?? '') }
        : {
            kind: edit.kind === 'add' ? 'add' : 'context',
            line: edit.after + 1,
            text: shownLine(now[edit.after] ?? ''),
          },
    );
  });
  if (left > 0 && lines.length > 0) lines.push(gap(left));
  return lines;
}

/** A line as `diff -u` marks it: a sign, then the text. */
export function diffSign(kind: DiffLine['kind']): string {
  return { context: ' ', remove: '-', add: '+', gap: '…' }[kind];
}

function linesOf(text: Secret | undefined): string[] {
  return text?.reveal().match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function nearChanges(edits: readonly LineEdit[]): boolean[] {
  const shown: boolean[] = [];
  edits.forEach(({ kind }, index) => {
    if (kind === 'same') return;
    for (let near = Math.max(0, index - contextLines); near <= index + contextLines; near += 1) shown[near] = true;
  });
  return shown;
}

function gap(count: number): DiffLine {
  return { kind: 'gap', line: undefined, text: known(count === 1 ? '1 line' : `${count} lines`) };
}

function shownLine(line: string): Printable {
  const text = printable(withoutSecrets(line.replace(/\r?\n$/, '')));
  return text.length > longestLine ? known(`${text.slice(0, longestLine)}…`) : text;
}

/** 32 bytes in base64, or in hexadecimal as some tools write keys. */
const keyShape = /[A-Za-z0-9+/_-]{43}=|\b[0-9a-fA-F]{64}\b/g;

/** What is called so is hidden whatever it looks like. wg(8) drops white space even inside of words. */
const secretName = /p\s*r\s*i\s*v\s*a\s*t\s*e\s*[_-]?\s*k\s*e\s*y|p\s*r\s*e\s*-?\s*s\s*h\s*a\s*r\s*e\s*d|\bpsk\b/i;

const publicName = /^[\s#~!]*(?:\[disabled\]\s*)?p\s*u\s*b\s*l\s*i\s*c\s*k\s*e\s*y\s*=\s*/i;

/**
 * A line of a configuration file without what is secret: what follows the name of a private or preshared key, in a
 * comment too (wg-portal keeps clients' keys there), and whatever looks like a key but the value of `PublicKey`.
 */
export function withoutSecrets(line: string): string {
  const named = secretName.exec(line);
  if (named !== null) {
    const separator = line.slice(named.index).search(/[=:]/);
    if (separator !== -1) {
      const kept = line.slice(0, named.index + separator + 1);
      return `${withoutKeys(kept)} (hidden)`;
    }
  }
  return withoutKeys(line);
}

function withoutKeys(line: string): string {
  const own = publicName.exec(line)?.[0].length ?? -1;
  return line.replace(keyShape, (key, place: number) => (place === own ? key : '(hidden)'));
}
