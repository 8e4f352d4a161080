import type { Action, ConsoleView } from './state.ts';

/** What a command asks of the program around the console. */
export type Effect = 'quit' | 'suspend' | 'demo' | 'save-preferences' | 'redraw' | 'refresh';

/** What pressing a command does: a change of the console's own state, or an effect outside it. */
export interface Outcome {
  readonly actions: readonly Action[];
  readonly effects: readonly Effect[];
}

/** Where a command's keys are live. */
export type CommandContext = 'any' | 'peers' | 'blocked';

/** Everything about a command. This record drives dispatch, the key bar, help, the palette and docs/keys.md. */
export interface Command {
  readonly id: string;
  /** The first one is shown. */
  readonly keys: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly context: CommandContext;
  /** Changes the hub: not bound under --read-only. */
  readonly dangerous: boolean;
  /** Shown in the key bar, lower first. */
  readonly bar?: number;
  /** Why it cannot be used now, in a few words. */
  readonly disabledReason?: (view: ConsoleView) => string | undefined;
  readonly run: (view: ConsoleView) => Partial<Outcome>;
}

const none = { actions: [], effects: [] } as const;

const act = (...actions: Action[]): Partial<Outcome> => ({ actions });
const needsPeers = ({ peers }: ConsoleView) => (peers.length === 0 ? 'there is no peer here' : undefined);

/** Every command there is, in the order of the help screen. */
export const commands: readonly Command[] = [
  {
    id: 'move-down',
    keys: ['down', 'j'],
    title: 'Next peer',
    description: 'Select the peer below. The order stands still for three seconds after each move.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'move', by: 1 }),
  },
  {
    id: 'move-up',
    keys: ['up', 'k'],
    title: 'Previous peer',
    description: 'Select the peer above.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'move', by: -1 }),
  },
  {
    id: 'page-down',
    keys: ['pagedown', 'ctrl+f'],
    title: 'Page down',
    description: 'To the end of the page, then a page on.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'page', direction: 1 }),
  },
  {
    id: 'page-up',
    keys: ['pageup', 'ctrl+b'],
    title: 'Page up',
    description: 'To the start of the page, then a page back.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'page', direction: -1 }),
  },
  {
    id: 'first',
    keys: ['g', 'home'],
    title: 'First peer',
    description: 'Select the first peer of the list.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'edge', which: 'first' }),
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    title: 'Last peer',
    description: 'Select the last peer of the list.',
    context: 'peers',
    dangerous: false,
    run: () => act({ type: 'edge', which: 'last' }),
  },
  {
    id: 'details',
    keys: ['enter'],
    title: 'Details',
    description: 'Open or close the selected peer: key, endpoints, allowed IPs, totals, keepalive.',
    context: 'peers',
    dangerous: false,
    bar: 1,
    disabledReason: needsPeers,
    run: () => act({ type: 'toggle-details' }),
  },
  {
    id: 'filter',
    keys: ['/'],
    title: 'Filter',
    description: 'Peers with these words in name, address, key, endpoint, tag or state; !word: without.',
    context: 'peers',
    dangerous: false,
    bar: 2,
    run: ({ state }) => act({ type: 'mode', mode: { kind: 'filter', before: state.filter } }),
  },
  {
    id: 'sort',
    keys: ['s'],
    title: 'Sort',
    description: 'Sort by the next of address, name, state, rate and handshake.',
    context: 'peers',
    dangerous: false,
    bar: 3,
    run: () => ({ ...act({ type: 'next-sort' }), effects: ['save-preferences'] }),
  },
  {
    id: 'reverse',
    keys: ['S'],
    title: 'Reverse',
    description: 'Turn the order round.',
    context: 'peers',
    dangerous: false,
    run: () => ({ ...act({ type: 'reverse-sort' }), effects: ['save-preferences'] }),
  },
  {
    id: 'interface',
    keys: ['i'],
    title: 'Interface',
    description: 'Show the peers of the next interface, then of all again.',
    context: 'peers',
    dangerous: false,
    bar: 4,
    disabledReason: ({ snapshot }) => (snapshot.interfaces.length < 2 ? 'there is one interface' : undefined),
    run: () => act({ type: 'next-interface' }),
  },
  {
    id: 'pause',
    keys: ['p'],
    title: 'Pause',
    description: 'Hold the display still, or let it go on. The hub is still read.',
    context: 'peers',
    dangerous: false,
    bar: 5,
    run: () => act({ type: 'toggle-pause' }),
  },
  {
    id: 'demo',
    keys: ['d'],
    title: 'Demo',
    description: 'Open a simulated hub: no root, no WireGuard, nothing is touched.',
    context: 'blocked',
    dangerous: false,
    bar: 1,
    run: () => ({ effects: ['demo'] }),
  },
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
    bar: 7,
    run: () => act({ type: 'mode', mode: { kind: 'palette', text: '', index: 0 } }),
  },
  {
    id: 'help',
    keys: ['?'],
    title: 'Help',
    description: 'Every key that works here.',
    context: 'any',
    dangerous: false,
    bar: 8,
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
    bar: 9,
    run: () => ({ effects: ['quit'] }),
  },
];

/** The context that the view is in. */
export function contextOf({ snapshot }: ConsoleView): CommandContext {
  return snapshot.source.status === 'blocked' ? 'blocked' : 'peers';
}

/** The commands whose keys are live in this view. */
export function liveCommands(view: ConsoleView, isReadOnly: boolean): Command[] {
  const context = contextOf(view);
  return commands.filter(
    (command) => (command.context === 'any' || command.context === context) && !(isReadOnly && command.dangerous),
  );
}

/** What running a command gives; nothing where it is disabled. */
export function runCommand(command: Command, view: ConsoleView): Outcome {
  return command.disabledReason?.(view) === undefined ? { ...none, ...command.run(view) } : none;
}

const keyNames: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  home: 'Home',
  end: 'End',
  up: 'Up',
  down: 'Down',
};

/** A key as a person would write it. */
export function keyName(key: string): string {
  if (key.startsWith('ctrl+')) return `Ctrl-${key.slice(5).toUpperCase()}`;
  return keyNames[key] ?? key;
}

/**
 * The commands whose title holds the letters of the text in order (all of them for no text), those that begin with it
 * first.
 */
export function findCommands(text: string, among: readonly Command[]): Command[] {
  const wanted = text.toLowerCase().replace(/\s+/g, '');
  const score = ({ title, id }: Command) => {
    const name = title.toLowerCase();
    if (name.startsWith(wanted) || id.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    let position = 0;
    for (const letter of name) if (letter === wanted[position]) position += 1;
    return position === wanted.length ? 2 : 3;
  };
  return among
    .map((command) => ({ command, rank: score(command) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ command }) => command);
}
