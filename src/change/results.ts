import type { Printable } from '../host/printable.ts';
import type { StoredChange } from './record.ts';

/** What became of a change. */
export type ChangeState =
  /** Its process is at it. */
  | { readonly kind: 'applying' }
  /**
   * It is reverted at `deadline` (milliseconds since the epoch) unless it is confirmed. Its steps held from `sinceMs` on
   * (milliseconds since boot): a login is new if it came after that.
   */
  | { readonly kind: 'pending'; readonly deadline: number; readonly sinceMs: number }
  | { readonly kind: 'done' }
  /** Everything is as it was before. */
  | { readonly kind: 'reverted'; readonly reason: Printable; readonly at: number | undefined }
  /** It was done, and a later change took it back. */
  | { readonly kind: 'undone'; readonly by: string }
  /** Its process is gone in the middle, and it is not reverted (yet). */
  | { readonly kind: 'interrupted' }
  /** The machine was restarted in the middle, or before the confirmation. */
  | { readonly kind: 'rebooted' }
  /** Reverting it failed in part. */
  | { readonly kind: 'stuck'; readonly reason: Printable };

/** A change that was applied, or begun. */
export interface ChangeRecord extends StoredChange {
  readonly state: ChangeState;
}

/** What came of applying a plan. */
export type ApplyResult =
  | { readonly outcome: 'done'; readonly id: string }
  /** The steps hold, and are reverted at `deadline` (milliseconds since the epoch) unless they are confirmed. */
  | { readonly outcome: 'pending'; readonly id: string; readonly deadline: number }
  /** Nothing was changed. `busy`: somebody else is changing the hub right now. */
  | { readonly outcome: 'refused'; readonly reason: Printable; readonly because?: 'busy' }
  /** It failed, and everything is as before; that was read back. */
  | { readonly outcome: 'reverted'; readonly id: string; readonly reason: Printable }
  /** It failed, and not everything could be brought back. The script may be run again by hand. */
  | { readonly outcome: 'stuck'; readonly id: string; readonly reason: Printable; readonly script: string };

/** What an apply tells while it goes on. */
export interface ApplyEvent {
  readonly stage: 'checking' | 'staging' | 'step' | 'verifying' | 'files' | 'reverting';
  /** A few words, without secrets; of a step, its command. */
  readonly text: Printable;
}

/** What came of confirming or of reverting a pending change. */
export type ConfirmResult =
  | { readonly outcome: 'done'; readonly id: string }
  /** It stays pending, or there is nothing to confirm. */
  | { readonly outcome: 'refused'; readonly reason: Printable }
  | { readonly outcome: 'reverted'; readonly id: string; readonly reason: Printable }
  | { readonly outcome: 'stuck'; readonly id: string; readonly reason: Printable; readonly script: string };

/** Who asks for a confirmation. */
export interface Proof {
  /** The question was asked and answered on the screen that applied the change. */
  readonly sameScreen: boolean;
  /** Whether whoever asks has logged in after the change, over a new connection: what proves that one can still get in. */
  readonly login: Login;
}

export interface Login {
  readonly kind: 'new' | 'old' | 'unknown';
  /** How that is known, as half a sentence. */
  readonly why: Printable;
}
