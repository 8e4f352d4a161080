import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from '../../src/cli/add-csv.ts';
import { parseClientList } from '../../src/cli/add-list.ts';
import { hostileText } from '../flows/add/hostile.ts';

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
/** A first field that begins with `#` or is blank alone makes the line one that is passed over. */
const cell = fc.oneof(hostileText, fc.string({ unit: 'binary' })).map((text) => text.slice(0, 200));
const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 8 });

test('what was written with quotes is read exactly', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), (table, ending) => {
      const said = table.map((fields) => ['x', ...fields]);
      const text = said.map((fields) => fields.map(quoted).join(',')).join(ending);
      const reading = parseCsv(text);
      if (reading.outcome !== 'read') throw new Error(JSON.stringify(reading));
      expect(reading.records.map(({ fields }) => fields)).toEqual(said);
      const before = said.map((_fields, index) => said.slice(0, index).flat().join('').split('\n').length + index);
      expect(reading.records.map(({ line }) => line)).toEqual(before);
    }),
    { numRuns: 1_000 },
  );
});

test('any text is a list or a problem with its line', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hostileText,
        fc.string({ unit: 'binary' }),
        hostileText.map((text) => `name,kind\n${text}`),
      ),
      (text) => {
        const { clients, problems } = parseClientList(text);
        for (const { line } of [...clients, ...problems]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(text.split('\n').length);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
