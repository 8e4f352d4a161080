/** Counters for the tests of the traffic history. */
import type { CountedInterface, CountedPeer } from '../../../src/observe/traffic/counters.ts';
import { keyOf, nameOf } from '../../support/snapshots.ts';

export const wg0 = nameOf('wg0');

/** A peer with as many bytes received as said, and a tenth of them sent unless said. */
export function counted(number: number, rxBytes: number, txBytes = rxBytes / 10): CountedPeer {
  return { publicKey: keyOf(number), rxBytes, txBytes };
}

/** An interface with these peers. */
export function interfaceOf(...peers: readonly CountedPeer[]): CountedInterface {
  return { name: wg0, peers };
}

/** Many peers that all count the same. */
export function manyPeers(count: number, bytes: number): CountedInterface {
  return interfaceOf(...Array.from({ length: count }, (_, number) => counted(number, bytes + number)));
}
