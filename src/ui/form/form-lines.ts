import { cutSpans, type Look, paintSpans, type Span } from '../look.ts';
import { graphemes, widthOf, wrapWords } from '../text.ts';
import { paint } from '../theme.ts';
import { askedFields, type Field, type FormState, openField } from './form.ts';

/** What is wrong with answers, by the fields' ids: a sentence each. */
export type Problems = Readonly<Record<string, string>>;

/** What is good to know of answers, by the fields' ids: sentences. */
export type Hints = Readonly<Record<string, readonly string[]>>;

const indent = 3;
const most = 100;

/**
 * A form in lines: each field with its answer, the open one marked, and what is wrong below it:
 *
 *       ▸ Name          laptop_
 *         Allowed IPs   10.8.0.4/24
 *                       10.8.0.4/24 has host bits: it would take the whole 10.8.0.0/24.
 *
 * Where the height is not enough, the fields around the open one are shown.
 */
export function formLines(
  form: FormState,
  problems: Problems,
  hints: Hints,
  width: number,
  height: number,
  look: Look,
): string[] {
  const labelWidth = Math.max(...form.fields.map(({ label }) => label.length), 0) + 2;
  const open = openField(form);
  const blocks = askedFields(form).map((field) =>
    fieldLines(form, field, labelWidth, { problem: problems[field.id], hints: hints[field.id] ?? [] }, width, look),
  );
  const help = open === undefined ? [] : helpLines(open, width, look);
  const room = Math.max(1, height - help.length);
  return [...around(blocks, form.index, room), ...help].slice(0, height);
}

function fieldLines(
  form: FormState,
  field: Field,
  labelWidth: number,
  { problem, hints }: { readonly problem: string | undefined; readonly hints: readonly string[] },
  width: number,
  look: Look,
): string[] {
  const isOpen = openField(form) === field;
  const before = indent + 2 + labelWidth;
  const room = Math.max(8, width - before - 2);
  const label: Span[] = [
    ['accent', `${' '.repeat(indent)}${isOpen ? look.glyphs.marker : ' '} `],
    [isOpen ? 'strong' : 'muted', field.label.padEnd(labelWidth)],
  ];
  const lines = [paintSpans(look.theme, [...label, ...answerSpans(form, field, isOpen, room, look)])];
  const add = (token: 'bad' | 'warn', text: string) => {
    for (const line of wrapWords(text, Math.min(room, most))) {
      lines.push(' '.repeat(before) + paint(look.theme, token, line));
    }
  };
  const isDue = problem !== undefined && form.visited.has(field.id);
  if (isDue) add('bad', problem);
  if (!isDue) for (const hint of hints) add('warn', hint);
  return lines;
}

function answerSpans(form: FormState, field: Field, isOpen: boolean, room: number, look: Look): Span[] {
  const answer = form.answers[field.id] ?? '';
  if (field.choices !== undefined) {
    return cutSpans(
      field.choices.flatMap(({ value, label }): Span[] => [
        [value === answer ? (isOpen ? 'selected' : 'strong') : 'muted', value === answer ? `[${label}]` : ` ${label} `],
        ['text', ' '],
      ]),
      room,
      look.glyphs.ellipsis,
    );
  }
  if (answer === '' && !isOpen) return cutSpans([['muted', field.placeholder ?? '']], room, look.glyphs.ellipsis);
  const shown = isOpen ? endOf(answer, room - 1, look.glyphs.ellipsis) : answer;
  const hint: Span[] = answer === '' ? [['muted', ` ${field.placeholder ?? ''}`]] : [];
  return cutSpans(
    [['text', shown], ...(isOpen ? ([['accent', '_'], ...hint] satisfies Span[]) : [])],
    room,
    look.glyphs.ellipsis,
  );
}

/** The end of a long answer: that is where the typing is. */
function endOf(text: string, room: number, ellipsis: string): string {
  if (widthOf(text) <= room) return text;
  const characters = graphemes(text);
  while (characters.length > 0 && widthOf(characters.join('')) + widthOf(ellipsis) > room) characters.shift();
  return ellipsis + characters.join('');
}

function helpLines({ help }: Field, width: number, look: Look): string[] {
  const lines = wrapWords(help, Math.min(width - 2 * indent, most));
  return ['', ...lines.map((line) => ' '.repeat(indent + 2) + paint(look.theme, 'muted', line))];
}

/** The blocks that fit into so many lines, with the one at `index` among them. */
function around(blocks: readonly (readonly string[])[], index: number, room: number): string[] {
  let first = 0;
  const linesUpTo = (start: number) => blocks.slice(start, index + 1).reduce((sum, block) => sum + block.length, 0);
  while (first < index && linesUpTo(first) > room) first += 1;
  return blocks.slice(first).flat().slice(0, room);
}
