import { replaceMiddle } from './name-marks.ts';

/** A value that a field is set to; undefined takes the field out. */
export type FieldValue = string | readonly string[] | undefined;

interface Field {
  readonly key: string;
  /** Offsets in the text: from the key's quote to the end of the value. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/**
 * The text of a JSON object with one field set, added or taken out, and every other character as it was: printing a parsed
 * object again would lose spacing, large numbers and repeated keys. Undefined where the text is no JSON object.
 */
export function withField(json: string, key: string, value: FieldValue): string | undefined {
  const fields = fieldsOf(json);
  if (fields === undefined) return undefined;
  const at = fields.findLastIndex((field) => field.key === key);
  const field = fields[at];
  if (field === undefined) return value === undefined ? json : withNewField(json, fields, key, value);
  if (value !== undefined) return json.slice(0, field.valueStart) + JSON.stringify(value) + json.slice(field.end);
  const before = fields[at - 1];
  const after = fields[at + 1];
  if (before !== undefined) return json.slice(0, before.end) + json.slice(field.end);
  return json.slice(0, field.start) + json.slice(after?.start ?? field.end);
}

/** Behind the last one, spaced as that is. */
function withNewField(json: string, fields: readonly Field[], key: string, value: string | readonly string[]): string {
  const last = fields.at(-1);
  if (last === undefined) {
    const inside = json.indexOf('{') + 1;
    return `${json.slice(0, inside)}${JSON.stringify(key)}:${JSON.stringify(value)}${json.slice(inside)}`;
  }
  const colon = /:\s*$/.exec(json.slice(last.start, last.valueStart))?.[0] ?? ':';
  const comma = colon.length > 1 ? ', ' : ',';
  return `${json.slice(0, last.end)}${comma}${JSON.stringify(key)}${colon}${JSON.stringify(value)}${json.slice(last.end)}`;
}

const jsonComment = /^([#;]+\s*friendly_json\s*[:=]\s*)(\S.*?)(\s*)$/i;

/** A `# friendly_json = {…}` with one field set, added or taken out. Undefined where the comment is none. */
export function withJsonField(comment: string, key: string, value: FieldValue): string | undefined {
  const json = jsonComment.exec(comment)?.[2];
  const changed = json === undefined ? undefined : withField(json, key, value);
  return changed === undefined ? undefined : replaceMiddle(comment, jsonComment, changed);
}

/** The fields of a `# friendly_json = {…}`. */
export function jsonFields(comment: string): Readonly<Record<string, unknown>> | undefined {
  return parseFields(jsonComment.exec(comment)?.[2] ?? '');
}

/** A new `# friendly_json = {…}`, spaced before its value as another one is. */
export function newJson(fields: Readonly<Record<string, string>>, like: string | undefined): string {
  return `${jsonComment.exec(like ?? '')?.[1] ?? '# friendly_json = '}${JSON.stringify(fields)}`;
}

/** The first of the keys that holds a text. */
export function textKey(comment: string, keys: readonly string[]): string | undefined {
  const fields = jsonFields(comment);
  return keys.find((key) => {
    const value = fields?.[key];
    return typeof value === 'string' && value.trim() !== '';
  });
}

/** What the object's own fields hold, the last of equals. */
function parseFields(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const blank = /\s/;

/** Where the fields of the outermost object stand. The text is valid JSON, so that quotes and brackets match. */
function fieldsOf(json: string): readonly Field[] | undefined {
  if (parseFields(json) === undefined) return undefined;
  const fields: Field[] = [];
  let at = json.indexOf('{') + 1;
  for (;;) {
    while (at < json.length && (blank.test(json.charAt(at)) || json[at] === ',')) at += 1;
    if (json[at] !== '"') return fields;
    const start = at;
    const keyEnd = stringEnd(json, start);
    const key: unknown = JSON.parse(json.slice(start, keyEnd));
    let valueStart = json.indexOf(':', keyEnd) + 1;
    while (blank.test(json.charAt(valueStart))) valueStart += 1;
    at = valueEnd(json, valueStart);
    fields.push({ key: String(key), start, valueStart, end: at });
  }
}

function stringEnd(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function valueEnd(json: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const character = json.charAt(at);
    if (character === '"') at = stringEnd(json, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth -= 1;
    } else if (depth === 0 && (character === ',' || blank.test(character))) return at;
    at += 1;
    if (depth === 0 && '"}]'.includes(json.charAt(at - 1))) return at;
  }
  return at;
}
