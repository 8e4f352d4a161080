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
