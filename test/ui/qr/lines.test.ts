import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { qrLines } from '../../../src/ui/qr/lines.ts';
import { type QrSymbol, qrSymbol } from '../../../src/ui/qr/symbol.ts';
import { widthOf } from '../../../src/ui/text.ts';
import { configurationOf } from './texts.ts';

async function symbolOf(bytes: number): Promise<QrSymbol> {
  const result = await qrSymbol(configurationOf(bytes));
  if (result.outcome !== 'made') throw new Error(result.outcome);
  return result.symbol;
}

const plain = (line: string) => line.replaceAll(/\u001b\[[0-9;]*m/g, '');

test.each([
  [272, unicodeGlyphs, { columns: 65, rows: 33 }],
  [369, unicodeGlyphs, { columns: 73, rows: 37 }],
  [729, unicodeGlyphs, { columns: 97, rows: 49 }],
  [272, asciiGlyphs, { columns: 130, rows: 65 }],
  [369, asciiGlyphs, { columns: 146, rows: 73 }],
  [729, asciiGlyphs, { columns: 194, rows: 97 }],
])('%i bytes are drawn with the room they are said to need, and with no less', async (bytes, glyphs, needs) => {
  const symbol = await symbolOf(bytes);
  const tooSmall = { outcome: 'too-small', needs };
  expect(qrLines(symbol, { columns: 80, rows: 24 }, glyphs)).toEqual(tooSmall);
  expect(qrLines(symbol, { ...needs, columns: needs.columns - 1 }, glyphs)).toEqual(tooSmall);
  expect(qrLines(symbol, { ...needs, rows: needs.rows - 1 }, glyphs)).toEqual(tooSmall);
  expect(qrLines(symbol, needs, glyphs)).toMatchObject({ outcome: 'drawn', ...needs });
});

test.each([
  [272, { columns: 33, rows: 22 }],
  [369, { columns: 37, rows: 25 }],
  [729, { columns: 49, rows: 33 }],
])('%i bytes in small signs need half the columns and two thirds of the rows', async (bytes, needs) => {
  const symbol = await symbolOf(bytes);
  const drawn = (columns: number, rows: number) => qrLines(symbol, { columns, rows }, unicodeGlyphs, 'small');
  expect(drawn(needs.columns - 1, 99)).toEqual({ outcome: 'too-small', needs });
  expect(drawn(99, needs.rows - 1)).toEqual({ outcome: 'too-small', needs });
  expect(drawn(needs.columns, needs.rows)).toMatchObject({ outcome: 'drawn', ...needs });
  const ascii = qrLines(symbol, { columns: 80, rows: 24 }, asciiGlyphs, 'small');
  expect(ascii).toEqual(qrLines(symbol, { columns: 80, rows: 24 }, asciiGlyphs));
});

test('the quiet zone takes the room that there is, each way by itself, up to four modules', async () => {
  const symbol = await symbolOf(272);
  const drawn = (columns: number, rows: number) => {
    const drawing = qrLines(symbol, { columns, rows }, unicodeGlyphs);
    return drawing.outcome === 'drawn' ? [drawing.columns, drawing.rows] : drawing.outcome;
  };
  expect(drawn(66, 33)).toEqual([65, 33]);
  expect(drawn(67, 33)).toEqual([67, 33]);
  expect(drawn(68, 34)).toEqual([67, 34]);
  expect(drawn(65, 35)).toEqual([65, 35]);
  expect(drawn(200, 60)).toEqual([69, 35]);
});

test('in any room, the lines are as wide and as many as is said, and fit', async () => {
  const symbols = await Promise.all([272, 369, 729].map(symbolOf));
  const room = fc.record({ columns: fc.integer({ min: 0, max: 400 }), rows: fc.integer({ min: 0, max: 200 }) });
  fc.assert(
    fc.property(
      fc.constantFrom(...symbols),
      room,
      fc.constantFrom(unicodeGlyphs, asciiGlyphs),
      fc.constantFrom('usual', 'small'),
      (symbol, given, glyphs, size) => {
        const drawing = qrLines(symbol, given, glyphs, size);
        if (drawing.outcome === 'too-small') {
          const { columns, rows } = drawing.needs;
          return given.columns < columns || given.rows < rows;
        }
        expect(drawing.columns).toBeLessThanOrEqual(given.columns);
        expect(drawing.rows).toBeLessThanOrEqual(given.rows);
        expect(drawing.lines.length).toBe(drawing.rows);
        for (const line of drawing.lines) expect(widthOf(plain(line))).toBe(drawing.columns);
        return true;
      },
    ),
    { numRuns: 60 },
  );
});

test('every line sets both colours before its first sign and takes them back after its last', async () => {
  const symbol = await symbolOf(272);
  for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
    const drawing = qrLines(symbol, { columns: 200, rows: 100 }, glyphs);
    if (drawing.outcome !== 'drawn') throw new Error(drawing.outcome);
    for (const line of drawing.lines) {
      expect(line).toMatch(/^\u001b\[38;5;16m\u001b\[48;5;231m[^\u001b]/);
      expect(line).toMatch(/\u001b\[39m\u001b\[49m$/);
    }
  }
});

test('without Unicode there are only blanks', async () => {
  const drawing = qrLines(await symbolOf(369), { columns: 400, rows: 200 }, asciiGlyphs);
  if (drawing.outcome !== 'drawn') throw new Error(drawing.outcome);
  expect(plain(drawing.lines.join(''))).toMatch(/^ +$/);
});
