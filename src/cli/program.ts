import { Command, CommanderError } from 'commander';
import { printable } from '../host/printable.ts';
import { realHost } from '../host/real.ts';
import type { CommonOptions } from './options.ts';
import { failure, type Output } from './output.ts';
import { addClientCommands } from './program-add.ts';
import { addHubCommands, addInitCommand, addPeerCommands } from './program-changes.ts';
import { type Context, common } from './program-options.ts';
import { addStatusCommands } from './program-status.ts';
import { addTimerCommands } from './program-timers.ts';

declare const MESHTUI_VERSION: string;

/** Runs the sub-command that the words name and gives its exit code. */
export async function runProgram(words: readonly string[], output: Output): Promise<number> {
  let code = 0;
  const program = buildProgram({
    words,
    output,
    done: (result) => {
      code = result;
    },
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageCode(error, program, output);
    return failure(output, error);
  }
}

function usageCode(error: CommanderError, program: Command, output: Output): number {
  if (error.exitCode === 0) return 0;
  // Without a command the console opens, so to commander a word that is no command is one argument too many.
  const [word = ''] = program.args;
  const isUnknown =
    error.code === 'commander.excessArguments' && program.commands.every((command) => command.name() !== word);
  const reason = printable(isUnknown ? `unknown command '${word}'` : error.message).replace(/^error: /, '');
  output.error(`meshtui: ${reason.replace(/\.?$/, '')}. Try: meshtui --help`);
  return 2;
}

function buildProgram(context: Context): Command {
  const { words, output, done } = context;
  const program = new Command('meshtui')
    .description("The operator's console for a WireGuard hub. Without a command it opens the console.")
    .version(typeof MESHTUI_VERSION === 'string' ? MESHTUI_VERSION : '0.0.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.print(text.trimEnd()), writeErr: () => undefined })
    // The help of the program shows the words of a command, that of the command its options.
    .configureHelp({
      subcommandTerm: (command) => `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim(),
    })
    .addHelpText('after', '\nEach command has its own help: meshtui disable --help. Keys: press ? in the console.')
    .addHelpText('after', 'Exit codes: 0 done, 1 failed, 2 wrong usage.');
  common(program)
    .allowExcessArguments(false)
    .action(async (options: CommonOptions) => {
      const { openConsole } = await import('./console.ts');
      done(await openConsole(realHost(), options, words, output));
    });
  addStatusCommands(program, context);
  addInitCommand(program, context);
  addClientCommands(program, context);
  addPeerCommands(program, context);
  addHubCommands(program, context);
  addTimerCommands(program, context);
  return program;
}
