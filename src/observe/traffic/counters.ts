import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import type { Snapshot } from '../snapshot.ts';

/** A peer's counters as the kernel has them: bytes since the peer object was made. */
export interface CountedPeer {
  readonly publicKey: PublicKey;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** All peers of one interface at one moment. An interface of a dump is one. */
export interface CountedInterface {
  readonly name: InterfaceName;
  readonly peers: readonly CountedPeer[];
}

/** Bytes received and sent. */
export interface TrafficBytes {
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** The counters in a snapshot, without the peers that are only in a file. */
export function countersIn(snapshot: Snapshot): CountedInterface[] {
  return snapshot.interfaces.map(({ name, peers }) => ({
    name,
    peers: peers.filter((peer) => peer.activity.state !== 'disabled'),
  }));
}

/** Before this moment (2020, in milliseconds since the epoch) a machine's clock has not been set yet. */
const clockIsSet = Date.UTC(2020, 0, 1);

/** Whether the time can be true: a board without a battery-backed clock starts in 1970. */
export function isPlausibleTime(atMs: number): boolean {
  return atMs >= clockIsSet;
}

/** Whether the counters began anew since: the peer object was made again. Either of them shows it. */
export function hasRestarted(rxBytes: number, txBytes: number, rxBefore: number, txBefore: number): boolean {
  return rxBytes < rxBefore || txBytes < txBefore;
}
