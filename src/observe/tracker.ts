import { activityOf, isSettled, sameActivity } from '../wg/activity/activity.ts';
import {
  type ActivityRules,
  advanceHistory,
  amneziaRules,
  beginHistory,
  type Delta,
  deltaOf,
  type PeerHistory,
  wireguardRules,
} from '../wg/activity/history.ts';
import type { DumpInterface, DumpPeer } from '../wg/dump.ts';
import type { InterfaceName } from '../wg/key.ts';
import { MostlySame } from '../wg/mostly-same.ts';
import { disabledPeers } from '../wg/names/name-index.ts';
import { type PeerId, peerId } from '../wg/peer.ts';
import { type HubNow, noHub } from '../wg/profile/stale.ts';
import { InOrder } from './in-order.ts';
import type { InterfaceNames, PeerName } from './names.ts';
import { disabledView, PeerIdentity, type PeerNow, TrackedPeer } from './peer-view.ts';
import type { InterfaceView, Manager, PeerView, Session } from './snapshot.ts';
import { beginSpark, emptySpark, gatherSpark, isSparkEmpty, type SparkGatherer } from './spark.ts';

/** What is kept about a peer between ticks. */
interface Track {
  readonly history: PeerHistory;
  /** Undefined where nothing has moved in the last minute. */
  spark: SparkGatherer | undefined;
  readonly phase: number;
  /** When it was sampled before this tracker did, milliseconds since the epoch. */
  readonly sampledBefore: number;
  identity: PeerIdentity;
  view: PeerView | undefined;
  /** Nothing about it changes with time any more: it is what it was until its row or its name is another one. */
  isAtRest: boolean;
}

/** What stood where in the last dump of an interface; the next one mostly has the same order. */
interface Standing {
  readonly names: InterfaceNames | undefined;
  /** The same object as long as it is the same. */
  readonly hub: HubNow;
  readonly tracks: readonly Track[];
  readonly views: readonly PeerView[];
  readonly disabled: ReturnType<typeof disabledPeers>;
}

const nothingStanding: Standing = { names: undefined, hub: noHub, tracks: [], views: [], disabled: [] };

/** What one tick brings besides the dump. Times are milliseconds; `monotonic` is for rates, `now` for ages. */
export interface TickContext {
  readonly now: number;
  readonly monotonic: number;
  readonly names: ReadonlyMap<InterfaceName, InterfaceNames>;
  readonly managers: ReadonlyMap<InterfaceName, Manager>;
  readonly session: Session;
}

/** The histories of all peers, as the state file keeps them. */
export interface SavedHistories {
  /** Milliseconds since the epoch of the last sample in it. */
  readonly at: number;
  readonly peers: readonly (readonly [PeerId, PeerHistory])[];
}

const noDelta: Delta = { rxBytes: 0, txBytes: 0, handshake: false, reset: false };

/** Folds dump after dump into what each peer is doing. It does no I/O and reads no clock. */
export class Tracker {
  readonly #tracks = new Map<PeerId, Track>();
  #saved: InOrder<PeerId, PeerHistory>;
  readonly #savedAt: number;
  /** Peers whose history goes on in their tracks are among the saved ones still. */
  #hasBegun = false;
  /** Peers that have gone in this run, and when they were last sampled. */
  readonly #gone = new Map<PeerId, { readonly history: PeerHistory; readonly at: number }>();
  readonly #disabled = new WeakMap<PeerName, PeerView>();
  readonly #standing = new Map<InterfaceName, Standing>();
  #lastNow: number | undefined;
  #lastMonotonic: number | undefined;
  #lastSession: Session | undefined;

  /** The saved histories are the tracker's from then on. */
  constructor(saved?: SavedHistories) {
    this.#saved = new InOrder(saved?.peers ?? []);
    this.#savedAt = saved?.at ?? 0;
  }

  /** The interfaces after one more dump. Peers that did not change are the same objects as before. */
  update(interfaces: readonly DumpInterface[], context: TickContext): InterfaceView[] {
    const elapsedMs = this.#lastMonotonic === undefined ? undefined : context.monotonic - this.#lastMonotonic;
    if (this.#hasBegun) this.#forgetBegun();
    const views = interfaces.map((one) => this.#updateInterface(one, context, elapsedMs));
    this.#forgetGone(interfaces);
    this.#lastNow = context.now;
    this.#lastMonotonic = context.monotonic;
    this.#lastSession = context.session;
    return views;
  }

  /** What to keep for the next run: every peer that was ever heard or called. */
  histories(): SavedHistories {
    const isAway = ([id]: readonly [PeerId, PeerHistory]) => !this.#tracks.has(id) && !this.#gone.has(id);
    const peers = this.#saved.entries.filter(isAway);
    for (const [id, { history }] of this.#gone) peers.push([id, history]);
    for (const [id, { history }] of this.#tracks) peers.push([id, history]);
    return { at: this.#lastNow ?? this.#savedAt, peers };
  }

  #updateInterface(one: DumpInterface, context: TickContext, elapsedMs: number | undefined): InterfaceView {
    const names = context.names.get(one.name);
    const rules = one.flavour === 'amneziawg' ? amneziaRules : wireguardRules;
    const before = this.#standing.get(one.name) ?? nothingStanding;
    const hasSameNames = before.names === names;
    const hub = hubNow(before.hub, one, names);
    const isQuietTick = this.#isQuietTick(context, elapsedMs) && hasSameNames && hub === before.hub;
    let rx = 0;
    let tx = 0;
    let onlineCount = 0;
    const tracks = new MostlySame(before.tracks);
    const views = new MostlySame(before.views);
    for (let place = 0; place < one.peers.length; place += 1) {
      const peer = one.peers[place];
      if (peer === undefined) continue;
      const guess = before.tracks[place];
      const isThere = guess !== undefined && guess.identity.peer.id === peer.id;
      const track = isThere
        ? guess
        : (this.#tracks.get(peer.id) ?? this.#begin(new PeerIdentity(peer, names, hub), context));
      tracks.push(track);
      const isResting = isQuietTick && track.isAtRest && isStill(track, peer);
      const view =
        isResting && track.view !== undefined
          ? track.view
          : this.#updatePeer(track, peer, names, hub, rules, context, elapsedMs);
      views.push(view);
      if (isResting) continue;
      rx += view.rxBitsPerSecond ?? 0;
      tx += view.txBitsPerSecond ?? 0;
      if (view.activity.state === 'active' || view.activity.state === 'online') onlineCount += 1;
    }
    const disabled = hasSameNames ? before.disabled : names === undefined ? [] : disabledPeers(names.peers);
    for (const view of this.#disabledPeers(one, names, disabled)) views.push(view);
    this.#standing.set(one.name, { names, hub, tracks: tracks.items, views: views.items, disabled });
    return {
      name: one.name,
      flavour: one.flavour,
      publicKey: one.publicKey,
      listenPort: one.listenPort,
      manager: context.managers.get(one.name) ?? 'unknown',
      managedElsewhere: names?.managedElsewhere,
      peers: views.items,
      rxBitsPerSecond: rx,
      txBitsPerSecond: tx,
      liveCount: one.peers.length,
      onlineCount,
    };
  }

  /** Whether peers at rest are as they were: both clocks went on, and the operator sits where they sat. */
  #isQuietTick({ now, session }: TickContext, elapsedMs: number | undefined): boolean {
    return elapsedMs !== undefined && elapsedMs > 0 && now >= (this.#lastNow ?? now) && session === this.#lastSession;
  }

  #updatePeer(
    track: Track,
    peer: DumpPeer,
    names: InterfaceNames | undefined,
    hub: HubNow,
    rules: ActivityRules,
    context: TickContext,
    elapsedMs: number | undefined,
  ): PeerView {
    const before = track.view;
    // On a large hub most rows are as they were.
    const isSameRow = before !== undefined && isStill(track, peer);
    const delta = isSameRow ? noDelta : deltaOf(track.history, peer);
    if (!isSameRow) {
      const sampledAt = before === undefined ? track.sampledBefore : (this.#lastNow ?? track.sampledBefore);
      advanceHistory(track.history, peer, delta, sampledAt, context.now, rules);
    }
    const isKnownStep = elapsedMs !== undefined && elapsedMs > 0 && before !== undefined && !delta.reset;
    const moved = isKnownStep ? delta.rxBytes + delta.txBytes : 0;
    if (moved > 0 || track.spark !== undefined) {
      const from = context.monotonic - (elapsedMs ?? 0);
      track.spark ??= beginSpark(from, track.phase);
      gatherSpark(track.spark, moved, from, context.monotonic, track.phase);
      if (isSparkEmpty(track.spark)) track.spark = undefined;
    }
    const activity = activityOf(peer, track.history, context.now, rules);
    const now: PeerNow = {
      rxBitsPerSecond: isKnownStep ? Math.round((delta.rxBytes * 8_000) / elapsedMs) : undefined,
      txBitsPerSecond: isKnownStep ? Math.round((delta.txBytes * 8_000) / elapsedMs) : undefined,
      activity: before !== undefined && sameActivity(before.activity, activity) ? before.activity : activity,
      spark: track.spark?.spark ?? emptySpark,
      past: track.history.past,
      you: isYours(context.session, peer),
    };
    const view = viewAfter(track, peer, names, hub, now, isSameRow);
    const hasNoTrace = view.rxBitsPerSecond === 0 && view.txBitsPerSecond === 0 && track.spark === undefined;
    track.isAtRest = isSameRow && hasNoTrace && isSettled(peer, track.history, context.now);
    track.view = view;
    return view;
  }

  #begin(identity: PeerIdentity, { now }: TickContext): Track {
    const { peer } = identity;
    const gone = this.#gone.get(peer.id);
    const saved = gone?.history ?? this.#saved.get(peer.id);
    const phase = peer.publicKey.charCodeAt(0) + peer.publicKey.charCodeAt(1);
    const track: Track = {
      history: saved ?? beginHistory(peer, now),
      spark: undefined,
      phase,
      sampledBefore: gone?.at ?? (saved === undefined ? now : this.#savedAt),
      identity,
      view: undefined,
      isAtRest: false,
    };
    this.#tracks.set(peer.id, track);
    this.#gone.delete(peer.id);
    this.#hasBegun = true;
    return track;
  }

  #disabledPeers(one: DumpInterface, names: InterfaceNames | undefined, disabled: Standing['disabled']): PeerView[] {
    const views: PeerView[] = [];
    for (const [publicKey, name] of disabled) {
      const id = peerId(one.name, publicKey);
      if (this.#tracks.has(id) && one.peers.some((peer) => peer.id === id)) continue;
      const view = this.#disabled.get(name) ?? disabledView(one.name, publicKey, names);
      this.#disabled.set(name, view);
      views.push(view);
    }
    return views;
  }

  /** The list of the saved ones is as large as the tracks; it is looked through after the first paint. */
  #forgetBegun(): void {
    this.#saved = new InOrder(this.#saved.entries.filter(([id]) => !this.#tracks.has(id)));
    this.#hasBegun = false;
  }

  /** A peer that was removed keeps its history for its return, not its rates. */
  #forgetGone(interfaces: readonly DumpInterface[]): void {
    const count = interfaces.reduce((sum, one) => sum + one.peers.length, 0);
    if (count === this.#tracks.size) return;
    const present = new Set(interfaces.flatMap((one) => one.peers.map((peer) => peer.id)));
    for (const [id, track] of this.#tracks) {
      if (present.has(id)) continue;
      this.#gone.set(id, { history: track.history, at: this.#lastNow ?? track.sampledBefore });
      this.#tracks.delete(id);
    }
  }
}

/** Whether the row says what it said when the track took it last. The dump's peers move on in place. */
function isStill({ identity, history }: Track, peer: DumpPeer): boolean {
  return (
    identity.peer === peer &&
    history.rxBytes === peer.rxBytes &&
    history.txBytes === peer.txBytes &&
    history.latestHandshake === peer.latestHandshake
  );
}

/** Whether the peer carries the operator's session; undefined: not known. */
function isYours(session: Session, peer: DumpPeer): boolean | undefined {
  if (session.kind === 'unknown' || session.kind === 'pending') return undefined;
  return session.kind === 'tunnel' && session.peer === peer.id;
}

/** The view after a tick: the one of before where it would say the same. */
function viewAfter(
  track: Track,
  peer: DumpPeer,
  names: InterfaceNames | undefined,
  hub: HubNow,
  now: PeerNow,
  isSameRow: boolean,
): PeerView {
  const { identity, view: before } = track;
  if (identity.peer !== peer || identity.names !== names || identity.hub !== hub) {
    track.identity = new PeerIdentity(peer, names, hub);
  }
  const isSame =
    isSameRow &&
    before !== undefined &&
    identity === track.identity &&
    before.rxBitsPerSecond === now.rxBitsPerSecond &&
    before.txBitsPerSecond === now.txBitsPerSecond &&
    before.spark === now.spark &&
    before.past === now.past &&
    before.you === now.you &&
    before.activity === now.activity;
  return isSame ? before : new TrackedPeer(track.identity, peer, now);
}

/** The hub as its clients have to know it; the object of before where it is so still. */
function hubNow(before: HubNow, { publicKey, listenPort }: DumpInterface, names: InterfaceNames | undefined): HubNow {
  const file = names?.hub;
  const isSame = before.publicKey === publicKey && before.listenPort === listenPort && before.file === file;
  return isSame ? before : { publicKey, listenPort, file };
}
