import { holderOf } from '../../wg/path/ends.ts';
import type { PathEvidence, PathPeer } from '../../wg/path/evidence.ts';
import {
  addressText,
  fromKernel,
  type Hop,
  type HopEvidence,
  hopOf,
  nameOfEnd,
  ownerRow,
  showRow,
  type Verdict,
} from './hop.ts';

/**
 * Whether the hub takes the packet in: WireGuard drops what a peer sends from an address that is not among that peer's
 * allowed IPs (whitepaper §3, cryptokey routing), and a peer that is away sends nothing.
 */
export function ingressHop(evidence: PathEvidence): Hop {
  const { source, ingress, tunnels } = evidence;
  if (source.isHub) return hopOf('ingress', 'pass', 'The hub itself sends: nothing comes in by a tunnel.');
  const sender = source.named ?? source.inFile?.peer ?? source.holder?.peer;
  if (sender !== undefined) return fromPeer(evidence, sender);
  const name = nameOfEnd(source);
  if (ingress === undefined) {
    return hopOf(
      'ingress',
      'unknown',
      `${name} belongs to no peer, and the hub has no route to it that tells by which device it comes in.`,
    );
  }
  const tunnel = tunnels.find((each) => each === ingress);
  if (tunnel === undefined) {
    return hopOf(
      'ingress',
      'pass',
      `${name} belongs to no peer: its packets come in by ${ingress}, outside of any tunnel.`,
    );
  }
  const wide = source.address && holderOf(source.address, peersOn(evidence, tunnel), (peer) => peer.allowedIps, 0);
  if (wide !== undefined) return fromPeer(evidence, wide.peer);
  const says = `${name} leads into ${tunnel}, but no peer has it in its allowed IPs: WireGuard drops packets from it.`;
  return hopOf(
    'ingress',
    'stop',
    says,
    evidence.towardsSource === undefined ? [] : [fromKernel(evidence.towardsSource)],
  );
}

function fromPeer(evidence: PathEvidence, sender: PathPeer): Hop {
  const { source, files } = evidence;
  const { interfaceName, label } = sender;
  const address = addressText(source.address);
  const owner =
    source.address && holderOf(source.address, peersOn(evidence, interfaceName), (peer) => peer.allowedIps, 0);
  const file = files.get(interfaceName);
  const isListed = source.inFile?.peer.id === sender.id && file !== undefined;
  const listed = isListed ? `; ${file} gives ${source.inFile?.prefix.text} to ${label}` : '';
  if (owner === undefined) {
    const says = `No peer of ${interfaceName} has ${address} in its allowed IPs, so WireGuard drops what ${label} sends from it${listed}.`;
    return hopOf('ingress', 'stop', says, [showRow(sender, 'allowed-ips', sender.allowedIps.join(' '))]);
  }
  if (owner.peer.id !== sender.id) {
    const says = `${address} belongs to ${owner.peer.label}, which has ${owner.prefix.text} in its allowed IPs, so WireGuard drops what ${label} sends from it${listed}.`;
    const rows = [ownerRow(owner), showRow(sender, 'allowed-ips', sender.allowedIps.join(' '))];
    return hopOf('ingress', 'stop', says, rows);
  }
  const { verdict, says } = senderState(sender);
  const rows = [ownerRow(owner), ...(verdict === 'pass' ? [] : [endpointRow(sender)])];
  const taken = `${interfaceName} takes packets from ${address}: it is in ${owner.prefix.text} of ${label}.`;
  return hopOf('ingress', verdict, verdict === 'stop' ? says : `${taken} ${says}`, rows);
}

/** Whether a peer in this state sends anything that arrives. */
function senderState({ label, activity }: PathPeer): { readonly verdict: Verdict; readonly says: string } {
  switch (activity.state) {
    case 'active':
    case 'online':
      return { verdict: 'pass', says: `${label} is connected.` };
    case 'idle':
      return { verdict: 'pass', says: `${label} is idle: it makes a new session when it has something to send.` };
    case 'clock':
      return {
        verdict: 'unknown',
        says: `Whether ${label} is connected is not known: its handshake lies in the future.`,
      };
    case 'calling':
      return activity.ongoing
        ? { verdict: 'stop', says: `${label} does not answer the hub's calls: without a session it sends nothing.` }
        : { verdict: 'unknown', says: `${label} did not answer the hub's last calls.` };
    case 'lost':
      return { verdict: 'stop', says: `${label} is lost: its keepalives stopped, so nothing from it arrives.` };
    case 'knocking':
      return {
        verdict: 'stop',
        says: `The handshakes of ${label} arrive but never complete (keys that do not match): without a session it sends nothing.`,
      };
    case 'never':
      return {
        verdict: 'stop',
        says: `${label} has not connected since its interface came up: without a session it sends nothing.`,
      };
    case 'disabled':
      return { verdict: 'stop', says: `${label} is disabled: the hub does not know it.` };
  }
}

/** The row that tells where a peer is. */
export function endpointRow(peer: PathPeer): HopEvidence {
  return showRow(peer, 'endpoints', peer.endpoint ?? '');
}

/** The peers of one interface. */
export function peersOn({ peers }: PathEvidence, interfaceName: string): PathPeer[] {
  return peers.filter((peer) => (peer.interfaceName as string) === interfaceName);
}
