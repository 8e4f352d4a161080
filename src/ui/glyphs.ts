import type { ActivityState } from '../wg/activity/activity.ts';

/** The signs that a terminal may or may not be able to draw. */
export interface Glyphs {
  readonly isAscii: boolean;
  readonly marker: string;
  readonly rule: string;
  readonly down: string;
  readonly up: string;
  readonly ascending: string;
  readonly descending: string;
  readonly ellipsis: string;
  readonly dash: string;
  readonly dot: string;
  readonly bar: string;
  /** From nothing to full. */
  readonly spark: readonly string[];
  readonly states: Readonly<Record<ActivityState, string>>;
}

export const unicodeGlyphs: Glyphs = {
  isAscii: false,
  marker: '▸',
  rule: '─',
  down: '↓',
  up: '↑',
  ascending: '▴',
  descending: '▾',
  ellipsis: '…',
  dash: '–',
  dot: '·',
  bar: '│',
  spark: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  states: {
    active: '●',
    online: '○',
    idle: '○',
    lost: '✗',
    calling: '◌',
    knocking: '◌',
    never: '·',
    disabled: '–',
    clock: '!',
  },
};

export const asciiGlyphs: Glyphs = {
  isAscii: true,
  marker: '>',
  rule: '-',
  down: 'rx',
  up: 'tx',
  ascending: '^',
  descending: 'v',
  ellipsis: '~',
  dash: '-',
  dot: '-',
  bar: '|',
  spark: [' ', '.', ':', '-', '=', '+', '*', '%', '#'],
  states: {
    active: '*',
    online: 'o',
    idle: 'o',
    lost: 'x',
    calling: '?',
    knocking: '!',
    never: '.',
    disabled: '-',
    clock: '!',
  },
};

/** The signs for a terminal: `isAscii` where somebody asked for no others, else as the locale says. */
export function glyphsFor(isAscii: boolean, environment: Readonly<Record<string, string | undefined>>): Glyphs {
  return isAscii || !isUnicodeLocale(environment) ? asciiGlyphs : unicodeGlyphs;
}

/** Whether the locale draws Unicode: the first of LC_ALL, LC_CTYPE and LANG that is set decides (locale(7)). */
export function isUnicodeLocale(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  return /utf-?8/i.test(locale);
}
