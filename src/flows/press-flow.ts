import type { Ending } from '../change/recover.ts';
import { known } from '../host/printable.ts';
import { askedFields, openField, pressForm } from '../ui/form/form.ts';
import { editLine, isKey, type KeyEvent } from '../ui/key-event.ts';
import { deliveryKeys, pressDelivery } from './add/delivery.ts';
import { driftKeys, pressDrift } from './drift-flow.ts';
import type { Flow, FlowRequest } from './flow.ts';

/** What a key did to a flow: undefined as flow closes it. */
interface Pressed {
  readonly flow: Flow | undefined;
  readonly request?: FlowRequest;
}

type Stage<Name extends Flow['stage']> = Extract<Flow, { stage: Name }>;

/** The flow after a key or a paste. Esc goes one step back and keeps what was typed. */
export function pressFlow(flow: Flow, event: KeyEvent): Pressed {
  switch (flow.stage) {
    case 'questions':
      return pressQuestions(flow, event);
    case 'drift': {
      if (isKey(event, 'escape', 'q')) return { flow: undefined };
      const { flow: next, decision } = pressDrift(flow, event);
      if (decision === undefined) return { flow: next };
      const title = known(decisionTitles[decision.kind === 'drift' ? decision.how : 'adopt']);
      return {
        flow: { stage: 'planning', title, from: { ...next, note: undefined } },
        request: { kind: 'prepare', decision },
      };
    }
    case 'planning':
      return isKey(event, 'escape') ? { flow: flow.from } : { flow };
    case 'review':
      return pressReview(flow, event);
    case 'delivery': {
      const { flow: next, wish } = pressDelivery(flow, event);
      if (next === undefined) return { flow: undefined, request: { kind: 'forget', delivery: flow.delivery } };
      return { flow: next, ...(wish !== undefined && { request: { kind: 'deliver', delivery: flow.delivery, wish } }) };
    }
    case 'applying':
      // What has begun comes to its end; there is nothing to press.
      return { flow };
    case 'pending':
      return pressPending(flow, event);
    case 'settle': {
      if (isKey(event, 'escape')) return { flow: undefined };
      const ending = flow.choices.find((choice) => isKey(event, choice.slice(0, 1)));
      return ending === undefined ? { flow } : { flow, request: { kind: 'settle', id: flow.id, ending } };
    }
    case 'leaving':
      if (isKey(event, 'q', 'enter')) return { flow, request: { kind: 'leave' } };
      return isKey(event, 'escape') ? { flow: undefined } : { flow };
    case 'over':
      return isKey(event, 'escape', 'enter', 'q') ? { flow: undefined } : { flow };
  }
}

const endingTitles: Readonly<Record<Ending, string>> = {
  finish: 'finish it',
  undo: 'take it back',
  leave: 'leave it as it is',
};

const decisionTitles = {
  push: 'Make it run as the file says',
  adopt: 'Write into the file what runs',
  ignore: 'Ignore a difference',
} as const;

function pressQuestions(flow: Stage<'questions'>, event: KeyEvent): Pressed {
  if (isKey(event, 'escape')) return { flow: undefined };
  if (!isKey(event, 'enter')) return { flow: { ...flow, form: pressForm(flow.form, event), refusal: undefined } };
  const { questions, form } = flow;
  const problems = questions.check(form.answers);
  const wrong = askedFields(form).findIndex(({ id }) => problems[id] !== undefined);
  if (wrong !== -1) {
    const visited = new Set(form.fields.map(({ id }) => id));
    return { flow: { ...flow, form: { ...form, index: wrong, visited } } };
  }
  const decision = questions.decide(form.answers);
  if (decision === undefined) return { flow: undefined };
  return {
    flow: { stage: 'planning', title: questions.title, from: { ...flow, refusal: undefined } },
    request: { kind: 'prepare', decision },
  };
}

/** Whether the plan may be applied: where somebody is cut off, their name stands there. */
export function isReleased({ plan, typed }: Pick<Stage<'review'>, 'plan' | 'typed'>): boolean {
  return plan.cutsOff === undefined || typed.trim().toLowerCase() === plan.cutsOff.trim().toLowerCase();
}

const scrolls: Readonly<Record<string, number>> = { down: 1, up: -1, pagedown: 10, pageup: -10 };

function pressReview(flow: Stage<'review'>, event: KeyEvent): Pressed {
  if (isKey(event, 'escape')) return { flow: flow.from };
  if (isKey(event, 'enter')) {
    if (!isReleased(flow)) return { flow };
    const { plan, adding } = flow;
    return { flow: { stage: 'applying', plan, events: [] }, request: { kind: 'apply', plan, adding } };
  }
  const by = event.kind === 'key' ? scrolls[event.name] : undefined;
  if (by !== undefined) return { flow: { ...flow, top: Math.max(0, flow.top + by) } };
  return flow.plan.cutsOff === undefined ? { flow } : { flow: { ...flow, typed: editLine(flow.typed, event) } };
}

function pressPending(flow: Stage<'pending'>, event: KeyEvent): Pressed {
  if (isKey(event, 'escape')) return { flow: undefined };
  if (isKey(event, 'c') && !flow.needsNewLogin) return { flow, request: { kind: 'confirm', id: flow.id } };
  if (isKey(event, 'r')) return { flow, request: { kind: 'revert', id: flow.id } };
  return { flow };
}

/** The keys that mean something now, the most useful first. */
export function flowKeys(flow: Flow): readonly (readonly [key: string, title: string])[] {
  switch (flow.stage) {
    case 'questions':
      return [
        ['Enter', 'plan'],
        ['Tab', 'next'],
        ...(openField(flow.form)?.choices === undefined ? [] : ([['Left/Right', 'choose']] as const)),
        ['Esc', 'leave'],
      ];
    case 'drift':
      return driftKeys(flow);
    case 'planning':
      return [['Esc', 'back']];
    case 'review':
      return [...(isReleased(flow) ? ([['Enter', 'apply']] as const) : []), ['Up/Down', 'scroll'], ['Esc', 'back']];
    case 'delivery':
      return deliveryKeys(flow);
    case 'applying':
      return [];
    case 'pending':
      return [
        ...(flow.needsNewLogin ? [] : ([['c', 'confirm']] as const)),
        ['r', 'take back now'],
        ['Esc', 'go on working'],
      ];
    case 'settle':
      return [...flow.choices.map((choice) => [choice.slice(0, 1), endingTitles[choice]] as const), ['Esc', 'later']];
    case 'leaving':
      return [
        ['q', 'leave'],
        ['Esc', 'stay'],
      ];
    case 'over':
      return [['Enter', 'close']];
  }
}
