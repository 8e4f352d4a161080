import { beginLeaving } from '../../flows/flow.ts';
import { pendingChange } from './changes.ts';
import type { Command } from './command.ts';
import { act, openFlow } from './outcomes.ts';

/** Commands about the console itself. */
export const consoleCommands: readonly Command[] = [
  {
    id: 'refresh',
    keys: ['r'],
    title: 'Read again',
    description: 'Read the hub now instead of at the next tick.',
    context: 'any',
    dangerous: false,
    run: () => ({ effects: ['refresh'] }),
  },
  {
    id: 'theme',
    keys: ['T'],
    title: 'Theme',
    description: 'The next of the themes dark, light, colour-blind and mono.',
    context: 'any',
    dangerous: false,
    run: () => ({ ...act({ type: 'next-theme' }), effects: ['save-preferences'] }),
  },
  {
    id: 'redraw',
    keys: ['ctrl+l'],
    title: 'Redraw',
    description: 'Paint the whole screen anew.',
    context: 'any',
    dangerous: false,
    run: () => ({ effects: ['redraw'] }),
  },
  {
    id: 'palette',
    keys: [':'],
    title: 'Commands',
    description: 'Find a command by its name.',
    context: 'any',
    dangerous: false,
    bar: 9,
    run: () => act({ type: 'mode', mode: { kind: 'palette', text: '', index: 0 } }),
  },
  {
    id: 'help',
    keys: ['?'],
    title: 'Help',
    description: 'Every key that works here.',
    context: 'any',
    dangerous: false,
    bar: 10,
    run: () => act({ type: 'mode', mode: { kind: 'help', top: 0 } }),
  },
  {
    id: 'back',
    keys: ['escape'],
    title: 'Back',
    description: 'One step back: close what is open, then clear the filter.',
    context: 'any',
    dangerous: false,
    run: () => act({ type: 'back' }),
  },
  {
    id: 'suspend',
    keys: ['ctrl+z'],
    title: 'Suspend',
    description: 'Back to the shell; fg returns.',
    context: 'any',
    dangerous: false,
    run: () => ({ effects: ['suspend'] }),
  },
  {
    id: 'quit',
    keys: ['q', 'ctrl+c'],
    title: 'Quit',
    description: 'Leave meshtui. The hub goes on as it is.',
    context: 'any',
    dangerous: false,
    bar: 11,
    run: (view) => {
      const change = pendingChange(view);
      return change === undefined ? { effects: ['quit'] } : openFlow(beginLeaving(change));
    },
  },
];
