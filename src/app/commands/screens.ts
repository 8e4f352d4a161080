import { screens } from '../screens.ts';
import type { Command } from './command.ts';
import { act } from './outcomes.ts';

/** Commands that say which screen is shown, and what a screen other than that of the peers shows. */
export const screenCommands: readonly Command[] = [
  {
    id: 'pause',
    keys: ['p'],
    title: 'Pause',
    description: 'Hold the display still, or let it go on. The hub is still read.',
    context: 'hub',
    dangerous: false,
    bar: 8,
    run: () => act({ type: 'toggle-pause' }),
  },
  ...screens.map(
    (screen): Command => ({
      id: `screen-${screen.id}`,
      keys: [screen.key],
      title: screen.title,
      description: screen.description,
      context: 'hub',
      dangerous: false,
      run: () => act({ type: 'screen', screen: screen.id }),
    }),
  ),
  {
    id: 'explain',
    keys: ['e'],
    title: 'Explain',
    description: 'Follow a packet from one name or address to another, and say where it stops.',
    context: 'routes',
    dangerous: false,
    bar: 2,
    run: () => act({ type: 'mode', mode: { kind: 'explain', text: '', answer: undefined } }),
  },
  {
    id: 'next-window',
    keys: [']', 'right'],
    title: 'Longer',
    description: 'Show a longer time: 1 min, 10 min, 1 h, 24 h, 30 d.',
    context: 'traffic',
    dangerous: false,
    bar: 1,
    run: () => act({ type: 'traffic-window', by: 1 }),
  },
  {
    id: 'previous-window',
    keys: ['[', 'left'],
    title: 'Shorter',
    description: 'Show a shorter time.',
    context: 'traffic',
    dangerous: false,
    bar: 2,
    run: () => act({ type: 'traffic-window', by: -1 }),
  },
  {
    id: 'traffic-subject',
    keys: ['t'],
    title: 'Whose',
    description: 'Show the traffic of the peer that is selected among the peers, or of the whole interface.',
    context: 'traffic',
    dangerous: false,
    bar: 3,
    disabledReason: ({ state }) => (state.selection === undefined ? 'no peer is selected' : undefined),
    run: () => act({ type: 'traffic-subject' }),
  },
  {
    id: 'traffic-unit',
    keys: ['b'],
    title: 'Bits or bytes',
    description: 'Count in bits or in bytes.',
    context: 'traffic',
    dangerous: false,
    bar: 4,
    run: () => ({ ...act({ type: 'traffic-unit' }), effects: ['save-preferences'] }),
  },
];
