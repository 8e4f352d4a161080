/** The commands that look at the hub and change nothing. What carries them out is loaded when one is run. */
import type { Command } from 'commander';
import { realHost } from '../host/real.ts';
import { type Context, common, optionsOf } from './program-options.ts';

/** Adds the commands that only look. */
export function addStatusCommands(program: Command, { words, output, done }: Context): void {
  program.commandsGroup('Look at the hub:');
  common(program.command('status').description('print the peers once, or with --watch again and again'))
    .option('--json', 'print JSON (docs/status-json.md); with --watch one document a line')
    .option('--watch', 'go on until interrupted')
    .action(async (_options, command: Command) => {
      const { printStatus } = await import('./status.ts');
      done(await printStatus(realHost(), optionsOf(command), words, output));
    });
  common(
    program.command('routes').description('print where packets for each prefix of the tunnels go, and what is wrong'),
  )
    .option('--json', 'print JSON (docs/routes-json.md)')
    .action(async (_options, command: Command) => {
      const { printRoutes } = await import('./routes.ts');
      done(await printRoutes(realHost(), optionsOf(command), words, output));
    });
  common(program.command('explain <source> <destination>').description('say where packets get to, and what stops them'))
    .option('--json', 'print JSON (docs/explain-json.md)')
    .option('--probe', 'also send: three pings and, to a TCP port, a connection, from the hub')
    .addHelpText('after', explainHelp)
    .action(async (source: string, destination: string, _options, command: Command) => {
      const { printExplanation } = await import('./explain.ts');
      done(await printExplanation(realHost(), { source, destination }, optionsOf(command), words, output));
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
  common(program.command('demo').description('open a simulated hub: no root, no WireGuard, nothing is touched')).action(
    async (_options, command: Command) => {
      const { openDemo } = await import('./demo.ts');
      done(await openDemo(optionsOf(command), output));
    },
  );
}

const explainHelp = `
Both are a peer's name, an address, "hub", or a name in /etc/hosts; the destination may have a port:
  meshtui explain laptop nas
  meshtui explain laptop 192.168.1.50:445/tcp
  meshtui explain fd08::4 [fd08::5]:443/tcp
Exit codes: 0 it should pass, 1 it stops or cannot be told, 2 wrong usage.`;
