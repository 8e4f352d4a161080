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
  const ink = greyOf(colours.fill);
  const parts = partsOf(sign);
  if (parts === undefined) {
    canvas.fill(left + 1, top + Math.floor(height / 4), width - 2, Math.floor(height / 2), ink);
    return;
  }
  const { across, down, pattern } = parts;
  for (let index = 0; index < across * down; index += 1) {
    if ((pattern & (1 << index)) === 0) continue;
    const [x, y] = [index % across, Math.floor(index / across)];
    const [fromX, toX] = [Math.floor((x * width) / across), Math.floor(((x + 1) * width) / across)];
    const [fromY, toY] = [Math.floor((y * height) / down), Math.floor(((y + 1) * height) / down)];
    canvas.fill(left + fromX, top + fromY, toX - fromX, toY - fromY, ink);
  }
}

/** The patterns from U+1FB00 on: all but those of the left and the right half, and of the full block. */
const sextants = Array.from({ length: 62 }, (_, index) => index + 1).filter((each) => each !== 21 && each !== 42);

interface Parts {
  readonly across: number;
  readonly down: number;
  /** A bit for each part that has ink: the lowest for the upper left one, row by row. */
  readonly pattern: number;
}

/** The parts of a cell that a block element covers (Unicode, Block Elements and Symbols for Legacy Computing). */
function partsOf(sign: string): Parts | undefined {
  const half = ['▀', '▄'].indexOf(sign);
  if (half >= 0) return { across: 1, down: 2, pattern: half + 1 };
  const side = ['▌', '▐'].indexOf(sign);
  if (side >= 0) return { across: 2, down: 1, pattern: side + 1 };
  const place = (sign.codePointAt(0) ?? 0) - 0x1fb00;
  const sextant = sextants[place];
  return sextant === undefined ? undefined : { across: 2, down: 3, pattern: sextant };
}

/** How light a colour (`#rrggbb`) looks, from 0 to 255 (ITU-R BT.601). */
function greyOf(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  return Math.round(0.299 * (value >> 16) + 0.587 * ((value >> 8) & 0xff) + 0.114 * (value & 0xff));
}
