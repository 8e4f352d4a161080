import type { PublicKey } from '../../wg/key.ts';
import type { ClientKind } from '../../wg/profile/profile.ts';
import type { Reach } from '../../wg/profile/reach.ts';

/** What somebody wants a new client to be, as it was typed: {@link checkAdd} judges each field and settles the rest. */
export interface AddRequest {
  readonly name: string;
  readonly tags: readonly string[];
  readonly kind: ClientKind;
  readonly reach: Reach;
  /** Of reach `lan`: which ones; undefined: all that are known. */
  readonly lans?: readonly string[];
  /** One address, or one of each family with a comma between; undefined: the next that are free. */
  readonly address?: string;
  /** The device's own; undefined: a pair is generated. */
  readonly publicKey?: string;
  /** What the client dials, `HOST` or `HOST:PORT`; undefined: what the facts say. */
  readonly endpoint?: string;
  /** Servers and search domains; undefined: what the facts say; empty: none. */
  readonly dns?: readonly string[];
  readonly mtu?: string;
  readonly presharedKey: boolean;
  /** Of kind `gateway`. */
  readonly gateway?: GatewayRequest;
  /** The peer that gets another key, and keeps its name, its tags and its addresses; undefined: it is a new one. */
  readonly replaces?: PublicKey;
}

/** What a gateway has behind it. */
export interface GatewayRequest {
  readonly lans: readonly string[];
  readonly variant: 'nat' | 'static-route';
  /** The gateway's own interface to the LAN, such as `eth0`. */
  readonly lanInterface: string;
  /** Addresses in the LAN that answer a ping, for the proof; undefined: the first and the last of each. */
  readonly probe?: readonly string[];
}

/** The fields of a request, by which problems and hints are told. */
export type AddField =
  | 'name'
  | 'tags'
  | 'kind'
  | 'reach'
  | 'lans'
  | 'address'
  | 'publicKey'
  | 'endpoint'
  | 'dns'
  | 'mtu'
  | 'gatewayLans'
  | 'lanInterface'
  | 'probe';
