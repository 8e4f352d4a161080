import { printable } from '../host/printable.ts';

/** Where words go: standard output and standard error, a line each. */
export interface Output {
  print(text: string): void;
  error(text: string): void;
}

/** The process's own streams. A reader that goes away (`meshtui status | head`) ends the program quietly. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? 0 : 1);
    });
  }
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    error: (text) => void process.stderr.write(`${text}\n`),
  };
}

/** Says what went wrong in one sentence; gives exit code 1. */
export function failure(output: Output, error: unknown): number {
  const words = error instanceof Error ? error.message : String(error);
  output.error(`meshtui: ${printable(words).slice(0, 500)}`);
  return 1;
}

/**
 * From now on an error that nobody caught ends the program with its words and exit code 1. They are said last, once
 * everything else that waits for the exit has put the terminal back: on the alternate screen nobody could read them.
 */
export function failOnUncaught(output: Output): void {
  process.on('uncaughtException', (error) => {
    process.once('exit', () => failure(output, error));
    process.exit(1);
  });
}
