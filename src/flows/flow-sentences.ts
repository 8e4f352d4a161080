import { openField } from '../ui/form/form.ts';
import { formatExactDuration } from '../ui/format.ts';
import { shownItems } from './drift-flow.ts';
import type { Flow } from './flow.ts';

/** A flow in sentences, for a screen reader. `now`: milliseconds since the epoch. */
export function flowSentences(flow: Flow, now: number): string[] {
  switch (flow.stage) {
    case 'questions':
      return questionSentences(flow);
    case 'drift':
      return driftSentences(flow);
    case 'planning':
      return [`${flow.title}: reading the hub.`];
    case 'review':
      return reviewSentences(flow);
    case 'delivery':
      return [
        `${flow.title}.`,
        ...flow.delivery.proof.seen,
        flow.delivery.proof.says,
        'The configuration is not read out: f writes it to a file.',
        ...flow.says,
      ];
    case 'applying':
      return [`${flow.plan.title}: ${flow.events.at(-1)?.text ?? 'begins'}.`];
    case 'settle':
      return [flow.sentence, ...(flow.note === undefined ? [] : [flow.note])];
    case 'pending':
    case 'leaving':
      return [
        `${flow.title} is not confirmed, and is taken back in ${formatExactDuration(Math.max(0, flow.deadline - now))}.`,
        'To keep it: meshtui confirm, from a new login.',
      ];
    case 'over':
      return [`${flow.title}:`, ...flow.says];
  }
}

type Stage<Name extends Flow['stage']> = Extract<Flow, { stage: Name }>;

function questionSentences({ questions, form, refusal }: Stage<'questions'>): string[] {
  const field = openField(form);
  if (field === undefined) return [questions.title];
  const answer = form.answers[field.id] ?? '';
  const problem = form.visited.has(field.id) ? questions.check(form.answers)[field.id] : undefined;
  return [
    `${questions.title}. ${field.label}: ${answer === '' ? (field.placeholder ?? 'empty') : answer}. ${field.help}`,
    ...(problem === undefined ? [] : [problem]),
    ...(refusal === undefined ? [] : [refusal]),
  ];
}

function driftSentences(flow: Stage<'drift'>): string[] {
  const items = shownItems(flow);
  const item = items[flow.index];
  return item === undefined
    ? [flow.drifts === undefined ? 'Comparing file, interface and kernel.' : 'Nothing has drifted.']
    : [
        `Difference ${flow.index + 1} of ${items.length}: ${item.what}`,
        ...(flow.note === undefined ? [] : [flow.note]),
      ];
}

function reviewSentences({ text, plan, typed }: Stage<'review'>): string[] {
  return [
    `The plan: ${text.title}.`,
    ...text.steps.flatMap(({ what, diff }) => [
      what,
      ...diff.flatMap(({ kind, text: line }) => (kind === 'add' || kind === 'remove' ? [`${kind}: ${line}`] : [])),
    ]),
    ...text.affected,
    ...text.risk,
    ...text.undo,
    ...text.notes,
    ...(plan.cutsOff === undefined ? [] : [`To apply it, type the name ${plan.cutsOff}. Typed so far: ${typed}`]),
  ];
}
