import { codeScreen } from '../flows/add/delivery-lines.ts';
import { flowLines } from '../flows/flow-lines.ts';
import { type Printable, printable } from '../host/printable.ts';
import { publicAddressOf } from '../network/public-address.ts';
import type { TrafficHistory } from '../observe/traffic/history.ts';
import { trafficView } from '../observe/traffic/view.ts';
import { changesLines } from '../screens/changes/changes-lines.ts';
import { mapLines } from '../screens/map/map-lines.ts';
import { explainLines } from '../screens/path/explain-lines.ts';
import { peersLines } from '../screens/peers/peers-lines.ts';
import { routesLines } from '../screens/routes/routes-lines.ts';
import { trafficLines } from '../screens/traffic/traffic-lines.ts';
import type { Look } from '../ui/look.ts';
import { paint } from '../ui/theme.ts';
import { headerLines } from './header.ts';
import { helpLines } from './help.ts';
import { keyBarLine, paletteLines } from './key-bar.ts';
import { bodyHeight, isTooSmall, listHeight, placeDetails, smallest } from './layout.ts';
import type { ConsoleView } from './state.ts';

/** How the console is drawn, besides what it shows. */
export interface ScreenOptions {
  readonly look: Look;
  /** The hub is simulated, and the header says so. */
  readonly isDemo: boolean;
  readonly isReadOnly: boolean;
  /** What went through before; undefined where it is not kept. */
  readonly traffic?: TrafficHistory | undefined;
}

/** The parts of the screen, top to bottom. Lines are at most as wide as the terminal. */
export interface Screen {
  readonly header: readonly string[];
  /** Undefined where the body is more than lines. */
  readonly body: readonly string[] | undefined;
  readonly footer: readonly string[];
}

/** The whole screen for a view: header, tabs and rule above, the key bar below, and the body between them. */
export function composeScreen(view: ConsoleView, options: ScreenOptions): Screen {
  const { size } = view.state;
  if (isTooSmall(size)) {
    const text = `meshtui needs ${smallest.columns}x${smallest.rows}, this is ${size.columns}x${size.rows}`;
    return { header: [text.slice(0, size.columns)], body: [], footer: [] };
  }
  const { mode } = view.state;
  if (mode.kind === 'flow' && mode.flow.stage === 'delivery') {
    const code = codeScreen(mode.flow, { width: size.columns, height: size.rows }, options.look);
    if (code !== undefined)
      return { header: [], body: code, footer: [keyBarLine(view, options.look, options.isReadOnly)] };
  }
  return {
    header: headerLines(view, options.look, options.isDemo),
    body: bodyLines(view, options),
    footer: [keyBarLine(view, options.look, options.isReadOnly)],
  };
}

function bodyLines(view: ConsoleView, { look, isReadOnly, traffic }: ScreenOptions): string[] | undefined {
  const { state, snapshot, peers } = view;
  const height = bodyHeight(state.size);
  if (state.mode.kind === 'help') {
    const lines = helpLines(view, look, isReadOnly);
    const top = Math.min(state.mode.top, Math.max(0, lines.length - height));
    return lines.slice(top, top + height);
  }
  if (state.mode.kind === 'palette') return paletteLines(view, look, isReadOnly, height);
  const { columns: width } = state.size;
  if (state.mode.kind === 'flow') {
    const whole = { width, height: state.size.rows };
    return flowLines(state.mode.flow, { width, height }, snapshot.now, look, whole);
  }
  if (snapshot.source.status === 'blocked') return undefined;
  if (state.mode.kind === 'explain') return explainLines(state.mode.answer, width, height, look);
  switch (state.screen) {
    case 'peers':
      return peersLines({
        snapshot,
        peers,
        selection: state.selection,
        viewport: state.viewport,
        sort: state.sort,
        height: listHeight(state.size, state.areDetailsOpen, height, snapshot),
        width,
        details: state.areDetailsOpen ? placeDetails(state.size) : undefined,
        look,
      });
    case 'routes':
      return routesLines({
        routing: view.routing,
        selection: state.routeSelection,
        viewport: state.routeViewport,
        height: listHeight(state.size, state.areDetailsOpen, height, snapshot),
        width,
        details: state.areDetailsOpen ? placeDetails(state.size) : undefined,
        look,
      });
    case 'traffic':
      return trafficBody(view, traffic, height, look);
    case 'changes':
      return changesLines({
        changes: view.changes,
        selection: state.changeSelection,
        viewport: state.changeViewport,
        height: listHeight(state.size, state.areDetailsOpen, height, snapshot),
        width,
        details: state.areDetailsOpen ? placeDetails(state.size) : undefined,
        now: snapshot.now,
        look,
      });
    case 'map':
      return mapLines({
        snapshot,
        selection: state.selection,
        publicAddress: publicAddress(view),
        ...(view.network === undefined ? {} : { addresses: view.network.addresses }),
        width,
        height,
        look,
      });
  }
}

function trafficBody(view: ConsoleView, traffic: TrafficHistory | undefined, height: number, look: Look): string[] {
  const { state, snapshot, peers } = view;
  if (traffic === undefined) return ['', paint(look.theme, 'muted', '   The traffic is not kept here.')];
  const subject = state.isTrafficOfPeer ? peers.find(({ id }) => id === state.selection) : undefined;
  const shown = trafficView(traffic, snapshot, {
    window: state.trafficWindow,
    subject: subject?.id,
    ...(state.interfaceName === undefined ? {} : { interfaceName: state.interfaceName }),
    nowMs: snapshot.now,
  });
  return trafficLines({ snapshot, view: shown, width: state.size.columns, height, unit: state.unit, look });
}

function publicAddress({ network }: ConsoleView): Printable | undefined {
  const found = network === undefined ? undefined : publicAddressOf(network.addresses, network.routes);
  if (found === undefined) return undefined;
  return found.isPrivate ? printable(`${found.address} (private: behind NAT?)`) : found.address;
}
