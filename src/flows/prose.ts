import type { Look } from '../ui/look.ts';
import { wrapWords } from '../ui/text.ts';
import { paint, type Token } from '../ui/theme.ts';

/** The room that a flow gets: columns and lines. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Blanks before each line of a flow. */
export const indent = 3;

/** Lines of prose are not longer, however wide the terminal is. */
export const longestProse = 110;

/** A text in lines of the room's width, as far as they can be read well. */
export function prose(token: Token, text: string, { width }: Pick<Room, 'width'>, look: Look): string[] {
  const columns = Math.max(20, Math.min(width - 2 * indent, longestProse));
  return wrapWords(text, columns).map((line) => ' '.repeat(indent) + paint(look.theme, token, line));
}
