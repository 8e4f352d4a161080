import { known, type Printable } from '../host/printable.ts';
import type { Activity } from '../wg/activity/activity.ts';
import type { PeerHistories } from '../wg/activity/histories.ts';
import type { PeerPast } from '../wg/activity/history.ts';
import type { DumpPeer } from '../wg/dump.ts';
import { firstAllowedIp } from '../wg/followed-peer.ts';
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { type PeerId, peerId } from '../wg/peer.ts';
import { type HubNow, noHub, staleSentences } from '../wg/profile/stale.ts';
import type { Movements } from './movements.ts';
import type { InterfaceNames, PeerName } from './names.ts';
import type { PeerView } from './snapshot.ts';

/** What the peers of an interface share; another object once any of it is another. */
export interface PeerScope {
  readonly names: InterfaceNames | undefined;
  readonly hub: HubNow;
  readonly histories: PeerHistories;
  readonly movements: Movements;
}

/** Its place among the histories, of a peer that is only in the file. */
const nowhere = -1;

/**
 * A peer as it is now: the tracker moves it on in place, for on a large hub it is thousands each second. What the files
 * say of it is read when somebody asks: for the rows on the screen, and for all where they are sorted or searched by name.
 */
export class TrackedPeer implements PeerView {
  /** Its row in the dump. The numbers in it are of now. */
  readonly peer: DumpPeer;
  readonly scope: PeerScope;
  /** Where its history and its movements are. */
  readonly place: number;
  activity: Activity;
  you: boolean | undefined;
  /** Nothing about it changes with time any more: it is what it was until its row is another one. */
  isAtRest = false;
  /** Null: nobody has asked yet. */
  #name: PeerName | undefined | null = null;
  #stale: readonly Printable[] | undefined | null = null;

  constructor(peer: DumpPeer, scope: PeerScope, place: number, activity: Activity) {
    this.peer = peer;
    this.scope = scope;
    this.place = place;
    this.activity = activity;
    this.you = undefined;
  }

  /** The peer with other settings, names or hub; this one keeps those that it has. Rates and past of both are those of now. */
  with(peer: DumpPeer, scope: PeerScope): TrackedPeer {
    const other = new TrackedPeer(peer, scope, this.place, this.activity);
    other.you = this.you;
    return other;
  }

  get #named(): PeerName | undefined {
    if (this.#name === null) this.#name = this.scope.names?.peers.get(this.publicKey);
    return this.#name;
  }

  /** Only in the file, switched off. */
  get isOff(): boolean {
    return this.place === nowhere;
  }

  get id(): PeerId {
    return this.peer.id;
  }

  get interfaceName(): InterfaceName {
    return this.peer.interfaceName;
  }

  get publicKey(): PublicKey {
    return this.peer.publicKey;
  }

  get label(): Printable {
    return this.#named?.name ?? known(shortKey(this.publicKey));
  }

  get isNamed(): boolean {
    return this.#named?.name !== undefined;
  }

  get tags(): readonly Printable[] {
    return this.#named?.tags ?? noTags;
  }

  get note(): Printable | undefined {
    return this.#named?.note;
  }

  get expires(): string | undefined {
    return this.#named?.expires;
  }

  get issued(): string | undefined {
    return this.#named?.issued;
  }

  /** Why what its owner was given is out of date; worked out once, for it stands in every frame. */
  get stale(): readonly Printable[] | undefined {
    if (this.#stale === null) {
      const client = { allowedIps: this.allowedIps, hasPresharedKey: this.hasPresharedKey };
      this.#stale = this.isOff ? undefined : staleSentences(this.issued, this.scope.hub, client);
    }
    return this.#stale;
  }

  get disabled(): PeerView['disabled'] {
    return this.isOff ? this.#named?.disabled : undefined;
  }

  get nameSource(): Printable | undefined {
    return this.isNamed ? this.#named?.source : undefined;
  }

  get address(): Printable {
    const first = firstAllowedIp(this.peer) ?? '';
    const isSingle = first.endsWith('/32') || first.endsWith('/128');
    return known(isSingle ? first.slice(0, first.lastIndexOf('/')) : first);
  }

  get allowedIps(): readonly Printable[] {
    return this.peer.allowedIps;
  }

  get fileAllowedIps(): readonly Printable[] | undefined {
    const name = this.#named;
    return name?.inFile === true && name.disabled === undefined ? name.allowedIps.map(known) : undefined;
  }

  get endpoint(): Printable | undefined {
    return this.peer.endpoint;
  }

  get latestHandshake(): number | undefined {
    return this.peer.latestHandshake;
  }

  get rxBytes(): number {
    return this.peer.rxBytes;
  }

  get txBytes(): number {
    return this.peer.txBytes;
  }

  get rxBitsPerSecond(): number | undefined {
    return this.scope.movements.rxBitsPerSecond(this.place);
  }

  get txBitsPerSecond(): number | undefined {
    return this.scope.movements.txBitsPerSecond(this.place);
  }

  get spark(): readonly number[] {
    return this.scope.movements.spark(this.place);
  }

  get past(): PeerPast | undefined {
    if (this.isOff) return undefined;
    const { rxBase, txBase, keepalives, handshakeIntervals, endpoints } = this.scope.histories.at(this.place);
    return { rxBase, txBase, keepalives, handshakeIntervals, endpoints };
  }

  get persistentKeepalive(): number | undefined {
    return this.peer.persistentKeepalive;
  }

  get hasPresharedKey(): boolean {
    return this.peer.presharedKey !== undefined;
  }
}

const noTags: readonly Printable[] = [];

/** A peer that the file holds switched off: it is not in the dump, and the operator still wants to see it. */
export function disabledView(interfaceName: InterfaceName, publicKey: PublicKey, scope: PeerScope): TrackedPeer {
  const peer: DumpPeer = {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: undefined,
    endpoint: undefined,
    allowedIps: scope.names?.peers.get(publicKey)?.allowedIps.map(known) ?? [],
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
  };
  const view = new TrackedPeer(peer, { ...scope, hub: noHub }, nowhere, { state: 'disabled' });
  view.you = false;
  return view;
}
