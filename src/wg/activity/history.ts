import type { Printable } from '../../host/printable.ts';
import type { DumpPeer } from '../dump.ts';

/** An endpoint and the time (milliseconds since the epoch) from which the peer used it. */
export interface EndpointSeen {
  readonly endpoint: Printable;
  readonly since: number;
}

/** What a sample says of a peer that moves all the time. */
export type PeerSample = Pick<DumpPeer, 'rxBytes' | 'txBytes' | 'latestHandshake'>;

/** What is remembered of a peer's earlier lives, habits and places. Times are milliseconds since the epoch. */
export interface PeerPast {
  /** Bytes that the kernel has forgotten: counters of earlier lives of the peer object. */
  readonly rxBase: number;
  readonly txBase: number;
  /** Arrival times of the last keepalives, oldest first. */
  readonly keepalives: readonly number[];
  /** Milliseconds between the last handshakes, oldest first. */
  readonly handshakeIntervals: readonly number[];
  /** Oldest first. */
  readonly endpoints: readonly EndpointSeen[];
}

/**
 * What must be remembered about a peer to say what it is doing. Times are milliseconds since the epoch. It is moved on in
 * place, for it is thousands of numbers that change each second.
 */
export interface PeerHistory extends PeerPast {
  /** The counters of the last sample, bytes. */
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly latestHandshake: number | undefined;
  /** When authenticated bytes last arrived; at the earliest, where nobody was looking. */
  readonly lastRxAt: number | undefined;
  /** The same at the latest: silence is only known from here on. */
  readonly lastRxBy: number | undefined;
  /** When data (more than keepalives and handshakes) last arrived. */
  readonly lastDataAt: number | undefined;
  /** When the hub first and last sent what the peer must answer, since the peer was last heard. */
  readonly unansweredSince: number | undefined;
  readonly unansweredAt: number | undefined;
  /** Handshake initiations of the hub since the peer was last heard. */
  readonly calls: number;
  readonly lastCallAt: number | undefined;
  /** Handshakes of the peer which the hub answered and the peer never confirmed, in a row. */
  readonly knocks: number;
  readonly lastKnockAt: number | undefined;
}

/** A history as it is moved on. */
export type MovingHistory = { -readonly [Field in keyof PeerHistory]: PeerHistory[Field] };

/** What differs between kinds of interface when bytes are read as a protocol. */
export interface ActivityRules {
  /** AmneziaWG pads its messages, so sizes mean nothing there. */
  readonly signatures: boolean;
  /** REJECT_AFTER_TIME (WireGuard paper §6.1; messages.h), milliseconds. */
  readonly rejectAfterMs: number;
}

export const wireguardRules: ActivityRules = { signatures: true, rejectAfterMs: 180_000 };
export const amneziaRules: ActivityRules = { signatures: false, rejectAfterMs: 180_000 };

/** Sizes on the wire, bytes of UDP payload (WireGuard paper §5.4; messages.h). */
const initiation = 148;
const response = 92;
const keepalive = 32;

/** Bytes of a few messages of unknown size: less may be keepalives and handshakes alone. */
const fewMessages = 1_000;

/** A sample further apart than this says how much came, not when. */
export const longestStepMs = 15_000;

/** So many of the last ones are remembered of each. */
export const keptKeepalives = 6;
export const keptIntervals = 8;
const keptEndpoints = 8;

/** What came and went between two samples, bytes. */
export interface Delta {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly handshake: boolean;
  /** The counters began anew: the peer object was made again. Both byte counts are 0 then. */
  readonly reset: boolean;
}

/** Of a peer that is seen for the first time. */
export const noPast: PeerPast = { rxBase: 0, txBase: 0, keepalives: [], handshakeIntervals: [], endpoints: [] };

/** The history of a peer that is seen for the first time. Its handshake, if any, proves that it was heard then. */
export function beginHistory(peer: DumpPeer, now: number): MovingHistory {
  return {
    rxBytes: peer.rxBytes,
    txBytes: peer.txBytes,
    latestHandshake: peer.latestHandshake,
    lastRxAt: peer.latestHandshake === undefined ? undefined : Math.min(peer.latestHandshake, now),
    lastRxBy: peer.latestHandshake === undefined ? undefined : now,
    lastDataAt: undefined,
    unansweredSince: undefined,
    unansweredAt: undefined,
    calls: 0,
    lastCallAt: undefined,
    knocks: 0,
    lastKnockAt: undefined,
    ...noPast,
    endpoints: peer.endpoint === undefined ? [] : [{ endpoint: peer.endpoint, since: peer.latestHandshake ?? now }],
  };
}

/**
 * The difference between the last sample and this one. An earlier handshake than before is no reset while the counters go
 * on: the clock was set back.
 */
export function deltaOf(history: PeerHistory, sample: PeerSample): Delta {
  const reset =
    sample.rxBytes < history.rxBytes ||
    sample.txBytes < history.txBytes ||
    (history.latestHandshake !== undefined && sample.latestHandshake === undefined);
  if (reset) return { rxBytes: 0, txBytes: 0, handshake: false, reset };
  return {
    rxBytes: sample.rxBytes - history.rxBytes,
    txBytes: sample.txBytes - history.txBytes,
    handshake: sample.latestHandshake !== history.latestHandshake,
    reset,
  };
}

/**
 * Moves the history on by one more sample, which says `delta` more than the one before. A sample in which nothing
 * moved leaves all as it was. Another endpoint is for {@link noteEndpoint}.
 */
export function advanceHistory(
  history: MovingHistory,
  sample: PeerSample,
  delta: Delta,
  previousAt: number,
  now: number,
  rules: ActivityRules,
): void {
  const hasMoved = delta.rxBytes > 0 || delta.txBytes > 0 || delta.handshake || delta.reset;
  if (!hasMoved) return;
  notePast(history, sample, delta, previousAt, now, rules);
  if (delta.rxBytes > 0 && !isKnock(delta, rules)) {
    history.lastRxAt = heardAt(sample, previousAt, now);
    history.lastRxBy = now;
    if (isData(delta, rules)) history.lastDataAt = now - previousAt > longestStepMs ? previousAt : now;
  }
  noteSending(history, delta, previousAt, now, rules);
  noteKnocking(history, delta, previousAt, now, rules);
  history.rxBytes = sample.rxBytes;
  history.txBytes = sample.txBytes;
  history.latestHandshake = sample.latestHandshake;
}

/** After a long gap the arrival time is unknown; the sample before and the handshake bound it from below. */
function heardAt(sample: PeerSample, previousAt: number, now: number): number {
  if (now - previousAt <= longestStepMs) return now;
  return Math.min(now, Math.max(previousAt, sample.latestHandshake ?? 0));
}

/** Whether more than keepalives and handshakes arrived. */
function isData(delta: Delta, rules: ActivityRules): boolean {
  return rules.signatures ? !isQuiet(delta.rxBytes) : delta.rxBytes > fewMessages;
}

/** Keepalives alone, or with the handshake that they ride on (§2.3 of the protocol notes: 32, 148+32, 148+32+32). */
function isQuiet(rxBytes: number): boolean {
  for (let rest = rxBytes; rest >= 0 && rest > rxBytes - 2 * initiation; rest -= initiation) {
    if (rest % keepalive === 0 && rest / keepalive <= 2) return true;
  }
  return rxBytes === response || rxBytes % initiation === 0;
}

function noteSending(
  history: MovingHistory,
  delta: Delta,
  previousAt: number,
  now: number,
  rules: ActivityRules,
): void {
  if (delta.rxBytes > 0 || delta.reset) {
    if (history.unansweredSince !== undefined) noteAnswer(history);
    return;
  }
  const wantsAnswer = rules.signatures ? delta.txBytes > 0 && delta.txBytes !== keepalive : delta.txBytes > fewMessages;
  if (!wantsAnswer) return;
  // After a long gap it may have been sent just now, so nobody is late yet; or long ago, so nobody is called now.
  const sentAt = now - previousAt <= longestStepMs ? now : previousAt;
  history.unansweredSince ??= now;
  history.unansweredAt = sentAt;
  if (!rules.signatures || delta.txBytes % initiation !== 0) return;
  history.calls += delta.txBytes / initiation;
  history.lastCallAt = sentAt;
}

function noteAnswer(history: MovingHistory): void {
  history.unansweredSince = undefined;
  history.unansweredAt = undefined;
  history.calls = 0;
  history.lastCallAt = undefined;
}

/** A handshake that arrived, was answered, and was not confirmed. */
function isKnock(delta: Delta, rules: ActivityRules): boolean {
  const tries = delta.rxBytes / initiation;
  const isWhole = tries >= 1 && Number.isInteger(tries);
  return rules.signatures && !delta.handshake && isWhole && delta.txBytes === tries * response;
}

function noteKnocking(
  history: MovingHistory,
  delta: Delta,
  previousAt: number,
  now: number,
  rules: ActivityRules,
): void {
  if (isKnock(delta, rules) && now - previousAt <= longestStepMs) {
    history.knocks += delta.rxBytes / initiation;
    history.lastKnockAt = now;
  } else if (history.knocks > 0 && (delta.handshake || delta.reset || delta.rxBytes > 0)) {
    history.knocks = 0;
    history.lastKnockAt = undefined;
  }
}

/** Notes where a peer is reached from now on. One without an endpoint is where it was. */
export function noteEndpoint(history: MovingHistory, endpoint: Printable | undefined, now: number): void {
  const { endpoints } = history;
  if (endpoint === undefined || endpoint === endpoints.at(-1)?.endpoint) return;
  history.endpoints = [...endpoints, { endpoint, since: now }].slice(-keptEndpoints);
}

function notePast(
  history: MovingHistory,
  sample: PeerSample,
  delta: Delta,
  previousAt: number,
  now: number,
  rules: ActivityRules,
): void {
  const { keepalives } = history;
  const newKeepalives = afterKeepalive(keepalives, delta, previousAt, now, rules);
  if (newKeepalives !== keepalives) history.keepalives = newKeepalives;
  if (delta.handshake) history.handshakeIntervals = afterHandshake(history, sample);
  if (!delta.reset) return;
  history.rxBase += history.rxBytes;
  history.txBase += history.txBytes;
}

function afterKeepalive(
  keepalives: readonly number[],
  delta: Delta,
  previousAt: number,
  now: number,
  rules: ActivityRules,
): readonly number[] {
  if (delta.reset) return noPast.keepalives;
  if (!rules.signatures || delta.rxBytes === 0 || now - previousAt > longestStepMs) return keepalives;
  const beyondRekey = delta.rxBytes > initiation ? delta.rxBytes - initiation : delta.rxBytes;
  const isKeepalive = beyondRekey === keepalive || (beyondRekey === 2 * keepalive && delta.rxBytes > initiation);
  const last = keepalives.at(-1);
  const kept = last !== undefined && now - last > 3 * 120_000 ? noPast.keepalives : keepalives;
  return isKeepalive ? [...kept, now].slice(-keptKeepalives) : kept;
}

function afterHandshake({ latestHandshake, handshakeIntervals }: PeerHistory, sample: PeerSample): readonly number[] {
  if (latestHandshake === undefined || sample.latestHandshake === undefined) return handshakeIntervals;
  const interval = sample.latestHandshake - latestHandshake;
  if (interval < 0) return noPast.handshakeIntervals;
  return [...handshakeIntervals, interval].slice(-keptIntervals);
}

/** Keepalives that are closer together are not those of a PersistentKeepalive, milliseconds. */
export const shortestCadenceMs = 5_000;

/**
 * The peer's own PersistentKeepalive, learnt from when its keepalives arrive, in milliseconds; undefined until three
 * equal intervals were seen. A passive keepalive (10 s after data, WireGuard paper §6.5) comes alone and does not count.
 */
export function keepaliveCadence({ keepalives }: PeerPast): number | undefined {
  if (keepalives.length < 4) return undefined;
  const [first = 0, second = 0, third = 0, last = 0] = keepalives.slice(-4);
  const shortest = Math.min(second - first, third - second, last - third);
  const longest = Math.max(second - first, third - second, last - third);
  if (shortest < shortestCadenceMs || longest - shortest > Math.max(3_000, shortest * 0.15)) return undefined;
  return (last - first) / 3;
}
