/** A hub that runs exactly as its file says. */
import { known } from '../../src/host/printable.ts';
import { wantedRoutes } from '../../src/network/wg-quick-routes.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted, type WantedInterface } from '../../src/wg/conf/wanted.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { peerId } from '../../src/wg/peer.ts';
import { addressOf, routeInto, wg0 } from './random-hub.ts';

/** Throws where wg-quick would refuse the text. */
export function hubOfText(text: string): HubState {
  const file = parseConf(text);
  const reading = readWanted(file);
  if (reading.outcome === 'rejected') throw new Error(reading.problems.map(({ problem }) => problem).join());
  const { wanted } = reading;
  const allowedIps = [...wanted.peers.values()].flatMap((peer) => peer.allowedIps);
  const { addresses, table, fwmark } = wanted;
  return {
    interfaceName: wg0,
    program: 'wg',
    conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file },
    running: {
      name: wg0,
      flavour: 'wireguard',
      publicKey: wanted.publicKey,
      privateKey: wanted.privateKey,
      listenPort: wanted.listenPort ?? 51_820,
      fwmark,
      peers: peersOf(wanted),
    },
    routes: wantedRoutes({ allowedIps, addresses, table, fwmark }).map((one) => routeInto(one.prefix.text, one.table)),
    addresses: addresses.map((address) => addressOf(address)),
  };
}

function peersOf({ peers }: WantedInterface): DumpPeer[] {
  return [...peers].map(([publicKey, peer]) => ({
    id: peerId(wg0, publicKey),
    interfaceName: wg0,
    publicKey,
    presharedKey: peer.presharedKey,
    endpoint: peer.endpoint === undefined ? undefined : known(peer.endpoint),
    allowedIps: peer.allowedIps.map((prefix) => known(prefix)),
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: peer.persistentKeepalive,
  }));
}
