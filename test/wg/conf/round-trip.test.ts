import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConf, printConf } from '../../../src/wg/conf/conf-file.ts';
import { decodeConf, encodeConf } from '../../../src/wg/conf/decode.ts';
import { sectionsOf } from '../../../src/wg/conf/sections.ts';
import { anyConfText } from './arbitrary.ts';

const directory = new URL('../../fixtures/names/', import.meta.url);
const fixtures = readdirSync(directory).filter((name) => name.endsWith('.conf'));
const isFull = process.env['MESHTUI_FULL'] === '1';

function through(bytes: Uint8Array): Uint8Array {
  const file = parseConf(decodeConf(bytes));
  sectionsOf(file);
  return encodeConf(printConf(file).reveal());
}

describe('the same bytes come out', () => {
  it.each(fixtures)('%s', (name) => {
    const bytes = readFileSync(new URL(name, directory));
    expect(Buffer.compare(through(bytes), bytes)).toBe(0);
  });

  it('of generated files', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(anyConfText, (text) => {
        const file = parseConf(text);
        sectionsOf(file);
        return printConf(file).reveal() === text;
      }),
      { numRuns: isFull ? 100_000 : 4_000 },
    );
  });

  it('of any bytes', { timeout: 120_000 }, () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Uint8Array.from(Buffer.from(text, 'utf8'))),
      fc.constantFrom(
        ...[
          [0xed, 0xa0, 0x80],
          [0xf4, 0x90, 0x80, 0x80],
          [0xc0, 0x80],
          [0xe0, 0x80, 0x80],
          [0xf0, 0x9f, 0x98],
        ].map((bytes) => Uint8Array.from(bytes)),
        Uint8Array.of(0xef, 0xbb, 0xbf),
        Uint8Array.from(Buffer.from('# Jos\u00e9 = ', 'latin1')),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const bytes = Buffer.concat(pieces);
        return Buffer.compare(through(bytes), bytes) === 0;
      }),
      { numRuns: isFull ? 100_000 : 3_000 },
    );
  });

  it('where Latin-1 and UTF-8 stand side by side', () => {
    const text = decodeConf(Buffer.from('# Jos\u00e9\n', 'latin1'));
    expect(text).toBe('# Jos\udce9\n');
    expect(Buffer.from(encodeConf(`${text}# \u4e2d\n`))).toEqual(
      Buffer.concat([Buffer.from('# Jos\u00e9\n', 'latin1'), Buffer.from('# \u4e2d\n')]),
    );
  });

  it('reads a megabyte of what is no UTF-8 at once', () => {
    const bytes = new Uint8Array(1_000_000).fill(0xe9);
    const startedAt = performance.now();
    expect(encodeConf(decodeConf(bytes))).toHaveLength(bytes.length);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('keys in a file', () => {
  it('are not printed by accident', () => {
    const file = parseConf(readFileSync(new URL('plain.conf', directory), 'utf8'));
    const shown = `${file} ${JSON.stringify({ file, sections: sectionsOf(file) })}`;
    expect(shown).not.toContain('gqHIuphezBmFlZDtwYm6cYQ0cOgjtIZb9a7W8VmnjWA=');
    expect(shown).not.toContain('s+rNM0M7MbUlI1EDLJs+ei56p3ONXezfDdbGJoCFPAY=');
  });
});
