import { activityOf, isSettled, sameActivity } from '../wg/activity/activity.ts';
import { PeerHistories } from '../wg/activity/histories.ts';
import {
  type ActivityRules,
  advanceHistory,
  amneziaRules,
  type Delta,
  deltaOf,
  noteEndpoint,
  wireguardRules,
} from '../wg/activity/history.ts';
import type { DumpInterface, DumpPeer } from '../wg/dump.ts';
import { type MovingSample, takeSample } from '../wg/followed-peer.ts';
import type { InterfaceName } from '../wg/key.ts';
import { MostlySame } from '../wg/mostly-same.ts';
import { disabledPeers } from '../wg/names/name-index.ts';
import type { PeerId } from '../wg/peer.ts';
import { type HubNow, noHub } from '../wg/profile/stale.ts';
import { Movements } from './movements.ts';
import type { InterfaceNames } from './names.ts';
import { disabledView, type PeerScope, TrackedPeer } from './peer-view.ts';
import type { InterfaceView, Manager, Session } from './snapshot.ts';

/** What was there in the last dump of an interface; the next one mostly has the same order. */
interface Standing {
  readonly scope: PeerScope;
  /** The peers of the dump, and behind them those that are switched off. */
  readonly views: readonly TrackedPeer[];
  readonly liveCount: number;
  /** Those that the file holds switched off, of which some may run all the same. */
  readonly off: readonly TrackedPeer[];
}

/** What is the same for all peers of an interface in a tick. */
interface InterfaceTick extends TickContext {
  readonly scope: PeerScope;
  readonly rules: ActivityRules;
  /** Milliseconds since the last tick; undefined: this is the first. */
  readonly elapsedMs: number | undefined;
  /** When that was (monotonic). */
  readonly before: number;
}

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
  readonly histories: PeerHistories;
}

const noDelta: Delta = { rxBytes: 0, txBytes: 0, handshake: false, reset: false };

/** Folds dump after dump into what each peer is doing. It does no I/O and reads no clock. */
export class Tracker {
  readonly #histories: PeerHistories;
  readonly #savedAt: number;
  readonly #movements = new Movements();
  readonly #standing = new Map<InterfaceName, Standing>();
  /** What moves of the peer at hand. */
  readonly #sample: MovingSample = { rxBytes: 0, txBytes: 0, latestHandshake: undefined };
  #lastNow: number | undefined;
  #lastMonotonic: number | undefined;
  #lastSession: Session | undefined;

  /** The saved histories are the tracker's from then on. */
  constructor(saved?: SavedHistories) {
    this.#histories = saved?.histories ?? new PeerHistories();
    this.#savedAt = saved?.at ?? 0;
  }

  /**
   * The interfaces after one more dump. A peer of which only numbers moved is the same object as before, **moved on in
   * place**, and the list of peers is the same list where they all are.
   */
  update(interfaces: readonly DumpInterface[], context: TickContext): InterfaceView[] {
    const elapsedMs = this.#lastMonotonic === undefined ? undefined : context.monotonic - this.#lastMonotonic;
    const views = interfaces.map((one) => this.#updateInterface(one, context, elapsedMs));
    this.#forgetGone(interfaces);
    this.#histories.forgetOrder();
    this.#lastNow = context.now;
    this.#lastMonotonic = context.monotonic;
    this.#lastSession = context.session;
    return views;
  }

  /** What to keep for the next run: all that this run and those before it have seen. It moves on with each update. */
  histories(): SavedHistories {
    const at = this.#lastNow ?? this.#savedAt;
    for (const standing of this.#standing.values()) this.#noteSampled(standing, at);
    return { at, histories: this.#histories };
  }

  #updateInterface(one: DumpInterface, context: TickContext, elapsedMs: number | undefined): InterfaceView {
    const names = context.names.get(one.name);
    const before = this.#standing.get(one.name);
    const scope = this.#scopeNow(before?.scope, one, names);
    const rules = one.flavour === 'amneziawg' ? amneziaRules : wireguardRules;
    const tick: InterfaceTick = { ...context, scope, rules, elapsedMs, before: context.monotonic - (elapsedMs ?? 0) };
    const isQuietTick = this.#isQuietTick(context, elapsedMs) && scope === before?.scope;
    let rx = 0;
    let tx = 0;
    let onlineCount = 0;
    let stayed = 0;
    const views = new MostlySame(before?.views ?? []);
    const find = finder(before);
    this.#histories.expectAll(one.peers.length);
    this.#movements.expect(one.peers.length);
    for (let index = 0; index < one.peers.length; index += 1) {
      const peer = one.peers[index];
      if (peer === undefined) continue;
      const guess = before?.views[index];
      takeSample(peer, this.#sample);
      if (isQuietTick && guess?.isAtRest === true && guess.peer === peer && this.#isStill(guess.place)) {
        views.push(guess);
        stayed += 1;
        continue;
      }
      const known = guess !== undefined && isOf(guess, peer) ? guess : find(peer.id);
      if (known !== undefined) stayed += 1;
      const view = this.#viewNow(known, peer, tick);
      this.#moveOn(view, known, tick);
      views.push(view);
      rx += view.rxBitsPerSecond ?? 0;
      tx += view.txBitsPerSecond ?? 0;
      if (view.activity.state === 'active' || view.activity.state === 'online') onlineCount += 1;
    }
    const liveCount = one.peers.length;
    const off = offNow(before, one.name, scope);
    for (const view of withoutRunning(off, one)) views.push(view);
    const standing = { scope, views: views.items, liveCount, off };
    if (before !== undefined && stayed < before.liveCount) this.#noteGone(before, standing);
    this.#standing.set(one.name, standing);
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
      liveCount,
      onlineCount,
    };
  }

  /** Whether peers at rest are as they were: both clocks went on, and the operator sits where they sat. */
  #isQuietTick({ now, session }: TickContext, elapsedMs: number | undefined): boolean {
    return elapsedMs !== undefined && elapsedMs > 0 && now >= (this.#lastNow ?? now) && session === this.#lastSession;
  }

  #scopeNow(before: PeerScope | undefined, one: DumpInterface, names: InterfaceNames | undefined): PeerScope {
    const hub = hubNow(before?.hub ?? noHub, one, names);
    if (before !== undefined && before.names === names && before.hub === hub) return before;
    return { names, hub, histories: this.#histories, movements: this.#movements };
  }

  /** The view of a peer, which still says what it said in the last tick; `known`: the one of then. */
  #viewNow(known: TrackedPeer | undefined, peer: DumpPeer, { scope, now }: InterfaceTick): TrackedPeer {
    if (known !== undefined) return known.peer === peer && known.scope === scope ? known : known.with(peer, scope);
    const place = this.#histories.find(peer.id) ?? this.#begin(peer, now);
    this.#movements.begin(place, peer.publicKey.charCodeAt(0) + peer.publicKey.charCodeAt(1));
    return new TrackedPeer(peer, scope, place, { state: 'never' });
  }

  #begin(peer: DumpPeer, now: number): number {
    const place = this.#histories.begin(peer, now);
    this.#histories.sampled(place, now);
    return place;
  }

  /** Brings a view up to the sample at hand; `known`: its peer was in the last dump, too. */
  #moveOn(view: TrackedPeer, known: TrackedPeer | undefined, tick: InterfaceTick): void {
    const { now, rules, elapsedMs } = tick;
    const { peer } = view;
    const history = this.#histories.at(view.place);
    const sample = this.#sample;
    // Where a peer is reached is one of its settings: with another one it is another object.
    if (known?.peer !== peer && peer.endpoint !== this.#histories.endpointAt(view.place)) {
      noteEndpoint(history, peer.endpoint, now);
    }
    // On a large hub most rows are as they were.
    const isSameRow = known !== undefined && this.#isStill(view.place);
    const delta = isSameRow ? noDelta : deltaOf(history, sample);
    if (!isSameRow) {
      const sampledAt = (known === undefined ? undefined : this.#lastNow) ?? this.#histories.sampledAt(view.place);
      advanceHistory(history, sample, delta, sampledAt, now, rules);
    }
    const isKnownStep = elapsedMs !== undefined && elapsedMs > 0 && known !== undefined && !delta.reset;
    this.#noteMoved(view.place, isKnownStep ? delta : undefined, tick);
    const activity = activityOf(sample, history, now, rules);
    if (!sameActivity(view.activity, activity)) view.activity = activity;
    view.you = isYours(tick.session, peer);
    view.isAtRest = isSameRow && this.#movements.isAtRest(view.place) && isSettled(sample, history, now);
  }

  /** Notes rates, and gathers what moved for the line of the last minute; without a delta nobody knows what moved. */
  #noteMoved(place: number, delta: Delta | undefined, { before, monotonic, elapsedMs = 0 }: InterfaceTick): void {
    const movements = this.#movements;
    if (delta === undefined) {
      movements.unmeasured(place);
      movements.gather(place, 0, before, monotonic);
    } else {
      movements.measure(place, delta.rxBytes, delta.txBytes, elapsedMs);
      movements.gather(place, delta.rxBytes + delta.txBytes, before, monotonic);
    }
  }

  /** Whether the sample at hand says what the last one said. The dump's peers move on in place. */
  #isStill(place: number): boolean {
    return this.#histories.isStill(place, this.#sample);
  }

  /** Notes of peers that are in a dump no longer when they were seen last; for their return their history is kept, not their rates. */
  #noteGone(before: Standing, now: Standing): void {
    const places = new Set(now.views.map(({ place }) => place));
    const gone = before.views.filter(({ place, isOff }) => !isOff && !places.has(place));
    this.#noteSampled({ views: gone, liveCount: gone.length }, this.#lastNow ?? this.#savedAt);
  }

  #noteSampled({ views, liveCount }: Pick<Standing, 'views' | 'liveCount'>, at: number): void {
    for (let index = 0; index < liveCount; index += 1) {
      const place = views[index]?.place;
      if (place !== undefined) this.#histories.sampled(place, at);
    }
  }

  #forgetGone(interfaces: readonly DumpInterface[]): void {
    for (const [name, standing] of this.#standing) {
      if (interfaces.some((one) => one.name === name)) continue;
      this.#noteSampled(standing, this.#lastNow ?? this.#savedAt);
      this.#standing.delete(name);
    }
  }
}

/** Finds a peer of the last dump that is not where it was. */
function finder(before: Standing | undefined): (id: PeerId) => TrackedPeer | undefined {
  let byId: ReadonlyMap<PeerId, TrackedPeer> | undefined;
  return (id) => {
    if (before === undefined) return undefined;
    byId ??= new Map(before.views.slice(0, before.liveCount).map((view) => [view.id, view]));
    return byId.get(id);
  };
}

/** Whether the view is of this peer, which runs. */
function isOf(view: TrackedPeer, peer: DumpPeer): boolean {
  return view.peer === peer || (view.id === peer.id && !view.isOff);
}

/** Whether the peer carries the operator's session; undefined: not known. */
function isYours(session: Session, peer: DumpPeer): boolean | undefined {
  if (session.kind === 'unknown' || session.kind === 'pending') return undefined;
  return session.kind === 'tunnel' && session.peer === peer.id;
}

/** The peers that the file holds switched off; the same list as long as it is the same file. */
function offNow(before: Standing | undefined, name: InterfaceName, scope: PeerScope): readonly TrackedPeer[] {
  const { names } = scope;
  if (before !== undefined && before.scope.names === names) return before.off;
  return names === undefined ? [] : disabledPeers(names.peers).map(([key]) => disabledView(name, key, scope));
}

/** Those of them that are not in the dump all the same. */
function withoutRunning(off: readonly TrackedPeer[], one: DumpInterface): readonly TrackedPeer[] {
  if (off.length === 0) return off;
  const ids = new Set(off.map(({ id }) => id));
  const running = new Set(one.peers.flatMap(({ id }) => (ids.has(id) ? [id] : [])));
  return running.size === 0 ? off : off.filter(({ id }) => !running.has(id));
}

/** The hub as its clients have to know it; the object of before where it is so still. */
function hubNow(before: HubNow, { publicKey, listenPort }: DumpInterface, names: InterfaceNames | undefined): HubNow {
  const file = names?.hub;
  const isSame = before.publicKey === publicKey && before.listenPort === listenPort && before.file === file;
  return isSame ? before : { publicKey, listenPort, file };
}
