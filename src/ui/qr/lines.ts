/**
 * A QR code as lines for a terminal.
 *
 * - Black and white are numbers 16 and 231 of the 256 colours: themes change the first sixteen (some light ones make
 *   "bright white" dark), and not every terminal has more. They are written under NO_COLOR too: they are what the code
 *   says, no decoration, and inverse video would be light on dark wherever the terminal itself is light, which the
 *   readers of most apps do not take.
 * - A module is square in half a cell. Six to a cell (sextants, Unicode 13) are a third higher than wide, which readers
 *   take, and need half the columns and two thirds of the rows; but fonts that lack them show boxes, and no terminal tells.
 *   So they are drawn when the operator asks for them. Four to a cell (quadrants) are twice as high as wide: zbarimg reads
 *   that, jsQR does not.
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

/** `small`: sextants, where the terminal draws Unicode. The operator has to see whether it draws them. */
export type QrSize = 'usual' | 'small';

/** How modules become cells: so many beside and below one another in a cell; half a one beside another is two cells each. */
interface Scale {
  readonly across: 0.5 | 1 | 2;
  readonly down: 1 | 2 | 3;
}

const blanks: Scale = { across: 0.5, down: 1 };
const halfBlocks: Scale = { across: 1, down: 2 };
const sextants: Scale = { across: 2, down: 3 };

/**
 * The code with as much quiet zone as fits, from two modules to the four of the standard. Without Unicode it is drawn
 * with blanks alone, twice as wide and as high.
 *
 * @param room the cells that it may take: the whole screen, where it has to be read
 */
export function qrLines(
  symbol: QrSymbol,
  room: CellSize,
  glyphs: Pick<Glyphs, 'isAscii'>,
  size: QrSize = 'usual',
): QrDrawing {
  const scale = glyphs.isAscii ? blanks : size === 'small' ? sextants : halfBlocks;
  const needs = cellsOf(symbol.size, leastQuiet, leastQuiet, scale);
  if (room.columns < needs.columns || room.rows < needs.rows) return { outcome: 'too-small', needs };

  const across = widestQuiet((quiet) => cellsOf(symbol.size, quiet, 0, scale).columns <= room.columns);
  const down = widestQuiet((quiet) => cellsOf(symbol.size, 0, quiet, scale).rows <= room.rows);
  const { columns, rows } = cellsOf(symbol.size, across, down, scale);
  const isDark = (column: number, row: number) => symbol.isDark(Math.floor(column) - across, row - down);
  const lines = Array.from({ length: rows }, (_, row) => lineOf(columns, row, scale, isDark));
  return { outcome: 'drawn', lines, columns, rows };
}

function cellsOf(size: number, across: number, down: number, scale: Scale): CellSize {
  return {
    columns: Math.ceil((size + 2 * across) / scale.across),
    rows: Math.ceil((size + 2 * down) / scale.down),
  };
}

function widestQuiet(fits: (quiet: number) => boolean): number {
  let quiet = leastQuiet;
  while (quiet < fullQuiet && fits(quiet + 1)) quiet += 1;
  return quiet;
}

/**
 * A row of cells. Where all modules of one are of one colour it is the background, which fills a cell whatever the font;
 * the other signs are always black on white.
 */
function lineOf(
  columns: number,
  row: number,
  { across, down }: Scale,
  isDark: (column: number, row: number) => boolean,
): string {
  let behind = white;
  let line = `${ink}${paper(white)}`;
  for (let column = 0; column < columns; column += 1) {
    const modules = Array.from({ length: Math.ceil(across) * down }, (_, index) =>
      isDark(column * across + (index % Math.ceil(across)), row * down + Math.floor(index / Math.ceil(across))),
    );
    const wanted = modules.every(Boolean) ? black : white;
    if (wanted !== behind) line += paper(wanted);
    behind = wanted;
    line += wanted === black ? ' ' : signOf(modules);
  }
  return `${line}${end}`;
}

/** The sign with these dark modules, which are in rows and not all dark. */
function signOf(modules: readonly boolean[]): string {
  if (!modules.includes(true)) return ' ';
  if (modules.length === 2) return modules[0] ? '▀' : '▄';
  const pattern = modules.reduce((sum, isDark, index) => sum + (isDark ? 1 << index : 0), 0);
  if (pattern === leftHalf) return '▌';
  if (pattern === rightHalf) return '▐';
  // The block of sextants (U+1FB00 on) leaves out the patterns that had signs before.
  const before = 1 + Number(pattern > leftHalf) + Number(pattern > rightHalf);
  return String.fromCodePoint(0x1fb00 + pattern - before);
}

const leftHalf = 0b010101;
const rightHalf = 0b101010;
