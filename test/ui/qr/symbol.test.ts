import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { qrSymbol } from '../../../src/ui/qr/symbol.ts';
import { Secret } from '../../../src/wg/secret.ts';
import { configurationOf } from './texts.ts';

/** Capacity in bytes of versions 1 to 40 at level L, byte mode (ISO/IEC 18004, table 7). */
const capacities = [
  17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858, 929, 1003, 1091, 1171,
  1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953,
];

async function sizeOf(bytes: number): Promise<number> {
  const result = await qrSymbol(new Secret('x'.repeat(bytes)));
  if (result.outcome !== 'made') throw new Error(result.outcome);
  return result.symbol.size;
}

test('every version is used up to its last byte, and not beyond', async () => {
  for (const [index, bytes] of capacities.entries()) {
    const size = 17 + 4 * (index + 1);
    expect([bytes, await sizeOf(bytes)]).toEqual([bytes, size]);
    if (index < 39) expect([bytes + 1, await sizeOf(bytes + 1)]).toEqual([bytes + 1, size + 4]);
  }
});

test('what no code holds is said, with the sizes', async () => {
  expect(await qrSymbol(new Secret('x'.repeat(2954)))).toEqual({ outcome: 'too-long', bytes: 2954, most: 2953 });
  expect(await qrSymbol(new Secret('ü'.repeat(1477)))).toEqual({ outcome: 'too-long', bytes: 2954, most: 2953 });
});

test('digits and capitals are bytes too: a code is as large as its text is long', async () => {
  const digits = await qrSymbol(new Secret('1'.repeat(272)));
  expect(digits).toMatchObject({ outcome: 'made', symbol: { size: 61 } });
});

test('nothing that prints a symbol shows its modules, and wiped it has none', async () => {
  const result = await qrSymbol(configurationOf(272));
  if (result.outcome !== 'made') throw new Error(result.outcome);
  const { symbol } = result;
  expect(JSON.stringify(symbol)).toBe('{"size":61}');
  expect(inspect(symbol, { showHidden: true, depth: 9 })).not.toMatch(/Uint8Array|\b1\b/);
  expect(symbol.isDark(0, 0)).toBe(true);
  expect([symbol.isDark(-1, 0), symbol.isDark(61, 0), symbol.isDark(0, 61)]).toEqual([false, false, false]);
  symbol.wipe();
  const all = Array.from({ length: 61 * 61 }, (_, index) => symbol.isDark(index % 61, Math.floor(index / 61)));
  expect(all).not.toContain(true);
});
