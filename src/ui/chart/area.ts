import type { Token } from '../theme.ts';

/** How an area is drawn into character cells. */
export interface Pen {
  /** Columns and rows of dots in a cell. */
  readonly across: number;
  readonly down: number;
  /** The sign of a cell, by the dots that are filled in each of its columns, from below (or, hanging, from above). */
  sign(filled: readonly number[], isHanging: boolean, isSpread: boolean): string;
}

const risingLeft = [0, 0x40, 0x44, 0x46, 0x47] as const;
const risingRight = [0, 0x80, 0xa0, 0xb0, 0xb8] as const;
const hangingLeft = [0, 0x01, 0x03, 0x07, 0x47] as const;
const hangingRight = [0, 0x08, 0x18, 0x38, 0xb8] as const;

/** Braille patterns: two by four dots a cell. What is spread over time is hatched, so that it can be told without colour. */
export const braillePen: Pen = {
  across: 2,
  down: 4,
  sign([left = 0, right = 0], isHanging, isSpread) {
    const leftDots = (isHanging ? hangingLeft : risingLeft)[left] ?? 0;
    const rightDots = isSpread ? 0 : ((isHanging ? hangingRight : risingRight)[right] ?? 0);
    const dots = leftDots | rightDots;
    return dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots);
  },
};

/** Plain signs: one column and two rows a cell. */
export const asciiPen: Pen = {
  across: 1,
  down: 2,
  sign([filled = 0], isHanging, isSpread) {
    if (filled === 0) return ' ';
    if (filled === 1) return isHanging ? "'" : '.';
    return isSpread ? ':' : '#';
  },
};

/** One half of the chart. */
export interface Area {
  /** A value a column of dots; undefined: not known. */
  readonly values: readonly (number | undefined)[];
  /** Columns of dots whose values are means over a longer time. */
  readonly isSpread: readonly boolean[];
  /** What the full height stands for. */
  readonly top: number;
  readonly rows: number;
  readonly isHanging: boolean;
  readonly token: Token;
}

/** A sign and its look. */
export type Cell = readonly [token: Token, sign: string];

/** The rows of an area, from the top of the screen down. */
export function areaCells(area: Area, pen: Pen): Cell[][] {
  const { values, isSpread, top, rows, isHanging, token } = area;
  const levels = values.map((value) => levelOf(value, top, rows * pen.down));
  const columns = Math.ceil(values.length / pen.across);
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_cell, column): Cell => {
      const start = column * pen.across;
      const filled = levels
        .slice(start, start + pen.across)
        .map((level) => Math.max(0, Math.min(pen.down, level - row * pen.down)));
      const isMean = isSpread.slice(start, start + pen.across).includes(true);
      return [isMean ? 'muted' : token, pen.sign(filled, isHanging, isMean)];
    }),
  );
  return isHanging ? cells : cells.reverse();
}

/** Dots of a value; the least that moves is one, so that it is told from nothing. */
function levelOf(value: number | undefined, top: number, dots: number): number {
  if (value === undefined || value <= 0) return 0;
  return Math.max(1, Math.min(dots, Math.round((value / top) * dots)));
}
