import { known, type Printable, printable } from '../../host/printable.ts';
import type { AddressBits } from '../../network/address.ts';
import { formatAddress } from '../../network/address.ts';
import type { Holding, KernelAnswer, PathEnd, PathPeer } from '../../wg/path/evidence.ts';

/** The decisions on the way of a packet, in order; the probe is none, and comes last. */
export const hopNames = [
  'ends',
  'client',
  'ingress',
  'forwarding',
  'lookup',
  'owner',
  'firewall',
  'return',
  'probe',
] as const;

export type HopName = (typeof hopNames)[number];

/** `stop`: the packet gets no further. `unknown`: it could not be told. `not-judged`: nobody looked. */
export const verdicts = ['pass', 'stop', 'unknown', 'not-judged'] as const;

export type Verdict = (typeof verdicts)[number];

/** What shows it: a command that can be run by hand, and the line that it prints. */
export interface HopEvidence {
  readonly command: Printable;
  readonly line: Printable;
}

/** One decision on the way. */
export interface Hop {
  readonly hop: HopName;
  readonly verdict: Verdict;
  /** One sentence or a few. */
  readonly says: Printable;
  readonly evidence: readonly HopEvidence[];
}

/** Makes a hop; the words may hold text from outside. */
export function hopOf(hop: HopName, verdict: Verdict, says: string, evidence: readonly HopEvidence[] = []): Hop {
  return { hop, verdict, says: printable(says), evidence };
}

export function fromKernel({ command, line }: KernelAnswer): HopEvidence {
  return { command, line };
}

/** The row of `wg show … allowed-ips` that shows whose a prefix is; of a long row only that prefix. */
export function ownerRow({ peer, prefix }: Holding): HopEvidence {
  const whole = peer.allowedIps.join(' ');
  const list = whole.length <= 100 ? whole : `… ${prefix.text} …`;
  return showRow(peer, 'allowed-ips', list);
}

/** One row of `wg show INTERFACE FIELD`. */
export function showRow({ program, interfaceName, publicKey }: PathPeer, field: string, value: string): HopEvidence {
  return {
    command: printable(`${program} show ${interfaceName} ${field}`),
    line: printable(`${publicKey} ${value === '' ? '(none)' : value}`),
  };
}

/** An end as it is spoken of: `laptop (10.8.0.4)`, `the hub (10.8.0.1)`, `192.168.1.50`. */
export function nameOfEnd({ word, address, isHub, named }: PathEnd): string {
  const text = address === undefined ? '' : formatAddress(address);
  if (isHub) return text === '' ? 'the hub' : `the hub (${text})`;
  const name = named?.label ?? word;
  return text === '' || name === text ? name : `${name} (${text})`;
}

/** The text of an address that may not be known. */
export function addressText(address: AddressBits | undefined): Printable {
  return known(address === undefined ? 'an address of its own' : formatAddress(address));
}
