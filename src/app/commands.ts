import { blockedCommands } from './commands/blocked.ts';
import { changeCommands } from './commands/changes.ts';
import type { Command, CommandContext, Outcome } from './commands/command.ts';
import { consoleCommands } from './commands/console.ts';
import { movingCommands } from './commands/moving.ts';
import { peerCommands, peerListCommands } from './commands/peers.ts';
import { screenCommands } from './commands/screens.ts';
import { screens } from './screens.ts';
import type { ConsoleView } from './state.ts';

export type { Command, CommandContext, Effect } from './commands/command.ts';

/** Every command there is, in the order of the help screen. Key bar, help, palette and docs/keys.md follow from it. */
export const commands: readonly Command[] = [
  ...movingCommands,
  ...peerCommands,
  ...changeCommands,
  ...peerListCommands,
  ...screenCommands,
  ...blockedCommands,
  ...consoleCommands,
];

/** Whether a command's keys are live in the view. */
function isLive(context: CommandContext, { snapshot, state }: ConsoleView): boolean {
  if (context === 'any') return true;
  if (snapshot.source.status === 'blocked') return context === 'blocked';
  if (context === 'list') return screens.some(({ id, hasList }) => id === state.screen && hasList);
  return context === 'hub' || context === state.screen;
}

/** The commands whose keys are live in this view. */
export function liveCommands(view: ConsoleView, isReadOnly: boolean): Command[] {
  return commands.filter((command) => isLive(command.context, view) && !(isReadOnly && command.dangerous));
}

const none = { actions: [], effects: [] } as const;

/** What running a command gives; nothing where it is disabled. */
export function runCommand(command: Command, view: ConsoleView): Outcome {
  return command.disabledReason?.(view) === undefined ? { ...none, ...command.run(view) } : none;
}

const keyNames: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  home: 'Home',
  end: 'End',
  up: 'Up',
  down: 'Down',
};

/** A key as a person would write it. */
export function keyName(key: string): string {
  if (key.startsWith('ctrl+')) return `Ctrl-${key.slice(5).toUpperCase()}`;
  return keyNames[key] ?? key;
}

/**
 * The commands whose title holds the letters of the text in order (all of them for no text), those that begin with it
 * first.
 */
export function findCommands(text: string, among: readonly Command[]): Command[] {
  const wanted = text.toLowerCase().replace(/\s+/g, '');
  const score = ({ title, id }: Command) => {
    const name = title.toLowerCase();
    if (name.startsWith(wanted) || id.startsWith(wanted)) return 0;
    if (name.includes(wanted)) return 1;
    let position = 0;
    for (const letter of name) if (letter === wanted[position]) position += 1;
    return position === wanted.length ? 2 : 3;
  };
  return among
    .map((command) => ({ command, rank: score(command) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ command }) => command);
}
