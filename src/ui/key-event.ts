import { printable } from '../host/printable.ts';
import { graphemes } from './text.ts';

/** One thing the operator did: a key by its name, or a paste, which is text and never commands. */
export type KeyEvent =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** A line that is typed is cut here, in UTF-16 units. */
const longestLine = 200;

export function isKey(event: KeyEvent, ...names: readonly string[]): boolean {
  return event.kind === 'key' && names.includes(event.name);
}

/**
 * A line of text after one more event: printable characters are added, Backspace takes one, Ctrl-U all, Ctrl-W a word. It
 * is shown as it is typed, so nothing that a terminal would obey gets into it.
 */
export function editLine(text: string, event: KeyEvent, longest = longestLine): string {
  if (event.kind === 'text') return printable((text + event.text).slice(0, longest));
  if (event.name === 'backspace' || event.name === 'delete') return graphemes(text).slice(0, -1).join('');
  if (event.name === 'ctrl+u') return '';
  if (event.name === 'ctrl+w') return text.replace(/\S*\s*$/, '');
  const isCharacter = graphemes(event.name).length === 1;
  return isCharacter ? printable((text + event.name).slice(0, longest)) : text;
}
