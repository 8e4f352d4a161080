import {
  type AnsiCode,
  type Char,
  reduceAnsiCodesIncremental,
  type StyledChar,
  styledCharsFromTokens,
  styledCharsToString,
  tokenize,
} from '@alcalzone/ansi-tokenize';
import { simpleText } from './simple-text.ts';

const sgr = /(\u001b\[[\d;]*m)/;

/** The codes of a sequence; a console has some dozens of them. */
const codesOf = new Map<string, readonly AnsiCode[]>();
const mostSequences = 500;

/**
 * What Ink makes of a line that stands alone in its row. Ink makes several objects for each character of it; between two
 * sequences simple text is one piece here.
 */
export function styledLine(text: string): string {
  const pieces = simplePieces(text) ?? styledCharsFromTokens(tokenize(text)).filter(isVisible);
  return styledCharsToString(pieces).trimEnd();
}

function isVisible({ value }: StyledChar): boolean {
  return !/^\p{Default_Ignorable_Code_Point}+$/u.test(value);
}

/** Each stretch of text with its looks; undefined where any of it is not simple. */
function simplePieces(text: string): StyledChar[] | undefined {
  const pieces: StyledChar[] = [];
  let styles: AnsiCode[] = [];
  for (const [index, piece] of text.split(sgr).entries()) {
    if (index % 2 === 1) styles = reduceAnsiCodesIncremental(styles, [...readCodes(piece)]);
    else if (!simpleText.test(piece)) return undefined;
    else if (piece !== '') pieces.push({ ...plain, value: piece, styles });
  }
  return pieces;
}

const plain: Omit<Char, 'value'> = { type: 'char', fullWidth: false };

function readCodes(sequence: string): readonly AnsiCode[] {
  const known = codesOf.get(sequence);
  if (known !== undefined) return known;
  const codes = tokenize(sequence).filter((token) => token.type === 'ansi');
  if (codesOf.size >= mostSequences) codesOf.clear();
  codesOf.set(sequence, codes);
  return codes;
}
