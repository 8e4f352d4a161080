/** The commands that are meant for a timer. */
import type { Command } from 'commander';
import { realHost } from '../host/real.ts';
import { type Context, optionsOf } from './program-options.ts';
import type { SweepOptions } from './sweep.ts';

/** Adds the commands for timers. */
export function addTimerCommands(program: Command, { words, output, done }: Context): void {
  program.commandsGroup('For timers:');
  program
    .command('sample')
    .description('add the traffic counters of now to the history (docs/traffic-history.md)')
    .exitOverride()
    .action(async () => {
      const { addSample } = await import('./sample.ts');
      done(await addSample(realHost(), output));
    });
  program
    .command('sweep')
    .description('disable peers whose access has ended, enable those whose time has come (docs/sweep.md)')
    .option('--dry-run', 'say what is due, and change nothing')
    .option('--json', 'print JSON (docs/sweep.md)')
    .addHelpText('after', sweepHelp)
    .exitOverride()
    .action(async (_options, command: Command) => {
      const { sweep } = await import('./sweep.ts');
      done(await sweep(realHost(), optionsOf<SweepOptions>(command), words, output));
    });
}

const sweepHelp = `
Example: meshtui sweep --dry-run
Exit codes: 0 all that was due is done, or nothing was due; 1 something that is due was not done; 2 wrong usage.`;
