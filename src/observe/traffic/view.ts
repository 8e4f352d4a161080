import type { Printable } from '../../host/printable.ts';
import type { InterfaceName } from '../../wg/key.ts';
import type { PeerId } from '../../wg/peer.ts';
import type { InterfaceView, PeerView, Snapshot } from '../snapshot.ts';
import type { TrafficSeries } from './band.ts';
import { startOfDay, startOfMonth } from './calendar.ts';
import type { TrafficHistory } from './history.ts';
import type { TrafficTotals } from './totals.ts';
import type { WindowName } from './windows.ts';

/** What is to be looked at. */
export interface TrafficChoice {
  readonly window: WindowName;
  /** Undefined, or a peer that is not there: the whole interface. */
  readonly subject: PeerId | undefined;
  /** The interface, where no peer is chosen. Undefined, or one that is not there: the first. */
  readonly interfaceName?: InterfaceName | undefined;
  /** Until when, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** A peer that moved something in the window. Rates are means in bits a second over the time that was looked at. */
export interface TalkerView {
  readonly id: PeerId;
  readonly label: Printable;
  readonly you: boolean;
  readonly rxBitsPerSecond: number;
  readonly txBitsPerSecond: number;
  /** Its part of what all peers of the interface moved, both ways: 0 to 1. */
  readonly share: number;
}

/** The traffic of a peer or of an interface in one window, as plain data. */
export interface TrafficView {
  readonly window: WindowName;
  /** Undefined: the whole interface. */
  readonly peer: PeerView | undefined;
  /** Undefined: there is none. */
  readonly interfaceName: InterfaceName | undefined;
  /** Peers of the interface that the kernel knows: as many talkers there can be. */
  readonly peerCount: number;
  readonly series: TrafficSeries;
  /** Nothing is known of this window yet. */
  readonly isGathering: boolean;
  /** Means over the time that was looked at, bits a second; undefined: nobody looked. */
  readonly rxBitsPerSecond: number | undefined;
  readonly txBitsPerSecond: number | undefined;
  /** The busiest first. */
  readonly talkers: readonly TalkerView[];
  /** Undefined: never seen. */
  readonly totals: TrafficTotals | undefined;
  /** Since when the totals count, milliseconds since the epoch, where that is not the beginning of the day or month. */
  readonly todaySince: number | undefined;
  readonly monthSince: number | undefined;
}

/** No screen lists more. */
const mostTalkers = 100;

/** Gathers what the Traffic screen shows. Pure; the history is only read. */
export function trafficView(history: TrafficHistory, snapshot: Snapshot, choice: TrafficChoice): TrafficView {
  const { window, subject, interfaceName, nowMs } = choice;
  const { interfaces } = snapshot;
  const owner = subject === undefined ? undefined : interfaces.find((one) => peerIn(one, subject) !== undefined);
  const shown = owner ?? interfaces.find(({ name }) => name === interfaceName) ?? interfaces[0];
  const peer = shown === undefined || subject === undefined ? undefined : peerIn(shown, subject);
  const name = shown?.name ?? noInterface;
  const series = history.series(window, name, peer?.publicKey, nowMs);
  const totals = history.totalsOf(name, peer?.publicKey, nowMs);
  const since = (start: number) => (totals !== undefined && totals.since > start ? totals.since : undefined);
  return {
    window,
    peer,
    interfaceName: shown?.name,
    peerCount: shown?.liveCount ?? 0,
    series,
    isGathering: series.knownMs === 0,
    rxBitsPerSecond: meanOf(series.rx, series),
    txBitsPerSecond: meanOf(series.tx, series),
    talkers: shown === undefined ? [] : talkersOf(history, shown, series.knownMs, window, nowMs),
    totals,
    todaySince: since(startOfDay(nowMs)),
    monthSince: since(startOfMonth(nowMs)),
  };
}

/** The history has none of this name: a name is never empty. */
const noInterface = '' as InterfaceName;

function peerIn({ peers }: InterfaceView, id: PeerId): PeerView | undefined {
  return peers.find((peer) => peer.id === id);
}

/** The mean of a series, whose first and last steps may be known in part: the bytes of a step by the time it was looked at. */
function meanOf(rates: TrafficSeries['rx'], { knownMs, coveredMs }: TrafficSeries): number | undefined {
  if (knownMs === 0) return undefined;
  const bits = rates.reduce<number>((sum, rate, step) => sum + (rate ?? 0) * (coveredMs[step] ?? 0), 0);
  return bits / knownMs;
}

function talkersOf(
  history: TrafficHistory,
  { name, peers }: InterfaceView,
  knownMs: number,
  window: WindowName,
  nowMs: number,
): TalkerView[] {
  const found = history.talkers(window, [name], nowMs, Number.POSITIVE_INFINITY);
  const all = found.reduce((sum, { rxBytes, txBytes }) => sum + rxBytes + txBytes, 0);
  if (knownMs === 0 || all === 0) return [];
  const listed = found.slice(0, mostTalkers);
  const keys = new Set(listed.map(({ publicKey }) => publicKey));
  const byKey = new Map(peers.filter((peer) => keys.has(peer.publicKey)).map((peer) => [peer.publicKey, peer]));
  return listed.flatMap(({ publicKey, rxBytes, txBytes }) => {
    const peer = byKey.get(publicKey);
    if (peer === undefined) return [];
    return {
      id: peer.id,
      label: peer.label,
      you: peer.you === true,
      rxBitsPerSecond: (rxBytes * 8_000) / knownMs,
      txBitsPerSecond: (txBytes * 8_000) / knownMs,
      share: (rxBytes + txBytes) / all,
    };
  });
}
