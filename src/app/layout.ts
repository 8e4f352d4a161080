import type { Snapshot } from '../observe/snapshot.ts';
import type { DetailsPlace } from '../ui/details.ts';

/** The terminal's size in character cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this the console says what it needs instead of drawing half of itself. */
export const smallest: Size = { columns: 60, rows: 15 };

/** Header, tabs and rule above; key bar below. */
const chromeRows = 4;
const tableHeaderRows = 1;
/** Beside the list, the details take this much; only where the list keeps its home width of 100. */
const sideWidth = 64;

/** Whether the terminal is too small for the console. */
export function isTooSmall({ columns, rows }: Size): boolean {
  return columns < smallest.columns || rows < smallest.rows;
}

/** Rows between the rule and the key bar. */
export function bodyHeight({ rows }: Size): number {
  return Math.max(0, rows - chromeRows);
}

/** Beside the list on a wide terminal, below it on others. */
export function placeDetails({ columns, rows }: Size): DetailsPlace {
  if (columns >= 100 + sideWidth) return { at: 'side', width: sideWidth };
  return { at: 'bottom', height: Math.min(16, Math.max(8, Math.floor((rows - chromeRows) * 0.65))) };
}

/** Rows of the list itself. */
export function listHeight(size: Size, areDetailsOpen: boolean, body: number, snapshot: Snapshot): number {
  if (snapshot.source.status === 'blocked') return 0;
  const place = placeDetails(size);
  const taken = areDetailsOpen && place.at === 'bottom' ? place.height : 0;
  return Math.max(1, body - tableHeaderRows - taken);
}
