import type { Printable } from '../../host/printable.ts';
import { clean, cleanList } from './clean.ts';
import type { Remark } from './remark.ts';

/** Keys that hold a name in the JSON that people write, the likeliest first. */
export const nameKeys = ['name', 'friendly_name', 'display_name', 'displayName', 'username', 'hostname'];
/** Keys that hold a note. */
export const noteKeys = ['note', 'notes', 'description', 'comment'];

/** The object behind `friendly_json =` (MindFlavor's exporter). What is no JSON object says nothing. */
export function readFriendlyJson(json: string): Remark {
  const fields = parseObject(json);
  if (fields === undefined) return { kind: 'nothing' };
  const name = firstText(fields, nameKeys);
  const note = firstText(fields, noteKeys);
  return { kind: 'json', tags: tagsOf(fields.get('tags')), ...(name && { name }), ...(note && { note }) };
}

function parseObject(json: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map(Object.entries(value));
  } catch {
    return undefined;
  }
}

function firstText(fields: ReadonlyMap<string, unknown>, keys: readonly string[]): Printable | undefined {
  for (const key of keys) {
    const value = fields.get(key);
    const text = typeof value === 'string' ? clean(value) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

function tagsOf(value: unknown): readonly Printable[] {
  if (typeof value === 'string') return cleanList(value);
  if (!Array.isArray(value)) return [];
  return [...new Set(value.flatMap((one) => (typeof one === 'string' ? (clean(one) ?? []) : [])))];
}
