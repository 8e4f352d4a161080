import type { Secret } from '../wg/secret.ts';
import type { Hubs } from './compare.ts';
import type { PeerStep, RunningPeer, Step } from './plan.ts';
import type { RecordedPeerStep, StoredChange } from './record.ts';

/**
 * The steps of a record that change what runs, as they were in its plan. A record has no preshared keys: each side of a
 * peer has the one that the peer has now, so that they compare as equal.
 */
export function stepsOf({ steps }: Pick<StoredChange, 'steps'>, hubs: Hubs): Step[] {
  return steps.flatMap((step): readonly Step[] => {
    if (step.kind === 'file') return [];
    if (step.kind === 'route') return [{ ...step, metric: step.metric }];
    if (step.kind !== 'peer') return [step];
    const peers = hubs.get(step.interfaceName)?.running?.peers ?? [];
    const key = peers.find(({ publicKey }) => publicKey === step.publicKey)?.presharedKey;
    return [peerStepOf(step, { before: key, after: key })];
  });
}

/** A recorded step with the preshared keys that belong to its sides, where they had any. */
export function peerStepOf(
  { kind, interfaceName, program, publicKey, label, before, after }: RecordedPeerStep,
  keys: { readonly before: Secret | undefined; readonly after: Secret | undefined },
): PeerStep {
  return {
    ...{ kind, interfaceName, program, publicKey, label },
    before: before && runningPeer(before, keys.before),
    after: after && runningPeer(after, keys.after),
  };
}

function runningPeer(
  { allowedIps, endpoint, persistentKeepalive, hasPresharedKey }: NonNullable<RecordedPeerStep['before']>,
  key: Secret | undefined,
): RunningPeer {
  return { allowedIps, endpoint, persistentKeepalive, presharedKey: hasPresharedKey ? key : undefined };
}
