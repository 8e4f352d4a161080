import type { Route } from '../../network/routes.ts';
import type { Holding, KernelAnswer, PathEvidence, PathPeer } from '../../wg/path/evidence.ts';
import { addressText, fromKernel, type Hop, hopOf, ownerRow } from './hop.ts';

/** Where the kernel's own answer sends the packet. */
export function lookupHop(evidence: PathEvidence): Hop {
  const { forward, destination } = evidence;
  const { result } = forward;
  const shown = [fromKernel(forward)];
  const address = addressText(destination.address);
  if (result.outcome === 'unreadable') {
    return hopOf('lookup', 'unknown', `The kernel could not be asked for the way: ${result.reason}.`, shown);
  }
  if (result.outcome === 'refused') return refused(evidence, result.error);
  const by = wayOf(result);
  if (result.type !== 'unicast') {
    const isMeant = destination.isHub && result.type === 'local';
    if (isMeant) return hopOf('lookup', 'pass', `${address} is the hub's own: the kernel delivers it here.`, shown);
    return hopOf(
      'lookup',
      'stop',
      `The kernel takes ${address} for a ${result.type} address, and passes it to nobody.`,
      shown,
    );
  }
  if (destination.isHub) {
    return hopOf('lookup', 'stop', `${address} is the hub's own, but the kernel sends it out by ${by}.`, shown);
  }
  const expected = expectedPeer(evidence);
  const isTunnel = evidence.tunnels.some((name) => name === (result.dev as string));
  if (expected !== undefined && (expected.interfaceName as string) !== result.dev) {
    const how = isTunnel ? `into another tunnel, ${by}` : `out by ${by}, in the clear`;
    const says = `The kernel sends ${address} ${how}, not into ${expected.interfaceName}, where ${expected.label} is: ${routeFault(evidence, expected)}.`;
    return hopOf('lookup', 'stop', says, [...shown, ...holderRows(destination.holder)]);
  }
  const way = isTunnel ? `into ${by}` : `out by ${by}, in the clear`;
  return hopOf('lookup', 'pass', `The kernel sends ${address} ${way}.`, shown);
}

/** The peer that the destination is behind by its name, the file or its allowed IPs, in this order. */
export function expectedPeer({ destination }: PathEvidence): PathPeer | undefined {
  return destination.named ?? destination.inFile?.peer ?? destination.holder?.peer;
}

function refused(evidence: PathEvidence, error: string): Hop {
  const { destination, forward, ingress } = evidence;
  const address = addressText(destination.address);
  const shown = [fromKernel(forward), ...holderRows(destination.holder)];
  const refusing = refusingRoute(evidence);
  if (refusing !== undefined) {
    const says = `A ${refusing.type} route for ${refusing.prefix.text} in table ${tableText(refusing)} refuses ${address} (${error}).`;
    return hopOf('lookup', 'stop', says, shown);
  }
  const expected = expectedPeer(evidence);
  if (/cross-device|Invalid argument/.test(error)) {
    const device = ingress === undefined ? '' : ` that comes in by ${ingress}`;
    const says = `The kernel refuses a packet from ${addressText(evidence.source.address)}${device} (${error}): the device is down, or the source is one of the hub's own or fails its check (rp_filter).`;
    return hopOf('lookup', 'stop', says, shown);
  }
  const fault = expected === undefined ? '' : `: ${routeFault(evidence, expected)}`;
  return hopOf('lookup', 'stop', `The kernel has no route to ${address} (${error})${fault}.`, shown);
}

/** What is wrong with the routes towards a peer, as far as that is seen. */
function routeFault({ destination, covering }: PathEvidence, { interfaceName, label }: PathPeer): string {
  const prefix = (destination.holder ?? destination.inFile)?.prefix.text ?? addressText(destination.address);
  const aside = covering.find(({ nextHops }) => nextHops.some(({ dev }) => (dev as string) === interfaceName));
  if (aside !== undefined) {
    return `the route for ${aside.prefix.text} by ${interfaceName} in table ${tableText(aside)} is not the one that is used`;
  }
  return `the kernel has no route for ${prefix} by ${interfaceName}, which ${label} has in its allowed IPs`;
}

/** The most specific route around the destination, where it is one that refuses. */
function refusingRoute({ covering }: PathEvidence): Route | undefined {
  const [first] = covering.toSorted((one, other) => other.prefix.length - one.prefix.length);
  const isRefusal = first?.type === 'blackhole' || first?.type === 'unreachable' || first?.type === 'prohibit';
  return isRefusal ? first : undefined;
}

function tableText({ table }: Route): string {
  return table.name;
}

function holderRows(holder: Holding | undefined) {
  return holder === undefined || holder.peer.allowedIps.length === 0 ? [] : [ownerRow(holder)];
}

type Way = Extract<KernelAnswer['result'], { outcome: 'route' }>;

function wayOf({ dev, gateway, table }: Way): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  return `${dev}${via}${table === undefined || table === 'main' || table === 'local' ? '' : ` (table ${table})`}`;
}
