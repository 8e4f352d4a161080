import type { Token } from '../theme.ts';

/** One cell: printable text, and what it means where that is more than text. */
export interface Cell {
  readonly text: string;
  /** Follows the text and is never cut: the text gives way. */
  readonly tail?: string;
  readonly token?: Token;
}

/** A column as a plain record. `Row` is what it shows, `Context` what all cells share (the time, the glyphs). */
export interface Column<Row, Context> {
  readonly id: string;
  readonly header: string;
  readonly align: 'left' | 'right';
  /** Columns of the terminal: below `min` the column is dropped, `ideal` is what it wants, `max` what it may grow to. */
  readonly min: number;
  readonly ideal: number;
  readonly max?: number;
  /** Higher stays longer. The highest, {@link mandatory}, never leaves. */
  readonly priority: number;
  readonly cell: (row: Row, context: Context) => Cell;
}

/** The priority of columns that are always there. */
export const mandatory = 100;

export interface FittedColumn<Row, Context> {
  readonly column: Column<Row, Context>;
  readonly width: number;
}

const gap = 2;

/**
 * The columns that fit `width`, with their widths. Columns leave by priority, lowest first, until the minimums fit; the
 * rest is given to reach the ideals by priority, then up to the maximums, to each its share of what it may still grow. Never
 * wider than `width` unless the mandatory columns alone are.
 */
export function fitColumns<Row, Context>(
  columns: readonly Column<Row, Context>[],
  width: number,
): FittedColumn<Row, Context>[] {
  let kept = [...columns];
  const minimum = () => kept.reduce((sum, column) => sum + column.min, gap * Math.max(0, kept.length - 1));
  while (minimum() > width) {
    const leaving = kept.filter((column) => column.priority < mandatory).sort((a, b) => a.priority - b.priority)[0];
    if (leaving === undefined) break;
    kept = kept.filter((column) => column !== leaving);
  }
  const widths = new Map(kept.map((column) => [column, column.min]));
  let rest = Math.max(0, width - minimum());
  const byPriority = [...kept].sort((a, b) => b.priority - a.priority);
  const widthOf = (column: Column<Row, Context>) => widths.get(column) ?? column.min;
  const grow = (column: Column<Row, Context>, by: number) => {
    widths.set(column, widthOf(column) + by);
    rest -= by;
  };
  for (const column of byPriority) grow(column, Math.max(0, Math.min(rest, column.ideal - widthOf(column))));
  const roomOf = ({ ideal, max = ideal }: Column<Row, Context>) => max - ideal;
  let room = kept.reduce((sum, column) => sum + roomOf(column), 0);
  for (const column of byPriority.filter((each) => roomOf(each) > 0)) {
    grow(column, Math.min(roomOf(column), Math.round((rest * roomOf(column)) / room)));
    room -= roomOf(column);
  }
  return kept.map((column) => ({ column, width: widthOf(column) }));
}

/** The blanks between two columns. */
export const columnGap = ' '.repeat(gap);
