import { randomBytes } from 'node:crypto';
import { type InitResult, type InitWish, initObstacle, initPlan, proposeHub } from '../../change/plans/init.ts';
import type { InitFacts } from '../../change/plans/init-facts.ts';
import type { Host } from '../../host/host.ts';
import { known, type Printable } from '../../host/printable.ts';
import { findOperator, locateOperator } from '../../observe/operator.ts';
import { readSetup } from '../../observe/setup.ts';
import { generateKeyPair } from '../../wg/profile/keys.ts';
import type { Questions } from '../flow.ts';
import { initQuestions } from './questions.ts';

const simulated = known('This is the demo: no hub is set up from here. Nothing was changed.');

/** Who works here is found out anew: a prefix that holds their address would cut them off. */
async function factsOf(host: Host, words: readonly string[]): Promise<InitFacts> {
  return readSetup(host, await locateOperator(host, await findOperator(host), []), words);
}

/**
 * The plan that sets up a hub, on what the host is at this moment, with new keys. `words` are those that started this
 * program. Never throws.
 */
export async function prepareInit(host: Host, words: readonly string[], wish: InitWish): Promise<InitResult> {
  if (host.kind === 'simulated') return { outcome: 'refused', reason: simulated };
  return initPlan(await factsOf(host, words), wish, generateKeyPair(randomBytes), randomBytes);
}

/** The questions about a new hub, or why there can be none here. */
export type Setup =
  | { readonly outcome: 'questions'; readonly questions: Questions }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/** The questions with what is proposed for this host. Never throws. */
export async function prepareQuestions(host: Host, words: readonly string[]): Promise<Setup> {
  if (host.kind === 'simulated') return { outcome: 'refused', reason: simulated };
  const facts = await factsOf(host, words);
  const obstacle = initObstacle(facts);
  if (obstacle !== undefined) return { outcome: 'refused', reason: obstacle };
  return { outcome: 'questions', questions: initQuestions(facts, proposeHub(facts, randomBytes)) };
}
