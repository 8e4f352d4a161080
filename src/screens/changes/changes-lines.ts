import type { RecordedStep } from '../../change/record.ts';
import type { ChangeNotice } from '../../change/recover.ts';
import type { ChangeRecord, ChangeState } from '../../change/results.ts';
import { type DetailsPlace, listWithDetails } from '../../ui/details.ts';
import { formatDuration, formatTime } from '../../ui/format.ts';
import { type Look, paintSpans } from '../../ui/look.ts';
import { type Column, fitColumns, mandatory } from '../../ui/table/columns.ts';
import { composeHeader, composeRow } from '../../ui/table/line.ts';
import type { Viewport } from '../../ui/table/viewport.ts';
import { truncate, wrapWords } from '../../ui/text.ts';
import { paint, type Token } from '../../ui/theme.ts';

/** What was done to the hub, and what is to be said of it. */
export interface Changes {
  /** Newest first. */
  readonly records: readonly ChangeRecord[];
  /** Changes that are not over, or were taken back while nobody looked. */
  readonly notices: readonly ChangeNotice[];
}

/** What the Changes screen shows. */
export interface ChangesScreen {
  /** Undefined until the first reading. */
  readonly changes: Changes | undefined;
  readonly selection: string | undefined;
  readonly viewport: Viewport;
  /** Lines of the list, without its heading. */
  readonly height: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** Undefined while the details are closed. */
  readonly details: DetailsPlace | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly look: Look;
}

const stateTokens: Readonly<Record<ChangeState['kind'], Token>> = {
  applying: 'accent',
  pending: 'warn',
  done: 'good',
  reverted: 'muted',
  undone: 'muted',
  interrupted: 'bad',
  rebooted: 'warn',
  stuck: 'bad',
};

/** A state in a few words. `now`: milliseconds since the epoch. */
export function stateWords(state: ChangeState, now: number): string {
  if (state.kind === 'pending') return `unconfirmed, ${formatDuration(Math.max(0, state.deadline - now))} left`;
  const words: Readonly<Record<Exclude<ChangeState['kind'], 'pending'>, string>> = {
    applying: 'being applied',
    done: 'done',
    reverted: 'taken back',
    undone: 'undone',
    interrupted: 'interrupted',
    rebooted: 'cut by a restart',
    stuck: 'half taken back',
  };
  return words[state.kind];
}

const columns: readonly Column<ChangeRecord, number>[] = [
  {
    id: 'when',
    header: 'WHEN',
    align: 'left',
    min: 8,
    ideal: 19,
    max: 19,
    priority: 90,
    cell: ({ at }, now) => ({ text: formatTime(at, now) }),
  },
  {
    id: 'what',
    header: 'WHAT',
    align: 'left',
    min: 20,
    ideal: 34,
    max: 80,
    priority: mandatory,
    cell: ({ title }) => ({ text: title }),
  },
  {
    id: 'state',
    header: 'STATE',
    align: 'left',
    min: 16,
    ideal: 22,
    priority: mandatory,
    cell: ({ state }, now) => ({ text: stateWords(state, now), token: stateTokens[state.kind] }),
  },
  {
    id: 'who',
    header: 'WHO',
    align: 'left',
    min: 6,
    ideal: 10,
    max: 20,
    priority: 60,
    cell: ({ by }) => ({ text: by.user }),
  },
  {
    id: 'from',
    header: 'FROM',
    align: 'left',
    min: 10,
    ideal: 18,
    max: 40,
    priority: 50,
    cell: ({ by }) => ({ text: by.from }),
  },
  {
    id: 'id',
    header: 'ID',
    align: 'left',
    min: 20,
    ideal: 20,
    priority: 30,
    cell: ({ id }) => ({ text: id, token: 'muted' }),
  },
];

/**
 * What was done, newest first, with its steps and the lines that it changed for the one that is selected:
 *
 *       WHEN       WHAT                      STATE               WHO    FROM
 *     ▸ 09:12:40   Disable laptop            unconfirmed, 87 s   anna   10.8.0.4
 *       08:55:02   Rename phone to annas     done                anna   10.8.0.4
 */
export function changesLines(screen: ChangesScreen): string[] {
  const { changes, look, width, height, details } = screen;
  if (changes === undefined) return ['', paint(look.theme, 'muted', `   Reading the journal ${look.glyphs.ellipsis}`)];
  if (changes.records.length === 0) {
    return [
      '',
      paint(
        look.theme,
        'muted',
        '   Nothing was changed by meshtui here yet. Among the peers: e edits one, x disables it.',
      ),
    ];
  }
  const selected = changes.records.find(({ id }) => id === screen.selection);
  return listWithDetails({
    list: (inner) => listLines(screen, changes, inner),
    details: (inner) => (selected === undefined ? [] : changeWords(selected, changes.notices, screen.now, inner, look)),
    place: details,
    height: height + 1,
    width,
    look,
  });
}

function listLines(
  { selection, viewport, height, now, look }: ChangesScreen,
  { records }: Changes,
  width: number,
): string[] {
  const { theme, glyphs } = look;
  const fitted = fitColumns(columns, width - 3);
  const rows = records.slice(viewport.top, viewport.top + height).map((record) => {
    const isMuted = record.state.kind === 'reverted' || record.state.kind === 'undone';
    return composeRow(record, fitted, now, { isSelected: record.id === selection, isMuted }, theme, glyphs);
  });
  return [composeHeader(fitted, { id: '', isDescending: false }, theme, glyphs), ...rows];
}

/** A change in words: what became of it, who did it, each step, and the lines of files that it changed. */
export function changeWords(
  record: ChangeRecord,
  notices: readonly ChangeNotice[],
  now: number,
  width: number,
  look: Look,
): string[] {
  const { theme } = look;
  const prose = (token: Token, text: string) =>
    wrapWords(text, Math.max(20, width - 3)).map((line) => ` ${paint(theme, token, line)}`);
  const notice = notices.find(({ change }) => change.id === record.id);
  const { state, by, risk } = record;
  const became =
    'reason' in state
      ? `${stateWords(state, now)}: ${state.reason}`
      : state.kind === 'undone'
        ? `undone by ${state.by}`
        : stateWords(state, now);
  return [
    ...prose('strong', record.title),
    paintSpans(theme, [
      ['text', ' '],
      [stateTokens[state.kind], truncate(became, width - 2, look.glyphs.ellipsis)],
    ]),
    ...prose('muted', `${formatTime(record.at, now)} by ${by.user} from ${by.from}, ${record.id}`),
    ...(notice === undefined ? [] : prose('warn', notice.sentence)),
    ...(risk.level === 'risky' ? risk.reasons.flatMap((reason) => prose('warn', reason)) : []),
    ...record.affected.flatMap(({ label, how }) => prose('text', `${label} ${how}.`)),
    '',
    ...record.steps.flatMap((step) => stepWords(step, width, look)),
  ];
}

function stepWords(step: RecordedStep, width: number, look: Look): string[] {
  const { theme, glyphs } = look;
  const line = (token: Token, text: string) => ` ${paint(theme, token, truncate(text, width - 2, glyphs.ellipsis))}`;
  const sign = (before: boolean, after: boolean) => (before === after ? '~' : after ? '+' : '-');
  switch (step.kind) {
    case 'file':
      return [
        line('text', `${sign(step.before !== undefined, step.after !== undefined)} ${step.path}`),
        ...step.diff.map(({ kind, text }) =>
          line(
            kind === 'add' ? 'good' : kind === 'remove' ? 'bad' : 'muted',
            `  ${kind === 'add' ? '+' : kind === 'remove' ? '-' : ' '} ${text}`,
          ),
        ),
      ];
    case 'peer':
      return [
        line(
          'text',
          `${sign(step.before !== undefined, step.after !== undefined)} peer ${step.label} on ${step.interfaceName}: ${step.after?.allowedIps.join(', ') ?? 'removed'}`,
        ),
      ];
    case 'route':
      return [
        line(
          'text',
          `${sign(step.before, step.after)} route ${step.prefix} into ${step.interfaceName}, table ${step.table}`,
        ),
      ];
    case 'address':
      return [line('text', `${sign(step.before, step.after)} address ${step.address} on ${step.interfaceName}`)];
    case 'interface':
      return [line('text', `~ ${step.setting} of ${step.interfaceName}: ${step.before} to ${step.after}`)];
    case 'flows':
      return [line('muted', `  connections of ${step.prefixes.join(', ')} ended`)];
    case 'sysctl':
      return [line('text', `~ ${step.key}: ${step.before} to ${step.after}`)];
    case 'tunnel':
      return [
        line('text', `${sign(step.before.isUp, step.after.isUp)} interface ${step.interfaceName}`),
        ...(step.before.isEnabled === step.after.isEnabled
          ? []
          : [line('text', `${sign(step.before.isEnabled, step.after.isEnabled)} ${step.interfaceName} at boot`)]),
      ];
  }
}
