import { bitsOf } from '../../network/prefix.ts';
import { holderOf } from '../../wg/path/ends.ts';
import type { PathEvidence, PathPeer } from '../../wg/path/evidence.ts';
import { addressText, fromKernel, type Hop, hopOf, ownerRow, type Verdict } from './hop.ts';
import { endpointRow, peersOn } from './ingress.ts';

/** Which peer WireGuard encrypts the packet for, by the longest of the allowed IPs, and whether it can be sent there. */
export function ownerHop(evidence: PathEvidence): Hop {
  const { forward, destination, tunnels, files } = evidence;
  const { result } = forward;
  const tunnel = result.outcome === 'route' ? tunnels.find((name) => name === (result.dev as string)) : undefined;
  if (tunnel === undefined || destination.address === undefined) {
    return hopOf('owner', 'pass', 'It leaves by no tunnel: no peer has to own the destination.');
  }
  const address = addressText(destination.address);
  const owner = holderOf(destination.address, peersOn(evidence, tunnel), (peer) => peer.allowedIps, 0);
  const file = files.get(tunnel);
  const meant = destination.named ?? destination.inFile?.peer;
  const listed =
    destination.inFile === undefined || file === undefined
      ? ''
      : `; ${file} gives ${destination.inFile.prefix.text} to ${destination.inFile.peer.label}`;
  if (owner === undefined) {
    const says = `No peer of ${tunnel} has ${address} in its allowed IPs, so WireGuard refuses it (Required key not available)${listed}.`;
    return hopOf('owner', 'stop', says, [fromKernel(forward)]);
  }
  const { peer, prefix } = owner;
  if (meant !== undefined && meant.id !== peer.id) {
    const says = `${address} goes to ${peer.label}, which has ${prefix.text} in its allowed IPs, not to ${meant.label}${listed}.`;
    return hopOf('owner', 'stop', says, [ownerRow(owner)]);
  }
  const { verdict, says } = receiverState(peer);
  const far = prefix.length < bitsOf(prefix.family) ? `: it lies behind ${peer.label}` : '';
  const whose = `${tunnel} sends ${address} to ${peer.label}, which has ${prefix.text}${far}.`;
  return hopOf('owner', verdict, verdict === 'stop' ? says : `${whose} ${says}`, [ownerRow(owner), endpointRow(peer)]);
}

/** Whether what is encrypted for a peer in this state gets to it. */
function receiverState({ label, activity, endpoint }: PathPeer): { readonly verdict: Verdict; readonly says: string } {
  if (endpoint === undefined) {
    const says = `${label} has no endpoint: the hub cannot send to it before it has connected.`;
    return { verdict: 'stop', says };
  }
  switch (activity.state) {
    case 'active':
    case 'online':
      return { verdict: 'pass', says: `It is connected from ${endpoint}.` };
    case 'idle':
      return { verdict: 'unknown', says: `It is idle: the hub calls it at ${endpoint}, and may not reach it there.` };
    case 'clock':
      return { verdict: 'unknown', says: 'Whether it is connected is not known: its handshake lies in the future.' };
    case 'calling':
      return activity.ongoing
        ? { verdict: 'stop', says: `${label} does not answer the hub's calls to ${endpoint}.` }
        : { verdict: 'unknown', says: `It did not answer the hub's last calls to ${endpoint}.` };
    case 'lost':
      return {
        verdict: 'stop',
        says: `${label} is lost: its keepalives stopped, and it was last seen at ${endpoint}.`,
      };
    case 'knocking':
      return {
        verdict: 'stop',
        says: `The handshakes of ${label} arrive but never complete (keys that do not match).`,
      };
    case 'never':
      return { verdict: 'unknown', says: `It has never answered yet: the hub calls it at ${endpoint}.` };
    case 'disabled':
      return { verdict: 'stop', says: `${label} is disabled: the hub does not know it.` };
  }
}
