import type { InterfaceName, PublicKey } from './key.ts';

/** One peer on one interface. The same key may be a peer of two interfaces, so the key alone names nobody. */
export type PeerId = string & { readonly __brand: 'PeerId' };

/** The identity of a peer: its interface and its key. */
export function peerId(interfaceName: InterfaceName, publicKey: PublicKey): PeerId {
  return `${interfaceName}/${publicKey}` as PeerId;
}

/** The interface of a peer. No interface has a slash in its name; keys may have several. */
export function interfaceOf(id: PeerId): InterfaceName {
  return id.slice(0, id.indexOf('/')) as InterfaceName;
}

/** The key of a peer. */
export function publicKeyOf(id: PeerId): PublicKey {
  return id.slice(id.indexOf('/') + 1) as PublicKey;
}
