import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { printable } from '../host/printable.ts';
import { realHost } from '../host/real.ts';
import { themes } from '../ui/theme.ts';
import { type CommonOptions, defaultOptions } from './options.ts';
import { failure, type Output } from './output.ts';

declare const MESHTUI_VERSION: string;

/** Runs the sub-command that the words name and gives its exit code. */
export async function runProgram(words: readonly string[], output: Output): Promise<number> {
  let code = 0;
  const program = buildProgram(words, output, (result) => {
    code = result;
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

function buildProgram(words: readonly string[], output: Output, done: (code: number) => void): Command {
  const program = new Command('meshtui')
    .description("The operator's console for a WireGuard hub. Without a command it opens the console.")
    .version(typeof MESHTUI_VERSION === 'string' ? MESHTUI_VERSION : '0.0.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.print(text.trimEnd()), writeErr: () => undefined })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage.\nKeys: press ? in the console.');
  common(program)
    .allowExcessArguments(false)
    .action(async (options: CommonOptions) => {
      const { openConsole } = await import('./console.ts');
      done(await openConsole(realHost(), options, words, output));
    });
  common(program.command('demo').description('open a simulated hub: no root, no WireGuard, nothing is touched')).action(
    async (_options, command: Command) => {
      const { openDemo } = await import('./demo.ts');
      done(await openDemo(optionsOf(command), output));
    },
  );
  common(program.command('status').description('print the peers once, or with --watch again and again'))
    .option('--json', 'print JSON (docs/status-json.md); with --watch one document a line')
    .option('--watch', 'go on until interrupted')
    .action(async (_options, command: Command) => {
      const { printStatus } = await import('./status.ts');
      done(await printStatus(realHost(), optionsOf(command), words, output));
    });
  program
    .command('sample')
    .description('add the traffic counters of now to the history, for a timer (docs/traffic-history.md)')
    .exitOverride()
    .action(async () => {
      const { addSample } = await import('./sample.ts');
      done(await addSample(realHost(), output));
    });
  common(program.command('explain <source> <destination>').description('say where packets get to, and what stops them'))
    .option('--json', 'print JSON (docs/explain-json.md)')
    .option('--probe', 'also send: three pings and, to a TCP port, a connection, from the hub')
    .addHelpText('after', explainHelp)
    .action(async (source: string, destination: string, _options, command: Command) => {
      const { printExplanation } = await import('./explain.ts');
      done(await printExplanation(realHost(), { source, destination }, optionsOf(command), words, output));
    });
  common(
    program.command('routes').description('print where packets for each prefix of the tunnels go, and what is wrong'),
  )
    .option('--json', 'print JSON (docs/routes-json.md)')
    .action(async (_options, command: Command) => {
      const { printRoutes } = await import('./routes.ts');
      done(await printRoutes(realHost(), optionsOf(command), words, output));
    });
  common(program.command('drift').description('print where files, running interfaces and kernel routes differ'))
    .option('--json', 'print JSON (docs/drift-json.md)')
    .action(async (_options, command: Command) => {
      const { printDrift } = await import('./drift.ts');
      done(await printDrift(realHost(), optionsOf(command), words, output));
    });
  program
    .command('lint <file>')
    .description('say what is wrong with a configuration file, or with that of an interface')
    .option('--json', 'print JSON (docs/lint.md)')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing, or good to know; 1 errors, warnings or not readable; 2 wrong usage.',
    )
    .exitOverride()
    .action(async (file: string, options: { json?: boolean }) => {
      const { printLint } = await import('./lint.ts');
      done(await printLint(realHost(), file, options, output));
    });
  return program;
}

const explainHelp = `
Both are a peer's name, an address, "hub", or a name in /etc/hosts; the destination may have a port:
  meshtui explain laptop nas
  meshtui explain laptop 192.168.1.50:445/tcp
  meshtui explain fd08::4 [fd08::5]:443/tcp
Exit codes: 0 it should pass, 1 it stops or cannot be told, 2 wrong usage.`;

/** The options of a sub-command, those included that stand before its name: `meshtui -i wg0 status`. */
export function optionsOf(command: Command): CommonOptions & { json?: boolean; watch?: boolean; probe?: boolean } {
  const { parent } = command;
  const early = Object.entries(parent?.opts() ?? {}).filter(
    ([name]) => parent?.getOptionValueSource(name) === 'cli' && command.getOptionValueSource(name) !== 'cli',
  );
  return { ...defaultOptions, ...command.opts(), ...Object.fromEntries(early) };
}

function common(command: Command): Command {
  return command
    .exitOverride()
    .option('-i, --interface <name>', 'only this interface')
    .option('--refresh <seconds>', 'seconds between readings, 0.5 to 10', seconds, defaultOptions.refresh)
    .addOption(new Option('--theme <name>', 'colours of the console').choices(themes.map((theme) => theme.name)))
    .option('--ascii', 'draw without Unicode')
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .option('--read-only', 'bind no key that changes the hub')
    .option('--screen-reader', 'sentences instead of drawings (also: INK_SCREEN_READER=true)')
    .addOption(new Option('--or-demo').hideHelp());
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.5 && value <= 10))
    throw new InvalidArgumentError('It is a number from 0.5 to 10.');
  return value;
}
