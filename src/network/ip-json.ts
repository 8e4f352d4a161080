import { type Printable, printable } from '../host/printable.ts';

/** What a parser of this room read, and what it could not: one sentence each, at most {@link mostProblems}. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly problems: readonly Printable[];
}

/** More problems than this say nothing new; the last sentence then counts the others. */
export const mostProblems = 20;

/** One object of the output of `ip -j`. A value of another type than asked for is told as a problem and left out. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>;
  readonly #problems: Problems;

  constructor(record: Readonly<Record<string, unknown>>, problems: Problems) {
    this.#record = record;
    this.#problems = problems;
  }

  /** Adds a problem about this entry. */
  complain(sentence: string): void {
    this.#problems.add(sentence);
  }

  /** The names of all keys. */
  get keys(): string[] {
    return Object.keys(this.#record);
  }

  /** Whether the key is there, whatever its value: `ip` prints `null` for flags that are set, such as `"not": null`. */
  has(key: string): boolean {
    return this.#record[key] !== undefined;
  }

  text(key: string): Printable | undefined {
    const value = this.#record[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return printable(value);
    if (typeof value === 'number') return printable(String(value));
    this.complain(`"${key}" is no text`);
    return undefined;
  }

  /** A whole number that is not negative, also where it is written as text, decimal or hexadecimal. */
  count(key: string): number | undefined {
    const value = this.#record[key];
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && /^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
    this.complain(`"${key}" is no number`);
    return undefined;
  }

  /** The texts of a list; other members are left out. */
  texts(key: string): readonly Printable[] {
    const list = this.#list(key);
    if (list.length === 0) return none;
    return list.flatMap((value) => (typeof value === 'string' ? [printable(value)] : []));
  }

  /** The objects of a list; other members are left out. */
  objects(key: string): readonly Fields[] {
    const list = this.#list(key);
    if (list.length === 0) return none;
    return list.flatMap((value) => (isRecord(value) ? [new Fields(value, this.#problems)] : []));
  }

  object(key: string): Fields | undefined {
    const value = this.#record[key];
    if (value === undefined || value === null) return undefined;
    if (isRecord(value)) return new Fields(value, this.#problems);
    this.complain(`"${key}" is no object`);
    return undefined;
  }

  #list(key: string): readonly unknown[] {
    const value = this.#record[key];
    if (value === undefined || value === null) return none;
    if (Array.isArray(value)) return value;
    this.complain(`"${key}" is no list`);
    return [];
  }
}

/**
 * Reads the list of objects that `ip -j` printed. `read` gives the items of one object, or says why it has none.
 * `ip` prints an empty object for each thing that a filter left out; those are skipped. Never throws.
 */
export function parseIpJson<T>(text: string, what: string, read: (fields: Fields) => readonly T[] | string): Parsed<T> {
  const problems = new Problems();
  const items: T[] = [];
  records(text, problems).forEach((record, index) => {
    problems.about = `${what} ${index + 1}: `;
    const result = isRecord(record) ? (isEmpty(record) ? none : read(new Fields(record, problems))) : 'it is no object';
    if (typeof result === 'string') problems.add(result);
    else for (const item of result) items.push(item);
  });
  return { items, problems: problems.sentences() };
}

const none: readonly never[] = [];

class Problems {
  /** What the next problems are about; begins their sentences. */
  about = '';
  readonly #first: Printable[] = [];
  #count = 0;

  add(sentence: string): void {
    this.#count += 1;
    if (this.#first.length < mostProblems) this.#first.push(printable(this.about + sentence));
  }

  sentences(): readonly Printable[] {
    const more = this.#count - this.#first.length;
    return more === 0 ? this.#first : [...this.#first.slice(0, -1), printable(`and ${more + 1} more such problems`)];
  }
}

function records(text: string, problems: Problems): readonly unknown[] {
  if (text.trim() === '') {
    problems.add('the output is empty');
    return [];
  }
  const whole = parseJson(text);
  if (Array.isArray(whole)) return whole;
  if (whole !== undefined) {
    problems.add(`the output is no JSON list but ${whole === null ? 'null' : `one ${typeof whole}`}`);
    return [];
  }
  const rest = recoverHead(text);
  problems.add(
    rest.length === 0
      ? 'the output is no JSON'
      : `the output is no JSON to its end: only the first ${rest.length} entries could be read`,
  );
  return rest;
}

/** How far back a broken end is searched for an entry that is whole. A record of `ip` nests few objects. */
const mostCuts = 8;

/** The entries before the break of a list that was cut off, which is what a killed or failing `ip` leaves. */
function recoverHead(text: string): readonly unknown[] {
  if (!text.trimStart().startsWith('[')) return [];
  let end = text.length;
  for (let cut = 0; cut < mostCuts; cut += 1) {
    end = text.lastIndexOf('}', end - 1);
    if (end === -1) return [];
    const head = parseJson(`${text.slice(0, end + 1)}]`);
    if (Array.isArray(head)) return head;
  }
  return [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
