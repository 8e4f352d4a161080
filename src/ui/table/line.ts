import type { Glyphs } from '../glyphs.ts';
import { fitText, truncate, widthOf } from '../text.ts';
import { paint, type Theme } from '../theme.ts';
import { columnGap, type FittedColumn } from './columns.ts';

/** How the cells of one row are drawn. */
export interface RowStyle {
  readonly isSelected: boolean;
  /** Quiet rows are muted as a whole. */
  readonly isMuted: boolean;
}

/**
 * One row as one line of text with its looks in it, exactly as wide as its columns plus the marker, and one blank more
 * where it is selected. A selected row has a sign as well as a look, for terminals that draw no inverse.
 */
export function composeRow<Row, Context>(
  row: Row,
  columns: readonly FittedColumn<Row, Context>[],
  context: Context,
  style: RowStyle,
  theme: Theme,
  glyphs: Glyphs,
): string {
  const isPlain = style.isSelected || style.isMuted;
  const cells = columns.map(({ column, width }) => {
    const { text, tail = '', token } = column.cell(row, context);
    const shown = tail === '' ? text : truncate(text, width - widthOf(tail), glyphs.ellipsis) + tail;
    const fitted = fitText(shown, width, column.align, glyphs.ellipsis);
    return isPlain || token === undefined ? fitted : paintInk(theme, token, fitted);
  });
  const line = cells.join(columnGap);
  if (style.isSelected) return paint(theme, 'selected', `${glyphs.marker} ${line} `);
  return `  ${style.isMuted ? paint(theme, 'muted', line) : line}`;
}

/** Paints the text but not the blanks around it, which would only cost bytes. */
function paintInk(theme: Theme, token: Parameters<typeof paint>[1], text: string): string {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  if (end <= start) return text;
  return text.slice(0, start) + paint(theme, token, text.slice(start, end)) + text.slice(end);
}

/** The line of headings, with the sign of the sort direction beside the one that sorts. */
export function composeHeader<Row, Context>(
  columns: readonly FittedColumn<Row, Context>[],
  sorted: { readonly id: string; readonly isDescending: boolean },
  theme: Theme,
  glyphs: Glyphs,
): string {
  const cells = columns.map(({ column, width }) => {
    const sign = sorted.isDescending ? glyphs.descending : glyphs.ascending;
    const text = column.id === sorted.id ? `${column.header}${sign}` : column.header;
    return fitText(text, width, column.align, glyphs.ellipsis);
  });
  return paint(theme, 'heading', `  ${cells.join(columnGap)}`.trimEnd());
}
