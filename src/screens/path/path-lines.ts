import { hopTitles, type PathExplanation } from '../../doctor/path/explain.ts';
import type { Hop, Verdict } from '../../doctor/path/hop.ts';
import { wrapWords } from '../../ui/text.ts';

/** What a verdict is called before its hop. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  pass: 'pass',
  stop: 'STOP',
  unknown: 'not known',
  'not-judged': 'not judged',
};

/** An explanation as plain text of at most `width` columns: a paragraph a hop, its evidence indented, the sentence last. */
export function pathText({ hops, sentence }: PathExplanation, width: number): string {
  const paragraphs = hops.map((hop, index) => hopLines(hop, index + 1, width).join('\n'));
  return [...paragraphs, wrapWords(sentence, width).join('\n')].join('\n\n');
}

function hopLines({ hop, verdict, says, evidence }: Hop, number: number, width: number): string[] {
  const shown = evidence.flatMap(({ command, line }) => [`     $ ${command}`, `       ${line}`]);
  return [
    `${number}. ${hopTitles[hop]}: ${verdictWords[verdict]}`,
    ...wrapWords(says, width - 3).map((line) => `   ${line}`),
    ...shown,
  ];
}
