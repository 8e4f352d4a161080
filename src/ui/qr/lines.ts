/**
 * A QR code as lines for a terminal.
 *
 * - Black and white are numbers 16 and 231 of the 256 colours: themes change the first sixteen (some light ones make
 *   "bright white" dark), and not every terminal has more. They are written under NO_COLOR too: they are what the code
 *   says, no decoration, and inverse video would be light on dark wherever the terminal itself is light, which the
 *   readers of most apps do not take.
 * - A module is square in half a cell. Two columns by three rows of modules in a cell (sextants), read well when drawn as
 *   they should be, but fonts that lack them show boxes, and no terminal tells; two by two (quadrants) makes modules
 *   twice as high as wide.
 */
import type { Glyphs } from '../glyphs.ts';
import { fullQuiet, leastQuiet, type QrSymbol } from './symbol.ts';

/** Cells of a terminal. */
export interface CellSize {
  readonly columns: number;
  readonly rows: number;
}

export type QrDrawing =
  /** As many lines as `rows`, each of `columns` cells with their colours. They are the secret. */
  | ({ readonly outcome: 'drawn'; readonly lines: readonly string[] } & CellSize)
  /** The least room that it needs. */
  | { readonly outcome: 'too-small'; readonly needs: CellSize };

const black = 16;
const white = 231;
const ink = `\u001b[38;5;${black}m`;
const paper = (colour: number) => `\u001b[48;5;${colour}m`;
const end = '\u001b[39m\u001b[49m';

/** How modules become cells. */
interface Scale {
  /** Columns that a module takes. */
  readonly columns: number;
  /** Modules, one above the other, that a row takes. */
  readonly perRow: number;
}

const halfBlocks: Scale = { columns: 1, perRow: 2 };
const blanks: Scale = { columns: 2, perRow: 1 };

/**
 * The code with as much quiet zone as fits, from two modules to the four of the standard. Without Unicode it is drawn
 * with blanks alone, twice as wide and as high.
 *
 * @param room the cells that it may take: the whole screen, where it has to be read
 */
export function qrLines(symbol: QrSymbol, room: CellSize, glyphs: Pick<Glyphs, 'isAscii'>): QrDrawing {
  const scale = glyphs.isAscii ? blanks : halfBlocks;
  const needs = cellsOf(symbol.size, leastQuiet, leastQuiet, scale);
  if (room.columns < needs.columns || room.rows < needs.rows) return { outcome: 'too-small', needs };

  const across = widestQuiet((quiet) => cellsOf(symbol.size, quiet, 0, scale).columns <= room.columns);
  const down = widestQuiet((quiet) => cellsOf(symbol.size, 0, quiet, scale).rows <= room.rows);
  const { columns, rows } = cellsOf(symbol.size, across, down, scale);
  const isDark = (column: number, row: number) => symbol.isDark(column - across, row - down);
  const modules = symbol.size + 2 * across;
  const lines = Array.from({ length: rows }, (_, row) =>
    glyphs.isAscii ? blankLine(modules, (column) => isDark(column, row)) : halfBlockLine(modules, row * 2, isDark),
  );
  return { outcome: 'drawn', lines, columns, rows };
}

function cellsOf(size: number, across: number, down: number, scale: Scale): CellSize {
  return { columns: (size + 2 * across) * scale.columns, rows: Math.ceil((size + 2 * down) / scale.perRow) };
}

function widestQuiet(fits: (quiet: number) => boolean): number {
  let quiet = leastQuiet;
  while (quiet < fullQuiet && fits(quiet + 1)) quiet += 1;
  return quiet;
}

/**
 * Two rows of modules from `top` on. Where both are of one colour it is the background, which fills a cell whatever the
 * font; the half blocks are always black on white.
 */
function halfBlockLine(modules: number, top: number, isDark: (column: number, row: number) => boolean): string {
  let behind = white;
  let line = `${ink}${paper(white)}`;
  for (let column = 0; column < modules; column += 1) {
    const upper = isDark(column, top);
    const lower = isDark(column, top + 1);
    const wanted = upper && lower ? black : white;
    if (wanted !== behind) line += paper(wanted);
    behind = wanted;
    line += upper === lower ? ' ' : upper ? '▀' : '▄';
  }
  return `${line}${end}`;
}

/** One row of modules, two blanks each. */
function blankLine(modules: number, isDark: (column: number) => boolean): string {
  let behind = white;
  let line = `${ink}${paper(white)}`;
  for (let column = 0; column < modules; column += 1) {
    const wanted = isDark(column) ? black : white;
    if (wanted !== behind) line += paper(wanted);
    behind = wanted;
    line += '  ';
  }
  return `${line}${end}`;
}
