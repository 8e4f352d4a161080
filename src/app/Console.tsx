import { Box, Text, useInput, usePaste } from 'ink';
import { useSyncExternalStore } from 'react';
import { BlockedScreen } from '../screens/blocked/BlockedScreen.tsx';
import { PeersScreen } from '../screens/peers/PeersScreen.tsx';
import type { Glyphs } from '../ui/glyphs.ts';
import { Line, Lines } from '../ui/Line.tsx';
import type { Look } from '../ui/look.ts';
import { themeNamed } from '../ui/theme.ts';
import { headerLines } from './header.ts';
import { helpLines } from './help.ts';
import { keyBarLine, paletteLines } from './key-bar.ts';
import { splitKeys } from './keys.ts';
import { bodyHeight, isTooSmall, listHeight, placeDetails, smallest } from './layout.ts';
import type { ConsoleView } from './state.ts';
import type { ConsoleStore } from './store.ts';

export interface ConsoleProps {
  readonly store: ConsoleStore;
  readonly glyphs: Glyphs;
  /** The hub is simulated, and the header says so. */
  readonly isDemo: boolean;
}

/**
 * The whole console: header, tabs and rule above, the key bar below, and the body between them. The root is always as
 * high as the terminal, because Ink does not home the cursor when it enters the alternate screen.
 */
export function Console({ store, glyphs, isDemo }: ConsoleProps) {
  const view = useSyncExternalStore(store.subscribe, store.getView);
  useInput((input, key) => store.press(splitKeys(input, key)));
  usePaste((text) => store.press([{ kind: 'text', text }]));
  const { size } = view.state;
  const look: Look = { theme: themeNamed(view.state.themeName), glyphs };
  if (isTooSmall(size)) {
    return (
      <Box height={size.rows}>
        <Text wrap="truncate">{`meshtui needs ${smallest.columns}x${smallest.rows}, this is ${size.columns}x${size.rows}`}</Text>
      </Box>
    );
  }
  return (
    <Box flexDirection="column" height={size.rows} width={size.columns}>
      <Lines lines={headerLines(view, look, isDemo)} />
      <Box flexDirection="column" height={bodyHeight(size)} overflow="hidden">
        <Body view={view} look={look} isReadOnly={store.isReadOnly} />
      </Box>
      <Line text={keyBarLine(view, look, store.isReadOnly)} />
    </Box>
  );
}

function Body({
  view,
  look,
  isReadOnly,
}: {
  readonly view: ConsoleView;
  readonly look: Look;
  readonly isReadOnly: boolean;
}) {
  const { state, snapshot, peers } = view;
  const height = bodyHeight(state.size);
  if (state.mode.kind === 'help') {
    const lines = helpLines(view, look, isReadOnly);
    const top = Math.min(state.mode.top, Math.max(0, lines.length - height));
    return <Lines lines={filled(lines.slice(top, top + height), height)} />;
  }
  if (state.mode.kind === 'palette')
    return <Lines lines={filled(paletteLines(view, look, isReadOnly, height), height)} />;
  if (snapshot.source.status === 'blocked') {
    const { obstacle } = snapshot.source;
    return <BlockedScreen snapshot={snapshot} obstacle={obstacle} width={state.size.columns} look={look} />;
  }
  return (
    <PeersScreen
      snapshot={snapshot}
      peers={peers}
      selection={state.selection}
      viewport={state.viewport}
      sort={state.sort}
      height={listHeight(state.size, state.areDetailsOpen, height, snapshot)}
      width={state.size.columns}
      details={state.areDetailsOpen ? placeDetails(state.size) : undefined}
      look={look}
    />
  );
}

function filled(lines: readonly string[], height: number): string[] {
  return [...lines.slice(0, height), ...Array.from({ length: Math.max(0, height - lines.length) }, () => '')];
}
