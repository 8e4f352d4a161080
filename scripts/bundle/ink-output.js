/**
 * In the bundle this extends Ink's Output, which makes an object for each cell of the screen and reads every line anew in
 * every frame: a fifth of the CPU of a refresh. A frame whose rows are one line each, which is every frame of the
 * console, is put together from lines that are read once.
 */

import InkOutput from 'real:ink-output';
import stringWidth from 'string-width';
import { styledLine } from './styled-line.ts';

/** Lines read so far; forgotten together when there are many, for the lines of a live table never come back. */
const mostLines = 2_000;
const lines = new Map();

/** What Ink makes of a line that stands alone in its row, and its width in columns. */
function readLine(text) {
  let line = lines.get(text);
  if (line === undefined) {
    line = { text: styledLine(text), width: stringWidth(text) };
    if (lines.size >= mostLines) lines.clear();
    lines.set(text, line);
  }
  return line;
}

export default class Output extends InkOutput {
  get() {
    const rows = this.#rows();
    return rows === undefined ? super.get() : { output: rows.join('\n'), height: rows.length };
  }

  /** The rows where each is one line from the left edge, inside every clip; undefined where anything is less simple. */
  #rows() {
    const rows = new Array(this.height).fill(undefined);
    const clips = [];
    for (const operation of this.operations) {
      if (operation.type === 'clip') clips.push(operation.clip);
      else if (operation.type === 'unclip') clips.pop();
      else if (!this.#writeAll(rows, clips, operation)) return undefined;
    }
    return rows.map((row) => row ?? '');
  }

  /** Puts the lines of a text into their rows; false where that is not simple. */
  #writeAll(rows, clips, { x, y: top, text, transformers }) {
    return text.split('\n').every((source, index) => {
      const y = top + index;
      if (x !== 0 || y < 0 || y >= this.height || rows[y] !== undefined) return false;
      const line = readLine(transformers.reduce((before, transform) => transform(before, index), source));
      rows[y] = line.text;
      const isInside = (clip) => !(clip.x1 > 0) && !(clip.x2 < line.width) && !(clip.y1 > y) && !(clip.y2 <= y);
      return line.width <= this.width && clips.every(isInside);
    });
  }
}
