import type { Exchange, Traffic } from './traffic.ts';

/** What a hub's WireGuard knows of one peer at one second. Seconds count from the start of the demo. */
export interface Tunnel {
  rx: number;
  tx: number;
  /** When the latest handshake completed; undefined is never. */
  handshake: number | undefined;
  /** When a packet of the session last went either way: what a persistent keepalive waits on. */
  lastPacket: number;
  /** When data last came from the hub, while the peer owes a sign of life for it. */
  owesSince: number | undefined;
}

/** How a peer behaves. */
export type Behaviour =
  | {
      readonly kind: 'spoke';
      readonly traffic: Traffic;
      /** The client's PersistentKeepalive, in seconds. */
      readonly keepalive?: number;
      /** The last second at which the peer is alive. */
      readonly until?: number;
    }
  /** It calls, the hub answers, and the answer never reaches it (or its preshared key differs). `calls` tells the seconds. */
  | { readonly kind: 'knocking'; readonly calls: (second: number) => boolean }
  /** Its configuration was never used. */
  | { readonly kind: 'absent' };

/** Sizes of WireGuard's messages in bytes of UDP payload (protocol paper, section 5.4). */
const initiation = 148;
const response = 92;
const keepaliveMessage = 32;

/** Seconds (protocol paper, section 6). */
const rekeyAfter = 120;
const rejectAfter = 180;
const passiveKeepaliveAfter = 10;

/** Lets one second pass over a tunnel, in place: what was sent in it, by the rules of WireGuard's timers. */
export function passSecond(tunnel: Tunnel, behaviour: Behaviour, second: number): void {
  if (behaviour.kind === 'absent') return;
  if (behaviour.kind === 'knocking') {
    if (!behaviour.calls(second)) return;
    tunnel.rx += initiation;
    tunnel.tx += response;
    return;
  }
  if (behaviour.until !== undefined && second > behaviour.until) return;
  const data = behaviour.traffic(second);
  if (data === undefined && !sendsKeepalive(tunnel, behaviour.keepalive, second)) return;
  rekeyWhereDue(tunnel, second);
  send(tunnel, data, second);
}

/** A persistent keepalive after so many quiet seconds, a passive one 10 s after data that the peer did not answer. */
function sendsKeepalive(tunnel: Tunnel, persistent: number | undefined, second: number): boolean {
  if (tunnel.owesSince !== undefined && second - tunnel.owesSince >= passiveKeepaliveAfter) return true;
  return persistent !== undefined && second - tunnel.lastPacket >= persistent;
}

/**
 * The peer began the session, so it renews it when it sends after 120 s. What it sends still goes under the old session
 * and an empty packet confirms the new one; where the old session is dead, what waited to be sent confirms it.
 */
function rekeyWhereDue(tunnel: Tunnel, second: number): void {
  const age = tunnel.handshake === undefined ? Number.POSITIVE_INFINITY : second - tunnel.handshake;
  if (age < rekeyAfter) return;
  tunnel.rx += initiation;
  tunnel.tx += response;
  tunnel.handshake = second;
  if (age < rejectAfter) tunnel.rx += keepaliveMessage;
}

function send(tunnel: Tunnel, data: Exchange | undefined, second: number): void {
  tunnel.rx += data?.up ?? keepaliveMessage;
  tunnel.tx += data?.down ?? 0;
  tunnel.lastPacket = second;
  tunnel.owesSince = data === undefined ? undefined : second;
}
