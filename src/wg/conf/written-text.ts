import stringWidth from 'string-width';
import { printable } from '../../host/printable.ts';
import { clean } from '../names/clean.ts';
import { isoTime } from '../names/remark.ts';

/** Columns that the longest name may take. */
const longestName = 60;
/** Longest note, tag or reason that the reader takes whole, in UTF-16 units. */
const longestText = 200;

/** Why a name must not be written, as the end of a sentence that begins with "the name"; undefined where it may. */
export function problemOfName(name: string): string | undefined {
  const problem = problemOfText(name);
  if (problem !== undefined) return problem;
  const columns = stringWidth(name);
  return columns > longestName ? `takes ${columns} columns, ${longestName} at most are possible` : undefined;
}

/** The same for a note, a tag or a reason. */
export function problemOfText(text: string): string | undefined {
  if (text.trim() === '') return 'is empty';
  if (text !== text.trim()) return 'has white space at an end';
  if (printable(text) !== text) return 'has characters in it that a terminal cannot show';
  if (text.length > longestText) return `is longer than ${longestText} characters`;
  return clean(text) === undefined ? 'has a key in it, which would never be shown' : undefined;
}

/** Whether the text is an ISO 8601 date or date and time of the calendar, such as `2027-01-31`. */
export function isTime(text: string): boolean {
  if (!isoTime.test(text)) return false;
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return isDay && !Number.isNaN(Date.parse(text.replace(' ', 'T')));
}
