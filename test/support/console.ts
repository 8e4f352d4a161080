/** The console without a terminal: keys in, view out. */
import type { Key } from 'ink';
import type { Effect } from '../../src/app/commands.ts';
import { splitKeys } from '../../src/app/keys.ts';
import type { Size } from '../../src/app/layout.ts';
import { beginView } from '../../src/app/state.ts';
import { ConsoleStore } from '../../src/app/store.ts';
import type { FlowRequest } from '../../src/flows/flow.ts';
import type { Snapshot } from '../../src/observe/snapshot.ts';
import type { KeyEvent } from '../../src/ui/key-event.ts';
import type { ThemeName } from '../../src/ui/theme.ts';

const noKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
} as Key;

/** What Ink hands over, as events. */
export function keysOf(input: string, key: Partial<Key> = {}): KeyEvent[] {
  return splitKeys(input, { ...noKey, ...key });
}

export interface ConsoleOptionsOfTests {
  readonly size?: Size;
  readonly isReadOnly?: boolean;
  readonly themeName?: ThemeName;
}

/** A console on a snapshot, its clock, what it asked of the program, and how often it told its listeners. */
export function openConsole(snapshot: Snapshot, options: ConsoleOptionsOfTests = {}) {
  const { size = { columns: 100, rows: 30 }, isReadOnly = false, themeName = 'dark' } = options;
  const clock = { now: 1_000_000 };
  const effects: Effect[] = [];
  const requests: FlowRequest[] = [];
  const notices = { count: 0 };
  const store = new ConsoleStore(beginView(snapshot, size, { sort: undefined, themeName }), {
    isReadOnly,
    monotonic: () => clock.now,
    onEffect: (effect) => effects.push(effect),
    onRequest: (request) => requests.push(request),
  });
  store.subscribe(() => {
    notices.count += 1;
  });
  return {
    store,
    clock,
    effects,
    requests,
    notices,
    get view() {
      return store.getView();
    },
    get state() {
      return store.getView().state;
    },
    /** The labels of the peers, in order. */
    get labels(): string[] {
      return store.getView().peers.map((peer) => peer.label);
    },
    /** The label of the selected peer. */
    get selected(): string | undefined {
      const { peers, state } = store.getView();
      return peers.find((peer) => peer.id === state.selection)?.label;
    },
    /** Chunks of characters, as they come over a slow link. */
    type(...chunks: readonly string[]) {
      for (const chunk of chunks) store.press(keysOf(chunk));
    },
    /** Keys by their names. */
    press(...names: readonly string[]) {
      for (const name of names) store.press([{ kind: 'key', name }]);
    },
    paste(text: string) {
      store.press([{ kind: 'text', text }]);
    },
  };
}
