import { type Printable, printable } from '../../host/printable.ts';
import { bitsOf } from '../../network/prefix.ts';
import type { PathEvidence, PathProbe } from '../../wg/path/evidence.ts';
import { forwardingHop } from './forwarding.ts';
import { type Hop, type HopName, hopOf, nameOfEnd } from './hop.ts';
import { ingressHop } from './ingress.ts';
import { lookupHop } from './lookup.ts';
import { ownerHop } from './owner.ts';
import { probeHop } from './probe.ts';
import { returnHop } from './return.ts';

/** Where packets from one end to the other get to, and why. */
export interface PathExplanation {
  /** As the ends are called, with their addresses. */
  readonly source: Printable;
  readonly destination: Printable;
  /** Such as `445/tcp`. */
  readonly port: Printable | undefined;
  /** In the order in which a packet meets them, to the first that stops it; the probe, where it was asked for, last. */
  readonly hops: readonly Hop[];
  /** Whether nothing was found that stops it, and the kernel knew a way there and back. */
  readonly passes: boolean;
  /** Where it stops and why, or that it should pass. */
  readonly sentence: Printable;
}

/** Judges a path from what was gathered about it. Pure; what was not seen is said to be unknown. */
export function explainPath(evidence: PathEvidence, probe?: PathProbe): PathExplanation {
  const judged: Hop[] = [];
  for (const judge of [endsHop, clientHop, ingressHop, forwardingHop, lookupHop, ownerHop, firewallHop, returnHop]) {
    const hop = judge(evidence);
    judged.push(hop);
    if (hop.verdict === 'stop' || (hop.hop === 'lookup' && hop.verdict === 'unknown')) break;
  }
  const last = judged.at(-1);
  const passes = last?.hop === 'return' && last.verdict === 'pass';
  const { port } = evidence;
  return {
    source: printable(nameOfEnd(evidence.source)),
    destination: printable(nameOfEnd(evidence.destination)),
    port: port === undefined ? undefined : printable(`${port.number}/${port.protocol}`),
    hops: probe === undefined ? judged : [...judged, probeHop(probe)],
    passes,
    sentence: printable(sentenceOf(evidence, judged, passes)),
  };
}

/** What each decision is called in a sentence. */
export const hopTitles: Readonly<Record<HopName, string>> = {
  ends: 'From and to',
  client: 'Allowed IPs of the client',
  ingress: 'Into the tunnel',
  forwarding: 'Forwarding',
  lookup: 'Kernel lookup',
  owner: 'Owner of the destination',
  firewall: 'Firewall',
  return: 'Way back',
  probe: 'Probe from the hub',
};

function endsHop({ source, destination, port }: PathEvidence): Hop {
  const where = port === undefined ? '' : `, port ${port.number}/${port.protocol}`;
  const whose = [source, destination].flatMap((end) => {
    const holding = end.inFile ?? end.holder;
    if (end.isHub || end.named !== undefined) return [];
    const name = nameOfEnd(end);
    if (holding === undefined) return [`${name} belongs to no peer.`];
    const { peer, prefix } = holding;
    const isWhole = prefix.length === bitsOf(prefix.family);
    return [isWhole ? `${name} is ${peer.label}'s.` : `${name} lies in ${prefix.text} of ${peer.label}.`];
  });
  return hopOf('ends', 'pass', [`From ${nameOfEnd(source)} to ${nameOfEnd(destination)}${where}.`, ...whose].join(' '));
}

function clientHop({ source }: PathEvidence): Hop {
  if (source.isHub) return hopOf('client', 'pass', 'The hub itself sends: no client decides what enters a tunnel.');
  const peer = source.named ?? source.inFile?.peer ?? source.holder?.peer;
  if (peer === undefined)
    return hopOf('client', 'pass', 'The sender is no peer: no client decides what enters a tunnel.');
  return hopOf(
    'client',
    'unknown',
    `What ${peer.label} was last issued is not recorded; its own AllowedIPs are taken to have the destination.`,
  );
}

function firewallHop({ forward, tunnels }: PathEvidence): Hop {
  const { result } = forward;
  const isOutside =
    result.outcome === 'route' && result.type === 'unicast' && !tunnels.some((name) => name === (result.dev as string));
  const nat = isOutside ? ' Nor is whether a rule masquerades what leaves.' : '';
  return hopOf('firewall', 'not-judged', `What the firewall does is not judged yet.${nat}`);
}

function sentenceOf({ source, destination }: PathEvidence, hops: readonly Hop[], passes: boolean): string {
  const last = hops.at(-1);
  const path = `from ${nameOfEnd(source)} to ${nameOfEnd(destination)}`;
  if (last?.verdict === 'stop') return `Packets ${path} stop ${stopPlaces[last.hop]}: ${uncapitalized(last.says)}`;
  if (!passes) return `It cannot be told whether packets ${path} pass: ${uncapitalized(last?.says ?? '')}`;
  const open = hops.filter(({ verdict }) => verdict !== 'pass').map(({ hop }) => uncertain[hop]);
  const but = open.length === 0 ? '' : `, as far as the hub can tell (${[...new Set(open)].join('; ')})`;
  return `Packets ${path} should pass${but}.`;
}

/** The words that sentences of hops begin with; names of hosts keep their letters. */
function uncapitalized(says: string): string {
  return says.replace(/^(?:The|There|A|No|It|Forwarding|Strict|Answers) /, (word) => word.toLowerCase());
}

const stopPlaces: Readonly<Record<HopName, string>> = {
  ends: 'at once',
  client: 'at the client',
  ingress: 'on the way into the tunnel',
  forwarding: 'at forwarding',
  lookup: 'at the kernel lookup',
  owner: 'on the way to the destination',
  firewall: 'at the firewall',
  return: 'on the way back',
  probe: 'at the probe',
};

/** What is not sure about a path where a decision could not be judged. */
const uncertain: Readonly<Record<HopName, string>> = {
  ends: 'who the ends are is not sure',
  client: "the client's own AllowedIPs are not known",
  ingress: 'whether the sender is connected is not known',
  forwarding: 'whether it is forwarded is not known',
  lookup: 'the route is not known',
  owner: 'whether the destination is connected is not known',
  firewall: 'the firewall is not judged yet',
  return: 'the way back is not known',
  probe: 'the probe is not sure',
};
