import { bitsOf } from '../../network/prefix.ts';
import type { PathEvidence } from '../../wg/path/evidence.ts';
import { addressText, fromKernel, type Hop, hopOf, nameOfEnd } from './hop.ts';

/** Whether the answers find their way from the hub back to the sender. What happens behind a peer is not seen here. */
export function returnHop(evidence: PathEvidence): Hop {
  const { back, source, destination, ingress, tunnels } = evidence;
  if (back === undefined) return hopOf('return', 'unknown', 'The way of the answers is not known.');
  const { result } = back;
  const shown = [fromKernel(back)];
  const to = source.address === undefined ? 'the hub' : addressText(source.address);
  if (result.outcome === 'unreadable') {
    return hopOf('return', 'unknown', `The kernel could not be asked for the way back: ${result.reason}.`, shown);
  }
  if (result.outcome === 'refused') {
    const says = `Answers from ${nameOfEnd(destination)} do not get back: the kernel has no way to ${to} for them (${result.error}).`;
    return hopOf('return', 'stop', says, shown);
  }
  const beyond = beyondSight(evidence);
  if (source.isHub) {
    return result.type === 'local'
      ? hopOf('return', 'pass', `Answers end on the hub.${beyond}`, shown)
      : hopOf('return', 'stop', `Answers do not end on the hub: the kernel sends them out by ${result.dev}.`, shown);
  }
  const isFromTunnel = tunnels.some((name) => name === ingress);
  if (result.type !== 'unicast' || (isFromTunnel && result.dev !== ingress)) {
    const how = result.type === 'unicast' ? `goes out by ${result.dev}` : `is a ${result.type} address to the kernel`;
    const says = `Answers do not get back: ${to} ${how}, not into ${ingress}.`;
    return hopOf('return', 'stop', says, shown);
  }
  return hopOf('return', 'pass', `Answers to ${to} go back by ${result.dev}.${beyond}`, shown);
}

/** A note about hosts behind a peer: their own routes decide whether they answer through the tunnel. */
function beyondSight({ destination }: PathEvidence): string {
  const { holder } = destination;
  if (destination.isHub || holder === undefined || holder.prefix.length === bitsOf(holder.prefix.family)) return '';
  return ` Whether hosts behind ${holder.peer.label} send their answers through it cannot be seen from the hub.`;
}
