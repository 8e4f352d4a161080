import type { InterfaceName, PublicKey } from './key.ts';

/** One peer on one interface. The same key may be a peer of two interfaces, so the key alone names nobody. */
export type PeerId = string & { readonly __brand: 'PeerId' };

/** The identity of a peer: its interface and its key. */
export function peerId(interfaceName: InterfaceName, publicKey: PublicKey): PeerId {
  return `${interfaceName}/${publicKey}` as PeerId;
}
