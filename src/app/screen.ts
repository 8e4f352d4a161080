import { peersLines } from '../screens/peers/peers-lines.ts';
import type { Look } from '../ui/look.ts';
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
  return {
    header: headerLines(view, options.look, options.isDemo),
    body: bodyLines(view, options),
    footer: [keyBarLine(view, options.look, options.isReadOnly)],
  };
}

function bodyLines(view: ConsoleView, { look, isReadOnly }: ScreenOptions): string[] | undefined {
  const { state, snapshot, peers } = view;
  const height = bodyHeight(state.size);
  if (state.mode.kind === 'help') {
    const lines = helpLines(view, look, isReadOnly);
    const top = Math.min(state.mode.top, Math.max(0, lines.length - height));
    return lines.slice(top, top + height);
  }
  if (state.mode.kind === 'palette') return paletteLines(view, look, isReadOnly, height);
  if (snapshot.source.status === 'blocked') return undefined;
  return peersLines({
    snapshot,
    peers,
    selection: state.selection,
    viewport: state.viewport,
    sort: state.sort,
    height: listHeight(state.size, state.areDetailsOpen, height, snapshot),
    width: state.size.columns,
    details: state.areDetailsOpen ? placeDetails(state.size) : undefined,
    look,
  });
}
