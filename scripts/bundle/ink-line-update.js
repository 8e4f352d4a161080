/** In the bundle this stands before Ink's own way to update a line, which is left what is not simple. */
import lineUpdate from 'real:ink-line-update';
import { simpleLineUpdate } from './line-update.ts';

export default function update(previous, next, columns) {
  return simpleLineUpdate(previous, next, columns) ?? lineUpdate(previous, next, columns);
}
