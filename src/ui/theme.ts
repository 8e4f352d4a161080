import type { ActivityState } from '../wg/activity/activity.ts';

/** What a piece of text means. Components name meanings; only this file knows colours. */
export type Token = 'text' | 'muted' | 'strong' | 'good' | 'warn' | 'bad' | 'accent' | 'heading' | 'selected' | 'key';

/** Select Graphic Rendition parameters (ECMA-48 §8.3.117): what switches a look on, and what switches it off again. */
type Look = readonly [on: string, off: string];

export type ThemeName = 'dark' | 'light' | 'colour-blind' | 'mono';

export interface Theme {
  readonly name: ThemeName;
  readonly looks: Readonly<Record<Token, Look>>;
}

const plain: Look = ['', ''];
const bold: Look = ['1', '22'];
const dim: Look = ['2', '22'];
const inverse: Look = ['7', '27'];
const colour = (code: string): Look => [code, '39'];

/** The sixteen colours that every terminal has, as its owner set them. */
const dark: Theme = {
  name: 'dark',
  looks: {
    text: plain,
    muted: colour('90'),
    strong: bold,
    good: colour('32'),
    warn: colour('33'),
    bad: colour('91'),
    accent: colour('36'),
    heading: colour('90'),
    selected: inverse,
    key: colour('36'),
  },
};

const light: Theme = {
  name: 'light',
  looks: {
    ...dark.looks,
    muted: dim,
    warn: colour('35'),
    bad: colour('31'),
    accent: colour('34'),
    heading: dim,
    key: colour('34'),
  },
};

/** Blue and orange, told apart by every common form of colour blindness (Okabe and Ito's palette). */
const colourBlind: Theme = {
  name: 'colour-blind',
  looks: {
    ...dark.looks,
    good: colour('38;5;39'),
    warn: colour('38;5;214'),
    bad: ['1;38;5;208', '22;39'],
  },
};

/** For NO_COLOR: no colour at all, but bold, dim and inverse stay, and every state has its own sign and word. */
const mono: Theme = {
  name: 'mono',
  looks: {
    text: plain,
    muted: dim,
    strong: bold,
    good: plain,
    warn: bold,
    bad: bold,
    accent: bold,
    heading: dim,
    selected: inverse,
    key: bold,
  },
};

export const themes: readonly Theme[] = [dark, light, colourBlind, mono];

/** The theme of that name; the dark one where there is none. */
export function themeNamed(name: string | undefined): Theme {
  return themes.find((theme) => theme.name === name) ?? dark;
}

/** The text in the look of a token. The text is printable and has no look of its own. */
export function paint(theme: Theme, token: Token, text: string): string {
  const [on, off] = theme.looks[token];
  return on === '' || text === '' ? text : `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Calm by rule: green carries traffic or is fresh, amber wants a look, red is broken now, muted is normal and quiet. */
export const stateTokens: Readonly<Record<ActivityState, Token>> = {
  active: 'good',
  online: 'good',
  idle: 'muted',
  lost: 'bad',
  calling: 'warn',
  knocking: 'warn',
  never: 'muted',
  disabled: 'muted',
  clock: 'warn',
};
