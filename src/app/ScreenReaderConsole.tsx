import { Box, Text, useInput } from 'ink';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { peerSentence, summarySentences } from '../screens/peers/sentences.ts';
import type { ConsoleProps } from './Console.tsx';
import { findCommands, keyName, liveCommands } from './commands.ts';
import { splitKeys } from './keys.ts';
import type { ConsoleView } from './state.ts';

/** More peers than this are not read out at once; a filter makes them fewer. */
const longestList = 40;

/**
 * The console for a screen reader: sentences one below another, no drawing, no alternate screen. It speaks when the
 * selection moves, when a peer's state changes and on `r`, never because a second has passed.
 */
export function ScreenReaderConsole({ store }: ConsoleProps) {
  const live = useSyncExternalStore(store.subscribe, store.getView);
  const [spoken, setSpoken] = useState(live);
  const isAwaited = useRef(false);
  useInput((input, key) => {
    isAwaited.current ||= input === 'r';
    store.press(splitKeys(input, key));
    setSpoken(store.getView());
  });
  const states = live.peers.map((peer) => `${peer.id} ${peer.activity.state}`).join('\n');
  const source = live.snapshot.source.status;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of these, and of nothing else, is worth speaking of
  useEffect(() => setSpoken(store.getView()), [states, source, store]);
  // What `r` asked for arrives later, and is spoken of even where no state has changed.
  useEffect(() => {
    if (!isAwaited.current) return;
    isAwaited.current = false;
    setSpoken({ ...store.getView(), snapshot: live.snapshot });
  }, [live.snapshot, store]);
  const { snapshot, peers, state } = spoken;
  const selected = peers.find((peer) => peer.id === state.selection);
  return (
    <Box flexDirection="column">
      {summarySentences(snapshot).map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
      {peers.slice(0, longestList).map((peer) => (
        <Text key={peer.id}>{peerSentence(peer, snapshot.now)}</Text>
      ))}
      {peers.length > longestList ? (
        <Text>{`and ${peers.length - longestList} more; press slash to filter.`}</Text>
      ) : null}
      {selected === undefined ? null : <Text>{`Selected: ${peerSentence(selected, snapshot.now)}`}</Text>}
      {modeSentences(spoken, store.isReadOnly).map((sentence) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
    </Box>
  );
}

/** What the keys mean now. */
function modeSentences(view: ConsoleView, isReadOnly: boolean): string[] {
  const { mode, filter } = view.state;
  const live = liveCommands(view, isReadOnly);
  switch (mode.kind) {
    case 'filter':
      return [`Filter: ${filter}`];
    case 'palette':
      return [`Command: ${mode.text}. Enter runs: ${findCommands(mode.text, live)[mode.index]?.title ?? 'nothing'}.`];
    case 'help':
      return [
        ...live.map(({ keys, title, description }) => `${keys.map(keyName).join(' or ')}: ${title}. ${description}`),
        'Escape goes back.',
      ];
    case 'browse':
      return ['Keys: j and k select, slash filters, s sorts, question mark lists all keys, q quits.'];
  }
}
