import type { StepText } from '../change/describe.ts';
import type { DiffLine } from '../change/diff.ts';
import type { ApplyEvent } from '../change/results.ts';
import { formLines } from '../ui/form/form-lines.ts';
import { formatTimeLeft } from '../ui/format.ts';
import { type Look, paintSpans, type Span } from '../ui/look.ts';
import { truncate, wrapWords } from '../ui/text.ts';
import { paint, type Token } from '../ui/theme.ts';
import { deliveryLines } from './add/delivery-lines.ts';
import { driftLines } from './drift-flow.ts';
import type { Flow } from './flow.ts';
import { isReleased } from './press-flow.ts';
import { indent, longestProse, prose, type Room } from './prose.ts';

type Stage<Name extends Flow['stage']> = Extract<Flow, { stage: Name }>;

/** A flow in lines, at most as many as the room has. `now`: milliseconds since the epoch. */
export function flowLines(flow: Flow, room: Room, now: number, look: Look, screen: Room = room): string[] {
  switch (flow.stage) {
    case 'questions':
      return questionLines(flow, room, look);
    case 'drift':
      return driftLines(flow, room.width, room.height, look);
    case 'planning':
      return [...head(flow.title, look), ...prose('muted', `Reading the hub ${look.glyphs.ellipsis}`, room, look)];
    case 'review':
      return reviewLines(flow, room, look);
    case 'delivery':
      return deliveryLines(flow, screen, room, look);
    case 'applying':
      return applyingLines(flow, room, look);
    case 'pending':
      return pendingLines(flow, room, now, look);
    case 'settle':
      return [
        ...head(flow.title, look),
        ...prose('warn', flow.sentence, room, look),
        ...noteLines(flow, room, look),
      ].slice(0, room.height);
    case 'leaving':
      return [
        ...head(flow.title, look),
        ...prose(
          'warn',
          `It is not confirmed, and is taken back in ${formatTimeLeft(flow.deadline, now)}.`,
          room,
          look,
        ),
        ...prose(
          'text',
          'You may leave: meshtui confirm, from a new login, keeps it; without it the hub takes it back by itself.',
          room,
          look,
        ),
      ];
    case 'over':
      return [
        ...head(flow.title, look),
        ...flow.says.flatMap((line, index) =>
          prose(index > 0 ? 'text' : flow.isGood ? 'good' : 'bad', line, room, look),
        ),
      ].slice(0, room.height);
  }
}

function questionLines({ questions, form, refusal }: Stage<'questions'>, room: Room, look: Look): string[] {
  const above = head(questions.title, look);
  const foot = refusal === undefined ? [] : ['', ...prose('bad', refusal, room, look)];
  const height = Math.max(1, room.height - above.length - foot.length);
  const problems = questions.check(form.answers);
  const hints = questions.hints?.(form.answers) ?? {};
  return [...above, ...formLines(form, problems, hints, room.width, height, look), ...foot];
}

function reviewLines(flow: Stage<'review'>, room: Room, look: Look): string[] {
  const body = planLines(flow, room, look);
  const foot = releaseLines(flow, room, look);
  const height = Math.max(1, room.height - foot.length);
  const top = Math.min(flow.top, Math.max(0, body.length - height));
  const shown = body.slice(top, top + height);
  const below = body.length - top - shown.length;
  if (below > 0) {
    const more = `${look.glyphs.ellipsis} ${below + 1} more lines`;
    shown[shown.length - 1] = ' '.repeat(indent) + paint(look.theme, 'warn', more);
  }
  return [...shown, ...foot];
}

/** What must be done before Enter applies: nothing, or to type a name. */
function releaseLines(flow: Stage<'review'>, room: Room, look: Look): string[] {
  const { cutsOff } = flow.plan;
  if (cutsOff === undefined) return ['', ...prose('muted', 'Nothing has happened yet. Enter applies it.', room, look)];
  if (isReleased(flow)) return ['', ...prose('warn', `Enter cuts ${cutsOff} off.`, room, look)];
  const spans: Span[] = [
    ['warn', `${' '.repeat(indent)}Type ${cutsOff} to be able to apply it: `],
    ['strong', flow.typed],
    ['accent', '_'],
  ];
  return ['', paintSpans(look.theme, spans)];
}

/** A whole plan: who notices, the risk, and each step with its commands and lines. */
export function planLines(
  { plan, text }: Pick<Stage<'review'>, 'plan' | 'text'>,
  room: Pick<Room, 'width'>,
  look: Look,
): string[] {
  const isRisky = plan.risk.level === 'risky';
  return [
    ...head(text.title, look),
    ...labelled('Who notices', text.affected, 'text', room, look),
    ...labelled('Risk', text.risk, isRisky ? 'warn' : 'text', room, look),
    ...(text.notes.length === 0 ? [] : labelled('Good to know', text.notes, 'text', room, look)),
    ...labelled('Undo', text.undo, 'muted', room, look),
    '',
    ...text.steps.flatMap((step, index) => stepLines(step, index + 1, room, look)),
  ];
}

function stepLines(
  { what, commands, diff }: StepText,
  number: number,
  room: Pick<Room, 'width'>,
  look: Look,
): string[] {
  const width = room.width - indent - 3;
  const [first = '', ...rest] = wrapWords(what, Math.min(width, longestProse));
  const pad = ' '.repeat(indent + 3);
  return [
    paintSpans(look.theme, [
      ['accent', `${' '.repeat(indent)}${`${number}`.padEnd(3)}`],
      ['text', first],
    ]),
    ...rest.map((line) => pad + line),
    ...commands.map(
      (command) => pad + paint(look.theme, 'heading', truncate(`$ ${command}`, width - 1, look.glyphs.ellipsis)),
    ),
    ...diff.map((line) => pad + diffLine(line, width - 1, look)),
  ];
}

const diffLooks: Readonly<Record<DiffLine['kind'], readonly [Token, string]>> = {
  add: ['good', '+ '],
  remove: ['bad', '- '],
  context: ['muted', '  '],
  gap: ['heading', '  '],
};

/** One line of a difference, told by its sign as well as by its colour. */
function diffLine({ kind, text }: Pick<DiffLine, 'kind' | 'text'>, width: number, look: Look): string {
  const [token, sign] = diffLooks[kind];
  return paint(look.theme, token, truncate(sign + text, width, look.glyphs.ellipsis));
}

function labelled(
  label: string,
  sentences: readonly string[],
  token: Token,
  room: Pick<Room, 'width'>,
  look: Look,
): string[] {
  const labelWidth = 14;
  const width = Math.max(20, Math.min(room.width - indent - labelWidth - 1, longestProse));
  return sentences
    .flatMap((sentence) => wrapWords(sentence, width))
    .map((line, index) =>
      paintSpans(look.theme, [
        ['muted', ' '.repeat(indent) + (index === 0 ? label : '').padEnd(labelWidth)],
        [token, line],
      ]),
    );
}

const stageWords: Readonly<Record<ApplyEvent['stage'], string>> = {
  checking: 'check',
  staging: 'write down',
  step: 'do',
  verifying: 'read back',
  files: 'file',
  reverting: 'take back',
};

function applyingLines({ plan, events }: Stage<'applying'>, room: Room, look: Look): string[] {
  const width = room.width - indent - 13;
  const lines = events.map(({ stage, text }, index) => {
    const isNow = index === events.length - 1;
    return paintSpans(look.theme, [
      [
        stage === 'reverting' ? 'bad' : isNow ? 'accent' : 'good',
        `${' '.repeat(indent)}${stageWords[stage].padEnd(12)}`,
      ],
      [isNow ? 'text' : 'muted', truncate(text, width, look.glyphs.ellipsis)],
    ]);
  });
  const above = head(plan.title, look);
  return [...above, ...lines.slice(-Math.max(1, room.height - above.length))];
}

function pendingLines(flow: Stage<'pending'>, room: Room, now: number, look: Look): string[] {
  const how = flow.needsNewLogin
    ? 'Only a new login proves that you can still get in: open a second terminal, log in as you always do, and type there: meshtui confirm'
    : 'It cannot touch your own connection, so you may confirm it here: press c.';
  return [
    ...head(flow.title, look),
    ...prose('good', 'All steps hold, and were read back.', room, look),
    ...prose('warn', `It is taken back in ${formatTimeLeft(flow.deadline, now)} unless it is confirmed.`, room, look),
    '',
    ...prose('text', how, room, look),
    ...noteLines(flow, room, look),
    '',
    ...prose('muted', 'Whatever happens to this terminal, the hub takes it back by itself.', room, look),
  ].slice(0, room.height);
}

/** What stands above a stage. */
function head(title: string, look: Look): string[] {
  return ['', ' '.repeat(indent) + paint(look.theme, 'strong', title), ''];
}

/** Why the last answer was not taken. */
function noteLines({ note }: Pick<Stage<'pending' | 'settle'>, 'note'>, room: Room, look: Look): string[] {
  return note === undefined ? [] : ['', ...prose('bad', note, room, look)];
}
