/**
 * In the bundle this stands for string-width, which six packages bring along. Its emoji patterns cost 25 ms to compile
 * at the first character that is not ASCII, and every screen has one; only text that needs them reaches them.
 */
import { simpleText } from './simple-text.ts';

const sgr = /\u001b\[[\d;]*m/g;

/** The columns that the text takes on a terminal, as string-width counts them. */
export default function stringWidth(text, options) {
  if (options === undefined && typeof text === 'string') {
    const plain = text.includes('\u001b') ? text.replace(sgr, '') : text;
    if (simpleText.test(plain)) return plain.length;
  }
  return require('real:string-width').default(text, options);
}
