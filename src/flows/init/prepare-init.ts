import { randomBytes } from 'node:crypto';
import { type InitResult, type InitWish, initPlan } from '../../change/plans/init.ts';
import type { Host } from '../../host/host.ts';
import { known } from '../../host/printable.ts';
import { readSetup } from '../../observe/setup.ts';
import type { Session } from '../../observe/snapshot.ts';
import { generateKeyPair } from '../../wg/profile/keys.ts';

/**
 * The plan that sets up a hub, on what the host is at this moment, with new keys. `words` are those that started this
 * program. Never throws.
 */
export async function prepareInit(
  host: Host,
  session: Session,
  words: readonly string[],
  wish: InitWish,
): Promise<InitResult> {
  if (host.kind === 'simulated') {
    return { outcome: 'refused', reason: known('This is the demo: no hub is set up from here. Nothing was changed.') };
  }
  return initPlan(await readSetup(host, session, words), wish, generateKeyPair(randomBytes), randomBytes);
}
