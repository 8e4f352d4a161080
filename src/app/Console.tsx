import { Box, useInput, usePaste } from 'ink';
import { useState, useSyncExternalStore } from 'react';
import type { TrafficHistory } from '../observe/traffic/history.ts';
import { BlockedScreen } from '../screens/blocked/BlockedScreen.tsx';
import { Frame } from '../ui/Frame.tsx';
import type { Glyphs } from '../ui/glyphs.ts';
import { Lines } from '../ui/Line.tsx';
import { themeNamed } from '../ui/theme.ts';
import { keySplitter } from './keys.ts';
import { bodyHeight } from './layout.ts';
import { composeScreen } from './screen.ts';
import type { ConsoleStore } from './store.ts';
import { wholeFrame } from './whole-frame.ts';

export interface ConsoleProps {
  readonly store: ConsoleStore;
  readonly glyphs: Glyphs;
  /** The hub is simulated, and the header says so. */
  readonly isDemo: boolean;
  /** What went through before; undefined where it is not kept. */
  readonly traffic?: () => TrafficHistory | undefined;
}

/**
 * The whole console. The root is always as high as the terminal, because Ink does not home the cursor when it enters the
 * alternate screen.
 */
export function Console({ store, glyphs, isDemo, traffic }: ConsoleProps) {
  const view = useSyncExternalStore(store.subscribe, store.getView);
  const [splitKeys] = useState(() => keySplitter(() => performance.now()));
  useInput((input, key) => store.press(splitKeys(input, key)));
  usePaste((text) => store.press([{ kind: 'text', text }]));
  const { size } = view.state;
  const { source } = view.snapshot;
  const look = { theme: themeNamed(view.state.themeName), glyphs };
  const { header, body, footer } = composeScreen(view, {
    look,
    isDemo,
    isReadOnly: store.isReadOnly,
    traffic: traffic?.(),
  });
  if (body === undefined && source.status === 'blocked') {
    return (
      <Box flexDirection="column" height={size.rows} width={size.columns}>
        <Lines lines={header} />
        <Box flexDirection="column" height={bodyHeight(size)} overflow="hidden">
          <BlockedScreen snapshot={view.snapshot} obstacle={source.obstacle} width={size.columns} look={look} />
        </Box>
        <Lines lines={footer} />
      </Box>
    );
  }
  return (
    <Box height={size.rows} width={size.columns}>
      <Frame lines={wholeFrame({ header, body, footer }, size.rows)} />
    </Box>
  );
}
