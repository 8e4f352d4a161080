import type { FlowRequest } from '../../flows/flow.ts';
import type { ScreenId } from '../screens.ts';
import type { Action, ConsoleView } from '../state.ts';

/** What a command asks of the program around the console. */
export type Effect = 'quit' | 'suspend' | 'demo' | 'save-preferences' | 'redraw' | 'refresh' | 'explain';

/** What pressing a command does: a change of the console's own state, or an effect outside it. */
export interface Outcome {
  readonly actions: readonly Action[];
  readonly effects: readonly Effect[];
  /** What a flow that begins with it asks for. */
  readonly request?: FlowRequest;
}

/**
 * Where a command's keys are live: everywhere, on one screen, on the screens with a list, on every screen that shows the
 * hub, or where the hub cannot be shown.
 */
export type CommandContext = 'any' | 'hub' | 'list' | ScreenId | 'blocked';

/** Everything about a command. This record drives dispatch, the key bar, help, the palette and docs/keys.md. */
export interface Command {
  readonly id: string;
  /** The first one is shown. */
  readonly keys: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly context: CommandContext;
  /** Changes the hub: not bound under --read-only. */
  readonly dangerous: boolean;
  /** Shown in the key bar, lower first. */
  readonly bar?: number;
  /** Why it cannot be used now, in a few words. */
  readonly disabledReason?: (view: ConsoleView) => string | undefined;
  readonly run: (view: ConsoleView) => Partial<Outcome>;
}
