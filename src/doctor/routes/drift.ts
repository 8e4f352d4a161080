import { known } from '../../host/printable.ts';
import type { ParsedPrefix } from '../../network/prefix.ts';
import type { Finding } from '../finding.ts';
import { listed } from './lines.ts';
import type { HubPeer } from './rows.ts';
import { type Hub, prefixesOf } from './survey.ts';
import { allowedEvidence, keyOf } from './words.ts';

/** Where the configuration file gives a prefix of the running interface to somebody else, or to nobody. */
export function judgeOwner(hub: Hub, prefix: ParsedPrefix, peer: HubPeer): Finding | undefined {
  const others = hub.wanting.get(prefix.text)?.peers;
  if (others !== undefined) return taken(hub, prefix, peer, others, isListed(peer, prefix));
  if (peer.fileAllowedIps === undefined || isListed(peer, prefix)) return undefined;
  return {
    id: 'prefix-not-in-file',
    severity: 'info',
    title: known(`${prefix.text} is not in the configuration file`),
    cause: known(
      `${peer.label} has ${prefix.text} on the running ${hub.name} but not in its section of ${pathOf(hub)}, so that it will lose it when the interface is set up again.`,
    ),
    evidence: [
      allowedEvidence(hub, peer, prefix.text),
      { command: known(`cat ${pathOf(hub)}`), line: known(`AllowedIPs = ${peer.fileAllowedIps.join(', ')}`) },
    ],
    fix: { sentence: known(`Write it into the file, or take it from the running interface.`), command: undefined },
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  };
}

function isListed({ fileAllowedIps = [] }: HubPeer, { text }: ParsedPrefix): boolean {
  return (
    fileAllowedIps.some((each) => each === known(text)) || prefixesOf(fileAllowedIps).some((each) => each.text === text)
  );
}

function taken(
  hub: Hub,
  prefix: ParsedPrefix,
  peer: HubPeer,
  others: readonly HubPeer[],
  isListedToo: boolean,
): Finding {
  const names = listed(others.map(({ label }) => label));
  const cause = isListedToo
    ? `${pathOf(hub)} lists ${prefix.text} on ${names} and on ${peer.label}; an allowed IP belongs to one peer, the last to take it: ${peer.label} gets all its packets, and those that ${names} sends from there are dropped.`
    : `${pathOf(hub)} gives ${prefix.text} to ${names}, but on the running interface ${peer.label} has it and gets all its packets; those that ${names} sends from there are dropped.`;
  const [rightful = peer] = others;
  return {
    id: 'prefix-taken',
    severity: isListedToo ? 'warn' : 'bad',
    title: known(`${peer.label} has taken ${prefix.text} from ${names}`),
    cause: known(cause),
    evidence: [
      allowedEvidence(hub, peer, prefix.text),
      ...others.slice(0, 3).map((other) => ({
        command: known(`cat ${pathOf(hub)}`),
        line: known(`PublicKey = ${keyOf(other)} … AllowedIPs = ${(other.fileAllowedIps ?? []).join(', ')}`),
      })),
    ],
    fix: isListedToo
      ? { sentence: known(`Take it from the allowed IPs of all but one of them in the file.`), command: undefined }
      : giveBack(hub, rightful),
    about: { interfaceName: hub.name, prefix: prefix.text, peer: peer.id },
  };
}

function giveBack(hub: Hub, peer: HubPeer) {
  return {
    sentence: known(`Give ${peer.label} again what the file says; that takes it from the other peer.`),
    command: setAllowed(hub, peer),
  };
}

function setAllowed(hub: Hub, peer: HubPeer) {
  return known(`wg set ${hub.name} peer ${keyOf(peer)} allowed-ips ${(peer.fileAllowedIps ?? []).join(',')}`);
}

/** A prefix that the file gives to a peer and that nobody has on the running interface. */
export function notApplied(hub: Hub, prefix: ParsedPrefix, peers: readonly HubPeer[]): Finding {
  const [peer] = peers;
  const names = listed(peers.map(({ label }) => label));
  return {
    id: 'prefix-not-applied',
    severity: 'warn',
    title: known(`${prefix.text} is only in the configuration file`),
    cause: known(
      `${pathOf(hub)} gives ${prefix.text} to ${names}, but on the running ${hub.name} nobody has it: packets for it are dropped, and so are those from it.`,
    ),
    evidence: [
      { command: known(`wg show ${hub.name} allowed-ips`), line: known(`(no line has ${prefix.text})`) },
      { command: known(`cat ${pathOf(hub)}`), line: known(`AllowedIPs = ${(peer?.fileAllowedIps ?? []).join(', ')}`) },
    ],
    fix: {
      sentence: known('Give the peer on the running interface what the file says.'),
      command: peer === undefined ? undefined : setAllowed(hub, peer),
    },
    about: { interfaceName: hub.name, prefix: prefix.text, ...(peer !== undefined && { peer: peer.id }) },
  };
}

function pathOf({ name, file }: Hub): string {
  return file?.path ?? `the configuration file of ${name}`;
}
