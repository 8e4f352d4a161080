import { formatAddress } from '../../network/address.ts';
import { parsePrefix } from '../../network/prefix.ts';
import { skipBlanks, trimBlanks } from '../names/section-scanner.ts';

/** One value of a list that stands in one or several lines, such as AllowedIPs. */
interface Item {
  readonly text: string;
  readonly meaning: string;
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
  const old = values.map(itemsOf);
  const isWanted = new Set(wanted.map(meaningOf));
  const isPresent = new Set(old.flat().map((item) => item.meaning));
  const added = distinct(wanted).filter((text) => !isPresent.has(meaningOf(text)));
  const lines = old.map((items) =>
    items.flatMap((item) => {
      if (isWanted.has(item.meaning)) return [item];
      const text = added.shift();
      return text === undefined ? [] : [{ ...item, text, meaning: meaningOf(text) }];
    }),
  );
  for (const text of added) insertItem(lines, wanted, text, separator);
  return lines.map((items) => (items.length === 0 ? undefined : textOfItems(items)));
}

function textOfItems(items: readonly Item[]): string {
  return items.map((item, at) => (at === 0 ? item.text : item.separator + item.text)).join('');
}

/** The values without those that say once more what another says. */
export function distinct(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((text) => {
    const meaning = meaningOf(text);
    const isNew = !seen.has(meaning);
    seen.add(meaning);
    return isNew;
  });
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
  return value.includes(',') ? itemsOf(value)[1]?.separator : undefined;
}

function itemsOf(value: string): Item[] {
  let after = '';
  return value.split(',').map((piece, at) => {
    const start = skipBlanks(piece, 0, piece.length);
    const text = trimBlanks(piece);
    const separator = at === 0 ? '' : `${after},${piece.slice(0, start)}`;
    after = piece.slice(start + text.length);
    return { text, meaning: meaningOf(text), separator };
  });
}

/** Puts a value behind the one that it follows in `wanted`, or first. */
function insertItem(lines: readonly Item[][], wanted: readonly string[], text: string, separator: string): void {
  const before = wanted[wanted.indexOf(text) - 1];
  const previous = before === undefined ? undefined : meaningOf(before);
  const items =
    lines.find((line) => line.some((item) => item.meaning === previous)) ??
    lines.find((line) => line.length > 0) ??
    lines[0];
  if (items === undefined) return;
  const comma = items[1]?.separator ?? separator;
  const at = items.findLastIndex((item) => item.meaning === previous) + 1;
  items.splice(at, 0, { text, meaning: meaningOf(text), separator: comma });
  const next = items[1];
  if (at === 0 && next !== undefined) items[1] = { ...next, separator: comma };
}

/** Two texts of one meaning are one value: `10.8.0.2` and `10.8.0.2/32`. Host bits make a difference. */
function meaningOf(text: string): string {
  const reading = parsePrefix(text.replace(/[\t-\r ]+/g, ''));
  return reading === undefined ? text : `${formatAddress(reading.address)}/${reading.prefix.length}`;
}
