import { advanceProof } from '../flows/add/proof.ts';
import type { FlowAnswer, FlowRequest } from '../flows/flow.ts';
import { known, printable } from '../host/printable.ts';
import type { ConsoleOptions } from './options.ts';
import type { ConsoleStore } from './store.ts';

/** Does what a flow asks for, and hands it the answer. Never throws: what goes wrong is an answer too. */
export async function serveFlow(
  store: ConsoleStore,
  { changes }: Pick<ConsoleOptions, 'changes'>,
  request: FlowRequest,
  writeTerminal: (text: string) => void = () => undefined,
): Promise<void> {
  switch (request.kind) {
    case 'prepare': {
      const made = await changes
        .prepare(store.getView().latest, request.decision)
        .catch((error: unknown) => ({ result: refusal(error) }));
      return answer(store, { kind: 'prepared', ...made });
    }
    case 'apply': {
      const done = await changes
        .apply(store.getView().latest, request.plan, request.adding, (event) => answer(store, { kind: 'event', event }))
        .catch((error: unknown) => ({ result: refusal(error) }));
      return answer(store, { kind: 'applied', ...done });
    }
    case 'settle': {
      const result = await changes.settle(request.id, request.ending).catch(refusal);
      return answer(store, { kind: 'confirmed', result });
    }
    case 'drift': {
      const drifts = await changes.drift(store.getView().latest);
      return answer(store, { kind: 'drift', drifts });
    }
    case 'add': {
      const gathered = await changes.addFacts(store.getView().latest, request.interfaceName).catch(refusal);
      return answer(store, { kind: 'add', gathered });
    }
    case 'setup': {
      const setup = await changes.setup().catch(refusal);
      return answer(store, { kind: 'setup', setup });
    }
    case 'deliver': {
      const { says, sequence } = await changes
        .deliver(request.delivery, request.wish)
        .catch((error: unknown) => ({ says: [failed(error)], sequence: undefined }));
      if (sequence !== undefined) writeTerminal(sequence.reveal());
      return answer(store, { kind: 'delivered', says });
    }
    case 'forget':
      request.delivery.symbol?.wipe();
      return;
    case 'leave':
      return;
    case 'confirm':
    case 'revert': {
      const result = await changes[request.kind](request.id).catch(refusal);
      answer(store, { kind: 'confirmed', result });
    }
  }
}

function answer(store: ConsoleStore, given: FlowAnswer): void {
  store.dispatch([{ type: 'flow-answer', answer: given }]);
}

function refusal(error: unknown) {
  return { outcome: 'refused' as const, reason: failed(error) };
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

/** Looks at each new snapshot for the client that is waited for on the screen, until it has proven itself. */
export function watchProof(store: ConsoleStore, { changes }: Pick<ConsoleOptions, 'changes'>) {
  let watched: { readonly key: string; readonly look: ReturnType<typeof changes.watchClient> } | undefined;
  let lookedAt = 0;
  let isLooking = false;
  const look = async () => {
    const { state, latest } = store.getView();
    const flow = state.mode.kind === 'flow' && state.mode.flow.stage === 'delivery' ? state.mode.flow : undefined;
    if (flow === undefined || latest.at === lookedAt || isLooking) return;
    const { proof } = flow.delivery;
    if (proof.state.kind === 'proven') return;
    isLooking = true;
    lookedAt = latest.at;
    try {
      if (watched?.key !== proof.publicKey) watched = { key: proof.publicKey, look: changes.watchClient() };
      const evidence = await (await watched.look)(proof);
      answer(store, { kind: 'proof', proof: advanceProof(proof, store.getView().latest, latest.now, evidence) });
    } finally {
      isLooking = false;
    }
  };
  return { stop: store.subscribe(() => void look().catch(() => undefined)) };
}
