/** A record of a list and the line (1-based) that it begins on. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** What is no list, and where. */
export interface CsvProblem {
  /** 1-based. */
  readonly line: number;
  readonly problem: string;
}

/** What a text has in it, or where it is no list. */
type CsvReading =
  | { readonly outcome: 'read'; readonly records: readonly CsvRecord[] }
  | { readonly outcome: 'problem'; readonly at: CsvProblem };

/**
 * Reads comma-separated values as RFC 4180 has them, strictly: quotes stand around a whole field or not at all, two of them
 * are one. Lines end with LF or CRLF; empty ones, and those that begin with `#`, are passed over. Never throws.
 */
export function parseCsv(text: string): CsvReading {
  const records: CsvRecord[] = [];
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const begin = line;
    const fields: string[] = [];
    for (;;) {
      const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
      if (typeof field === 'string') return { outcome: 'problem', at: { line, problem: field } };
      fields.push(field.value);
      line += field.breaks;
      at = field.end;
      if (text[at] !== ',') break;
      at += 1;
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    const isEmpty = fields.length === 1 && (fields[0]?.trim() === '' || fields[0]?.startsWith('#') === true);
    if (!isEmpty && !fields[0]?.startsWith('#')) records.push({ line: begin, fields });
  }
  return { outcome: 'read', records };
}

interface Field {
  readonly value: string;
  /** Where the comma or the end of the line behind it stands. */
  readonly end: number;
  /** Line breaks in it. */
  readonly breaks: number;
}

function quotedField(text: string, start: number): Field | string {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return 'a quotation mark is not closed';
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  const isEnd = at >= text.length || text[at] === ',' || text[at] === '\n' || text.startsWith('\r\n', at);
  return isEnd
    ? { value, end: at, breaks: value.split('\n').length - 1 }
    : 'there is text behind a closing quotation mark';
}

function plainField(text: string, start: number): Field | string {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && !text.startsWith('\r\n', end)) end += 1;
  const value = text.slice(start, end);
  return value.includes('"') ? 'a quotation mark stands within a field: quote all of it' : { value, end, breaks: 0 };
}
