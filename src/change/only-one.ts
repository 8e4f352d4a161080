import type { Host, Lock } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { lockPath } from './places.ts';

/**
 * Does something as the only one on this machine who changes anything; what is returned tells, where somebody else is
 * at it, who. `what` says what is done, for others who want to.
 */
export async function asOnlyOne<T>(
  host: Host,
  what: string,
  act: (lock: Lock) => Promise<T>,
): Promise<T | { readonly outcome: 'refused'; readonly reason: Printable; readonly because?: 'busy' }> {
  if (host.facts.uid !== 0) return refused('Only root may change a hub; nothing was changed. Run it with sudo.');
  const result = await host.lock(lockPath(host.facts), `${what} (pid ${host.facts.pid})`);
  if (result.outcome === 'failed') {
    return refused(`The lock for changes cannot be had: ${result.reason}. Nothing was changed.`);
  }
  if (result.outcome === 'held') {
    const holder = result.holder === undefined ? 'Somebody else' : result.holder;
    return {
      ...refused(`${holder} is changing this hub right now; nothing was changed. Try again when that is over.`),
      because: 'busy',
    };
  }
  try {
    return await act(result.lock);
  } finally {
    await result.lock.release();
  }
}

/** A refusal with its reason: nothing was changed. */
export function refused(reason: string): { readonly outcome: 'refused'; readonly reason: Printable } {
  return { outcome: 'refused', reason: printable(reason) };
}

/** What an error says, on one line. */
export function messageOf(error: unknown): Printable {
  return error instanceof Error ? printable(error.message) : known('an unknown error');
}
