import type { Glyphs } from './glyphs.ts';
import { fitText, widthOf } from './text.ts';
import { paint, type Theme, type Token } from './theme.ts';

/** How everything is drawn: the theme and the signs. */
export interface Look {
  readonly theme: Theme;
  readonly glyphs: Glyphs;
}

/** A run of text with one meaning. */
export type Span = readonly [token: Token, text: string];

/** The spans after one another, painted. */
export function paintSpans(theme: Theme, spans: readonly Span[]): string {
  return spans.map(([token, text]) => paint(theme, token, text)).join('');
}

/** Columns that the spans take. */
export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, [, text]) => sum + widthOf(text), 0);
}

/** The spans cut to `width` columns. */
export function cutSpans(spans: readonly Span[], width: number, ellipsis: string): Span[] {
  const kept: Span[] = [];
  let left = width;
  for (const [token, text] of spans) {
    const size = widthOf(text);
    if (size <= left) {
      kept.push([token, text]);
      left -= size;
      continue;
    }
    if (left > 0) kept.push([token, fitText(text, left, 'left', ellipsis)]);
    break;
  }
  return kept;
}

/** A line with one part at each end. Where both do not fit, the left one is cut. */
export function bothEnds(left: readonly Span[], right: readonly Span[], width: number, look: Look): string {
  const shownRight = cutSpans(right, width, look.glyphs.ellipsis);
  const rightWidth = spansWidth(shownRight);
  const room = Math.max(0, width - rightWidth - (rightWidth > 0 ? 2 : 0));
  const shownLeft = cutSpans(left, room, look.glyphs.ellipsis);
  const blanks = ' '.repeat(Math.max(0, width - rightWidth - spansWidth(shownLeft)));
  return (paintSpans(look.theme, shownLeft) + blanks + paintSpans(look.theme, shownRight)).trimEnd();
}
