import { hub } from './cast.ts';
import type { DemoKeyPair } from './keys.ts';
import type { PeerAt } from './timeline.ts';

/**
 * The output of `wg show all dump` (wireguard-tools, show.c). `second` counts from the start of the demo and
 * `startSecond` is that start in Unix seconds.
 */
export function printDump(keys: DemoKeyPair, peers: readonly PeerAt[], second: number, startSecond: number): string {
  const rows = peers.map(({ peer, tunnel }) => [
    hub.interface,
    peer.publicKey,
    peer.presharedKey ?? '(none)',
    peer.endpoint(second) ?? '(none)',
    peer.allowedIps.join(','),
    tunnel.handshake === undefined ? 0 : startSecond + tunnel.handshake,
    tunnel.rx,
    tunnel.tx,
    'off',
  ]);
  const own = [hub.interface, keys.privateKey, keys.publicKey, hub.port, 'off'];
  return [own, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}
