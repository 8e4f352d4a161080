import { type Theme, themeNamed } from '../ui/theme.ts';

const none = ['', ''] as const;

/** No looks at all, not even bold: for what is read by programs, or from a file. */
export const plainTheme: Theme = {
  ...themeNamed('mono'),
  looks: {
    text: none,
    muted: none,
    strong: none,
    good: none,
    warn: none,
    bad: none,
    accent: none,
    heading: none,
    selected: none,
    key: none,
  },
};
