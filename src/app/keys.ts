import type { Key } from 'ink';
import type { KeyEvent } from '../ui/key-event.ts';
import { graphemes } from '../ui/text.ts';

/** A chunk longer than this that is no key's sequence was pasted into a terminal that does not mark pastes. */
const longestTyped = 24;

/** One character over and over, which no paste is: a key held down over a slow link. */
const heldKey = /^(.)\1+$/su;

const named = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
] as const;

/**
 * The keys in what Ink hands over at once. A slow link delivers several keystrokes in one chunk (`jjj`, `/foo`), so a
 * chunk is split into characters; a long one is taken as pasted text.
 */
export function splitKeys(input: string, key: Key): KeyEvent[] {
  if (key.tab) return [{ kind: 'key', name: key.shift ? 'shift+tab' : 'tab' }];
  for (const [property, name] of named) if (key[property]) return [{ kind: 'key', name }];
  if (key.ctrl && input.length === 1) return [{ kind: 'key', name: `ctrl+${input}` }];
  if (key.meta || input === '') return [];
  if (input.length > longestTyped && !heldKey.test(input)) return [{ kind: 'text', text: input }];
  return graphemes(input).map((character) => ({ kind: 'key', name: nameOf(character) }));
}

/** What follows a paste within this time is the rest of it, milliseconds: the kernel hands a long one over in pieces. */
const pasteGapMs = 100;

/** {@link splitKeys} for one terminal over time: the short end of a long unmarked paste is no key either. */
export function keySplitter(monotonic: () => number): typeof splitKeys {
  let pastedAt = Number.NEGATIVE_INFINITY;
  return (input, key) => {
    const now = monotonic();
    const events = splitKeys(input, key);
    const isRest = now - pastedAt < pasteGapMs;
    if (!isRest && events[0]?.kind !== 'text') return events;
    pastedAt = now;
    return input === '' ? [] : [{ kind: 'text', text: input }];
  };
}

/** The name of a character that arrives among others, where Ink names only what arrives alone. */
function nameOf(character: string): string {
  if (character === '\r' || character === '\n' || character === '\r\n') return 'enter';
  if (character === '\t') return 'tab';
  if (character === '\u007f' || character === '\b') return 'backspace';
  const code = character.charCodeAt(0);
  return character.length === 1 && code < 27 ? `ctrl+${String.fromCharCode(code + 96)}` : character;
}
