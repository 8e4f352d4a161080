import { printable } from '../host/printable.ts';
import type { ConsoleOptions } from './options.ts';
import type { ConsoleStore } from './store.ts';

/** How often routes and addresses are read while a screen shows them, milliseconds. */
const networkEveryMs = 5_000;

/** Reads where packets go as long as the open screen shows it, and only then: it runs half a dozen programs. */
export function watchNetwork(store: ConsoleStore, read: ConsoleOptions['readNetwork']) {
  let isReading = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  const readNow = () => {
    const { state, snapshot } = store.getView();
    const isShown = state.screen === 'routes' || state.screen === 'map';
    if (isReading || !isShown || snapshot.source.status === 'blocked') return;
    isReading = true;
    lastAt = performance.now();
    void read(snapshot)
      .then((facts) => store.dispatch([{ type: 'network', facts }]))
      .finally(() => {
        isReading = false;
      });
  };
  const unsubscribe = store.subscribe(() => {
    if (performance.now() - lastAt >= networkEveryMs) readNow();
  });
  return { readNow, stop: unsubscribe };
}

/** Asks for the explanation whose words were typed, and shows the answer where the operator still waits for it. */
export async function explain(store: ConsoleStore, options: Pick<ConsoleOptions, 'explain'>): Promise<void> {
  const { mode } = store.getView().state;
  if (mode.kind !== 'explain') return;
  const { text } = mode;
  const answer = await options
    .explain(store.getView().snapshot, text.trim().split(/\s+/))
    .catch((error: unknown) => ({ kind: 'error' as const, reason: printable(String(error)) }));
  const now = store.getView().state.mode;
  const isWaiting = now.kind === 'explain' && now.text === text && now.answer?.kind === 'asking';
  if (isWaiting) store.dispatch([{ type: 'mode', mode: { kind: 'explain', text, answer } }]);
}
