import type { Screen } from './screen.ts';

/** The lines of a screen as high as the terminal, with blank ones between body and key bar. */
export function wholeFrame({ header, body = [], footer }: Screen, rows: number): string[] {
  const blank = Array.from({ length: Math.max(0, rows - header.length - body.length - footer.length) }, () => '');
  return [...header, ...body, ...blank, ...footer].slice(0, rows);
}
