import type { PeerView, Snapshot } from '../observe/snapshot.ts';
import { type Arrangement, arrangePeers, type Sort, sortKeys } from '../screens/peers/arrange.ts';
import { pageFrom, scrollTo, type Viewport } from '../ui/table/viewport.ts';
import { type ThemeName, themes } from '../ui/theme.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { PeerId } from '../wg/peer.ts';
import { bodyHeight, listHeight, type Size } from './layout.ts';

/** What the keys mean now. */
export type Mode =
  | { readonly kind: 'browse' }
  /** A filter is being typed; `before` comes back with Esc. */
  | { readonly kind: 'filter'; readonly before: string }
  /** A command is being looked for by name. */
  | { readonly kind: 'palette'; readonly text: string; readonly index: number }
  | { readonly kind: 'help'; readonly top: number };

/** Everything that the console itself decides. The hub's own state is the snapshot's. */
export interface ConsoleState {
  readonly size: Size;
  readonly mode: Mode;
  readonly areDetailsOpen: boolean;
  /** The selected peer: it, not its row, is what the operator means. */
  readonly selection: PeerId | undefined;
  readonly viewport: Viewport;
  readonly sort: Sort;
  readonly filter: string;
  readonly interfaceName: InterfaceName | undefined;
  /** The order of rows stands still until then (monotonic milliseconds). */
  readonly holdUntil: number;
  /** The display stands still; the hub is still read. */
  readonly isPaused: boolean;
  readonly themeName: ThemeName;
}

/** The state with what is derived from it and the newest snapshot. */
export interface ConsoleView {
  readonly state: ConsoleState;
  /** What is shown. */
  readonly snapshot: Snapshot;
  /** The newest; another one than is shown while paused. */
  readonly latest: Snapshot;
  /** Filtered and sorted. */
  readonly peers: readonly PeerView[];
}

/** What can happen to the console. */
export type Action =
  | { readonly type: 'sampled'; readonly snapshot: Snapshot }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'move'; readonly by: number }
  | { readonly type: 'page'; readonly direction: 1 | -1 }
  | { readonly type: 'edge'; readonly which: 'first' | 'last' }
  | { readonly type: 'toggle-details' }
  | { readonly type: 'back' }
  | { readonly type: 'mode'; readonly mode: Mode }
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'next-sort' }
  | { readonly type: 'reverse-sort' }
  | { readonly type: 'next-interface' }
  | { readonly type: 'toggle-pause' }
  | { readonly type: 'next-theme' };

/** The order stands still this long after the selection moved, milliseconds. */
const holdMs = 3_000;

export const initialMode: Mode = { kind: 'browse' };

/** The view before anything was pressed. */
export function beginView(
  snapshot: Snapshot,
  size: Size,
  preferences: { readonly sort: Sort | undefined; readonly themeName: ThemeName },
): ConsoleView {
  const state: ConsoleState = {
    size,
    mode: initialMode,
    areDetailsOpen: false,
    selection: undefined,
    viewport: { top: 0, cursor: 0 },
    sort: preferences.sort ?? { key: 'address', isDescending: false },
    filter: '',
    interfaceName: undefined,
    holdUntil: 0,
    isPaused: false,
    themeName: preferences.themeName,
  };
  return settle({ state, snapshot, latest: snapshot, peers: [] }, true, 0);
}

/** The view after an action at `now` (monotonic milliseconds). Pure. */
export function reduceView(view: ConsoleView, action: Action, now: number): ConsoleView {
  const { state } = view;
  switch (action.type) {
    case 'sampled':
      if (state.isPaused) return { ...view, latest: action.snapshot };
      return settle({ ...view, snapshot: action.snapshot, latest: action.snapshot }, true, now);
    case 'resized':
      return settle({ ...view, state: { ...state, size: action.size } }, false, now);
    case 'move':
      return moveTo(view, state.viewport.cursor + action.by, now);
    case 'page':
      return moveTo(view, pageFrom(state.viewport, action.direction, heightOf(view), view.peers.length), now);
    case 'edge':
      return moveTo(view, action.which === 'first' ? 0 : view.peers.length - 1, now);
    case 'toggle-details':
      return settle({ ...view, state: { ...state, areDetailsOpen: !state.areDetailsOpen } }, false, now);
    case 'back':
      return settle({ ...view, state: backFrom(state) }, true, now);
    case 'mode':
      return settle({ ...view, state: { ...state, mode: action.mode } }, false, now);
    case 'filter':
      return settle({ ...view, state: { ...state, filter: action.text, holdUntil: 0 } }, true, now);
    case 'next-sort': {
      const next = sortKeys[(sortKeys.indexOf(state.sort.key) + 1) % sortKeys.length] ?? 'address';
      return settle(
        { ...view, state: { ...state, sort: { key: next, isDescending: false }, holdUntil: 0 } },
        true,
        now,
      );
    }
    case 'reverse-sort': {
      const sort = { ...state.sort, isDescending: !state.sort.isDescending };
      return settle({ ...view, state: { ...state, sort, holdUntil: 0 } }, true, now);
    }
    case 'next-interface':
      return settle({ ...view, state: { ...state, interfaceName: nextInterface(view), holdUntil: 0 } }, true, now);
    case 'toggle-pause':
      return settle({ ...view, snapshot: view.latest, state: { ...state, isPaused: !state.isPaused } }, true, now);
    case 'next-theme': {
      const index = themes.findIndex((theme) => theme.name === state.themeName);
      const themeName = themes[(index + 1) % themes.length]?.name ?? 'dark';
      return { ...view, state: { ...state, themeName } };
    }
  }
}

/** One step back: out of a mode, then the details, then the filter. */
function backFrom(state: ConsoleState): ConsoleState {
  if (state.mode.kind === 'filter') return { ...state, mode: initialMode, filter: state.mode.before, holdUntil: 0 };
  if (state.mode.kind !== 'browse') return { ...state, mode: initialMode };
  if (state.areDetailsOpen) return { ...state, areDetailsOpen: false };
  if (state.filter !== '') return { ...state, filter: '', holdUntil: 0 };
  if (state.interfaceName !== undefined) return { ...state, interfaceName: undefined, holdUntil: 0 };
  return state;
}

function nextInterface({ state, snapshot }: ConsoleView): InterfaceName | undefined {
  const names = snapshot.interfaces.map((one) => one.name);
  if (names.length < 2) return undefined;
  const index = state.interfaceName === undefined ? -1 : names.indexOf(state.interfaceName);
  return names[index + 1];
}

function moveTo(view: ConsoleView, index: number, now: number): ConsoleView {
  const viewport = scrollTo(view.state.viewport, index, heightOf(view), view.peers.length);
  const selection = view.peers[viewport.cursor]?.id;
  return { ...view, state: { ...view.state, viewport, selection, holdUntil: now + holdMs } };
}

function heightOf({ state, snapshot }: Pick<ConsoleView, 'state' | 'snapshot'>): number {
  return listHeight(state.size, state.areDetailsOpen, bodyHeight(state.size), snapshot);
}

/** Brings what is derived in line: the arranged peers where they may have changed, and the cursor with its peer. */
function settle(view: ConsoleView, rearrange: boolean, now: number): ConsoleView {
  const { state } = view;
  const peers = rearrange ? arranged(view, now) : view.peers;
  const found = state.selection === undefined ? -1 : peers.findIndex((peer) => peer.id === state.selection);
  const cursor = found === -1 ? state.viewport.cursor : found;
  const viewport = scrollTo(state.viewport, cursor, heightOf(view), peers.length);
  const selection = peers[viewport.cursor]?.id;
  return { ...view, state: { ...state, viewport, selection }, peers };
}

function arranged({ state, snapshot, peers }: ConsoleView, now: number): readonly PeerView[] {
  const arrangement: Arrangement = state;
  return arrangePeers(snapshot.interfaces, arrangement, peers, now < state.holdUntil && peers.length > 0);
}
