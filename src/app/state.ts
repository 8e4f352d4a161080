import type { ConfirmResult } from '../change/results.ts';
import { answerFlow, type Flow, type FlowAnswer } from '../flows/flow.ts';
import type { NetworkFacts } from '../observe/network-facts.ts';
import type { PeerView, Snapshot } from '../observe/snapshot.ts';
import { trafficWindows, type WindowName } from '../observe/traffic/windows.ts';
import type { Changes } from '../screens/changes/changes-lines.ts';
import type { ExplainAnswer } from '../screens/path/explain-lines.ts';
import { type Arrangement, arrangePeers, type Sort, sortKeys } from '../screens/peers/arrange.ts';
import { type RoutingView, routingView } from '../screens/routes/routing-view.ts';
import type { RateUnit } from '../ui/chart/scale.ts';
import { pageFrom, scrollTo, type Viewport } from '../ui/table/viewport.ts';
import { type ThemeName, themes } from '../ui/theme.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { PeerId } from '../wg/peer.ts';
import { bodyHeight, listHeight, type Size } from './layout.ts';
import type { ScreenId } from './screens.ts';

/** What the keys mean now. */
export type Mode =
  | { readonly kind: 'browse' }
  /** A filter is being typed; `before` comes back with Esc. */
  | { readonly kind: 'filter'; readonly before: string }
  /** A command is being looked for by name. */
  | { readonly kind: 'palette'; readonly text: string; readonly index: number }
  | { readonly kind: 'help'; readonly top: number }
  /** Two names are being typed, or the way between them is shown. */
  | { readonly kind: 'explain'; readonly text: string; readonly answer: ExplainAnswer | undefined }
  /** Something is being changed. */
  | { readonly kind: 'flow'; readonly flow: Flow };

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
  readonly screen: ScreenId;
  /** The selected row of the Routes screen, and what it shows of them. */
  readonly routeSelection: string | undefined;
  readonly routeViewport: Viewport;
  /** The selected row of the Changes screen, and what it shows of them. */
  readonly changeSelection: string | undefined;
  readonly changeViewport: Viewport;
  readonly trafficWindow: WindowName;
  /** Whether the Traffic screen shows the selected peer only. */
  readonly isTrafficOfPeer: boolean;
  readonly unit: RateUnit;
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
  /** Where packets go; undefined until a screen that shows it was opened. */
  readonly network: NetworkFacts | undefined;
  /** Derived from both. */
  readonly routing: RoutingView | undefined;
  /** What was done; undefined until it was read. */
  readonly changes: Changes | undefined;
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
  | { readonly type: 'next-theme' }
  | { readonly type: 'screen'; readonly screen: ScreenId }
  | { readonly type: 'network'; readonly facts: NetworkFacts }
  | { readonly type: 'changes'; readonly changes: Changes }
  | { readonly type: 'flow-answer'; readonly answer: FlowAnswer }
  | { readonly type: 'traffic-window'; readonly by: 1 | -1 }
  | { readonly type: 'traffic-subject' }
  | { readonly type: 'traffic-unit' };

/** The order stands still this long after the selection moved, milliseconds. */
const holdMs = 3_000;

export const initialMode: Mode = { kind: 'browse' };

/** The view before anything was pressed. */
export function beginView(
  snapshot: Snapshot,
  size: Size,
  preferences: { readonly sort: Sort | undefined; readonly themeName: ThemeName; readonly unit?: RateUnit },
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
    screen: 'peers',
    routeSelection: undefined,
    routeViewport: { top: 0, cursor: 0 },
    changeSelection: undefined,
    changeViewport: { top: 0, cursor: 0 },
    trafficWindow: '1m',
    isTrafficOfPeer: false,
    unit: preferences.unit ?? 'bits',
  };
  const view = {
    state,
    snapshot,
    latest: snapshot,
    peers: [],
    network: undefined,
    routing: undefined,
    changes: undefined,
  };
  return settle(view, true, 0);
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
      return moveTo(view, listOf(view).viewport.cursor + action.by, now);
    case 'page': {
      const { viewport, ids } = listOf(view);
      return moveTo(view, pageFrom(viewport, action.direction, heightOf(view, state.screen), ids.length), now);
    }
    case 'edge':
      return moveTo(view, action.which === 'first' ? 0 : listOf(view).ids.length - 1, now);
    case 'screen':
      return settle({ ...view, state: { ...state, screen: action.screen, mode: initialMode } }, true, now);
    case 'network':
      // The first reading is shown even in a pause, which has nothing to hold still before it.
      if (state.isPaused && view.network !== undefined) return view;
      return settle({ ...view, network: action.facts }, false, now);
    case 'changes':
      return settle(followPending({ ...view, changes: action.changes }), false, now);
    case 'flow-answer': {
      const { mode } = state;
      if (mode.kind !== 'flow') return view;
      return { ...view, state: { ...state, mode: { kind: 'flow', flow: answerFlow(mode.flow, action.answer) } } };
    }
    case 'traffic-window': {
      const index = trafficWindows.findIndex(({ name }) => name === state.trafficWindow) + action.by;
      const next = trafficWindows[Math.min(Math.max(0, index), trafficWindows.length - 1)];
      return { ...view, state: { ...state, trafficWindow: next?.name ?? state.trafficWindow } };
    }
    case 'traffic-subject':
      return { ...view, state: { ...state, isTrafficOfPeer: !state.isTrafficOfPeer } };
    case 'traffic-unit':
      return { ...view, state: { ...state, unit: state.unit === 'bits' ? 'bytes' : 'bits' } };
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

/** A change that waits on the screen, and was confirmed or taken back by somebody or something else. */
function followPending(view: ConsoleView): ConsoleView {
  const { mode } = view.state;
  if (mode.kind !== 'flow' || mode.flow.stage !== 'pending') return view;
  const { id } = mode.flow;
  const state = view.changes?.records.find((record) => record.id === id)?.state;
  const result: ConfirmResult | undefined =
    state?.kind === 'done'
      ? { outcome: 'done', id }
      : state?.kind === 'reverted'
        ? { outcome: 'reverted', id, reason: state.reason }
        : undefined;
  if (result === undefined) return view;
  const flow = answerFlow(mode.flow, { kind: 'confirmed', result });
  return { ...view, state: { ...view.state, mode: { kind: 'flow', flow } } };
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

/** The rows of the screen that is open, by identity, and what it shows of them. */
function listOf({ state, peers, routing, changes }: ConsoleView): { ids: readonly string[]; viewport: Viewport } {
  if (state.screen === 'routes') return { ids: routing?.rows.map(({ id }) => id) ?? [], viewport: state.routeViewport };
  if (state.screen === 'changes')
    return { ids: changes?.records.map(({ id }) => id) ?? [], viewport: state.changeViewport };
  return { ids: peers.map(({ id }) => id), viewport: state.viewport };
}

function moveTo(view: ConsoleView, index: number, now: number): ConsoleView {
  const list = listOf(view);
  const viewport = scrollTo(list.viewport, index, heightOf(view, view.state.screen), list.ids.length);
  if (view.state.screen === 'routes') {
    const routeSelection = list.ids[viewport.cursor];
    return { ...view, state: { ...view.state, routeViewport: viewport, routeSelection } };
  }
  if (view.state.screen === 'changes') {
    const changeSelection = list.ids[viewport.cursor];
    return { ...view, state: { ...view.state, changeViewport: viewport, changeSelection } };
  }
  const selection = view.peers[viewport.cursor]?.id;
  return { ...view, state: { ...view.state, viewport, selection, holdUntil: now + holdMs } };
}

/** Rows of a screen's list, whether that screen is open or another one. */
function heightOf({ state, snapshot }: Pick<ConsoleView, 'state' | 'snapshot'>, screen: ScreenId): number {
  const height = listHeight(state.size, state.areDetailsOpen, bodyHeight(state.size), snapshot);
  // The routes have a line above their heading.
  return screen === 'routes' ? Math.max(1, height - 1) : height;
}

/** Brings what is derived in line: peers and routes where they may have changed, and each cursor with its row. */
function settle(view: ConsoleView, rearrange: boolean, now: number): ConsoleView {
  const { state, snapshot, network } = view;
  const peers = rearrange ? arranged(view, now) : view.peers;
  const cursor = placeOf(peers, state.selection) ?? state.viewport.cursor;
  const viewport = scrollTo(state.viewport, cursor, heightOf(view, 'peers'), peers.length);
  const selection = peers[viewport.cursor]?.id;
  const routing = network === undefined ? undefined : routingView(snapshot, network);
  const rows = routing?.rows ?? [];
  const routeCursor = placeOf(rows, state.routeSelection) ?? state.routeViewport.cursor;
  const routeViewport = scrollTo(state.routeViewport, routeCursor, heightOf(view, 'routes'), rows.length);
  const routeSelection = rows[routeViewport.cursor]?.id;
  const records = view.changes?.records ?? [];
  const changeCursor = placeOf(records, state.changeSelection) ?? state.changeViewport.cursor;
  const changeViewport = scrollTo(state.changeViewport, changeCursor, heightOf(view, 'changes'), records.length);
  const changeSelection = records[changeViewport.cursor]?.id;
  const lists = { viewport, selection, routeViewport, routeSelection, changeViewport, changeSelection };
  return { ...view, state: { ...state, ...lists }, peers, routing };
}

function placeOf(rows: readonly { readonly id: string }[], id: string | undefined): number | undefined {
  const place = id === undefined ? -1 : rows.findIndex((row) => row.id === id);
  return place === -1 ? undefined : place;
}

function arranged({ state, snapshot, peers }: ConsoleView, now: number): readonly PeerView[] {
  const arrangement: Arrangement = state;
  return arrangePeers(snapshot.interfaces, arrangement, peers, now < state.holdUntil && peers.length > 0);
}
