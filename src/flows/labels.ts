import type { LabelOf } from '../change/risk.ts';
import { known } from '../host/printable.ts';
import type { Snapshot } from '../observe/snapshot.ts';
import { type InterfaceName, shortKey } from '../wg/key.ts';

/** How the snapshot calls the peers of an interface; one that it does not have is called by the beginning of its key. */
export function labelsOf({ interfaces }: Pick<Snapshot, 'interfaces'>, interfaceName: InterfaceName): LabelOf {
  const peers = interfaces.find(({ name }) => name === interfaceName)?.peers ?? [];
  const byKey = new Map(peers.map(({ publicKey, label }) => [publicKey, label]));
  return (key) => byKey.get(key) ?? known(shortKey(key));
}
