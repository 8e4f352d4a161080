/** A QR code as a file: PNG (ISO/IEC 15948) and SVG. Both are the secret. */
import { crc32, deflateSync } from 'node:zlib';
import { Secret } from '../../wg/secret.ts';
import { fullQuiet, type QrSymbol } from './symbol.ts';

/** Pixels a side of a module: a code of 77 modules is 680 pixels, which fits every screen unscaled. */
const pixels = 8;

/** The code as a PNG of one bit a pixel, with the full quiet zone. */
export function qrPng(symbol: QrSymbol): Uint8Array {
  const side = (symbol.size + 2 * fullQuiet) * pixels;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit, greyscale; deflate, no filter, not interlaced are the zeros.
  header.writeUInt8(1, 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const image = deflateSync(scanlines(symbol, side), { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', image), chunk('IEND', Buffer.alloc(0))]);
}

/** Row by row: the number of its filter (none), then a bit a pixel, 1 is white. A module is a byte. */
function scanlines(symbol: QrSymbol, side: number): Buffer {
  const modules = side / pixels;
  const bytes = Buffer.alloc((1 + modules) * side);
  for (let y = 0; y < side; y += 1) {
    const start = y * (1 + modules);
    const row = Math.floor(y / pixels) - fullQuiet;
    for (let column = 0; column < modules; column += 1) {
      bytes.writeUInt8(symbol.isDark(column - fullQuiet, row) ? 0x00 : 0xff, start + 1 + column);
    }
  }
  return bytes;
}

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, check]);
}

/** The code as an SVG document, with the full quiet zone. */
export function qrSvg(symbol: QrSymbol): Secret {
  const side = symbol.size + 2 * fullQuiet;
  const indices = Array.from({ length: symbol.size }, (_, index) => index);
  const bars = indices.flatMap((row) => barsOf(symbol, row, indices)).join('');
  return new Secret(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side * pixels}" ` +
      `height="${side * pixels}" shape-rendering="crispEdges">` +
      `<path fill="#fff" d="M0 0h${side}v${side}h-${side}z"/><path fill="#000" d="${bars}"/></svg>\n`,
  );
}

/** The dark modules of a row, those beside one another as one bar. */
function barsOf(symbol: QrSymbol, row: number, columns: readonly number[]): string[] {
  const isStart = (column: number) => symbol.isDark(column, row) && !symbol.isDark(column - 1, row);
  return columns.filter(isStart).map((start) => {
    let width = 1;
    while (symbol.isDark(start + width, row)) width += 1;
    return `M${start + fullQuiet} ${row + fullQuiet}h${width}v1h-${width}z`;
  });
}
