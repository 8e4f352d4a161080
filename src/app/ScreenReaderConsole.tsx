import { Box, Text, useInput } from 'ink';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { peerSentence, summarySentences } from '../screens/peers/sentences.ts';
import type { ConsoleProps } from './Console.tsx';
import { splitKeys } from './keys.ts';

/** More peers than this are not read out at once; a filter makes them fewer. */
const longestList = 40;

/**
 * The console for a screen reader: sentences one below another, no drawing, no alternate screen. It speaks when the
 * selection moves, when a peer's state changes and on `r`, never because a second has passed.
 */
export function ScreenReaderConsole({ store }: ConsoleProps) {
  const live = useSyncExternalStore(store.subscribe, store.getView);
  const [spoken, setSpoken] = useState(live);
  useInput((input, key) => {
    store.press(splitKeys(input, key));
    setSpoken(store.getView());
  });
  const states = live.peers.map((peer) => `${peer.id} ${peer.activity.state}`).join('\n');
  const source = live.snapshot.source.status;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of these, and of nothing else, is worth speaking of
  useEffect(() => setSpoken(store.getView()), [states, source, store]);
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
      <Text>
        {state.mode.kind === 'filter'
          ? `Filter: ${state.filter}`
          : 'Keys: j and k select, slash filters, s sorts, q quits.'}
      </Text>
    </Box>
  );
}
