import type { FlowRequest } from '../flows/flow.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { KeyEvent } from '../ui/key-event.ts';
import { type Effect, runCommand } from './commands.ts';
import { interpret } from './interpret.ts';
import { type Action, type ConsoleView, reduceView } from './state.ts';

export interface StoreOptions {
  readonly isReadOnly: boolean;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
  readonly onEffect: (effect: Effect) => void;
  /** What a flow asks for; the answer comes back as an action. */
  readonly onRequest: (request: FlowRequest) => void;
}

/** Holds the view between key presses and snapshots, and turns keys into commands. What a key does is in the command table. */
export class ConsoleStore {
  #view: ConsoleView;
  readonly #options: StoreOptions;
  readonly #listeners = new Set<() => void>();

  constructor(first: ConsoleView, options: StoreOptions) {
    this.#view = first;
    this.#options = options;
  }

  /** The view now; another object after every change. */
  readonly getView = (): ConsoleView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get isReadOnly(): boolean {
    return this.#options.isReadOnly;
  }

  /** Shows a new snapshot. */
  sampled(snapshot: Snapshot): void {
    this.dispatch([{ type: 'sampled', snapshot }]);
  }

  dispatch(actions: readonly Action[]): void {
    this.#change(() => this.#reduce(actions));
  }

  /** What the operator typed, in order. One notice to the screen for all of it. */
  press(events: readonly KeyEvent[]): void {
    this.#change(() => {
      for (const event of events) this.#pressOne(event);
    });
  }

  /** Tells the listeners, once, where the view is another one afterwards. */
  #change(work: () => void): void {
    const before = this.#view;
    work();
    if (this.#view !== before) for (const listener of this.#listeners) listener();
  }

  #reduce(actions: readonly Action[]): void {
    const now = this.#options.monotonic();
    this.#view = actions.reduce((view, action) => reduceView(view, action, now), this.#view);
  }

  #pressOne(event: KeyEvent): void {
    const { actions, command, effect, request } = interpret(this.#view, event, this.isReadOnly);
    this.#reduce(actions);
    if (effect !== undefined) this.#options.onEffect(effect);
    if (request !== undefined) this.#options.onRequest(request);
    if (command === undefined) return;
    const outcome = runCommand(command, this.#view);
    this.#reduce(outcome.actions);
    for (const effect of outcome.effects) this.#options.onEffect(effect);
    if (outcome.request !== undefined) this.#options.onRequest(outcome.request);
  }
}
