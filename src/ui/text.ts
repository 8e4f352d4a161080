import stringWidth from 'string-width';

const ascii = /^[ -~]*$/;

/** Columns that the text takes on a terminal: wide characters two, combining ones none. */
export function widthOf(text: string): number {
  return ascii.test(text) ? text.length : stringWidth(text);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The text's user-perceived characters. */
export function graphemes(text: string): string[] {
  return ascii.test(text) ? [...text] : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The text cut to at most `width` columns, with the ellipsis where something was cut. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (text.length <= width && ascii.test(text)) return text;
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room <= 0) return ellipsis.slice(0, width);
  let kept = '';
  let used = 0;
  for (const character of graphemes(text)) {
    const next = used + widthOf(character);
    if (next > room) break;
    kept += character;
    used = next;
  }
  return kept + ellipsis;
}

/** The text in exactly `width` columns: cut, or filled with blanks on the side away from `align`. */
export function fitText(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  const cut = truncate(text, width, ellipsis);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return align === 'left' ? cut + blanks : blanks + cut;
}

const look = /\u001b\[[\d;]*m/g;

/** A painted line with blanks up to `width` columns. */
export function fitPainted(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - widthOf(line.replace(look, ''))));
}

/** Words in lines of at most `width` columns; a longer word is cut across lines. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && widthOf(line) + 1 + widthOf(rest) > width) {
      lines.push(line);
      line = '';
    }
    while (widthOf(rest) > width) {
      // A character wider than the line goes on a line of its own.
      const head = truncate(rest, width, '') || (graphemes(rest)[0] ?? rest);
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}
