import { known, type Printable, printable } from '../host/printable.ts';
import type { HubState } from '../wg/hub.ts';
import type { PublicKey } from '../wg/key.ts';
import type { AddressStep, FileStep, InterfaceStep, PeerStep, Step, TunnelStep } from './plan.ts';
import { listed } from './words.ts';

/** What steps do to more than one peer at once, a sentence each. */
export function sharedRisks(
  steps: readonly Step[],
  hub: HubState,
  labelOf: (key: PublicKey) => Printable,
): Printable[] {
  const peers = steps.filter((step) => step.kind === 'peer');
  return [
    ...steps.flatMap((step) => {
      if (step.kind === 'interface') return settingRisk(step) ?? [];
      if (step.kind === 'address') return addressRisk(step) ?? [];
      if (step.kind === 'tunnel') return tunnelRisk(step, hub) ?? [];
      return step.kind === 'file' ? (privateKeyRisk(step, hub.interfaceName) ?? []) : [];
    }),
    ...manyPeers(peers),
    ...movedPrefixes(peers, hub, labelOf),
  ];
}

function settingRisk({ interfaceName, setting, before, after }: InterfaceStep): Printable | undefined {
  if (before === after) return undefined;
  return setting === 'listen-port'
    ? known(`All peers of ${interfaceName}: its port changes from ${before} to ${after}, and clients call the old one.`)
    : known(`All peers of ${interfaceName}: its encrypted packets may take another way, for their fwmark changes.`);
}

function addressRisk({ interfaceName, address, before, after }: AddressStep): Printable | undefined {
  if (before === after) return undefined;
  return known(`All peers of ${interfaceName}: the hub ${after ? 'gets' : 'loses'} the address ${address}.`);
}

function tunnelRisk({ interfaceName, before, after }: TunnelStep, { running }: HubState): Printable | undefined {
  const peers = running?.peers.length ?? 0;
  if (!before.isUp || after.isUp || peers === 0) return undefined;
  return known(`All peers of ${interfaceName} (${peers}): it is taken down, and they lose their connection.`);
}

/** A setting wherever it stands; what is commented out is none. */
const privateKeyLine = /^[ \t]*PrivateKey[ \t]*=.*$/gim;

/** The file takes effect with the next start, and by then every client must know the new public key. */
function privateKeyRisk({ before, after, path }: FileStep, name: string): Printable | undefined {
  if (before === undefined || after === undefined) return undefined;
  const keys = (text: string) => (text.match(privateKeyLine) ?? []).map((line) => line.replace(/\s/g, '')).join('\n');
  if (keys(before.text.reveal()) === keys(after.text.reveal())) return undefined;
  return known(`All peers of ${name}: its private key changes in ${printable(path)}, and clients know the old one.`);
}

function manyPeers(steps: readonly PeerStep[]): Printable[] {
  const labels = new Map(steps.map(({ publicKey, label }) => [publicKey, label]));
  return labels.size < 2 ? [] : [known(`${labels.size} peers change at once: ${listed([...labels.values()])}.`)];
}

/** WireGuard gives each prefix to one peer: who is given it takes it from who has it. */
function movedPrefixes(
  steps: readonly PeerStep[],
  { running }: HubState,
  labelOf: (key: PublicKey) => Printable,
): Printable[] {
  const takers = new Map<string, PeerStep>();
  for (const step of steps) {
    for (const prefix of step.after?.allowedIps ?? []) {
      if (step.before?.allowedIps.includes(prefix) !== true) takers.set(prefix, step);
    }
  }
  if (takers.size === 0) return [];
  const named = new Set(steps.map(({ publicKey }) => publicKey));
  return (running?.peers ?? []).flatMap(({ publicKey, allowedIps }) =>
    allowedIps.flatMap((prefix) => {
      const taker = named.has(publicKey) ? undefined : takers.get(prefix);
      return taker === undefined ? [] : [known(`${labelOf(publicKey)} loses ${prefix} to ${taker.label}.`)];
    }),
  );
}
