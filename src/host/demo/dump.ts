import { hub } from './cast.ts';
import type { PeerAt } from './timeline.ts';

/** A peer's line in a dump. */
export interface DumpRow {
  readonly publicKey: string;
  readonly presharedKey: string | undefined;
  readonly endpoint: string | undefined;
  readonly allowedIps: readonly string[];
  /** Seconds from the start of the demo. */
  readonly handshake: number | undefined;
  readonly rx: number;
  readonly tx: number;
  /** Seconds; undefined is off. */
  readonly keepalive: number | undefined;
}

/** An interface's line in a dump. */
export interface DumpOwn {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly port: number;
  /** 0 is off. */
  readonly fwmark: number;
}

/** A peer as nobody changed it, at a second from the start of the demo. */
export function rowOf({ peer, tunnel }: PeerAt, second: number): DumpRow {
  const { publicKey, presharedKey, allowedIps } = peer;
  const { handshake, rx, tx } = tunnel;
  const endpoint = peer.endpoint(second);
  return { publicKey, presharedKey, endpoint, allowedIps, handshake, rx, tx, keepalive: undefined };
}

/** The output of `wg show all dump` (wireguard-tools, show.c). `startSecond` is the start of the demo in Unix seconds. */
export function printDump(own: DumpOwn, peers: readonly DumpRow[], startSecond: number): string {
  const rows = peers.map((peer) => [
    hub.interface,
    peer.publicKey,
    peer.presharedKey ?? '(none)',
    peer.endpoint ?? '(none)',
    peer.allowedIps.length === 0 ? '(none)' : peer.allowedIps.join(','),
    peer.handshake === undefined ? 0 : startSecond + peer.handshake,
    peer.rx,
    peer.tx,
    peer.keepalive ?? 'off',
  ]);
  const mark = own.fwmark === 0 ? 'off' : `0x${own.fwmark.toString(16)}`;
  const first = [hub.interface, own.privateKey, own.publicKey, own.port, mark];
  return [first, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}
