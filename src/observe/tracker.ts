import { known, type Printable } from '../host/printable.ts';
import { type Activity, activityOf, isSettled, sameActivity } from '../wg/activity/activity.ts';
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
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { type PeerId, peerId } from '../wg/peer.ts';
import { type HubNow, staleSentences } from '../wg/profile/stale.ts';
import type { InterfaceNames, PeerName } from './names.ts';
import type { InterfaceView, Manager, PeerView, Session } from './snapshot.ts';
import { beginSpark, emptySpark, gatherSpark, isSparkEmpty, type SparkGatherer } from './spark.ts';

/** What is kept about a peer between ticks. */
interface Track {
  history: PeerHistory;
  readonly spark: SparkGatherer;
  readonly phase: number;
  /** When it was sampled before this tracker did, milliseconds since the epoch. */
  readonly sampledBefore: number;
  peer: DumpPeer;
  names: PeerName | undefined;
  hub: HubNow;
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
  readonly disabled: readonly (readonly [PublicKey, PeerName])[];
}

const noHub: HubNow = { publicKey: undefined, listenPort: undefined, file: undefined };
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
  readonly peers: ReadonlyMap<PeerId, PeerHistory>;
}

const noDelta: Delta = { rxBytes: 0, txBytes: 0, handshake: false, reset: false };

/** Folds dump after dump into what each peer is doing. It does no I/O and reads no clock. */
export class Tracker {
  readonly #tracks = new Map<PeerId, Track>();
  readonly #saved: Map<PeerId, PeerHistory>;
  readonly #savedAt: number;
  /** When peers that have gone in this run were last sampled. */
  readonly #goneAt = new Map<PeerId, number>();
  readonly #disabled = new WeakMap<PeerName, PeerView>();
  readonly #standing = new Map<InterfaceName, Standing>();
  #lastNow: number | undefined;
  #lastMonotonic: number | undefined;
  #lastSession: Session | undefined;

  constructor(saved?: SavedHistories) {
    this.#saved = new Map(saved?.peers);
    this.#savedAt = saved?.at ?? 0;
  }

  /** The interfaces after one more dump. Peers that did not change are the same objects as before. */
  update(interfaces: readonly DumpInterface[], context: TickContext): InterfaceView[] {
    const elapsedMs = this.#lastMonotonic === undefined ? undefined : context.monotonic - this.#lastMonotonic;
    const views = interfaces.map((one) => this.#updateInterface(one, context, elapsedMs));
    this.#forgetGone(interfaces);
    this.#lastNow = context.now;
    this.#lastMonotonic = context.monotonic;
    this.#lastSession = context.session;
    return views;
  }

  /** What to keep for the next run: every peer that was ever heard or called. */
  histories(): SavedHistories {
    const peers = new Map(this.#saved);
    for (const [id, track] of this.#tracks) peers.set(id, track.history);
    return { at: this.#lastNow ?? this.#savedAt, peers };
  }

  #updateInterface(one: DumpInterface, context: TickContext, elapsedMs: number | undefined): InterfaceView {
    const names = context.names.get(one.name);
    const rules = one.flavour === 'amneziawg' ? amneziaRules : wireguardRules;
    const before = this.#standing.get(one.name) ?? nothingStanding;
    const hasSameNames = before.names === names;
    const hub = hubNow(before.hub, one, names);
    const isQuietTick = this.#isQuietTick(context, elapsedMs) && hub === before.hub;
    let rx = 0;
    let tx = 0;
    let onlineCount = 0;
    const tracks: Track[] = [];
    const peers: PeerView[] = [];
    for (const peer of one.peers) {
      const guess = before.tracks[tracks.length];
      const isThere = guess !== undefined && guess.peer.id === peer.id;
      const track = isThere ? guess : (this.#tracks.get(peer.id) ?? this.#begin(peer, context));
      const name = isThere && hasSameNames ? track.names : names?.peers.get(peer.publicKey);
      tracks.push(track);
      if (isQuietTick && track.isAtRest && track.peer === peer && track.names === name && track.view !== undefined) {
        peers.push(track.view);
        continue;
      }
      const view = this.#updatePeer(track, peer, name, hub, rules, context, elapsedMs);
      rx += view.rxBitsPerSecond ?? 0;
      tx += view.txBitsPerSecond ?? 0;
      if (view.activity.state === 'active' || view.activity.state === 'online') onlineCount += 1;
      peers.push(view);
    }
    const disabled = hasSameNames ? before.disabled : disabledIn(names);
    if (disabled.length > 0) peers.push(...this.#disabledPeers(one, disabled));
    const views = sameItems(before.views, peers) ? before.views : peers;
    this.#standing.set(one.name, { names, hub, tracks, views, disabled });
    return {
      name: one.name,
      flavour: one.flavour,
      publicKey: one.publicKey,
      listenPort: one.listenPort,
      manager: context.managers.get(one.name) ?? 'unknown',
      managedElsewhere: names?.managedElsewhere,
      peers: views,
      rxBitsPerSecond: rx,
      txBitsPerSecond: tx,
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
    names: PeerName | undefined,
    hub: HubNow,
    rules: ActivityRules,
    context: TickContext,
    elapsedMs: number | undefined,
  ): PeerView {
    // The same row as before is the same object: nothing moved, and on a large hub that is most of them.
    const isStill = track.peer === peer && track.view !== undefined;
    const delta = isStill ? noDelta : deltaOf(track.history, peer);
    if (!isStill) {
      const sampledAt = track.view === undefined ? track.sampledBefore : (this.#lastNow ?? track.sampledBefore);
      track.history = advanceHistory(track.history, peer, delta, sampledAt, context.now, rules);
    }
    const isKnownStep = elapsedMs !== undefined && elapsedMs > 0 && track.view !== undefined && !delta.reset;
    const moved = isKnownStep ? delta.rxBytes + delta.txBytes : 0;
    gatherSpark(track.spark, moved, context.monotonic - (elapsedMs ?? 0), context.monotonic, track.phase);
    const rate = (bytes: number) => (isKnownStep ? Math.round((bytes * 8_000) / elapsedMs) : undefined);
    const activity = activityOf(peer, track.history, context.now, rules);
    const view = this.#view(
      track,
      peer,
      names,
      hub,
      activity,
      rate(delta.rxBytes),
      rate(delta.txBytes),
      context.session,
    );
    const hasNoTrace = view.rxBitsPerSecond === 0 && view.txBitsPerSecond === 0 && isSparkEmpty(track.spark);
    track.isAtRest = isStill && hasNoTrace && isSettled(peer, track.history, context.now);
    track.peer = peer;
    track.names = names;
    track.hub = hub;
    track.view = view;
    return view;
  }

  #begin(peer: DumpPeer, { now, monotonic }: TickContext): Track {
    const saved = this.#saved.get(peer.id);
    const phase = peer.publicKey.charCodeAt(0) + peer.publicKey.charCodeAt(1);
    const track: Track = {
      history: saved ?? beginHistory(peer, now),
      spark: beginSpark(monotonic, phase),
      phase,
      sampledBefore: this.#goneAt.get(peer.id) ?? (saved === undefined ? now : this.#savedAt),
      peer,
      names: undefined,
      hub: noHub,
      view: undefined,
      isAtRest: false,
    };
    // It goes on in the track; kept twice, it would be as large as all that is kept of a silent peer.
    this.#saved.delete(peer.id);
    this.#tracks.set(peer.id, track);
    return track;
  }

  #view(
    track: Track,
    peer: DumpPeer,
    names: PeerName | undefined,
    hub: HubNow,
    activity: Activity,
    rxBitsPerSecond: number | undefined,
    txBitsPerSecond: number | undefined,
    session: Session,
  ): PeerView {
    const before = track.view;
    const you =
      session.kind === 'unknown' || session.kind === 'pending'
        ? undefined
        : session.kind === 'tunnel' && session.peer === peer.id;
    const isSame =
      before !== undefined &&
      track.peer === peer &&
      track.names === names &&
      track.hub === hub &&
      before.rxBitsPerSecond === rxBitsPerSecond &&
      before.txBitsPerSecond === txBitsPerSecond &&
      before.spark === track.spark.spark &&
      before.history === track.history &&
      before.you === you &&
      sameActivity(before.activity, activity);
    if (isSame) return before;
    const hasPresharedKey = peer.presharedKey !== undefined;
    const isKnown =
      before !== undefined &&
      track.names === names &&
      track.hub === hub &&
      before.allowedIps === peer.allowedIps &&
      before.hasPresharedKey === hasPresharedKey;
    return {
      ...(isKnown ? before : identityOf(peer, names, hub)),
      endpoint: peer.endpoint,
      latestHandshake: peer.latestHandshake,
      rxBytes: peer.rxBytes,
      txBytes: peer.txBytes,
      rxBitsPerSecond,
      txBitsPerSecond,
      persistentKeepalive: peer.persistentKeepalive,
      hasPresharedKey,
      activity,
      spark: track.spark.spark,
      history: track.history,
      you,
    };
  }

  /** Peers that the file holds switched off: they are not in the dump, and the operator still wants to see them. */
  #disabledPeers(one: DumpInterface, disabled: Standing['disabled']): PeerView[] {
    const views: PeerView[] = [];
    for (const [publicKey, name] of disabled) {
      const id = peerId(one.name, publicKey);
      if (this.#tracks.has(id) && one.peers.some((peer) => peer.id === id)) continue;
      const view = this.#disabled.get(name) ?? disabledView(id, one.name, publicKey, name);
      this.#disabled.set(name, view);
      views.push(view);
    }
    return views;
  }

  /** A peer that was removed keeps its history for its return, not its rates. */
  #forgetGone(interfaces: readonly DumpInterface[]): void {
    const count = interfaces.reduce((sum, one) => sum + one.peers.length, 0);
    if (count === this.#tracks.size) return;
    const present = new Set(interfaces.flatMap((one) => one.peers.map((peer) => peer.id)));
    for (const [id, track] of this.#tracks) {
      if (present.has(id)) continue;
      this.#saved.set(id, track.history);
      this.#goneAt.set(id, this.#lastNow ?? track.sampledBefore);
      this.#tracks.delete(id);
    }
  }
}

function disabledIn(names: InterfaceNames | undefined): Standing['disabled'] {
  return names === undefined ? [] : [...names.peers].filter(([, { disabled }]) => disabled !== undefined);
}

function sameItems(one: readonly PeerView[], other: readonly PeerView[]): boolean {
  return one.length === other.length && one.every((view, place) => view === other[place]);
}

/** The hub as its clients have to know it; the object of before where it is so still. */
function hubNow(before: HubNow, { publicKey, listenPort }: DumpInterface, names: InterfaceNames | undefined): HubNow {
  const file = names?.hub;
  const isSame = before.publicKey === publicKey && before.listenPort === listenPort && before.file === file;
  return isSame ? before : { publicKey, listenPort, file };
}

/** What a peer is called and where it is, which seldom changes. */
function identityOf(peer: DumpPeer, names: PeerName | undefined, hub: HubNow) {
  const { allowedIps, presharedKey } = peer;
  return {
    id: peer.id,
    interfaceName: peer.interfaceName,
    publicKey: peer.publicKey,
    ...described(peer.publicKey, names),
    address: addressOf(peer.allowedIps),
    allowedIps: peer.allowedIps,
    fileAllowedIps: names?.inFile === true && names.disabled === undefined ? names.allowedIps.map(known) : undefined,
    stale: staleSentences(names?.issued, hub, { allowedIps, hasPresharedKey: presharedKey !== undefined }),
  };
}

function described(publicKey: PublicKey, names: PeerName | undefined) {
  return {
    label: names?.name ?? known(shortKey(publicKey)),
    isNamed: names?.name !== undefined,
    tags: names?.tags ?? [],
    note: names?.note,
    expires: names?.expires,
    issued: names?.issued,
    disabled: undefined,
    nameSource: names?.name === undefined ? undefined : names.source,
  };
}

function disabledView(id: PeerId, interfaceName: InterfaceName, publicKey: PublicKey, name: PeerName): PeerView {
  const allowedIps = name.allowedIps.map(known);
  return {
    id,
    interfaceName,
    publicKey,
    ...described(publicKey, name),
    disabled: name.disabled,
    address: addressOf(allowedIps),
    allowedIps,
    fileAllowedIps: undefined,
    stale: undefined,
    endpoint: undefined,
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    rxBitsPerSecond: undefined,
    txBitsPerSecond: undefined,
    persistentKeepalive: undefined,
    hasPresharedKey: false,
    activity: { state: 'disabled' },
    spark: emptySpark,
    history: undefined,
    you: false,
  };
}

function addressOf(allowedIps: readonly Printable[]): Printable {
  const first = allowedIps[0];
  return first === undefined ? known('') : known(first.replace(/\/(?:32|128)$/, ''));
}
