import { known, type Printable } from '../../host/printable.ts';
import type { DumpInterface, DumpPeer } from '../dump.ts';
import type { PublicKey } from '../key.ts';
import { Secret } from '../secret.ts';

/** The text of a configuration file, which holds keys, or in one sentence why there can be none. */
export type ConfFromRunning =
  | { readonly outcome: 'written'; readonly text: Secret }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/**
 * A file for wg-quick(8) that brings up what runs now, for an interface that nobody owns. An endpoint is written only
 * for peers with a keepalive, which the hub calls by itself; of others it is where they were last seen, and a file that
 * sets it would cut them off when they have roamed: it is noted as a comment. What `wg show` does not tell (MTU, DNS, hooks)
 * is not in it.
 */
export function confFromRunning(
  running: DumpInterface,
  addresses: readonly string[],
  names: ReadonlyMap<PublicKey, { readonly name?: Printable }>,
): ConfFromRunning {
  const { name, flavour, privateKey, listenPort, fwmark, peers } = running;
  if (flavour === 'amneziawg') {
    return refused(`${name} is an AmneziaWG interface, and its own settings are not all known.`);
  }
  if (privateKey === undefined) return refused(`${name} has no private key.`);
  const head = [
    '[Interface]',
    ...(addresses.length === 0 ? [] : [`Address = ${addresses.join(', ')}`]),
    ...(listenPort === 0 ? [] : [`ListenPort = ${listenPort}`]),
    `PrivateKey = ${privateKey.reveal()}`,
    ...(fwmark === undefined ? [] : [`FwMark = 0x${fwmark.toString(16)}`]),
  ];
  const sections = [head, ...peers.map((peer) => peerLines(peer, names.get(peer.publicKey)?.name))];
  return { outcome: 'written', text: new Secret(sections.map((lines) => `${lines.join('\n')}\n`).join('\n')) };
}

function peerLines(peer: DumpPeer, name: Printable | undefined): readonly string[] {
  const { publicKey, presharedKey, allowedIps, endpoint, persistentKeepalive } = peer;
  return [
    '[Peer]',
    ...(name === undefined ? [] : [`# friendly_name = ${name}`]),
    `PublicKey = ${publicKey}`,
    ...(presharedKey === undefined ? [] : [`PresharedKey = ${presharedKey.reveal()}`]),
    ...(allowedIps.length === 0 ? [] : [`AllowedIPs = ${allowedIps.join(', ')}`]),
    ...(endpoint === undefined ? [] : [`${persistentKeepalive === undefined ? '# ' : ''}Endpoint = ${endpoint}`]),
    ...(persistentKeepalive === undefined ? [] : [`PersistentKeepalive = ${persistentKeepalive}`]),
  ];
}

function refused(reason: string): ConfFromRunning {
  return { outcome: 'refused', reason: known(reason) };
}
