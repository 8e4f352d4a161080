/** Photographs of a terminal: its cells as pixels, for programs that read pictures. */
import type { IBufferCell } from '@xterm/headless';
import type { XTerminal } from './screen.ts';
import { coloursOf, type PaletteName } from './svg.ts';

/** Pixels of a cell. */
export interface CellPixels {
  readonly width: number;
  readonly height: number;
}

/** A picture of grey values, row by row. */
class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = Buffer.alloc(width * height);
  }

  fill(left: number, top: number, width: number, height: number, grey: number): void {
    for (let y = top; y < top + height; y += 1) {
      const start = y * this.width + left;
      this.pixels.fill(grey, start, start + width);
    }
  }
}

/**
 * The visible screen as a picture (PGM, greyscale), as a terminal draws it that fills the cell with block elements. Any
 * other sign is a block in the middle of its cell: no words can be read, but where there are some it is not empty.
 */
export function screenToPgm(terminal: XTerminal, palette: PaletteName, cell: CellPixels): Buffer {
  const canvas = new Canvas(terminal.cols * cell.width, terminal.rows * cell.height);
  const buffer = terminal.buffer.active;
  for (let row = 0; row < terminal.rows; row += 1) {
    const line = buffer.getLine(buffer.baseY + row);
    for (let column = 0; column < terminal.cols; column += 1) {
      const found = line?.getCell(column);
      if (found !== undefined) drawCell(canvas, found, palette, column * cell.width, row * cell.height, cell);
    }
  }
  return Buffer.concat([Buffer.from(`P5\n${canvas.width} ${canvas.height}\n255\n`, 'latin1'), canvas.pixels]);
}

function drawCell(
  canvas: Canvas,
  cell: IBufferCell,
  palette: PaletteName,
  left: number,
  top: number,
  { width, height }: CellPixels,
): void {
  const colours = coloursOf(cell, palette);
  canvas.fill(left, top, width, height, greyOf(colours.behind));
  const sign = cell.getChars().trim();
  if (sign === '') return;
  const half = Math.floor(height / 2);
  const ink = greyOf(colours.fill);
  if (sign === '▀') canvas.fill(left, top, width, half, ink);
  else if (sign === '▄') canvas.fill(left, top + half, width, height - half, ink);
  else canvas.fill(left + 1, top + Math.floor(height / 4), width - 2, half, ink);
}

/** How light a colour (`#rrggbb`) looks, from 0 to 255 (ITU-R BT.601). */
function greyOf(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  return Math.round(0.299 * (value >> 16) + 0.587 * ((value >> 8) & 0xff) + 0.114 * (value & 0xff));
}
