import type { PreparedClient } from '../flows/add/prepare.ts';
import type { Proof } from '../flows/add/proof.ts';
import { formatAddress } from '../network/address.ts';
import { endpointOf } from '../wg/profile/profile.ts';
import type { AddReport } from './add-command.ts';
import { changeDocument } from './change-json.ts';

/** What came of adding clients as one JSON document (docs/add.md): that of a change, and the clients. It holds no key but public ones. */
export function addDocument(report: AddReport) {
  const { clients = [], paths = [], proof } = report;
  return {
    ...changeDocument(report),
    clients: clients.map(clientDocument),
    files: paths,
    proof: proof === undefined ? null : proofDocument(proof),
  };
}

function clientDocument({ request, settled, keys, hints }: PreparedClient) {
  const { name, tunnelName, tags, addresses, allowedIps, lans, hub, dns, mtu } = settled;
  return {
    name,
    tunnelName,
    kind: request.kind,
    tags,
    publicKey: keys.publicKey,
    hasPresharedKey: keys.presharedKey !== undefined,
    addresses: addresses.map(formatAddress),
    allowedIps,
    lans: lans.map(({ text }) => text),
    endpoint: endpointOf(hub),
    hubPublicKey: hub.publicKey,
    dns,
    mtu: mtu ?? null,
    hints,
  };
}

function proofDocument({ state, says, seen }: Proof) {
  return { state: state.kind, step: 'step' in state ? state.step : null, says, seen };
}
