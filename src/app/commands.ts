import { reissueRequest } from '../flows/add/reissue.ts';
import type { AddDecision, Decision } from '../flows/decision.ts';
import { beginDrift } from '../flows/drift-flow.ts';
import {
  beginLeaving,
  beginPending,
  beginPlanning,
  beginQuestions,
  beginSettling,
  type FlowRequest,
} from '../flows/flow.ts';
import { disableQuestions, editQuestions } from '../flows/peer-questions.ts';
import { known, type Printable } from '../host/printable.ts';
import type { Obstacle, PeerView } from '../observe/snapshot.ts';
import { type ScreenId, screens } from './screens.ts';
import type { Action, ConsoleView } from './state.ts';

/** What a command asks of the program around the console. */
export type Effect = 'quit' | 'suspend' | 'demo' | 'save-preferences' | 'redraw' | 'refresh' | 'explain';

/** What pressing a command does: a change of the console's own state, or an effect outside it. */
export interface Outcome {
  readonly actions: readonly Action[];
  readonly effects: readonly Effect[];
  /** What a flow that begins with it asks for. */
  readonly request?: FlowRequest;
}

/**
 * Where a command's keys are live: everywhere, on one screen, on the screens with a list, on every screen that shows the
 * hub, or where the hub cannot be shown.
 */
export type CommandContext = 'any' | 'hub' | 'list' | ScreenId | 'blocked';

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
const needsRow = ({ state, peers, routing, changes }: ConsoleView) => {
  if (state.screen === 'changes') return (changes?.records.length ?? 0) === 0 ? 'there is no change here' : undefined;
  if (state.screen === 'routes') return (routing?.rows.length ?? 0) === 0 ? 'there is no route here' : undefined;
  return peers.length === 0 ? 'there is no peer here' : undefined;
};

const selectedPeer = ({ state, peers }: ConsoleView): PeerView | undefined =>
  peers.find(({ id }) => id === state.selection);

const selectedChange = ({ state, changes }: ConsoleView) =>
  changes?.records.find(({ id }) => id === state.changeSelection);

/** What is to be decided about the selected change, where it was cut short. */
const cutShort = (view: ConsoleView) =>
  view.changes?.notices.find(
    ({ change, choices }) =>
      change.id === view.state.changeSelection && change.state.kind !== 'pending' && choices.length > 0,
  );

/** The change that waits for its confirmation. */
const pendingChange = ({ changes }: ConsoleView) => changes?.records.find(({ state }) => state.kind === 'pending');

const ask = (questions: Parameters<typeof beginQuestions>[0]): Partial<Outcome> =>
  act({ type: 'mode', mode: { kind: 'flow', flow: beginQuestions(questions) } });

/** A decision that needs no questions: the plan comes at once. */
const decide = (title: Printable, decision: Decision | AddDecision): Partial<Outcome> => ({
  ...act({ type: 'mode', mode: { kind: 'flow', flow: beginPlanning(title) } }),
  request: { kind: 'prepare', decision },
});

/** Why no hub can be set up while this is in the way. */
const setupObstacles: Readonly<Record<Obstacle['kind'], string | undefined>> = {
  'no-interface': undefined,
  'no-program': 'wg is not installed',
  'no-privilege': 'it needs root',
  failed: 'the hub could not be read',
};

/** Every command there is, in the order of the help screen. */
export const commands: readonly Command[] = [
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
  {
    id: 'add',
    keys: ['a'],
    title: 'Add',
    description:
      'Add a client: a name, an address, a configuration to scan or to carry away, and the proof that it works.',
    context: 'peers',
    dangerous: true,
    bar: 1,
    disabledReason: ({ snapshot }) => (snapshot.interfaces.length === 0 ? 'there is no interface' : undefined),
    run: (view) => {
      const interfaceName =
        view.state.interfaceName ?? selectedPeer(view)?.interfaceName ?? view.snapshot.interfaces[0]?.name;
      if (interfaceName === undefined) return {};
      const title = known(`Add a client to ${interfaceName}`);
      return {
        ...act({ type: 'mode', mode: { kind: 'flow', flow: beginPlanning(title) } }),
        request: { kind: 'add', interfaceName },
      };
    },
  },
  {
    id: 'edit',
    keys: ['e'],
    title: 'Edit',
    description: 'Name, tags, note, allowed IPs, keepalive, endpoint, preshared key and end of the selected peer.',
    context: 'peers',
    dangerous: true,
    bar: 2,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      return peer === undefined ? {} : ask(editQuestions(peer));
    },
  },
  {
    id: 'reissue',
    keys: ['R'],
    title: 'Reissue',
    description:
      'A new key and configuration for the selected peer, whose old one is out of date (!) or lost: name and address stay.',
    context: 'peers',
    dangerous: true,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      if (peer === undefined) return {};
      const { interfaceName } = peer;
      return decide(known(`Reissue ${peer.label}`), { kind: 'add', interfaceName, request: reissueRequest(peer) });
    },
  },
  {
    id: 'disable',
    keys: ['x'],
    title: 'Disable',
    description: 'Cut the selected peer off and keep its settings in the file; a disabled one comes back as it was.',
    context: 'peers',
    dangerous: true,
    bar: 3,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      if (peer === undefined) return {};
      if (peer.activity.state !== 'disabled') return ask(disableQuestions(peer));
      return decide(known(`Enable ${peer.label}`), { kind: 'enable', peer: peer.id });
    },
  },
  {
    id: 'remove',
    keys: ['X', 'delete'],
    title: 'Remove',
    description: 'Take the selected peer out of the file and off the interface.',
    context: 'peers',
    dangerous: true,
    disabledReason: needsRow,
    run: (view) => {
      const peer = selectedPeer(view);
      return peer === undefined ? {} : decide(known(`Remove ${peer.label}`), { kind: 'remove', peer: peer.id });
    },
  },
  {
    id: 'undo',
    keys: ['u'],
    title: 'Undo',
    description:
      'Take the selected change back: a change too, with a plan. One that was cut short is brought to an end.',
    context: 'changes',
    dangerous: true,
    bar: 2,
    disabledReason: (view) => {
      const state = selectedChange(view)?.state;
      if (state === undefined) return 'there is no change here';
      const canEnd = state.kind === 'done' || cutShort(view) !== undefined;
      return canEnd ? undefined : 'only what was done can be undone';
    },
    run: (view) => {
      const notice = cutShort(view);
      if (notice !== undefined) return act({ type: 'mode', mode: { kind: 'flow', flow: beginSettling(notice) } });
      const change = selectedChange(view);
      return change === undefined ? {} : decide(known(`Undo: ${change.title}`), { kind: 'undo', change: change.id });
    },
  },
  {
    id: 'drift',
    keys: ['D'],
    title: 'Drift',
    description: 'Where the file, the running interface and the kernel differ, and what makes them agree.',
    context: 'hub',
    dangerous: false,
    run: () => ({
      ...act({ type: 'mode', mode: { kind: 'flow', flow: beginDrift } }),
      request: { kind: 'drift' },
    }),
  },
  {
    id: 'pending',
    keys: ['c'],
    title: 'Unconfirmed',
    description: 'Show the change that waits for its confirmation: confirm it, or take it back now.',
    context: 'hub',
    dangerous: true,
    bar: 0,
    disabledReason: (view) => (pendingChange(view) === undefined ? 'no change waits' : undefined),
    run: (view) => {
      const change = pendingChange(view);
      return change === undefined ? {} : act({ type: 'mode', mode: { kind: 'flow', flow: beginPending(change) } });
    },
  },
  {
    id: 'filter',
    keys: ['/'],
    title: 'Filter',
    description: 'Peers with these words in name, address, key, endpoint, tag or state; !word: without.',
    context: 'peers',
    dangerous: false,
    bar: 5,
    run: ({ state }) => act({ type: 'mode', mode: { kind: 'filter', before: state.filter } }),
  },
  {
    id: 'sort',
    keys: ['s'],
    title: 'Sort',
    description: 'Sort by the next of address, name, state, rate and handshake.',
    context: 'peers',
    dangerous: false,
    bar: 6,
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
    bar: 7,
    disabledReason: ({ snapshot }) => (snapshot.interfaces.length < 2 ? 'there is one interface' : undefined),
    run: () => act({ type: 'next-interface' }),
  },
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
  {
    id: 'set-up',
    keys: ['n'],
    title: 'Set up a hub',
    description: 'Make a hub of this host: addresses, port, keys, file, forwarding. A plan, which can be taken back.',
    context: 'blocked',
    dangerous: true,
    bar: 0,
    disabledReason: ({ snapshot: { source } }) =>
      source.status === 'blocked' ? setupObstacles[source.obstacle.kind] : undefined,
    run: () => ({
      ...act({ type: 'mode', mode: { kind: 'flow', flow: beginPlanning(known('Set up a hub')) } }),
      request: { kind: 'setup' },
    }),
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
      return change === undefined
        ? { effects: ['quit'] }
        : act({ type: 'mode', mode: { kind: 'flow', flow: beginLeaving(change) } });
    },
  },
];

/** Whether a command's keys are live in the view. */
function isLive(context: CommandContext, { snapshot, state }: ConsoleView): boolean {
  if (context === 'any') return true;
  if (snapshot.source.status === 'blocked') return context === 'blocked';
  if (context === 'list') return screens.some(({ id, hasList }) => id === state.screen && hasList);
  return context === 'hub' || context === state.screen;
}

/** The commands whose keys are live in this view. */
export function liveCommands(view: ConsoleView, isReadOnly: boolean): Command[] {
  return commands.filter((command) => isLive(command.context, view) && !(isReadOnly && command.dangerous));
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
