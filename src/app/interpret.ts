import { type Command, findCommands, liveCommands } from './commands.ts';
import type { KeyEvent } from './keys.ts';
import { type Action, type ConsoleView, initialMode } from './state.ts';

/** What an event means: changes of the console's own state, then a command. */
export interface Meaning {
  readonly actions: readonly Action[];
  readonly command?: Command | undefined;
}

const nothing: Meaning = { actions: [] };

/** Keys that mean the same while a line is being typed. */
const alwaysLive = ['ctrl+c', 'ctrl+z', 'ctrl+l'];
const liveInFilter = [...alwaysLive, 'down', 'up', 'pagedown', 'pageup'];

/** What a key or a paste means in this view. Pasted text is never a command. */
export function interpret(view: ConsoleView, event: KeyEvent, isReadOnly: boolean): Meaning {
  const { mode, filter } = view.state;
  const commandOf = (key: string): Meaning => ({
    actions: [],
    command: liveCommands(view, isReadOnly).find(({ keys }) => keys.includes(key)),
  });
  if (mode.kind === 'filter') {
    if (event.kind === 'key' && liveInFilter.includes(event.name)) return commandOf(event.name);
    return typeFilter(filter, event);
  }
  if (mode.kind === 'palette') {
    if (event.kind === 'key' && alwaysLive.includes(event.name)) return commandOf(event.name);
    return typePalette(mode, event, findCommands(mode.text, liveCommands(view, isReadOnly)));
  }
  if (event.kind === 'text') return nothing;
  if (mode.kind === 'help')
    return alwaysLive.includes(event.name) ? commandOf(event.name) : turnHelp(mode.top, event.name);
  return commandOf(event.name);
}

function typeFilter(filter: string, event: KeyEvent): Meaning {
  if (isKey(event, 'escape')) return { actions: [{ type: 'back' }] };
  if (isKey(event, 'enter')) return { actions: [{ type: 'mode', mode: initialMode }] };
  const text = edited(filter, event);
  return text === filter ? nothing : { actions: [{ type: 'filter', text }] };
}

function typePalette(mode: { text: string; index: number }, event: KeyEvent, found: readonly Command[]): Meaning {
  const { text, index } = mode;
  if (isKey(event, 'escape')) return { actions: [{ type: 'back' }] };
  if (isKey(event, 'enter')) return { actions: [{ type: 'mode', mode: initialMode }], command: found[index] };
  const step = isKey(event, 'down') || isKey(event, 'tab') ? 1 : isKey(event, 'up') ? -1 : 0;
  const chosen = Math.min(Math.max(0, index + step), Math.max(0, found.length - 1));
  const next = edited(text, event);
  if (next !== text) return { actions: [{ type: 'mode', mode: { kind: 'palette', text: next, index: 0 } }] };
  return chosen === index ? nothing : { actions: [{ type: 'mode', mode: { kind: 'palette', text, index: chosen } }] };
}

const helpSteps: Readonly<Record<string, number>> = { down: 1, j: 1, up: -1, k: -1, pagedown: 10, pageup: -10 };

function turnHelp(top: number, key: string): Meaning {
  const step = helpSteps[key];
  if (step !== undefined) return { actions: [{ type: 'mode', mode: { kind: 'help', top: Math.max(0, top + step) } }] };
  return ['escape', '?', 'q', 'enter'].includes(key) ? { actions: [{ type: 'mode', mode: initialMode }] } : nothing;
}

function isKey(event: KeyEvent, name: string): boolean {
  return event.kind === 'key' && event.name === name;
}

/** A line of text after one more event: characters are added, Backspace takes one, Ctrl-U all, Ctrl-W a word. */
function edited(text: string, event: KeyEvent): string {
  if (event.kind === 'text') return (text + event.text.replace(/[\u0000-\u001f\u007f]+/g, ' ')).slice(0, 200);
  if (event.name === 'backspace' || event.name === 'delete') return [...text].slice(0, -1).join('');
  if (event.name === 'ctrl+u') return '';
  if (event.name === 'ctrl+w') return text.replace(/\S*\s*$/, '');
  const isCharacter = [...event.name].length === 1 || /^\P{ASCII}+$/u.test(event.name);
  return isCharacter ? (text + event.name).slice(0, 200) : text;
}
