import { skipBlanks, trimBlanks } from '../names/section-scanner.ts';
import { ConfFile } from './conf-file.ts';

/** A line that holds a setting, in pieces that joined are the line. */
export interface SettingLine {
  /** What is before the key: white space, and what comments it out. */
  readonly lead: string;
  readonly key: string;
  /** `=` with the white space around it. */
  readonly equals: string;
  readonly value: string;
  /** White space and the comment behind the value. */
  readonly tail: string;
}

const leadPattern = /^[\t-\r ]*(?:(?:#(?:\[disabled\]|~|!)|#+)[\t-\r ]*)?/;

/** The pieces of a line without its ending; undefined where it has no `=`. */
export function splitSetting(body: string): SettingLine | undefined {
  const lead = leadOf(body);
  const comment = body.indexOf('#', lead.length);
  const code = body.slice(0, comment === -1 ? undefined : comment);
  const at = code.indexOf('=', lead.length);
  if (at === -1) return undefined;
  const key = trimBlanks(code.slice(lead.length, at));
  const value = trimBlanks(code.slice(at + 1));
  const valueAt = value === '' ? code.length : skipBlanks(code, at + 1, code.length);
  return {
    lead,
    key,
    equals: code.slice(lead.length + key.length, valueAt),
    value,
    tail: body.slice(valueAt + value.length),
  };
}

/** What is before the first letter of a line: white space, and what comments it out. */
export function leadOf(body: string): string {
  return leadPattern.exec(body)?.[0] ?? '';
}

export function joinSetting({ lead, key, equals, value, tail }: SettingLine): string {
  return `${lead}${key}${equals}${value}${tail}`;
}

/** The line without what ends it: LF, CR LF, or the CRs that are the last of the file. */
export function bodyOf(line: string): string {
  return line.slice(0, line.length - endingOf(line).length);
}

function endingOf(line: string): string {
  if (line.endsWith('\n')) return line.endsWith('\r\n') ? '\r\n' : '\n';
  let at = line.length;
  while (line.charCodeAt(at - 1) === 13) at -= 1;
  return line.slice(at);
}

/** Whether wg(8) sees nothing in the line, not even a comment. */
export function isBlank(line: string | undefined): boolean {
  return line !== undefined && skipBlanks(line, 0, line.length) === line.length;
}

/**
 * Changes of single lines, collected and then made at once, so that indexes stay those of the file as it was. All other
 * lines are the same strings afterwards. A file without a line feed at its end has none afterwards either,
 * and a byte-order mark stays.
 */
export class LineEdits {
  readonly #file: ConfFile;
  /** Undefined: the line goes. */
  readonly #bodies = new Map<number, string | undefined>();
  /** Bodies of new lines by the index of the line that they come before. */
  readonly #inserted = new Map<number, string[]>();

  constructor(file: ConfFile) {
    this.#file = file;
  }

  replace(index: number, body: string): void {
    this.#bodies.set(index, body);
  }

  remove(index: number): void {
    this.#bodies.set(index, undefined);
  }

  /** Puts lines before the line of this index, behind those that were put there already. */
  insert(index: number, bodies: readonly string[]): void {
    const before = this.#inserted.get(index);
    if (before === undefined) this.#inserted.set(index, [...bodies]);
    else before.push(...bodies);
  }

  /** The file with the changes; the same one where they change nothing. */
  apply(): ConfFile {
    const { lines } = this.#file;
    const general = lineFeedOf(lines[0]) ?? '\n';
    const out: string[] = [];
    for (let index = 0; index <= lines.length; index += 1) {
      const feed = lineFeedOf(lines[index - 1]) ?? lineFeedOf(lines[index]) ?? general;
      for (const body of this.#inserted.get(index) ?? []) out.push(body + feed);
      const line = lines[index];
      if (line === undefined) continue;
      const body = this.#bodies.get(index);
      if (body !== undefined) out.push(body + endingOf(line));
      else if (!this.#bodies.has(index)) out.push(line);
    }
    endAs(out, lines.at(-1), general);
    if (lines[0]?.startsWith('\ufeff') && !out[0]?.startsWith('\ufeff')) out[0] = `\ufeff${out[0] ?? ''}`;
    return out.length === lines.length && out.every((line, at) => line === lines[at]) ? this.#file : new ConfFile(out);
  }
}

function lineFeedOf(line: string | undefined): string | undefined {
  return line?.endsWith('\n') ? endingOf(line) : undefined;
}

/** Gives the last line the ending that the file's last line had, and lines that are no longer the last a line feed. */
function endAs(out: string[], last: string | undefined, general: string): void {
  if (last === undefined || last.endsWith('\n')) return;
  out.forEach((line, at) => {
    const isLast = at === out.length - 1;
    if (isLast) out[at] = bodyOf(line) + endingOf(last);
    else if (!line.endsWith('\n')) out[at] = bodyOf(line) + general;
  });
}
