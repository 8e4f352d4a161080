import type { Host } from '../host/host.ts';
import type { PathWords } from '../observe/path.ts';
import { pathText } from '../screens/path/path-lines.ts';
import { explainDocument } from './explain-json.ts';
import { explain } from './explain-path.ts';
import type { CommonOptions } from './options.ts';
import type { Output } from './output.ts';
import { readHub } from './read-hub.ts';

/** What `meshtui explain` takes. */
export interface ExplainOptions extends CommonOptions {
  readonly json?: boolean;
  readonly probe?: boolean;
}

/** Columns of the text; evidence is never broken, so that it can be copied. */
const textWidth = 100;

/** Prints where a path leads; gives the exit code: 0 it should pass, 1 it stops, or cannot be told, 2 nobody is meant. */
export async function printExplanation(
  host: Host,
  path: PathWords,
  options: ExplainOptions,
  words: readonly string[],
  output: Output,
): Promise<number> {
  const snapshot = await readHub(host, options, words, output);
  if (snapshot === undefined) return 1;
  const explanation = await explain(host, snapshot, path, { probe: options.probe === true });
  if ('error' in explanation) {
    output.error(`meshtui: ${explanation.error}. Try: meshtui explain --help`);
    return 2;
  }
  const text =
    options.json === true ? JSON.stringify(explainDocument(explanation), null, 2) : pathText(explanation, textWidth);
  output.print(text);
  return explanation.passes ? 0 : 1;
}
