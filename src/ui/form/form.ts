import { editLine, isKey, type KeyEvent } from '../key-event.ts';

/** One question of a form. */
export interface Field {
  readonly id: string;
  readonly label: string;
  /** What is expected, shown while the field is open: a sentence or two. */
  readonly help: string;
  /** Shown where nothing is typed. */
  readonly placeholder?: string;
  /** One of these, in place of text. */
  readonly choices?: readonly Choice[];
  /** Whether it is asked at all, by the other answers; always, where this is left out. */
  readonly when?: (answers: Answers) => boolean;
}

/** One of the answers to choose from. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The answers by the fields' ids. A field that nobody touched is there too. */
export type Answers = Readonly<Record<string, string>>;

/** A form that is being filled in. */
export interface FormState {
  readonly fields: readonly Field[];
  readonly answers: Answers;
  /** The open one of the fields that are asked. */
  readonly index: number;
  /** Fields that were left, so that a wrong answer is said after it was typed and not before. */
  readonly visited: ReadonlySet<string>;
}

/** Answers may hold long lists of prefixes. */
const longestAnswer = 4_000;

/** A form with the answers that are there already; the first of the choices where there is none. */
export function beginForm(fields: readonly Field[], given: Answers = {}): FormState {
  const answers = Object.fromEntries(fields.map(({ id, choices }) => [id, given[id] ?? choices?.[0]?.value ?? '']));
  return { fields, answers, index: 0, visited: new Set() };
}

/** The fields that are asked, by the answers so far. */
export function askedFields({ fields, answers }: Pick<FormState, 'fields' | 'answers'>): readonly Field[] {
  return fields.filter(({ when }) => when === undefined || when(answers));
}

/** The open field; undefined for a form without fields. */
export function openField(form: FormState): Field | undefined {
  return askedFields(form)[form.index];
}

/** The form after a key: Tab and arrows move, Left and Right choose, all else is typed. Enter and Esc are the caller's. */
export function pressForm(form: FormState, event: KeyEvent): FormState {
  if (isKey(event, 'tab', 'down')) return moveBy(form, 1);
  if (isKey(event, 'shift+tab', 'up')) return moveBy(form, -1);
  const field = openField(form);
  if (field === undefined) return form;
  const before = form.answers[field.id] ?? '';
  const after =
    field.choices === undefined ? editLine(before, event, longestAnswer) : choose(field.choices, before, event);
  return after === before ? form : { ...form, answers: { ...form.answers, [field.id]: after } };
}

/** The form with a field open. */
export function moveTo(form: FormState, index: number): FormState {
  const left = openField(form)?.id;
  const visited = left === undefined ? form.visited : new Set([...form.visited, left]);
  return { ...form, index: Math.max(0, Math.min(index, askedFields(form).length - 1)), visited };
}

/** Round at the ends, as Tab goes in every form. */
function moveBy(form: FormState, by: number): FormState {
  const count = askedFields(form).length;
  return count === 0 ? form : moveTo(form, (form.index + by + count) % count);
}

function choose(choices: readonly Choice[], before: string, event: KeyEvent): string {
  const step = isKey(event, 'right', ' ', 'l') ? 1 : isKey(event, 'left', 'h') ? -1 : 0;
  const at = choices.findIndex(({ value }) => value === before);
  return choices[(at + step + choices.length) % choices.length]?.value ?? before;
}
