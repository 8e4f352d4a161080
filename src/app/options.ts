import type { NetworkFacts } from '../observe/network-facts.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { TrafficHistory } from '../observe/traffic/history.ts';
import type { ExplainAnswer } from '../screens/path/explain-lines.ts';
import type { Sort } from '../screens/peers/arrange.ts';
import type { RateUnit } from '../ui/chart/scale.ts';
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
  readonly unit: RateUnit;
  readonly savePreferences: (preferences: Pick<ConsoleState, 'themeName' | 'sort' | 'unit'>) => void;
  /** Reads where packets go, for the screens that show it. */
  readonly readNetwork: (snapshot: Snapshot) => Promise<NetworkFacts>;
  /** Follows a packet between what two words name. */
  readonly explain: (snapshot: Snapshot, words: readonly string[]) => Promise<ExplainAnswer>;
  /** What went through before; undefined where it is not kept. */
  readonly traffic: () => TrafficHistory | undefined;
}

/** The terminal's size; 80×24 where it does not say. */
export function terminalSize(): Size {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}
