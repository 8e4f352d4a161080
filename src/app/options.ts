import type { Sort } from '../screens/peers/arrange.ts';
import type { Glyphs } from '../ui/glyphs.ts';
import type { ThemeName } from '../ui/theme.ts';
import type { Size } from './layout.ts';
import type { ConsoleState } from './state.ts';

/** How a console is opened. */
export interface ConsoleOptions {
  readonly glyphs: Glyphs;
  readonly themeName: ThemeName;
  readonly sort: Sort | undefined;
  readonly isDemo: boolean;
  readonly isReadOnly: boolean;
  /** A linear layout without the alternate screen, which speaks only when something happened. */
  readonly isScreenReader: boolean;
  readonly savePreferences: (preferences: Pick<ConsoleState, 'themeName' | 'sort'>) => void;
}

/** The terminal's size; 80×24 where it does not say. */
export function terminalSize(): Size {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}
