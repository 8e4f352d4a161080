import { type DemoPeer, historySeconds } from './cast.ts';
import { passSecond, type Tunnel } from './tunnel.ts';

/** A peer and what the hub knows of it at one second. */
export interface PeerAt {
  readonly peer: DemoPeer;
  readonly tunnel: Readonly<Tunnel>;
}

/** Tells how things stand at a second, counted from the start of the demo. Moments before the history give its beginning. */
export type Timeline = (second: number) => readonly PeerAt[];

/**
 * The state at a second is the fold of all seconds before it, so it is the same whoever asks and however often. Asked in
 * increasing order it costs the seconds in between (about 1 µs each: a night's sleep of the machine takes 50 ms);
 * a question about the past starts anew.
 */
export function timeline(peers: readonly DemoPeer[]): Timeline {
  let reached = -historySeconds;
  let states = begin(peers);
  return (second) => {
    const target = Math.max(-historySeconds, Math.floor(second));
    if (target < reached) {
      reached = -historySeconds;
      states = begin(peers);
    }
    for (; reached < target; reached++) {
      for (const { peer, tunnel } of states) passSecond(tunnel, peer.behaviour, reached + 1);
    }
    return states;
  };
}

function begin(peers: readonly DemoPeer[]): readonly { peer: DemoPeer; tunnel: Tunnel }[] {
  return peers.map((peer) => ({ peer, tunnel: { ...peer.before } }));
}
