import type { Look } from './look.ts';
import { fitPainted, truncate } from './text.ts';
import { paint } from './theme.ts';

/** Where the details of a list's row go. */
export type DetailsPlace =
  | { readonly at: 'side'; readonly width: number }
  | { readonly at: 'bottom'; readonly height: number };

/** A list and the details of the row that is selected, as functions of the width that they get. */
export interface ListWithDetails {
  /** The list: at most `height` lines. */
  readonly list: (width: number) => readonly string[];
  readonly details: (width: number) => readonly string[];
  /** Undefined while the details are closed. */
  readonly place: DetailsPlace | undefined;
  /** Lines of the list, with its heading. */
  readonly height: number;
  /** Columns of the terminal. */
  readonly width: number;
  readonly look: Look;
}

/** The list with its details beside it or below it, in lines of at most `width` columns. */
export function listWithDetails({ list, details, place, height, width, look }: ListWithDetails): string[] {
  if (place === undefined) return [...list(width)];
  if (place.at === 'bottom') {
    const rule = paint(look.theme, 'heading', look.glyphs.rule.repeat(width));
    return [...filled(list(width), height), rule, ...cutLines(details(width), place.height - 1, width, look)];
  }
  const inner = place.width - 2;
  const lines = cutLines(details(inner), height, inner, look);
  const bar = paint(look.theme, 'heading', look.glyphs.bar);
  const listWidth = width - place.width;
  return filled(list(listWidth), height).map(
    (line, index) => `${fitPainted(line, listWidth)}${bar}${lines[index] ?? ''}`,
  );
}

/** At most `height` lines, the last of which says how many were left out. */
export function cutLines(lines: readonly string[], height: number, width: number, look: Look): string[] {
  if (lines.length <= height) return [...lines];
  const left = lines.length - height + 1;
  const more = truncate(` ${look.glyphs.ellipsis} ${left} more lines: enlarge the window`, width, look.glyphs.ellipsis);
  return [...lines.slice(0, height - 1), paint(look.theme, 'muted', more)];
}

function filled(lines: readonly string[], height: number): string[] {
  return [...lines.slice(0, height), ...Array.from({ length: Math.max(0, height - lines.length) }, () => '')];
}
