import { printable } from '../../host/printable.ts';
import { parsePrefix } from '../../network/prefix.ts';
import { setExpiry, setNote, setTags } from '../../wg/conf/annotate.ts';
import { type ConfFile, printConf } from '../../wg/conf/conf-file.ts';
import { disablePeer, enablePeer } from '../../wg/conf/disable.ts';
import { type EditResult, removePeer } from '../../wg/conf/edit.ts';
import { renamePeer } from '../../wg/conf/rename.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import type { PublicKey } from '../../wg/key.ts';
import { readConfNames } from '../../wg/names/conf-names.ts';
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

/** Gives the peer another name. */
export function renamePlan(context: PlanContext, key: PublicKey, { name }: { readonly name: string }): PlanResult {
  if (context.nameFile !== undefined) {
    const path = printable(context.nameFile);
    return refused(
      `The name of ${context.labelOf(key)} comes from ${path}, and would be shown whatever the configuration file says.`,
      nothingChanged,
      `Rename it in ${path}.`,
    );
  }
  return editPlan(
    context,
    key,
    (file) => renamePeer(file, key, name),
    ({ label }) => ({
      title: `Rename ${label} to ${name}`,
    }),
  );
}

/** Tags to add and to take away, or all that there are to be. */
export type TagDecision =
  | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
  | { readonly set: readonly string[] };

export function tagPlan(context: PlanContext, key: PublicKey, decision: TagDecision): PlanResult {
  return editPlan(
    context,
    key,
    (file) => {
      const { peers } = readConfNames(printConf(file).reveal());
      const has: readonly string[] = peers.find(({ publicKey }) => publicKey === key)?.tags ?? [];
      return setTags(file, key, tagsAfter(has, decision));
    },
    ({ label }) => ({ title: `Tag ${label}` }),
  );
}

function tagsAfter(has: readonly string[], decision: TagDecision): string[] {
  if ('set' in decision) return [...new Set(decision.set)];
  const removed = new Set(decision.remove);
  return [...new Set([...has, ...(decision.add ?? [])])].filter((tag) => !removed.has(tag));
}

/** Writes a note about the peer, or none. */
export function notePlan(
  context: PlanContext,
  key: PublicKey,
  { note }: { readonly note: string | undefined },
): PlanResult {
  return editPlan(
    context,
    key,
    (file) => setNote(file, key, note),
    ({ label }) => ({
      title: note === undefined ? `Remove the note on ${label}` : `Note on ${label}`,
    }),
  );
}

/** Sets when the peer's access ends: an ISO 8601 date or time; undefined: never. */
export function expiryPlan(
  context: PlanContext,
  key: PublicKey,
  { expires }: { readonly expires: string | undefined },
): PlanResult {
  return editPlan(
    context,
    key,
    (file) => setExpiry(file, key, expires),
    ({ label }) =>
      expires === undefined
        ? { title: `Let the access of ${label} last` }
        : {
            title: `End the access of ${label} at ${expires}`,
            notes: [`meshtui sweep disables ${label} then; without its timer nothing does.`],
          },
  );
}

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

/** The plan of an edit that is about what the file says of the peer. */
export function editPlan(
  context: PlanContext,
  key: PublicKey,
  edit: (file: ConfFile) => EditResult,
  words: (peer: PeerAtHand) => ChangeWords,
): PlanResult {
  const peer = takePeer(context, key);
  if ('outcome' in peer) return peer;
  if (peer.inFile === 'absent') return notInFile(context, peer);
  return planOf(context, peer, edit(peer.conf.file), words(peer));
}

function planOf(context: PlanContext, peer: PeerAtHand, result: EditResult, words: ChangeWords): PlanResult | Refusal {
  if (result.outcome === 'refused') return refused(result.reason, nothingChanged);
  return peerChangePlan(context, peer, result.outcome === 'edited' ? result.file : peer.conf.file, words);
}
