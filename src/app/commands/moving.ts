import type { ConsoleView } from '../state.ts';
import type { Command } from './command.ts';
import { act } from './outcomes.ts';

/** Why nothing can be done with the selected row: there is none. */
export function needsRow({ state, peers, routing, changes }: ConsoleView): string | undefined {
  if (state.screen === 'changes') return (changes?.records.length ?? 0) === 0 ? 'there is no change here' : undefined;
  if (state.screen === 'routes') return (routing?.rows.length ?? 0) === 0 ? 'there is no route here' : undefined;
  return peers.length === 0 ? 'there is no peer here' : undefined;
}

/** Commands that choose a row, and open it. */
export const movingCommands: readonly Command[] = [
  {
    id: 'move-down',
    keys: ['down', 'j'],
    title: 'Next row',
    description: 'Select the row below. The order stands still for three seconds after each move.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'move', by: 1 }),
  },
  {
    id: 'move-up',
    keys: ['up', 'k'],
    title: 'Previous row',
    description: 'Select the row above.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'move', by: -1 }),
  },
  {
    id: 'page-down',
    keys: ['pagedown', 'ctrl+f'],
    title: 'Page down',
    description: 'To the end of the page, then a page on.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'page', direction: 1 }),
  },
  {
    id: 'page-up',
    keys: ['pageup', 'ctrl+b'],
    title: 'Page up',
    description: 'To the start of the page, then a page back.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'page', direction: -1 }),
  },
  {
    id: 'first',
    keys: ['g', 'home'],
    title: 'First row',
    description: 'Select the first row of the list.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'edge', which: 'first' }),
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    title: 'Last row',
    description: 'Select the last row of the list.',
    context: 'list',
    dangerous: false,
    run: () => act({ type: 'edge', which: 'last' }),
  },
  {
    id: 'details',
    keys: ['enter'],
    title: 'Details',
    description: 'Open or close what is known of the selected row: a peer, or a prefix and what is wrong with it.',
    context: 'list',
    dangerous: false,
    bar: 4,
    disabledReason: needsRow,
    run: () => act({ type: 'toggle-details' }),
  },
];
