/** The differences between file, running interface and kernel as a list, and what may be done about each. */
import { known, type Printable } from '../host/printable.ts';
import type { HubDrift } from '../observe/drift.ts';
import { isKey, type KeyEvent } from '../ui/key-event.ts';
import { cutSpans, type Look, paintSpans } from '../ui/look.ts';
import type { Token } from '../ui/theme.ts';
import type { DriftItem, DriftSeverity } from '../wg/drift.ts';
import type { Decision } from './decision.ts';
import { prose } from './prose.ts';

/** The list while it is read and chosen from. */
export interface Drifting {
  readonly stage: 'drift';
  /** Undefined until it was read. */
  readonly drifts: readonly HubDrift[] | undefined;
  readonly index: number;
  /** Why the last wish was not granted. */
  readonly note: Printable | undefined;
}

/** The list before it was read. */
export const beginDrift: Drifting = { stage: 'drift', drifts: undefined, index: 0, note: undefined };

/** The items that are shown: those that are not ignored. */
export function shownItems({ drifts }: Drifting): readonly DriftItem[] {
  return (drifts ?? []).flatMap(({ items, ignored }) => items.filter(({ id }) => !ignored.has(id)));
}

/** The list with what was read; the same row stays chosen where it can. */
export function withDrifts(flow: Drifting, drifts: readonly HubDrift[]): Drifting {
  const next = { ...flow, drifts };
  return { ...next, index: Math.max(0, Math.min(flow.index, shownItems(next).length - 1)) };
}

const wishes = { p: 'push', a: 'adopt', i: 'ignore' } as const;

/** What a key means in the list: another row, or a decision about the chosen one. */
export function pressDrift(flow: Drifting, event: KeyEvent): { readonly flow: Drifting; readonly decision?: Decision } {
  const items = shownItems(flow);
  const step = isKey(event, 'down', 'j') ? 1 : isKey(event, 'up', 'k') ? -1 : 0;
  if (step !== 0) {
    const index = Math.max(0, Math.min(flow.index + step, items.length - 1));
    return { flow: { ...flow, index, note: undefined } };
  }
  const item = items[flow.index];
  const how = event.kind === 'key' ? wishes[event.name as keyof typeof wishes] : undefined;
  if (item === undefined || how === undefined) return { flow };
  if ((how === 'push' && !item.canPush) || (how === 'adopt' && !item.canAdopt)) {
    const note =
      how === 'push' ? 'meshtui cannot make what runs as the file says here.' : 'This cannot be written into the file.';
    return { flow: { ...flow, note: known(note) } };
  }
  const { interfaceName, id, kind } = item;
  const decision: Decision =
    kind === 'no-file' && how === 'adopt'
      ? { kind: 'adopt', interfaceName }
      : { kind: 'drift', how, interfaceName, items: [id] };
  return { flow, decision };
}

/** The keys of the chosen row. */
export function driftKeys(flow: Drifting): readonly (readonly [key: string, title: string])[] {
  const item = shownItems(flow)[flow.index];
  return [
    ...(item?.canPush === true ? ([['p', 'push: as the file says']] as const) : []),
    ...(item?.canAdopt === true ? ([['a', 'adopt: as it runs']] as const) : []),
    ...(item === undefined ? [] : ([['i', 'ignore']] as const)),
    ['Esc', 'back'],
  ];
}

const severityTokens: Readonly<Record<DriftSeverity, Token>> = { bad: 'bad', warn: 'warn', info: 'muted' };

/**
 * Each difference in a line, the chosen one with what is written and what runs:
 *
 *     ▸ bad   192.168.40.0/24 of cabin is not routed into wg0.
 *             file  192.168.40.0/24 dev wg0      runs  nothing
 */
export function driftLines(flow: Drifting, width: number, height: number, look: Look): string[] {
  const { drifts, index, note } = flow;
  const say = (token: Token, text: string) => prose(token, text, { width }, look);
  if (drifts === undefined)
    return ['', ...say('muted', `Comparing file, interface and kernel ${look.glyphs.ellipsis}`)];
  const items = shownItems(flow);
  const foot = [
    ...drifts.flatMap(({ ownership }) => (ownership.writable ? [] : say('warn', ownership.reason))),
    ...drifts.flatMap(({ problems }) => problems.flatMap((problem) => say('warn', problem))),
    ...(note === undefined ? [] : say('bad', note)),
  ];
  if (items.length === 0)
    return ['', ...say('good', 'Nothing has drifted: the file, the interface and the kernel agree.'), '', ...foot];
  const blocks = items.map((item, at) => itemLines(item, at === index, width, look));
  const room = Math.max(1, height - 2 - foot.length);
  let first = 0;
  while (first < index && blocks.slice(first, index + 1).flat().length > room) first += 1;
  return ['', ...blocks.slice(first).flat().slice(0, room), '', ...foot].slice(0, height);
}

function itemLines(
  { severity, what, file, running }: DriftItem,
  isChosen: boolean,
  width: number,
  look: Look,
): string[] {
  const { theme, glyphs } = look;
  const line = paintSpans(
    theme,
    cutSpans(
      [
        ['accent', isChosen ? ` ${glyphs.marker} ` : '   '],
        [severityTokens[severity], severity.padEnd(6)],
        [isChosen ? 'strong' : 'text', what],
      ],
      width - 1,
      glyphs.ellipsis,
    ),
  );
  if (!isChosen) return [line];
  const side = (label: string, value: string | undefined) =>
    paintSpans(
      theme,
      cutSpans(
        [
          ['muted', `         ${label.padEnd(6)}`],
          ['text', value ?? 'nothing'],
        ],
        width - 1,
        glyphs.ellipsis,
      ),
    );
  return [line, side('file', file), side('runs', running)];
}
