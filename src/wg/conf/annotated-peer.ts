import { known, type Printable } from '../../host/printable.ts';
import { type PublicKey, shortKey } from '../key.ts';
import { type ConfNames, type ConfPeer, readConfNames } from '../names/conf-names.ts';
import { type ConfFile, type ConfSection, printConf } from './conf-file.ts';
import type { EditResult } from './edit.ts';
import { sectionsOf } from './sections.ts';

/** A peer's section and what the reader of names says about it and the others. */
export interface AnnotatedPeer {
  readonly file: ConfFile;
  readonly section: ConfSection;
  readonly peer: ConfPeer;
  /** The name, or the start of the key. */
  readonly label: Printable;
  readonly names: ConfNames;
}

type Said = Pick<ConfPeer, 'name' | 'tags' | 'note' | 'expires' | 'issued' | 'disabled'>;

/** What an edit is expected to make the reader say about the peer; what is absent stays as it was, undefined goes. */
export type Expected = { readonly [K in keyof Said]?: Said[K] | undefined };

/** A refusal in one sentence. */
export function refused(reason: string): EditResult & { readonly outcome: 'refused' } {
  return { outcome: 'refused', reason: known(reason) };
}

/**
 * The section of a peer: its live one, else the one that is commented out. Refused where the file has none, or more than
 * one of which any could be meant.
 */
export function findPeer(
  file: ConfFile,
  key: PublicKey,
): AnnotatedPeer | (EditResult & { readonly outcome: 'refused' }) {
  const names = namesIn(file);
  const all = names.peers.filter((peer) => peer.publicKey === key);
  const live = all.filter((peer) => peer.disabled === undefined);
  const [peer, second] = live.length > 0 ? live : all;
  if (peer === undefined) return refused(`The configuration file has no peer with the key ${key}.`);
  const label = all.find((one) => one.name !== undefined)?.name ?? known(shortKey(key));
  if (second !== undefined) {
    return refused(
      `${label} is in the configuration file more than once (lines ${peer.line} and ${second.line}); join the sections by hand first.`,
    );
  }
  const section = sectionsOf(file).find((one) => one.kind === 'peer' && one.header === peer.line - 1);
  if (section === undefined) return refused(`The section of ${label} on line ${peer.line} cannot be read.`);
  return { file, section, peer, label, names };
}

const cache = new WeakMap<ConfFile, ConfNames>();

/** What the reader of names says about the file. */
function namesIn(file: ConfFile): ConfNames {
  const names = cache.get(file) ?? readConfNames(printConf(file).reveal());
  cache.set(file, names);
  return names;
}

/**
 * Whether the reader finds what was meant to be changed about the peer in the changed file, and all else as before: the
 * same peers in the same order with the same names, tags, notes, times and allowed IPs.
 */
export function rereadsAs({ names, peer }: AnnotatedPeer, changed: ConfFile, expected: Expected): boolean {
  const after = namesIn(changed);
  const at = names.peers.indexOf(peer);
  return (
    after.peers.length === names.peers.length &&
    after.managedElsewhere === names.managedElsewhere &&
    after.saveConfig === names.saveConfig &&
    names.peers.every((before, index) => {
      const now = after.peers[index];
      return now !== undefined && says(now) === says(index === at ? { ...before, ...expected } : before);
    })
  );
}

/** All that is read about a peer but where and how it is written. */
function says(peer: Expected & Pick<ConfPeer, 'publicKey' | 'allowedIps'>): string {
  const { publicKey, name, tags, note, expires, issued, disabled, allowedIps } = peer;
  return JSON.stringify([
    publicKey,
    name,
    tags,
    note,
    expires,
    issued,
    disabled?.reason,
    disabled?.until,
    !disabled,
    allowedIps,
  ]);
}
