import type { Flow, FlowRequest } from '../flows/flow.ts';
import { pressFlow } from '../flows/press-flow.ts';
import { editLine, isKey, type KeyEvent } from '../ui/key-event.ts';
import { type Command, type Effect, findCommands, liveCommands } from './commands.ts';
import { lastHelpTop } from './help.ts';
import { type Action, type ConsoleView, initialMode, type Mode } from './state.ts';

/** What an event means: changes of the console's own state, then a command. */
export interface Meaning {
  readonly actions: readonly Action[];
  readonly command?: Command | undefined;
  readonly effect?: Effect;
  readonly request?: FlowRequest;
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
  if (mode.kind === 'explain') {
    if (event.kind === 'key' && alwaysLive.includes(event.name)) return commandOf(event.name);
    return typeExplain(mode, event);
  }
  if (mode.kind === 'flow') {
    // What is being applied is brought to its end first.
    const isBusy = mode.flow.stage === 'applying';
    if (event.kind === 'key' && alwaysLive.includes(event.name) && !isBusy) return commandOf(event.name);
    return pressInFlow(mode.flow, event, isReadOnly);
  }
  if (event.kind === 'text') return nothing;
  if (mode.kind === 'help')
    return alwaysLive.includes(event.name)
      ? commandOf(event.name)
      : turnHelp(mode.top, event.name, lastHelpTop(view, isReadOnly));
  return commandOf(event.name);
}

/** Under --read-only a list may be looked at, and no plan is made. */
function pressInFlow(before: Flow, event: KeyEvent, isReadOnly: boolean): Meaning {
  const { flow, request } = pressFlow(before, event);
  if (isReadOnly && request?.kind === 'prepare') return nothing;
  if (flow === before && request === undefined) return nothing;
  const mode: Mode = flow === undefined ? initialMode : { kind: 'flow', flow };
  return { actions: [{ type: 'mode', mode }], ...(request !== undefined && { request }) };
}

function typeFilter(filter: string, event: KeyEvent): Meaning {
  if (isKey(event, 'escape')) return { actions: [{ type: 'back' }] };
  if (isKey(event, 'enter')) return { actions: [{ type: 'mode', mode: initialMode }] };
  const text = editLine(filter, event);
  return text === filter ? nothing : { actions: [{ type: 'filter', text }] };
}

function typeExplain({ text, answer }: Extract<Mode, { kind: 'explain' }>, event: KeyEvent): Meaning {
  if (isKey(event, 'escape')) return { actions: [{ type: 'back' }] };
  if (isKey(event, 'enter')) {
    const isWhole = text.trim().split(/\s+/).length === 2;
    const mode: Mode = { kind: 'explain', text, answer: { kind: 'asking' } };
    // A question is asked once, however long the key is held.
    return isWhole && answer?.kind !== 'asking' ? { actions: [{ type: 'mode', mode }], effect: 'explain' } : nothing;
  }
  const next = editLine(text, event);
  return next === text
    ? nothing
    : { actions: [{ type: 'mode', mode: { kind: 'explain', text: next, answer: undefined } }] };
}

function typePalette(mode: { text: string; index: number }, event: KeyEvent, found: readonly Command[]): Meaning {
  const { text, index } = mode;
  if (isKey(event, 'escape')) return { actions: [{ type: 'back' }] };
  if (isKey(event, 'enter')) return { actions: [{ type: 'mode', mode: initialMode }], command: found[index] };
  const step = isKey(event, 'down') || isKey(event, 'tab') ? 1 : isKey(event, 'up') ? -1 : 0;
  const chosen = Math.min(Math.max(0, index + step), Math.max(0, found.length - 1));
  const next = editLine(text, event);
  if (next !== text) return { actions: [{ type: 'mode', mode: { kind: 'palette', text: next, index: 0 } }] };
  return chosen === index ? nothing : { actions: [{ type: 'mode', mode: { kind: 'palette', text, index: chosen } }] };
}

const helpSteps: Readonly<Record<string, number>> = { down: 1, j: 1, up: -1, k: -1, pagedown: 10, pageup: -10 };

function turnHelp(top: number, key: string, last: number): Meaning {
  const step = helpSteps[key];
  if (step !== undefined) {
    const next = Math.max(0, Math.min(top + step, last));
    return { actions: [{ type: 'mode', mode: { kind: 'help', top: next } }] };
  }
  return ['escape', '?', 'q', 'enter'].includes(key) ? { actions: [{ type: 'mode', mode: initialMode }] } : nothing;
}
