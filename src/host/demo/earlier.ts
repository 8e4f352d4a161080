import { type DemoPeer, historySeconds } from './cast.ts';
import type { Draw } from './random.ts';
import type { PeerAt, Timeline } from './timeline.ts';

/** Seconds of a slot: a peer moves its bytes evenly within one. */
const slotSeconds = 600;
/** The counters were 0 so many slots before the history: 40 days. */
const slots = 40 * 144;
/** Streams of the draw from here on are the peers' days. */
const stream = 100;

/**
 * The counters in the weeks before the history, so that the charts of days have something to show: each peer's counters grow from
 * 0 to what they are when the history begins, in bursts, more of them in the evening. No single packet is played.
 */
export function earlier(peers: readonly DemoPeer[], startSecond: number, draw: Draw): Timeline {
  const grown = new Map<DemoPeer, Float64Array>();
  const partAt = (peer: DemoPeer, index: number, age: number): number => {
    const sums = grown.get(peer) ?? growth(index, startSecond, draw);
    grown.set(peer, sums);
    const slot = Math.max(0, Math.min(slots, slots - age / slotSeconds));
    const [low, high] = [sums[Math.floor(slot)] ?? 0, sums[Math.ceil(slot)] ?? 1];
    return low + (high - low) * (slot % 1);
  };
  return (second) =>
    peers.map((peer, index): PeerAt => {
      const age = -historySeconds - second;
      const part = partAt(peer, index, age);
      const { rx, tx, handshake, lastPacket } = peer.before;
      const tunnel = {
        rx: Math.floor(rx * part),
        tx: Math.floor(tx * part),
        handshake: handshake === undefined ? undefined : handshake - age,
        lastPacket: lastPacket - age,
        owesSince: undefined,
      };
      return { peer, tunnel };
    });
}

/** The part of all bytes that was moved by the end of each slot: from 0 to 1. */
function growth(peer: number, startSecond: number, draw: Draw): Float64Array {
  const sums = new Float64Array(slots + 1);
  for (let slot = 0; slot < slots; slot += 1) {
    const second = startSecond - historySeconds - (slots - slot) * slotSeconds;
    const isEvening = (second / 3_600) % 24 > 16;
    const isBusy = draw(stream + 2 * peer, Math.floor(slot / 3)) < (isEvening ? 0.35 : 0.06);
    const weight = 0.01 + (isBusy ? 0.3 + draw(stream + 2 * peer + 1, slot) : 0);
    sums[slot + 1] = (sums[slot] ?? 0) + weight;
  }
  const all = sums[slots] ?? 1;
  return sums.map((sum) => sum / all);
}
