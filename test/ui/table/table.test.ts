import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { peerColumns } from '../../../src/screens/peers/columns.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../../src/ui/glyphs.ts';
import { type Column, fitColumns, mandatory } from '../../../src/ui/table/columns.ts';
import { composeHeader, composeRow } from '../../../src/ui/table/line.ts';
import { pageFrom, scrollTo } from '../../../src/ui/table/viewport.ts';
import { widthOf } from '../../../src/ui/text.ts';
import { themeNamed } from '../../../src/ui/theme.ts';
import { combiningName, wideName } from '../../support/snapshots.ts';

const mono = themeNamed('mono');
const dark = themeNamed('dark');

describe('columns', () => {
  const column = fc
    .record({
      min: fc.integer({ min: 1, max: 20 }),
      more: fc.nat({ max: 20 }),
      most: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
      priority: fc.oneof(fc.nat({ max: 90 }), fc.constant(mandatory)),
    })
    .map(
      ({ min, more, most, priority }): Column<string, undefined> => ({
        id: '',
        header: 'X',
        align: 'left',
        min,
        ideal: min + more,
        ...(most === undefined ? {} : { max: min + more + most }),
        priority,
        cell: (text) => ({ text }),
      }),
    );
  const columns = fc
    .array(column, { minLength: 1, maxLength: 9 })
    .map((all) => all.map((one, index) => ({ ...one, id: String(index) })));
  const widthOfAll = (fitted: readonly { width: number }[]) =>
    fitted.reduce((sum, { width }) => sum + width, 2 * Math.max(0, fitted.length - 1));

  test('are never wider than the terminal, unless the mandatory ones alone are', () => {
    fc.assert(
      fc.property(columns, fc.nat({ max: 200 }), (all, width) => {
        const fitted = fitColumns(all, width);
        const isBare = fitted.every(({ column: { priority } }) => priority === mandatory);
        if (!isBare || widthOfAll(fitted.map(({ column: { min } }) => ({ width: min }))) <= width) {
          expect(widthOfAll(fitted)).toBeLessThanOrEqual(width);
        }
        for (const { column: one, width: given } of fitted) {
          expect(given).toBeGreaterThanOrEqual(one.min);
          expect(given).toBeLessThanOrEqual(one.max ?? one.ideal);
        }
        expect(all.filter(({ priority }) => priority === mandatory)).toEqual(
          fitted.map((one) => one.column).filter(({ priority }) => priority === mandatory),
        );
      }),
    );
  });

  test('are never fewer on a wider terminal', () => {
    fc.assert(
      fc.property(columns, fc.nat({ max: 200 }), (all, width) => {
        const ids = (fitted: ReturnType<typeof fitColumns<string, undefined>>) => fitted.map((one) => one.column.id);
        expect(ids(fitColumns(all, width + 1))).toEqual(expect.arrayContaining(ids(fitColumns(all, width))));
      }),
    );
  });

  test.each([
    [60, ['name', 'state', 'rx', 'tx']],
    [80, ['name', 'address', 'state', 'handshake', 'rx', 'tx']],
    [120, ['name', 'address', 'state', 'endpoint', 'handshake', 'spark', 'rx', 'tx']],
  ])('of the peers at %d', (width, expected) => {
    const fitted = fitColumns(peerColumns(false, unicodeGlyphs), width - 3);
    expect(fitted.map((one) => one.column.id)).toEqual(expected);
  });

  test('of the peers: name and state are always there', () => {
    for (let width = 0; width < 220; width += 1) {
      const ids = fitColumns(peerColumns(true, unicodeGlyphs), width).map((one) => one.column.id);
      expect(ids).toEqual(expect.arrayContaining(['name', 'state']));
    }
  });

  test('of the peers: the sign of the order fits beside every heading', () => {
    for (const glyphs of [unicodeGlyphs, asciiGlyphs]) {
      const fitted = fitColumns(peerColumns(true, glyphs), 300);
      for (const { column: one } of fitted) {
        const line = composeHeader(fitted, { id: one.id, isDescending: true }, mono, glyphs);
        expect(line).toContain(`${one.header}${glyphs.descending}`);
      }
    }
  });

  test('of the peers: headings are ASCII where nothing else can be drawn', () => {
    expect(
      peerColumns(true, asciiGlyphs)
        .map(({ header }) => header)
        .join(''),
    ).toMatch(/^[ -~]+$/);
  });
});

describe('rows', () => {
  const first: Column<string, undefined> = {
    id: 'a',
    header: 'A',
    align: 'left',
    min: 6,
    ideal: 6,
    priority: 1,
    cell: (text) => ({ text, token: 'good' }),
  };
  const last: Column<string, undefined> = { ...first, id: 'b', align: 'right', cell: () => ({ text: '1' }) };
  const columns = [
    { column: first, width: 6 },
    { column: last, width: 5 },
  ];
  const row = (text: string, isSelected = false, isMuted = false, theme = dark) =>
    composeRow(text, columns, undefined, { isSelected, isMuted }, theme, unicodeGlyphs);
  const seen = (line: string) => line.replace(/\u001b\[[\d;]*m/g, '');

  test.each([['home'], [wideName], [combiningName], ['']])('%j keeps the columns straight', (text) => {
    expect(widthOf(seen(row(text)))).toBe(2 + 6 + 2 + 5);
  });

  test('only the ink is painted, not the blanks', () => {
    expect(row('ab')).toBe('  \u001b[32mab\u001b[39m          1');
  });

  test('a selected row has a sign and one look from end to end', () => {
    expect(row('ab', true)).toBe('\u001b[7m▸ ab          1 \u001b[27m');
    expect(seen(row('ab', true, false, mono))).toMatch(/^▸ /);
  });

  test('a muted row is muted as a whole', () => {
    expect(row('ab', false, true)).toBe('  \u001b[90mab          1\u001b[39m');
  });
});

describe('the viewport', () => {
  const scene = fc
    .record({ total: fc.integer({ min: 1, max: 200 }), height: fc.integer({ min: 1, max: 60 }) })
    .chain(({ total, height }) =>
      fc.record({
        total: fc.constant(total),
        height: fc.constant(height),
        top: fc.nat({ max: Math.max(0, total - height) }),
        cursor: fc.integer({ min: -5, max: total + 5 }),
      }),
    );

  test('always shows the cursor and never a gap at the end', () => {
    fc.assert(
      fc.property(scene, ({ total, height, top, cursor }) => {
        const view = scrollTo({ top, cursor: 0 }, cursor, height, total);
        expect(view.cursor).toBe(Math.min(total - 1, Math.max(0, cursor)));
        expect(view.cursor).toBeGreaterThanOrEqual(view.top);
        expect(view.cursor).toBeLessThan(view.top + height);
        expect(view.top).toBeLessThanOrEqual(Math.max(0, total - height));
        expect(view.top).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('stands still while the cursor is well inside, and moves by no more than it must', () => {
    fc.assert(
      fc.property(scene, ({ total, height, top, cursor }) => {
        const keep = Math.min(2, Math.floor((height - 1) / 2));
        const view = scrollTo({ top, cursor: 0 }, cursor, height, total);
        const isInside = view.cursor >= top + keep && view.cursor <= top + height - 1 - keep;
        if (isInside) expect(view.top).toBe(top);
        const again = scrollTo(view, cursor, height, total);
        expect(again).toEqual(view);
        const beyond = Math.max(top + keep - view.cursor, view.cursor - (top + height - 1 - keep), 0);
        expect(Math.abs(view.top - top)).toBeLessThanOrEqual(beyond);
      }),
    );
  });

  test('of nothing is empty', () => {
    expect(scrollTo({ top: 5, cursor: 7 }, 3, 10, 0)).toEqual({ top: 0, cursor: 0 });
  });

  test('a page leads to its edge first, then a page on', () => {
    expect(pageFrom({ top: 0, cursor: 3 }, 1, 20, 100)).toBe(19);
    expect(pageFrom({ top: 0, cursor: 17 }, 1, 20, 100)).toBe(37);
    expect(pageFrom({ top: 40, cursor: 50 }, -1, 20, 100)).toBe(40);
    expect(pageFrom({ top: 40, cursor: 42 }, -1, 20, 100)).toBe(22);
    expect(pageFrom({ top: 0, cursor: 1 }, 1, 20, 5)).toBe(4);
  });
});
