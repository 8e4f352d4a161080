/** The code goes through Ink to the terminal unchanged, to its last column and row, and goes away without a trace. */
import { expect, test } from 'vitest';
import { Frame } from '../../../src/ui/Frame.tsx';
import { unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { qrLines } from '../../../src/ui/qr/lines.ts';
import { qrSymbol } from '../../../src/ui/qr/symbol.ts';
import { missingPackages } from '../../lab/packages.ts';
import { screenToPgm } from '../../support/picture.ts';
import { renderScreen } from '../../support/render.tsx';
import { readQrCodes } from '../../support/zbar.ts';
import { configurationOf } from './texts.ts';

const canRun = missingPackages({ zbarimg: 'zbar-tools' }).length === 0;
const cell = { width: 8, height: 16 };

test.skipIf(!canRun).each([
  ['usual', { columns: 65, rows: 33 }],
  ['small', { columns: 33, rows: 22 }],
] as const)(
  'a screen just large enough for %s signs shows it, and another frame wipes it out',
  async (size, room) => {
    const result = await qrSymbol(configurationOf(272));
    if (result.outcome !== 'made') throw new Error(result.outcome);
    const drawing = qrLines(result.symbol, room, unicodeGlyphs, size);
    if (drawing.outcome !== 'drawn') throw new Error(drawing.outcome);
    const blank = Array.from({ length: room.rows }, () => '');

    const screen = await renderScreen(<Frame lines={blank} />, room);
    await screen.rerender(<Frame lines={drawing.lines} />);
    const picture = () => ({ ending: 'pgm', content: screenToPgm(screen.xterm, 'dark', cell) });
    expect(readQrCodes([picture()])).toEqual([[configurationOf(272).reveal()]]);

    await screen.rerender(<Frame lines={blank} />);
    expect(screen.text().trim()).toBe('');
    const pixels = picture().content.subarray(-room.columns * cell.width * room.rows * cell.height);
    expect(new Set(pixels).size).toBe(1);
    expect(screen.xterm.buffer.active.baseY).toBe(0);
  },
  20_000,
);
