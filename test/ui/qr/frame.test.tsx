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
const room = { columns: 65, rows: 33 };

test.skipIf(!canRun)(
  'a screen that is just large enough shows it, and another frame wipes it out',
  async () => {
    const result = await qrSymbol(configurationOf(272));
    if (result.outcome !== 'made') throw new Error(result.outcome);
    const drawing = qrLines(result.symbol, room, unicodeGlyphs);
    if (drawing.outcome !== 'drawn') throw new Error(drawing.outcome);
    const blank = Array.from({ length: room.rows }, () => '');

    const screen = await renderScreen(<Frame lines={blank} />, room);
    await screen.rerender(<Frame lines={drawing.lines} />);
    const picture = () => ({ ending: 'pgm', content: screenToPgm(screen.xterm, 'dark', { width: 4, height: 8 }) });
    expect(readQrCodes([picture()])).toEqual([[configurationOf(272).reveal()]]);

    await screen.rerender(<Frame lines={blank} />);
    expect(screen.text().trim()).toBe('');
    expect(new Set(picture().content.subarray(-65 * 4 * 33 * 8)).size).toBe(1);
    expect(screen.xterm.buffer.active.baseY).toBe(0);
  },
  20_000,
);
