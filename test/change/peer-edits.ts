/** Plans of one edit each. */
import type { PlanResult } from '../../src/change/plan.ts';
import type { PlanContext } from '../../src/change/plans/context.ts';
import { editPeerPlan, type PeerEdits } from '../../src/change/plans/edit-peer.ts';
import type { SetDecision } from '../../src/change/plans/set.ts';
import type { PublicKey } from '../../src/wg/key.ts';
import type { RandomBytes } from '../../src/wg/profile/keys.ts';

/** For edits that make no key. */
export const noBytes: RandomBytes = () => new Uint8Array();

const quiet = (context: PlanContext, key: PublicKey, edits: PeerEdits): PlanResult =>
  editPeerPlan(context, key, edits, noBytes);

export const renamePlan = (context: PlanContext, key: PublicKey, name: string) => quiet(context, key, { name });

export const tagPlan = (context: PlanContext, key: PublicKey, tags: NonNullable<PeerEdits['tags']>) =>
  quiet(context, key, { tags });

export const notePlan = (context: PlanContext, key: PublicKey, text: string | undefined) =>
  quiet(context, key, { note: { text } });

export const expiryPlan = (context: PlanContext, key: PublicKey, at: string | undefined) =>
  quiet(context, key, { expires: { at } });

export const setPlan = (context: PlanContext, key: PublicKey, settings: SetDecision, randomBytes = noBytes) =>
  editPeerPlan(context, key, { settings }, randomBytes);
