import { printable } from '../../host/printable.ts';
import { parsePrefix } from '../../network/prefix.ts';
import { disablePeer, enablePeer } from '../../wg/conf/disable.ts';
import { type EditResult, removePeer } from '../../wg/conf/edit.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import type { PublicKey } from '../../wg/key.ts';
import type { PlanResult } from '../plan.ts';
import { collision, itemsOf } from './allowed-ips.ts';
import {
  nothingChanged,
  notInFile,
  type PeerAtHand,
  type PlanContext,
  type Refusal,
  refused,
  takePeer,
  unchanged,
} from './context.ts';
import { type ChangeWords, peerChangePlan } from './peer-change.ts';

/** Why a peer is disabled, and how long. */
export interface DisableDecision {
  readonly reason?: string;
  /** An ISO 8601 date or time at which `meshtui sweep` enables it again. */
  readonly until?: string;
}

/** Cuts the peer off and keeps its section, commented out, with all its settings. */
export function disablePlan(context: PlanContext, key: PublicKey, { reason, until }: DisableDecision): PlanResult {
  const peer = takePeer(context, key);
  if ('outcome' in peer) return peer;
  if (peer.inFile === 'absent') return notInFile(context, peer);
  const { label } = peer;
  const options = { ...(reason !== undefined && { reason }), ...(until !== undefined && { until }) };
  return planOf(context, peer, disablePeer(peer.conf.file, key, options), {
    title: `Disable ${label}`,
    notes: [
      'Its section stays in the file, commented out, with all its settings.',
      ...(until === undefined ? [] : [`meshtui sweep enables it again at ${until}; without its timer nothing does.`]),
    ],
    cutsOff: true,
    endsRunning: true,
  });
}

/** Brings a disabled peer back as it was. */
export function enablePlan(context: PlanContext, key: PublicKey): PlanResult {
  const peer = takePeer(context, key);
  if ('outcome' in peer) return peer;
  if (peer.inFile === 'absent') return notInFile(context, peer);
  if (peer.inFile === 'live') return unchanged(`${peer.label} is not disabled.`);
  const section = sectionsOf(peer.conf.file).find(({ publicKey }) => publicKey === key);
  const prefixes = (section?.settings ?? [])
    .flatMap((setting) => (setting.key === 'allowedips' ? itemsOf(setting.value) : []))
    .flatMap((text) => parsePrefix(text)?.prefix ?? []);
  return (
    collision(context, peer, prefixes) ??
    planOf(context, peer, enablePeer(peer.conf.file, key), { title: `Enable ${peer.label}` })
  );
}

/** Takes the peer out of the file and off the interface. One that only runs is taken off the interface. */
export function removePlan(context: PlanContext, key: PublicKey): PlanResult {
  const peer = takePeer(context, key);
  if ('outcome' in peer) return peer;
  const { label, conf, inFile } = peer;
  if (inFile === 'absent' && peer.running === undefined) return notInFile(context, peer);
  const words = { title: `Remove ${label}`, cutsOff: true, endsRunning: true };
  if (inFile === 'absent') {
    const notes = [`${label} is not in ${printable(conf.path)}: the file stays as it is.`];
    return peerChangePlan(context, peer, conf.file, { ...words, notes });
  }
  return planOf(context, peer, removePeer(conf.file, key), words);
}

function planOf(context: PlanContext, peer: PeerAtHand, result: EditResult, words: ChangeWords): PlanResult | Refusal {
  if (result.outcome === 'refused') return refused(result.reason, nothingChanged);
  return peerChangePlan(context, peer, result.outcome === 'edited' ? result.file : peer.conf.file, words);
}
