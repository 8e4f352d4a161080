import type { Printable } from '../host/printable.ts';
import { type AddressBits, parseAddress } from '../network/address.ts';
import type { HubState } from '../wg/hub.ts';
import type { PublicKey } from '../wg/key.ts';
import { interfaceOf, type PeerId, publicKeyOf } from '../wg/peer.ts';
import { plainAddress } from '../wg/peer-carrying.ts';

/** Where the person who makes a change comes from, as whoever hands the change over has found out. */
export type OperatorSession =
  /** Through a tunnel of this host: the peer (interface and key), and the address inside of the tunnel. */
  | { readonly kind: 'tunnel'; readonly peer: PeerId; readonly address: string }
  | { readonly kind: 'outside'; readonly address: string }
  | { readonly kind: 'local' }
  | { readonly kind: 'unknown'; readonly why: Printable };

/** What the operator's session stands on. */
export interface Footing {
  /** The peer that carries it, where that is one of the interface in question. */
  readonly peer: PublicKey | undefined;
  /** Whether it comes through the interface in question. */
  readonly throughInterface: boolean;
  /** The operator's address inside of a tunnel. */
  readonly inner: AddressBits | undefined;
  /** The address from which the operator's packets, or the tunnel's that carry them, reach this host; undefined: not known. */
  readonly outer: AddressBits | undefined;
}

/** What a session through a network stands on, as far as this interface tells. */
export function footingOf(
  session: Extract<OperatorSession, { kind: 'tunnel' | 'outside' }>,
  { interfaceName, running }: HubState,
): Footing {
  const address = addressBits(session.address);
  if (session.kind === 'outside') {
    return { peer: undefined, throughInterface: false, inner: undefined, outer: address };
  }
  const throughInterface = interfaceOf(session.peer) === interfaceName;
  const key = publicKeyOf(session.peer);
  const carrier = throughInterface ? running?.peers.find(({ publicKey }) => publicKey === key) : undefined;
  return {
    peer: throughInterface ? key : undefined,
    throughInterface,
    inner: address,
    outer: carrier?.endpoint === undefined ? undefined : addressBits(hostOf(carrier.endpoint)),
  };
}

/** The address in `address:port` or `[address%scope]:port`. */
function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function addressBits(text: string): AddressBits | undefined {
  return parseAddress(plainAddress(text) ?? text);
}
