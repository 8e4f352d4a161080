import { fitText, widthOf } from '../ui/text.ts';

/** Rows of cells below their headings, each column as wide as its widest cell. */
export function textTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => all.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0));
  return all
    .map((row) =>
      row
        .map((cell, column) => fitText(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
