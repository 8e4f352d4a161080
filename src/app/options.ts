import type { Plan, PlanResult } from '../change/plan.ts';
import type { Ending } from '../change/recover.ts';
import type { ApplyEvent, ApplyResult, ConfirmResult } from '../change/results.ts';
import type { Delivery, Wish } from '../flows/add/delivery.ts';
import type { Gathered } from '../flows/add/gather.ts';
import type { Prepared } from '../flows/add/prepare.ts';
import type { Proof, ProofEvidence } from '../flows/add/proof.ts';
import type { AddDecision, Decision } from '../flows/decision.ts';
import type { Setup } from '../flows/init/prepare-init.ts';
import type { Printable } from '../host/printable.ts';
import type { HubDrift } from '../observe/drift.ts';
import type { NetworkFacts } from '../observe/network-facts.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import type { TrafficHistory } from '../observe/traffic/history.ts';
import type { Changes } from '../screens/changes/changes-lines.ts';
import type { ExplainAnswer } from '../screens/path/explain-lines.ts';
import type { Sort } from '../screens/peers/arrange.ts';
import type { RateUnit } from '../ui/chart/scale.ts';
import type { Glyphs } from '../ui/glyphs.ts';
import type { ThemeName } from '../ui/theme.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { Secret } from '../wg/secret.ts';
import type { Size } from './layout.ts';
import type { ConsoleState } from './state.ts';

/** What came of a wish about a configuration. */
export interface Delivered {
  readonly says: readonly Printable[];
  /** To be written to the terminal as it is. */
  readonly sequence?: Secret;
}

/** How the console changes the hub, and reads what was changed. */
export interface ChangeDoor {
  /** The plan of a decision; of one that adds a client with its keys. */
  readonly prepare: (
    snapshot: Snapshot,
    decision: Decision | AddDecision,
  ) => Promise<{ readonly result: PlanResult; readonly adding?: Prepared }>;
  /** Carries a plan out; of one that adds a client, what is delivered then. */
  readonly apply: (
    snapshot: Snapshot,
    plan: Plan,
    adding: Prepared | undefined,
    onEvent: (event: ApplyEvent) => void,
  ) => Promise<{ readonly result: ApplyResult; readonly delivery?: Delivery | undefined }>;
  /** What the questions about a new client need to know. */
  readonly addFacts: (snapshot: Snapshot, interfaceName: InterfaceName) => Promise<Gathered>;
  /** Writes a configuration to a file, or gives the sequence for the terminal's clipboard; and what to say of it. */
  readonly deliver: (delivery: Delivery, wish: Wish) => Promise<Delivered>;
  /** Looks for what a snapshot does not tell of a new client; one for each that is waited for. */
  readonly watchClient: () => Promise<(proof: Proof) => Promise<ProofEvidence>>;
  /** On the screen that shows it. */
  readonly confirm: (id: string) => Promise<ConfirmResult>;
  readonly revert: (id: string) => Promise<ConfirmResult>;
  /** Brings a change that was cut short to an end. */
  readonly settle: (id: string, ending: Ending) => Promise<ConfirmResult>;
  readonly read: () => Promise<Changes>;
  /** The questions about a new hub on this host. */
  readonly setup: () => Promise<Setup>;
  /** Where each interface has drifted. */
  readonly drift: (snapshot: Snapshot) => Promise<readonly HubDrift[]>;
  /** Remembers that the operator was told. */
  readonly acknowledge: (ids: readonly string[]) => Promise<void>;
}

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
  /** What changes the hub, and what was changed. */
  readonly changes: ChangeDoor;
  /** What went through before; undefined where it is not kept. */
  readonly traffic: () => TrafficHistory | undefined;
}

/** The terminal's size; 80×24 where it does not say. */
export function terminalSize(): Size {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}
