import { bitsOf, contains, type ParsedPrefix, parsePrefix } from '../../network/prefix.ts';
import type { PeerView } from '../../observe/snapshot.ts';
import { type Issued, parseIssued } from '../../wg/profile/issued.ts';
import type { ClientKind } from '../../wg/profile/profile.ts';
import type { Reach } from '../../wg/profile/reach.ts';
import type { AddRequest, GatewayRequest } from './request.ts';

/** What a new configuration may have otherwise than the old one; what is not named is as it was given, or as a new client's. */
export interface ReissueWords {
  readonly kind?: ClientKind;
  readonly reach?: Reach;
  readonly lans?: readonly string[];
  readonly publicKey?: string;
  readonly endpoint?: string;
  readonly dns?: readonly string[];
  readonly mtu?: string;
  readonly presharedKey?: boolean;
  readonly gateway?: Omit<GatewayRequest, 'lans'>;
}

/** The request for a new key and configuration of a peer that is there: it keeps name, tags, addresses and LANs. */
export function reissueRequest(peer: PeerView, words: ReissueWords = {}): AddRequest {
  const prefixes = (peer.fileAllowedIps ?? peer.allowedIps).flatMap((text) => parsePrefix(text)?.prefix ?? []);
  const single = prefixes.filter(isSingle);
  const lans = prefixes.filter((prefix) => !isSingle(prefix)).map(({ text }) => text);
  const issued = peer.issued === undefined ? undefined : parseIssued(peer.issued);
  const kind = words.kind ?? (lans.length > 0 ? 'gateway' : 'laptop');
  const { gateway = { variant: 'nat', lanInterface: 'eth0' } as const } = words;
  const before = issued === undefined ? { reach: 'mesh' as const, lans: undefined } : reachBefore(issued, single);
  const reach = words.reach ?? (words.lans === undefined ? before.reach : 'lan');
  const reached = words.lans ?? (words.reach === undefined ? before.lans : undefined);
  const { publicKey, endpoint, dns, mtu } = words;
  return {
    name: peer.label,
    tags: peer.tags,
    kind,
    reach,
    ...(reach === 'lan' && reached !== undefined && { lans: reached }),
    address: single.map(({ text }) => text.slice(0, text.indexOf('/'))).join(', '),
    ...(publicKey !== undefined && { publicKey }),
    ...(endpoint !== undefined && { endpoint }),
    ...(dns !== undefined && { dns }),
    ...(mtu !== undefined && { mtu }),
    presharedKey: words.presharedKey ?? issued?.hasPresharedKey ?? true,
    ...(kind === 'gateway' && { gateway: { ...gateway, lans } }),
    replaces: peer.publicKey,
  };
}

function isSingle({ family, length }: ParsedPrefix): boolean {
  return length === bitsOf(family);
}

/** How far the old configuration reached, by what it says. */
function reachBefore(
  { allowedIps }: Issued,
  own: readonly ParsedPrefix[],
): { readonly reach: Reach; readonly lans: readonly string[] | undefined } {
  const sent = allowedIps.flatMap((text) => parsePrefix(text)?.prefix ?? []);
  if (sent.some(({ length }) => length === 0)) return { reach: 'all', lans: undefined };
  if (sent.every(isSingle)) return { reach: 'hub', lans: undefined };
  const lans = sent.filter((prefix) => !own.some((address) => contains(prefix, address)));
  return lans.length === 0 ? { reach: 'mesh', lans: undefined } : { reach: 'lan', lans: lans.map(({ text }) => text) };
}
