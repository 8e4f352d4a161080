import { Box, Text, useInput } from 'ink';
import { useCallback, useEffect, useRef, useState } from 'react';
import { flowSentences } from '../flows/flow-sentences.ts';
import { flowKeys } from '../flows/press-flow.ts';
import { peerSentence, summarySentences } from '../screens/peers/sentences.ts';
import type { ConsoleProps } from './Console.tsx';
import { findCommands, keyName, liveCommands } from './commands.ts';
import { keySplitter } from './keys.ts';
import type { ConsoleView } from './state.ts';

/** More peers than this are not read out at once; a filter makes them fewer. */
const longestList = 40;

/**
 * The console for a screen reader: sentences one below another, no drawing, no alternate screen. It speaks when the
 * selection moves, when a peer's state changes and on `r`, never because a second has passed.
 */
export function ScreenReaderConsole({ store }: ConsoleProps) {
  const [spoken, setSpoken] = useState(store.getView);
  const last = useRef({ snapshot: spoken.snapshot, news: newsIn(spoken) });
  const isAwaited = useRef(false);
  const speak = useCallback(() => {
    const view = store.getView();
    // The peers of a view move on in place: what was news is kept as words.
    last.current = { snapshot: view.snapshot, news: newsIn(view) };
    setSpoken(view);
  }, [store]);
  const [splitKeys] = useState(() => keySplitter(() => performance.now()));
  useInput((input, key) => {
    isAwaited.current ||= input === 'r';
    store.press(splitKeys(input, key));
    speak();
  });
  // A listener of its own, because React would draw each snapshot, and a drawing without news is not silent.
  useEffect(
    () =>
      store.subscribe(() => {
        const now = store.getView();
        // What `r` asked for arrives later, and is spoken of even where no state has changed.
        const isAnswer = isAwaited.current && now.snapshot !== last.current.snapshot;
        if (isAnswer) isAwaited.current = false;
        if (isAnswer || newsIn(now) !== last.current.news) speak();
      }),
    [store, speak],
  );
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
    case 'explain':
      return [`Explain: ${mode.text}. The answer is read out by: meshtui explain FROM TO.`];
    case 'help':
      return [
        ...live.map(({ keys, title, description }) => `${keys.map(keyName).join(' or ')}: ${title}. ${description}`),
        'Escape goes back.',
      ];
    case 'flow':
      return [
        ...flowSentences(mode.flow, view.snapshot.now),
        ...flowKeys(mode.flow).map(([key, title]) => `${key}: ${title}.`),
      ];
    case 'browse':
      return ['Keys: j and k select, slash filters, s sorts, question mark lists all keys, q quits.'];
  }
}

/** What is worth speaking of: who is there in which state, and whether the hub can be read. */
function newsIn({ peers, snapshot }: ConsoleView): string {
  return [snapshot.source.status, ...peers.map((peer) => `${peer.id} ${peer.activity.state}`)].join('\n');
}
