import { type CsvProblem, type CsvRecord, parseCsv } from './add-csv.ts';
import type { AddWords } from './add-words.ts';

/** A client of a list, as it is written. */
interface ListedClient {
  /** 1-based. */
  readonly line: number;
  readonly name: string;
  readonly words: AddWords;
}

/** What a list says, and where it says nothing that can be done. */
interface ClientList {
  readonly clients: readonly ListedClient[];
  readonly problems: readonly CsvProblem[];
}

const columns = ['name', 'kind', 'reach', 'lan', 'address', 'public_key', 'tags'] as const;
type Column = (typeof columns)[number];

/** More clients than any one change should add. */
const mostClients = 1_000;

/**
 * Reads a list of clients: the first line names the columns, `name` and any of the others. Several addresses, LANs or tags
 * of one client have `;` between them, or commas where the field is quoted. Never throws.
 */
export function parseClientList(text: string): ClientList {
  const reading = parseCsv(text);
  if (reading.outcome === 'problem') return { clients: [], problems: [reading.at] };
  const [head, ...records] = reading.records;
  if (head === undefined) return { clients: [], problems: [{ line: 1, problem: 'the list is empty' }] };
  const names = head.fields.map((field) => field.trim().toLowerCase());
  const problem = problemOfHead(names);
  if (problem !== undefined) return { clients: [], problems: [{ line: head.line, problem }] };
  if (records.length > mostClients) {
    const many = `the list has ${records.length} clients; ${mostClients} at most can be added at once`;
    return { clients: [], problems: [{ line: head.line, problem: many }] };
  }
  const read = records.map((record) => clientOf(record, names as Column[]));
  return {
    clients: read.flatMap((one) => ('problem' in one ? [] : [one])),
    problems: read.flatMap((one) => ('problem' in one ? [one] : [])),
  };
}

function problemOfHead(names: readonly string[]): string | undefined {
  const all = columns.join(', ');
  if (names.some((name) => name.includes(';'))) return 'the columns have commas between them, not semicolons';
  if (!names.includes('name')) return `the first line names the columns: name, and any of ${all.slice(6)}`;
  const stray = names.find((name) => !(columns as readonly string[]).includes(name));
  if (stray !== undefined) return `there is no column "${stray.slice(0, 40)}": ${all}`;
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return twice === undefined ? undefined : `the column ${twice} is there twice`;
}

function clientOf({ line, fields }: CsvRecord, names: readonly Column[]): ListedClient | CsvProblem {
  if (fields.length !== names.length) {
    return { line, problem: `it has ${fields.length} fields, and the first line has ${names.length}` };
  }
  const value = (column: Column) => {
    const text = fields[names.indexOf(column)];
    return text === undefined || text.trim() === '' ? undefined : text;
  };
  const [kind, reach, lan, address, publicKey, tags] = columns.slice(1).map(value);
  const list = (text: string) => text.replaceAll(';', ',');
  const words: AddWords = {
    ...(kind !== undefined && { kind: kind.trim() }),
    ...(reach !== undefined && { reach: reach.trim() }),
    ...(lan !== undefined && { lan: [list(lan)] }),
    ...(address !== undefined && { address: list(address) }),
    ...(publicKey !== undefined && { publicKey }),
    ...(tags !== undefined && { tags: list(tags) }),
  };
  return { line, name: value('name') ?? '', words };
}
