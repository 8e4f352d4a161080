import type { ChangeRecord } from '../../change/results.ts';
import { beginDrift } from '../../flows/drift-flow.ts';
import { beginPending, beginSettling } from '../../flows/flow.ts';
import { known } from '../../host/printable.ts';
import type { ConsoleView } from '../state.ts';
import type { Command } from './command.ts';
import { decide, openFlow } from './outcomes.ts';

const selectedChange = ({ state, changes }: ConsoleView) =>
  changes?.records.find(({ id }) => id === state.changeSelection);

/** What is to be decided about the selected change, where it was cut short. */
const cutShort = (view: ConsoleView) =>
  view.changes?.notices.find(
    ({ change, choices }) =>
      change.id === view.state.changeSelection && change.state.kind !== 'pending' && choices.length > 0,
  );

/** The change that waits for its confirmation. */
export function pendingChange({ changes }: ConsoleView): ChangeRecord | undefined {
  return changes?.records.find(({ state }) => state.kind === 'pending');
}

/** Commands about what was changed, and about what should be. */
export const changeCommands: readonly Command[] = [
  {
    id: 'undo',
    keys: ['u'],
    title: 'Undo',
    description:
      'Take the selected change back: a change too, with a plan. One that was cut short is brought to an end.',
    context: 'changes',
    dangerous: true,
    bar: 2,
    disabledReason: (view) => {
      const state = selectedChange(view)?.state;
      if (state === undefined) return 'there is no change here';
      const canEnd = state.kind === 'done' || cutShort(view) !== undefined;
      return canEnd ? undefined : 'only what was done can be undone';
    },
    run: (view) => {
      const notice = cutShort(view);
      if (notice !== undefined) return openFlow(beginSettling(notice));
      const change = selectedChange(view);
      return change === undefined ? {} : decide(known(`Undo: ${change.title}`), { kind: 'undo', change: change.id });
    },
  },
  {
    id: 'drift',
    keys: ['D'],
    title: 'Drift',
    description: 'Where the file, the running interface and the kernel differ, and what makes them agree.',
    context: 'hub',
    dangerous: false,
    run: () => openFlow(beginDrift, { kind: 'drift' }),
  },
  {
    id: 'pending',
    keys: ['c'],
    title: 'Unconfirmed',
    description: 'Show the change that waits for its confirmation: confirm it, or take it back now.',
    context: 'hub',
    dangerous: true,
    bar: 0,
    disabledReason: (view) => (pendingChange(view) === undefined ? 'no change waits' : undefined),
    run: (view) => {
      const change = pendingChange(view);
      return change === undefined ? {} : openFlow(beginPending(change));
    },
  },
];
