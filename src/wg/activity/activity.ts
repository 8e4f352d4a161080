import {
  type ActivityRules,
  keepaliveCadence,
  type PeerHistory,
  type PeerSample,
  shortestCadenceMs,
} from './history.ts';

/** What a peer is doing, in words an operator can trust. Times are milliseconds since the epoch, so that nothing changes while nothing happens. */
export type Activity =
  /** Data arrived in the last 15 seconds. */
  | { readonly state: 'active' }
  /** Heard recently, or its session is still valid. */
  | { readonly state: 'online' }
  /** Quiet, and that is normal. */
  | { readonly state: 'idle'; readonly since: number | undefined }
  /** It used to send keepalives, and they stopped. */
  | { readonly state: 'lost'; readonly since: number }
  /** The hub calls (or called within five minutes) and nobody answers. */
  | { readonly state: 'calling'; readonly calls: number; readonly ongoing: boolean }
  /** Its handshakes arrive and are answered, but never complete. */
  | { readonly state: 'knocking'; readonly knocks: number }
  /** Not seen since it was created. */
  | { readonly state: 'never' }
  /** Switched off in the configuration file. */
  | { readonly state: 'disabled' }
  /** Its handshake lies in the future: one of two clocks is wrong. */
  | { readonly state: 'clock'; readonly handshakeAt: number };

export type ActivityState = Activity['state'];

/** Every state, the ones that want a look first. */
export const activityStates: readonly ActivityState[] = [
  'knocking',
  'lost',
  'calling',
  'clock',
  'active',
  'online',
  'idle',
  'never',
  'disabled',
];

const active: Activity = { state: 'active' };
const online: Activity = { state: 'online' };
const never: Activity = { state: 'never' };

/** A session is usable for REJECT_AFTER_TIME; this much more is allowed for the sample's own age. */
const slackMs = 5_000;
/** A live peer answers data within KEEPALIVE_TIMEOUT 10 s + REKEY_TIMEOUT 5 s (WireGuard paper §6.5); 2 s for the sampling. */
const answerWithinMs = 17_000;
/** The hub calls every 5 s; it has stopped when this much has passed. Longer than a peer stays active after its data. */
const ongoingMs = 20_000;
/** A peer without a session is online for as long after it was heard, and longer where its keepalives are further apart. */
const onlineMs = 35_000;

/** What the peer is doing at `now` (milliseconds since the epoch). Pure; it changes with time even when no byte moves. */
export function activityOf(sample: PeerSample, history: PeerHistory, now: number, rules: ActivityRules): Activity {
  const { latestHandshake } = sample;
  if (latestHandshake !== undefined && latestHandshake > now + 2_000) {
    return { state: 'clock', handshakeAt: latestHandshake };
  }
  if (history.lastKnockAt !== undefined && history.knocks >= 2 && now - history.lastKnockAt <= 20_000) {
    return { state: 'knocking', knocks: history.knocks };
  }
  const sessionAge = latestHandshake === undefined ? Number.POSITIVE_INFINITY : now - latestHandshake;
  const hasSession = sessionAge <= rules.rejectAfterMs + slackMs;
  const calling = callingOf(history, now, hasSession);
  if (calling !== undefined) return calling;
  if (history.lastRxAt === undefined) return sample.rxBytes === 0 ? never : { state: 'idle', since: undefined };
  if (history.lastDataAt !== undefined && now - history.lastDataAt <= 15_000) return active;
  const silentMs = now - history.lastRxAt;
  const surelySilentMs = now - (history.lastRxBy ?? now);
  const isOnline = hasSession || silentMs <= onlineMs;
  // No peer is lost so soon, so its keepalives need not be looked at.
  if (isOnline && surelySilentMs <= lossAfterMs(shortestCadenceMs)) return online;
  const cadence = keepaliveCadence(history);
  if (cadence !== undefined && surelySilentMs > lossAfterMs(cadence)) return { state: 'lost', since: history.lastRxAt };
  if (isOnline || silentMs <= 1.5 * (cadence ?? 0)) return online;
  return { state: 'idle', since: history.lastRxAt };
}

/** Two keepalives were missed then. */
function lossAfterMs(cadenceMs: number): number {
  return 2.2 * cadenceMs + 10_000;
}

/** Longer than every limit here: the longest is 2.2 keepalive intervals of at most six minutes, and ten seconds. */
const longestLimitMs = 15 * 60_000;

/** Whether the activity of a silent peer stays what it is at `now`, however long it is silent, while the clock goes on. */
export function isSettled(sample: PeerSample, history: PeerHistory, now: number): boolean {
  const { lastKnockAt = 0, lastCallAt = 0, unansweredAt = 0, lastRxAt = 0, lastRxBy = 0, lastDataAt = 0 } = history;
  const { latestHandshake = 0 } = sample;
  const latest = Math.max(latestHandshake, lastKnockAt, lastCallAt, unansweredAt, lastRxAt, lastDataAt);
  if (now - latest <= longestLimitMs) return false;
  return now - lastRxBy > longestLimitMs || keepaliveCadence(history) === undefined;
}

function callingOf(history: PeerHistory, now: number, hasSession: boolean): Activity | undefined {
  const { unansweredSince, unansweredAt, calls, lastCallAt } = history;
  if (unansweredSince === undefined || unansweredAt === undefined) return undefined;
  // One call of a live session is an ordinary rekey, which is answered within the next sample.
  const isCalling = lastCallAt !== undefined && now - lastCallAt <= ongoingMs && calls >= (hasSession ? 2 : 1);
  const isIgnored = now - unansweredAt <= ongoingMs && now - unansweredSince >= answerWithinMs;
  if (isCalling || isIgnored) return { state: 'calling', calls, ongoing: true };
  const gaveUp = !hasSession && now - unansweredAt <= 300_000;
  return gaveUp ? { state: 'calling', calls, ongoing: false } : undefined;
}

/** Whether two activities say the same. */
export function sameActivity(a: Activity, b: Activity): boolean {
  if (a === b) return true;
  if (a.state !== b.state) return false;
  if (a.state === 'idle' && b.state === 'idle') return a.since === b.since;
  if (a.state === 'lost' && b.state === 'lost') return a.since === b.since;
  if (a.state === 'calling' && b.state === 'calling') return a.calls === b.calls && a.ongoing === b.ongoing;
  if (a.state === 'knocking' && b.state === 'knocking') return a.knocks === b.knocks;
  if (a.state === 'clock' && b.state === 'clock') return a.handshakeAt === b.handshakeAt;
  return true;
}
