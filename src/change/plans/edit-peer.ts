import { printable } from '../../host/printable.ts';
import { setExpiry, setNote, setTags } from '../../wg/conf/annotate.ts';
import { printConf } from '../../wg/conf/conf-file.ts';
import { renamePeer } from '../../wg/conf/rename.ts';
import type { PublicKey } from '../../wg/key.ts';
import { readConfNames } from '../../wg/names/conf-names.ts';
import type { RandomBytes } from '../../wg/profile/keys.ts';
import type { PlanResult } from '../plan.ts';
import {
  nothingChanged,
  notInFile,
  type PeerAtHand,
  type PlanContext,
  type Refusal,
  refused,
  takePeer,
} from './context.ts';
import { peerChangePlan } from './peer-change.ts';
import { type PeerEdit, type SetDecision, settingsEdit } from './set.ts';

/** Tags to add and to take away, or all that there are to be. */
type TagDecision =
  | { readonly add?: readonly string[]; readonly remove?: readonly string[] }
  | { readonly set: readonly string[] };

/** What is to be different about a peer; what is not named stays. */
export interface PeerEdits {
  readonly name?: string;
  readonly tags?: TagDecision;
  /** `undefined` as a value: none. */
  readonly note?: { readonly text: string | undefined };
  /** An ISO 8601 date or time; `undefined` as a value: never. */
  readonly expires?: { readonly at: string | undefined };
  readonly settings?: SetDecision;
}

/** Changes what the file says of a peer, and what of that runs, in one plan. */
export function editPeerPlan(
  context: PlanContext,
  key: PublicKey,
  edits: PeerEdits,
  randomBytes: RandomBytes,
): PlanResult {
  const peer = takePeer(context, key);
  if ('outcome' in peer) return peer;
  if (peer.inFile === 'absent') return notInFile(context, peer);
  const done: PeerEdit[] = [];
  let file = peer.conf.file;
  for (const part of partsOf(context, peer, edits, randomBytes)) {
    if ('outcome' in part) return part;
    const result = part.edit(file);
    if (result.outcome === 'refused') return refused(result.reason, nothingChanged);
    if (result.outcome === 'edited') file = result.file;
    done.push(part);
  }
  const [only, ...more] = done;
  return peerChangePlan(context, peer, file, {
    title: only === undefined || more.length > 0 ? `Change ${peer.label}` : only.title,
    notes: done.flatMap(({ notes }) => notes),
    cutsOff: done.some(({ cutsOff }) => cutsOff),
  });
}

/** The edits in the order in which they are made: the name last, for the others find the peer by its key all the same. */
function partsOf(
  context: PlanContext,
  peer: PeerAtHand,
  { name, tags, note, expires, settings }: PeerEdits,
  randomBytes: RandomBytes,
): readonly (PeerEdit | Refusal)[] {
  return [
    ...(settings === undefined ? [] : [settingsEdit(context, peer, settings, randomBytes)]),
    ...(tags === undefined ? [] : [tagEdit(peer, tags)]),
    ...(note === undefined ? [] : [noteEdit(peer, note.text)]),
    ...(expires === undefined ? [] : [expiryEdit(peer, expires.at)]),
    ...(name === undefined ? [] : [renameEdit(context, peer, name)]),
  ];
}

function renameEdit({ nameFile }: PlanContext, { key, label }: PeerAtHand, name: string): PeerEdit | Refusal {
  if (nameFile !== undefined) {
    const path = printable(nameFile);
    return refused(
      `The name of ${label} comes from ${path}, and would be shown whatever the configuration file says.`,
      nothingChanged,
      `Rename it in ${path}.`,
    );
  }
  return quiet(`Rename ${label} to ${name}`, (file) => renamePeer(file, key, name));
}

function tagEdit({ key, label }: PeerAtHand, decision: TagDecision): PeerEdit {
  return quiet(`Tag ${label}`, (file) => {
    const { peers } = readConfNames(printConf(file).reveal());
    const has: readonly string[] = peers.find(({ publicKey }) => publicKey === key)?.tags ?? [];
    return setTags(file, key, tagsAfter(has, decision));
  });
}

function tagsAfter(has: readonly string[], decision: TagDecision): string[] {
  if ('set' in decision) return [...new Set(decision.set)];
  const removed = new Set(decision.remove);
  return [...new Set([...has, ...(decision.add ?? [])])].filter((tag) => !removed.has(tag));
}

function noteEdit({ key, label }: PeerAtHand, note: string | undefined): PeerEdit {
  const title = note === undefined ? `Remove the note on ${label}` : `Note on ${label}`;
  return quiet(title, (file) => setNote(file, key, note));
}

function expiryEdit({ key, label }: PeerAtHand, expires: string | undefined): PeerEdit {
  if (expires === undefined) {
    return quiet(`Let the access of ${label} last`, (file) => setExpiry(file, key, undefined));
  }
  const edit = quiet(`End the access of ${label} at ${expires}`, (file) => setExpiry(file, key, expires));
  return { ...edit, notes: [`meshtui sweep disables ${label} then; without its timer nothing does.`] };
}

/** An edit of comments, which nobody notices. */
function quiet(title: string, edit: PeerEdit['edit']): PeerEdit {
  return { title, edit, notes: [], cutsOff: false };
}
