/** What a guided flow is made of: questions, a plan that is read, its application, and what came of it. */
import { describePlan, type PlanText } from '../change/describe.ts';
import type { Plan, PlanResult } from '../change/plan.ts';
import type { ChangeNotice, Ending } from '../change/recover.ts';
import type { ApplyEvent, ApplyResult, ChangeRecord, ConfirmResult } from '../change/results.ts';
import { touchesOperator } from '../change/risk.ts';
import { known, type Printable } from '../host/printable.ts';
import type { HubDrift } from '../observe/drift.ts';
import { type Answers, beginForm, type Field, type FormState } from '../ui/form/form.ts';
import type { Hints, Problems } from '../ui/form/form-lines.ts';
import type { InterfaceName } from '../wg/key.ts';
import { beginDelivery, type Delivering, type Delivery, type Wish } from './add/delivery.ts';
import type { Gathered } from './add/gather.ts';
import type { Prepared } from './add/prepare.ts';
import type { Proof } from './add/proof.ts';
import { addQuestions } from './add/questions.ts';
import type { AddDecision, Decision } from './decision.ts';
import { type Drifting, withDrifts } from './drift-flow.ts';
import type { Setup } from './init/prepare-init.ts';

/** The questions of a flow, and what the answers come to. */
export interface Questions {
  readonly title: Printable;
  readonly fields: readonly Field[];
  readonly given: Answers;
  /** What is wrong with the answers so far. */
  readonly check: (answers: Answers) => Problems;
  /** What is good to know of them. */
  readonly hints?: (answers: Answers) => Hints;
  /** What the answers decide, where nothing is wrong with them; undefined: nothing is to be different. */
  readonly decide: (answers: Answers) => Decision | AddDecision | undefined;
}

interface Asking {
  readonly stage: 'questions';
  readonly questions: Questions;
  readonly form: FormState;
  /** Why there is no plan for the answers. */
  readonly refusal: Printable | undefined;
}

/** Where a plan was asked for, and where Esc leads back to. */
type Origin = Asking | Drifting;

/** A flow on its way. */
export type Flow =
  | Asking
  | Drifting
  /** The hub is read and the plan made. */
  | { readonly stage: 'planning'; readonly title: Printable; readonly from: Origin | undefined }
  /** The plan is read. */
  | {
      readonly stage: 'review';
      readonly plan: Plan;
      readonly text: PlanText;
      /** The first line that is shown. */
      readonly top: number;
      /** What was typed of the name of whoever is cut off. */
      readonly typed: string;
      readonly from: Origin | undefined;
      /** Whom the plan adds, with their keys. */
      readonly adding: Prepared | undefined;
    }
  | {
      readonly stage: 'applying';
      readonly plan: Plan;
      readonly events: readonly ApplyEvent[];
    }
  | Delivering
  /** All steps hold, and are taken back at `deadline` (milliseconds since the epoch) unless they are confirmed. */
  | {
      readonly stage: 'pending';
      readonly id: string;
      readonly title: Printable;
      readonly deadline: number;
      readonly needsNewLogin: boolean;
      /** Why the last answer was not taken. */
      readonly note: Printable | undefined;
      /** What is shown once it is confirmed. */
      readonly delivery: Delivery | undefined;
    }
  /** A change that was cut short has to be brought to an end. */
  | {
      readonly stage: 'settle';
      readonly id: string;
      readonly title: Printable;
      readonly sentence: Printable;
      readonly choices: readonly Ending[];
      readonly note: Printable | undefined;
    }
  /** The operator wants to leave while a change waits. */
  | { readonly stage: 'leaving'; readonly title: Printable; readonly deadline: number }
  | {
      readonly stage: 'over';
      readonly isGood: boolean;
      readonly title: Printable;
      readonly says: readonly Printable[];
    };

/** What a flow asks of the program around the console. */
export type FlowRequest =
  | { readonly kind: 'prepare'; readonly decision: Decision | AddDecision }
  | { readonly kind: 'apply'; readonly plan: Plan; readonly adding: Prepared | undefined }
  | { readonly kind: 'add'; readonly interfaceName: InterfaceName }
  | { readonly kind: 'setup' }
  | { readonly kind: 'deliver'; readonly delivery: Delivery; readonly wish: Wish }
  /** A secret was on the screen: everything is painted anew. */
  | { readonly kind: 'forget'; readonly delivery: Delivery }
  | { readonly kind: 'confirm'; readonly id: string }
  | { readonly kind: 'revert'; readonly id: string }
  | { readonly kind: 'settle'; readonly id: string; readonly ending: Ending }
  | { readonly kind: 'drift' }
  | { readonly kind: 'leave' };

/** What a flow asked for, as it came back. */
export type FlowAnswer =
  | { readonly kind: 'prepared'; readonly result: PlanResult; readonly adding?: Prepared }
  | { readonly kind: 'add'; readonly gathered: Gathered }
  | { readonly kind: 'setup'; readonly setup: Setup }
  | { readonly kind: 'delivered'; readonly says: readonly Printable[] }
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'drift'; readonly drifts: readonly HubDrift[] }
  | { readonly kind: 'event'; readonly event: ApplyEvent }
  | { readonly kind: 'applied'; readonly result: ApplyResult; readonly delivery?: Delivery | undefined }
  | { readonly kind: 'confirmed'; readonly result: ConfirmResult };

/** A flow that begins with questions. */
export function beginQuestions(questions: Questions): Flow {
  return { stage: 'questions', questions, form: beginForm(questions.fields, questions.given), refusal: undefined };
}

/** A flow whose decision is made already: its plan comes next. */
export function beginPlanning(title: Printable): Flow {
  return { stage: 'planning', title, from: undefined };
}

/** A change that was applied before, and waits. */
export function beginPending(change: ChangeRecord): Flow {
  const { id, title, risk, state } = change;
  const needsNewLogin = touchesOperator(risk);
  const deadline = state.kind === 'pending' ? state.deadline : change.at;
  return { stage: 'pending', id, title, deadline, needsNewLogin, note: undefined, delivery: undefined };
}

/** A change that was cut short, as the notice says. */
export function beginSettling({ change, sentence, choices }: ChangeNotice): Flow {
  const endings = choices.filter((choice) => choice !== 'confirm');
  return { stage: 'settle', id: change.id, title: change.title, sentence, choices: endings, note: undefined };
}

/** The question before leaving. */
export function beginLeaving({ title, state, at }: ChangeRecord): Flow {
  return { stage: 'leaving', title, deadline: state.kind === 'pending' ? state.deadline : at };
}

/** The flow after an answer from outside. One that does not belong to its stage changes nothing. */
export function answerFlow(flow: Flow, answer: FlowAnswer): Flow {
  switch (answer.kind) {
    case 'prepared':
      return flow.stage === 'planning' ? prepared(flow.title, flow.from, answer) : flow;
    case 'add':
      if (flow.stage !== 'planning') return flow;
      return answer.gathered.outcome === 'refused'
        ? { stage: 'over', isGood: false, title: flow.title, says: [answer.gathered.reason] }
        : beginQuestions(addQuestions(answer.gathered.facts));
    case 'setup':
      if (flow.stage !== 'planning') return flow;
      return answer.setup.outcome === 'refused'
        ? { stage: 'over', isGood: false, title: flow.title, says: [answer.setup.reason] }
        : beginQuestions(answer.setup.questions);
    case 'delivered':
      return flow.stage === 'delivery' ? { ...flow, says: answer.says } : flow;
    case 'proof':
      return flow.stage === 'delivery' ? { ...flow, delivery: { ...flow.delivery, proof: answer.proof } } : flow;
    case 'drift':
      return flow.stage === 'drift' ? withDrifts(flow, answer.drifts) : flow;
    case 'event':
      return flow.stage === 'applying' ? { ...flow, events: [...flow.events, answer.event] } : flow;
    case 'applied':
      return flow.stage === 'applying' ? applied(flow.plan, answer.result, answer.delivery) : flow;
    case 'confirmed':
      return flow.stage === 'pending' || flow.stage === 'settle' ? confirmed(flow, answer.result) : flow;
  }
}

function prepared(
  title: Printable,
  from: Origin | undefined,
  { result, adding }: Extract<FlowAnswer, { kind: 'prepared' }>,
): Flow {
  if (result.outcome === 'plan') {
    return { stage: 'review', plan: result.plan, text: describePlan(result.plan), top: 0, typed: '', from, adding };
  }
  if (from?.stage === 'questions') return { ...from, refusal: result.reason };
  if (from?.stage === 'drift') return { ...from, note: result.reason };
  return { stage: 'over', isGood: result.outcome === 'unchanged', title, says: [result.reason] };
}

function applied(plan: Plan, result: ApplyResult, delivery: Delivery | undefined): Flow {
  const over = (isGood: boolean, ...says: Printable[]): Flow => ({ stage: 'over', isGood, title: plan.title, says });
  switch (result.outcome) {
    case 'done':
      if (delivery !== undefined) return beginDelivery(plan.title, delivery);
      return over(true, known('Done, and read back: it is as the plan said.'), undoWords(result.id));
    case 'pending': {
      const { id, deadline } = result;
      const needsNewLogin = touchesOperator(plan.risk);
      return { stage: 'pending', id, title: plan.title, deadline, needsNewLogin, note: undefined, delivery };
    }
    case 'refused':
      return over(false, result.reason);
    case 'reverted':
      return over(false, result.reason, known('Everything is as it was before; that was read back.'));
    case 'stuck':
      return over(false, result.reason, known(`Not everything could be brought back. Run: sh ${result.script}`));
  }
}

function confirmed(flow: Extract<Flow, { stage: 'pending' | 'settle' }>, result: ConfirmResult): Flow {
  const over = (isGood: boolean, ...says: Printable[]): Flow => ({ stage: 'over', isGood, title: flow.title, says });
  switch (result.outcome) {
    case 'done':
      if (flow.stage === 'pending' && flow.delivery !== undefined) return beginDelivery(flow.title, flow.delivery);
      return over(true, known(flow.stage === 'pending' ? 'Confirmed: it stays.' : 'It is over.'), undoWords(result.id));
    case 'refused':
      return { ...flow, note: result.reason };
    case 'reverted':
      return over(false, known(`It was taken back: ${result.reason}`));
    case 'stuck':
      return over(false, result.reason, known(`Not everything could be brought back. Run: sh ${result.script}`));
  }
}

function undoWords(id: string): Printable {
  return known(`To take it back: meshtui undo ${id}`);
}
