import { known, type Printable, printable } from '../host/printable.ts';
import type { Login } from './results.ts';

/** What was found out about the login of whoever asks for a confirmation. */
export type LoginFacts =
  /**
   * A login over SSH, or at a console. `startedMs`: when the process that serves the connection started (of SSH: sshd's
   * for this connection, which further sessions over the same connection share), milliseconds since boot.
   */
  | { readonly kind: 'ssh' | 'console'; readonly startedMs: number | undefined }
  | { readonly kind: 'unknown'; readonly why: Printable };

/**
 * Whether a login proves that one can still get in: it does if it was made after the steps of the change held
 * (`sinceMs`, milliseconds since boot). What is not known proves nothing.
 */
export function loginOf(facts: LoginFacts, sinceMs: number): Login {
  if (facts.kind === 'unknown') return { kind: 'unknown', why: facts.why };
  const words = facts.kind === 'ssh' ? 'this SSH connection' : 'this login at the console';
  if (facts.startedMs === undefined) return { kind: 'unknown', why: printable(`it is not known when ${words} began`) };
  if (facts.startedMs > sinceMs) return { kind: 'new', why: known(`${words} is newer than the change`) };
  return { kind: 'old', why: known(`${words} is older than the change`) };
}
