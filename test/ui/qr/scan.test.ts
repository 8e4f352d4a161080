/** A configuration is carried by a picture of the terminal, read by zbarimg; so are the files. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { asciiGlyphs, type Glyphs, unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { type CellSize, type QrSize, qrLines } from '../../../src/ui/qr/lines.ts';
import { qrPng, qrSvg } from '../../../src/ui/qr/picture.ts';
import { type QrSymbol, qrSymbol } from '../../../src/ui/qr/symbol.ts';
import { missingPackages } from '../../lab/packages.ts';
import { type CellPixels, screenToPgm } from '../../support/picture.ts';
import { createScreen } from '../../support/screen.ts';
import type { PaletteName } from '../../support/svg.ts';
import { type Picture, readQrCodes } from '../../support/zbar.ts';
import { configurationOf, sizes } from './texts.ts';

const isFull = process.env['MESHTUI_FULL'] === '1';
const canRun = missingPackages({ zbarimg: 'zbar-tools', 'rsvg-convert': 'librsvg2-bin' }).length === 0;
const largest: CellSize = { columns: 200, rows: 60 };
const smallCell: CellPixels = { width: 4, height: 8 };

async function symbolOf(bytes: number): Promise<QrSymbol> {
  const result = await qrSymbol(configurationOf(bytes));
  if (result.outcome !== 'made') throw new Error(result.outcome);
  return result.symbol;
}

interface View {
  readonly palette: PaletteName;
  readonly cell: CellPixels;
  readonly glyphs: Glyphs;
  readonly size?: QrSize;
  /** What becomes of a line on its way to the terminal. */
  readonly change?: (line: string) => string;
}

const ordinary: View = { palette: 'dark', cell: smallCell, glyphs: unicodeGlyphs };

/** The picture of a terminal of a size with the code in its upper left corner. */
async function photograph(symbol: QrSymbol, room: CellSize, view: View): Promise<Picture> {
  const drawing = qrLines(symbol, room, view.glyphs, view.size);
  if (drawing.outcome !== 'drawn') throw new Error(`${room.columns}×${room.rows}: ${drawing.outcome}`);
  const screen = createScreen(room.columns, room.rows);
  const lines = view.change === undefined ? drawing.lines : drawing.lines.map(view.change);
  await screen.write(lines.map((line, row) => `\u001b[${row + 1};1H${line}`).join(''));
  const content = screenToPgm(screen.xterm, view.palette, view.cell);
  screen.xterm.dispose();
  return { ending: 'pgm', content };
}

function needsOf(symbol: QrSymbol, glyphs: Glyphs, size?: QrSize): CellSize {
  const drawing = qrLines(symbol, { columns: 0, rows: 0 }, glyphs, size);
  if (drawing.outcome !== 'too-small') throw new Error(drawing.outcome);
  return drawing.needs;
}

/** Every size from the least to the largest; without the full size, those where something changes and one in two hundred. */
function roomsFrom({ columns, rows }: CellSize): CellSize[] {
  const all = range(rows, largest.rows).flatMap((height) =>
    range(columns, largest.columns).map((width) => ({ columns: width, rows: height })),
  );
  const isCorner = (room: CellSize) =>
    (room.columns - columns) % 2 === 0 && room.columns <= columns + 4 && room.rows <= rows + 2;
  const isLargest = (room: CellSize) => room.columns === largest.columns && room.rows === largest.rows;
  return isFull ? all : all.filter((room, index) => isCorner(room) || isLargest(room) || index % 211 === 0);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe.skipIf(!canRun)('zbarimg reads the code', () => {
  test.each(sizes)(
    'of %i bytes at every size from the one that is named to 200×60',
    async (bytes) => {
      const symbol = await symbolOf(bytes);
      const text = configurationOf(bytes).reveal();
      const rooms = roomsFrom(needsOf(symbol, unicodeGlyphs));
      const unread: string[] = [];
      for (let start = 0; start < rooms.length; start += 64) {
        const some = rooms.slice(start, start + 64);
        const pictures = await Promise.all(some.map((room) => photograph(symbol, room, ordinary)));
        const isRead = readQrCodes(pictures).map((codes) => codes.length === 1 && codes[0] === text);
        unread.push(...some.flatMap((room, index) => (isRead[index] ? [] : `${room.columns}×${room.rows}`)));
      }
      expect(unread).toEqual([]);
      if (isFull) process.stdout.write(`${bytes} bytes: ${rooms.length} sizes read\n`);
    },
    900_000,
  );

  test.each(sizes)(
    'of %i bytes in small signs, where the terminal draws them',
    async (bytes) => {
      const symbol = await symbolOf(bytes);
      const needs = needsOf(symbol, unicodeGlyphs, 'small');
      const rooms = [needs, { columns: needs.columns + 1, rows: needs.rows + 1 }, ...(isFull ? [largest] : [])];
      const views = rooms.flatMap((room) =>
        (['dark', 'light'] as const).flatMap((palette) => cells.map((cell) => ({ room, palette, cell }))),
      );
      const small = { ...ordinary, size: 'small' } as const;
      const pictures = await Promise.all(
        views.map(({ room, ...view }) => photograph(symbol, room, { ...small, ...view })),
      );
      expect(readQrCodes(pictures)).toEqual(views.map(() => [configurationOf(bytes).reveal()]));
    },
    60_000,
  );

  const someCells: readonly CellPixels[] = [
    { width: 6, height: 12 },
    { width: 7, height: 15 },
    { width: 9, height: 19 },
    { width: 10, height: 20 },
  ];
  const cells = isFull ? someCells : someCells.slice(1, 3);
  test.each(sizes)(
    'of %i bytes in dark and light terminals, with and without Unicode, in any font',
    async (bytes) => {
      const symbol = await symbolOf(bytes);
      const views: View[] = [unicodeGlyphs, asciiGlyphs].flatMap((glyphs) =>
        (['dark', 'light'] as const).flatMap((palette) => cells.map((cell) => ({ glyphs, palette, cell }))),
      );
      const pictures = await Promise.all(views.map((view) => photograph(symbol, needsOf(symbol, view.glyphs), view)));
      expect(readQrCodes(pictures)).toEqual(views.map(() => [configurationOf(bytes).reveal()]));
    },
    60_000,
  );

  test.each(sizes)(
    'of %i bytes in the PNG and the SVG',
    async (bytes) => {
      const symbol = await symbolOf(bytes);
      const svg = spawnSync('rsvg-convert', ['--format=png'], { input: qrSvg(symbol).reveal() });
      expect(svg.stderr.toString()).toBe('');
      const pictures = [qrPng(symbol), svg.stdout].map((content) => ({ ending: 'png', content }));
      expect(readQrCodes(pictures)).toEqual(pictures.map(() => [configurationOf(bytes).reveal()]));
    },
    60_000,
  );

  test('and does not read what it should not', async () => {
    const symbol = await symbolOf(272);
    const room = { columns: 80, rows: 40 };
    /** As themes may set the first sixteen colours, and as inverse video is in a light terminal. */
    const themed = (line: string) =>
      line.replaceAll('38;5;16', '30').replaceAll('48;5;16m', '40m').replaceAll('48;5;231', '107');
    const inverse = (line: string) =>
      line.replaceAll('\u001b[38;5;16m', '').replaceAll('48;5;16m', '27m').replaceAll('48;5;231', '7');
    const pictures = await Promise.all([
      photograph(symbol, room, { ...ordinary, change: themed }),
      photograph(symbol, room, { ...ordinary, change: themed, palette: 'light' }),
      photograph(symbol, room, { ...ordinary, change: inverse }),
      photograph(symbol, room, { ...ordinary, change: inverse, palette: 'light' }),
      photograph(symbol, room, { ...ordinary, change: () => '' }),
    ]);
    expect(readQrCodes(pictures).map((codes) => codes.length)).toEqual([1, 0, 1, 0, 0]);
  }, 30_000);
});
