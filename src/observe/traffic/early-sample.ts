import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import type { CountedInterface } from './counters.ts';

interface EarlyInterface {
  readonly name: InterfaceName;
  readonly keys: readonly PublicKey[];
  /** Received and sent of each, side by side. */
  readonly bytes: Float64Array;
}

/**
 * The counters of a moment, copied, from before the history of earlier runs was read. It is made just
 * after the first paint, so nothing but the copy is done yet: to look so many peers up for the first time takes far longer.
 */
export class EarlySample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly #interfaces: readonly EarlyInterface[];

  constructor(interfaces: readonly CountedInterface[], at: number) {
    this.at = at;
    this.#interfaces = interfaces.map(({ name, peers }) => {
      const keys: PublicKey[] = [];
      const bytes = new Float64Array(2 * peers.length);
      for (const { publicKey, rxBytes, txBytes } of peers) {
        bytes[2 * keys.length] = rxBytes;
        bytes[2 * keys.length + 1] = txBytes;
        keys.push(publicKey);
      }
      return { name, keys, bytes };
    });
  }

  /** What was counted then. */
  interfaces(): CountedInterface[] {
    return this.#interfaces.map(({ name, keys, bytes }) => ({
      name,
      peers: keys.map((publicKey, index) => ({
        publicKey,
        rxBytes: bytes[2 * index] ?? 0,
        txBytes: bytes[2 * index + 1] ?? 0,
      })),
    }));
  }
}
