import type { FlowRequest } from '../flows/flow.ts';
import { known, printable } from '../host/printable.ts';
import type { ConsoleOptions } from './options.ts';
import type { ConsoleStore } from './store.ts';

/** Does what a flow asks for, and hands it the answer. Never throws: what goes wrong is an answer too. */
export async function serveFlow(
  store: ConsoleStore,
  { changes }: Pick<ConsoleOptions, 'changes'>,
  request: FlowRequest,
): Promise<void> {
  switch (request.kind) {
    case 'prepare': {
      const result = await changes
        .prepare(store.getView().latest, request.decision)
        .catch((error: unknown) => ({ outcome: 'refused' as const, reason: failed(error) }));
      store.dispatch([{ type: 'flow-answer', answer: { kind: 'prepared', result } }]);
      return;
    }
    case 'apply': {
      const result = await changes
        .apply(request.plan, (event) => store.dispatch([{ type: 'flow-answer', answer: { kind: 'event', event } }]))
        .catch((error: unknown) => ({ outcome: 'refused' as const, reason: failed(error) }));
      store.dispatch([{ type: 'flow-answer', answer: { kind: 'applied', result } }]);
      return;
    }
    case 'settle': {
      const result = await changes.settle(request.id, request.ending).catch((error: unknown) => ({
        outcome: 'refused' as const,
        reason: failed(error),
      }));
      store.dispatch([{ type: 'flow-answer', answer: { kind: 'confirmed', result } }]);
      return;
    }
    case 'drift': {
      const drifts = await changes.drift(store.getView().latest);
      store.dispatch([{ type: 'flow-answer', answer: { kind: 'drift', drifts } }]);
      return;
    }
    case 'leave':
      return;
    case 'confirm':
    case 'revert': {
      const result = await changes[request.kind](request.id).catch((error: unknown) => ({
        outcome: 'refused' as const,
        reason: failed(error),
      }));
      store.dispatch([{ type: 'flow-answer', answer: { kind: 'confirmed', result } }]);
    }
  }
}

function failed(error: unknown) {
  return known(`It failed in a way that nobody expected: ${printable(String(error))}`);
}

/** How often the journal is read, milliseconds: while it is looked at or a change waits, and otherwise. */
const oftenMs = 1_000;
const seldomMs = 15_000;

/** Reads what was changed: often while somebody looks at it or a change waits for its confirmation, seldom otherwise. */
export function watchChanges(store: ConsoleStore, { changes }: Pick<ConsoleOptions, 'changes'>) {
  let isReading = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  const isOpen = () => store.getView().state.screen === 'changes';
  const isPending = () => store.getView().changes?.records.some(({ state }) => state.kind === 'pending') === true;
  const isInFlow = () => store.getView().state.mode.kind === 'flow';
  const readNow = async () => {
    if (isReading) return;
    isReading = true;
    lastAt = performance.now();
    try {
      const read = await changes.read();
      store.dispatch([{ type: 'changes', changes: read }]);
      const told = read.notices.flatMap(({ change, choices }) => (choices.length === 0 ? [change.id] : []));
      if (isOpen() && told.length > 0) await changes.acknowledge(told);
    } finally {
      isReading = false;
    }
  };
  const unsubscribe = store.subscribe(() => {
    const every = isOpen() || isPending() || isInFlow() ? oftenMs : seldomMs;
    if (performance.now() - lastAt >= every) void readNow().catch(() => undefined);
  });
  return { readNow, stop: unsubscribe };
}
