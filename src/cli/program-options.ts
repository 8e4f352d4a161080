import { type Command, InvalidArgumentError, Option } from 'commander';
import { themes } from '../ui/theme.ts';
import { type CommonOptions, defaultOptions } from './options.ts';
import type { Output } from './output.ts';

/** What the commands of a program are given. */
export interface Context {
  /** As they were typed. */
  readonly words: readonly string[];
  readonly output: Output;
  /** Takes the exit code. */
  readonly done: (code: number) => void;
}

/** The options of the console, and of what looks at the hub as it does. */
export function common(command: Command): Command {
  return seen(command)
    .option('--refresh <seconds>', 'seconds between readings, 0.5 to 10', seconds, defaultOptions.refresh)
    .option('--read-only', 'bind no key that changes the hub')
    .option('--screen-reader', 'sentences instead of drawings (also: INK_SCREEN_READER=true)')
    .addOption(new Option('--or-demo').hideHelp());
}

/** The options of everything that is shown of an interface. */
function seen(command: Command): Command {
  return drawn(command.option('-i, --interface <name>', 'only this interface'));
}

/** The options of everything that is shown; those that a command adds afterwards stand before them in its help. */
export function drawn(command: Command): Command {
  return command
    .exitOverride()
    .optionsGroup('How it is shown:')
    .addOption(new Option('--theme <name>', 'colours of the console').choices(themes.map((theme) => theme.name)))
    .option('--ascii', 'draw without Unicode')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .optionsGroup('Options:');
}

/** The options of a command, those included that stand before its name: `meshtui -i wg0 status`. */
export function optionsOf<T extends object>(command: Command): CommonOptions & Partial<T> {
  const early = [];
  for (let { parent } = command; parent !== null; { parent } = parent) {
    const above = parent;
    early.push(
      ...Object.entries(above.opts()).filter(
        ([name]) => above.getOptionValueSource(name) === 'cli' && command.getOptionValueSource(name) !== 'cli',
      ),
    );
  }
  return { ...defaultOptions, ...command.opts(), ...Object.fromEntries(early.reverse()) };
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.5 && value <= 10))
    throw new InvalidArgumentError('It is a number from 0.5 to 10.');
  return value;
}

/** A value of an option that may be given again. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** What came of the work; words that are none ({@link UsageError}) are wrong usage. */
export async function orWrongUsage<T>(work: () => Promise<T>): Promise<T> {
  const { UsageError } = await import('./change-words.ts');
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** Whole seconds from 30 to 900. */
export function confirmSeconds(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 30 && value <= 900)) throw new InvalidArgumentError('It is a number of seconds from 30 to 900.');
  return value;
}
