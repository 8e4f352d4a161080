import { type ReissueWords, reissueRequest } from '../flows/add/reissue.ts';
import { listOf } from '../flows/list-of.ts';
import type { Host } from '../host/host.ts';
import { clientKinds } from '../wg/profile/profile.ts';
import { reaches } from '../wg/profile/reach.ts';
import { addTo } from './add.ts';
import type { AddOptions } from './add-command.ts';
import { type AddWords, formatOf, oneOf, variants } from './add-words.ts';
import { sayCandidates } from './change-peer.ts';
import { findPeer } from './find-peer.ts';
import { tellNotices } from './notices.ts';
import { readHubToChange } from './read-hub.ts';
import type { Talk } from './talk.ts';

/**
 * Gives the peer that a word names a new key and configuration: the old private key is nowhere but on the device. Gives the
 * exit code: 2 where the word names no peer, or several.
 */
export async function reissue(
  host: Host,
  talk: Talk,
  options: AddOptions,
  words: readonly string[],
  word: string,
  wish: AddWords & { readonly format?: string },
): Promise<number> {
  const asked = reissueWords(wish);
  const format = formatOf(wish.format, undefined);
  await tellNotices(host, talk);
  const snapshot = await readHubToChange(host, options, words, talk.output);
  if (snapshot === undefined) return 1;
  const finding = findPeer(snapshot, word, options.interface);
  if (finding.outcome !== 'found') {
    sayCandidates(talk.output, finding.reason, finding.candidates);
    return 2;
  }
  const { peer } = finding;
  const order = { requests: [reissueRequest(peer, asked)], where: () => '', formatOf: () => format };
  return addTo(host, talk, options, { snapshot, interfaceName: peer.interfaceName }, order);
}

function reissueWords(words: AddWords): ReissueWords {
  const { lan, publicKey, endpoint, dns, mtu, variant, lanInterface, lanHost } = words;
  const isGateway = [variant, lanInterface, lanHost].some((one) => one !== undefined);
  return {
    ...(words.kind !== undefined && { kind: oneOf('--kind', words.kind, clientKinds) }),
    ...(words.reach !== undefined && { reach: oneOf('--reach', words.reach, reaches) }),
    ...(lan !== undefined && { lans: listOf(...lan) }),
    ...(publicKey !== undefined && { publicKey }),
    ...(endpoint !== undefined && { endpoint }),
    ...(dns !== undefined && { dns: listOf(...dns).filter((item) => item !== 'none') }),
    ...(mtu !== undefined && { mtu }),
    ...(words.presharedKey === false && { presharedKey: false }),
    ...(isGateway && {
      gateway: {
        variant: oneOf('--variant', variant ?? 'nat', variants),
        lanInterface: lanInterface ?? 'eth0',
        ...(lanHost !== undefined && { probe: listOf(...lanHost) }),
      },
    }),
  };
}
