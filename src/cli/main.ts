import { realHost } from '../host/real.ts';
import { openConsole } from './console.ts';
import { defaultOptions } from './options.ts';
import { failOnUncaught, type Output, processOutput } from './output.ts';

/**
 * Runs the program and gives its exit code: 0 done, 1 failed, 2 wrong usage. Without any words the console is opened at
 * once: reading options would only delay the first paint.
 */
export async function main(words: readonly string[], output: Output = processOutput()): Promise<number> {
  failOnUncaught(output);
  if (words.length === 0) return openConsole(realHost(), defaultOptions, words, output);
  const { runProgram } = await import('./program.ts');
  return runProgram(words, output);
}
