import { formatAddress } from '../../network/address.ts';
import { parsePrefix } from '../../network/prefix.ts';
import { skipBlanks, trimBlanks } from '../names/section-scanner.ts';

/** One value of a list that stands in one or several lines, such as AllowedIPs. */
interface Item {
  readonly text: string;
  /** The comma with the white space around it before the item; empty before the first of a line. */
  readonly separator: string;
}

/**
 * The values of the lines after the list was made to hold exactly `wanted`: what stays keeps its place and its text, what
 * takes the place of something else stands where that stood, what is new behind what it follows in `wanted`. Undefined:
 * the line has nothing left. `separator` is for lines that have none to go by.
 */
export function editList(
  values: readonly string[],
  wanted: readonly string[],
  separator: string,
): readonly (string | undefined)[] {
  const lines = values.map(itemsOf);
  const isWanted = new Set(wanted.map(meaningOf));
  const present = new Set(lines.flat().map((item) => meaningOf(item.text)));
  const added = [...new Map(wanted.map((text) => [meaningOf(text), text]))].filter(
    ([meaning]) => !present.has(meaning),
  );
  for (const items of lines) {
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at];
      if (item === undefined || isWanted.has(meaningOf(item.text))) continue;
      const next = added.shift();
      if (next !== undefined) items[at] = { ...item, text: next[1] };
      else at -= removeItem(items, at);
    }
  }
  for (const [meaning, text] of added) insertItem(lines, wanted, meaning, text, separator);
  return lines.map((items) =>
    items.length === 0 ? undefined : items.map((item) => item.separator + item.text).join(''),
  );
}

/** Whether two lists say the same to wg(8), each value once and in any order. */
export function sameValues(one: readonly string[], other: readonly string[]): boolean {
  const left = new Set(one.map(meaningOf));
  const right = new Set(other.map(meaningOf));
  return left.size === right.size && [...left].every((meaning) => right.has(meaning));
}

/** The values that stand between commas, without the white space around them. */
export function listValues(value: string): string[] {
  return itemsOf(value).map((item) => item.text);
}

/** The first comma in the value with the white space around it. */
export function separatorIn(value: string): string | undefined {
  return itemsOf(value)[1]?.separator;
}

function itemsOf(value: string): Item[] {
  let after = '';
  return value.split(',').map((piece, at) => {
    const start = skipBlanks(piece, 0, piece.length);
    const text = trimBlanks(piece);
    const separator = at === 0 ? '' : `${after},${piece.slice(0, start)}`;
    after = piece.slice(start + text.length);
    return { text, separator };
  });
}

/** Takes an item out with the comma before it, or behind the first. Returns 1: how many fewer there are. */
function removeItem(items: Item[], at: number): number {
  items.splice(at, 1);
  const first = items[0];
  if (at === 0 && first !== undefined) items[0] = { ...first, separator: '' };
  return 1;
}

function insertItem(
  lines: Item[][],
  wanted: readonly string[],
  meaning: string,
  text: string,
  separator: string,
): void {
  const before = wanted.map(meaningOf).indexOf(meaning) - 1;
  const previous = before < 0 ? undefined : meaningOf(wanted[before] ?? '');
  for (const items of lines) {
    const at = items.findLastIndex((item) => meaningOf(item.text) === previous);
    if (at === -1) continue;
    items.splice(at + 1, 0, { text, separator: items[1]?.separator ?? separator });
    return;
  }
  const items = lines.find((line) => line.length > 0) ?? lines[0];
  const first = items?.[0];
  if (items === undefined) return;
  if (first !== undefined) items[0] = { ...first, separator: items[1]?.separator ?? separator };
  items.unshift({ text, separator: '' });
}

/** Two texts of one meaning are one value: `10.8.0.2` and `10.8.0.2/32`. Host bits make a difference. */
function meaningOf(text: string): string {
  const reading = parsePrefix(text.replace(/[\t-\r ]+/g, ''));
  return reading === undefined ? text : `${formatAddress(reading.address)}/${reading.prefix.length}`;
}
