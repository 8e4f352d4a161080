import type { PeerEdits } from '../change/plans/edit-peer.ts';
import type { DisableDecision } from '../change/plans/peer.ts';
import type { Decision } from '../flows/decision.ts';
import { preparePlan } from '../flows/prepare.ts';
import type { Host } from '../host/host.ts';
import type { PeerView } from '../observe/snapshot.ts';
import { Secret } from '../wg/secret.ts';
import { type ChangeOptions, carryOut, type NewKey } from './change.ts';
import { findPeer } from './find-peer.ts';
import { tellNotices } from './notices.ts';
import type { Output } from './output.ts';
import { readHubToChange } from './read-hub.ts';
import type { Talk } from './talk.ts';

/** What is to happen to a peer, before it is known which one it is. */
export type PeerWish =
  | { readonly kind: 'edit'; readonly edits: PeerEdits }
  | { readonly kind: 'disable'; readonly how: DisableDecision }
  | { readonly kind: 'enable' }
  | { readonly kind: 'remove' };

/** Changes the peer that a word names. Gives the exit code: 2 where it names none, or several. */
export async function changePeer(
  host: Host,
  talk: Talk,
  options: ChangeOptions,
  words: readonly string[],
  word: string,
  wish: PeerWish,
): Promise<number> {
  const { output } = talk;
  await tellNotices(host, talk);
  const snapshot = await readHubToChange(host, options, words, output);
  if (snapshot === undefined) return 1;
  const finding = findPeer(snapshot, word, options.interface);
  if (finding.outcome !== 'found') {
    sayCandidates(output, finding.reason, finding.candidates);
    return 2;
  }
  const { peer } = finding;
  const result = await preparePlan(host, snapshot, decisionOn(peer, wish));
  return carryOut(host, talk, options, result, newKeyOf(peer, wish));
}

/** A mistake with what could have been meant, a line each. */
export function sayCandidates(output: Output, reason: string, candidates: readonly string[]): void {
  output.error(`meshtui: ${reason}`);
  for (const candidate of candidates) output.error(`  ${candidate}`);
}

function decisionOn({ id }: PeerView, wish: PeerWish): Decision {
  return { ...wish, peer: id };
}

function newKeyOf({ label }: PeerView, wish: PeerWish): NewKey | undefined {
  const secret = wish.kind === 'edit' ? wish.edits.settings?.presharedKey : undefined;
  return secret instanceof Secret ? { peer: label, secret } : undefined;
}
