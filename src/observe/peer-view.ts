import { known, type Printable } from '../host/printable.ts';
import type { Activity } from '../wg/activity/activity.ts';
import type { PeerPast } from '../wg/activity/history.ts';
import type { DumpPeer } from '../wg/dump.ts';
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { type PeerId, peerId } from '../wg/peer.ts';
import { type HubNow, noHub, staleSentences } from '../wg/profile/stale.ts';
import type { InterfaceNames, PeerName } from './names.ts';
import type { PeerView } from './snapshot.ts';
import { emptySpark } from './spark.ts';

/**
 * Who a peer is and what the files say of it: what all its views share until one of these changes. A file of 10,000 peers
 * is read where somebody looks: for the rows on the screen, and for all where they are sorted or searched by name.
 */
export class PeerIdentity {
  /** Its settings; the numbers in it are of now. */
  readonly peer: DumpPeer;
  readonly names: InterfaceNames | undefined;
  readonly hub: HubNow;
  /** Only in the file, switched off. */
  readonly isOff: boolean;
  #name: PeerName | undefined;
  #isNameRead = false;
  #stale: readonly Printable[] | undefined;
  #isStaleRead = false;

  constructor(peer: DumpPeer, names: InterfaceNames | undefined, hub: HubNow, isOff = false) {
    this.peer = peer;
    this.names = names;
    this.hub = hub;
    this.isOff = isOff;
  }

  get name(): PeerName | undefined {
    if (!this.#isNameRead) {
      this.#name = this.names?.peers.get(this.peer.publicKey);
      this.#isNameRead = true;
    }
    return this.#name;
  }

  /** Why what its owner was given is out of date; worked out once, for it stands in every frame. */
  get stale(): readonly Printable[] | undefined {
    if (!this.#isStaleRead) {
      const { allowedIps, presharedKey } = this.peer;
      const client = { allowedIps, hasPresharedKey: presharedKey !== undefined };
      this.#stale = this.isOff ? undefined : staleSentences(this.name?.issued, this.hub, client);
      this.#isStaleRead = true;
    }
    return this.#stale;
  }
}

/** What one tick says of a peer. */
export interface PeerNow {
  readonly rxBitsPerSecond: number | undefined;
  readonly txBitsPerSecond: number | undefined;
  readonly activity: Activity;
  readonly spark: readonly number[];
  readonly past: PeerPast | undefined;
  readonly you: boolean | undefined;
}

/** A peer at one tick. Its numbers are its own; what the files say is read from the identity when it is asked for. */
export class TrackedPeer implements PeerView {
  readonly identity: PeerIdentity;
  readonly endpoint: Printable | undefined;
  readonly latestHandshake: number | undefined;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly rxBitsPerSecond: number | undefined;
  readonly txBitsPerSecond: number | undefined;
  readonly activity: Activity;
  readonly spark: readonly number[];
  readonly past: PeerPast | undefined;
  readonly you: boolean | undefined;

  constructor(identity: PeerIdentity, peer: DumpPeer, now: PeerNow) {
    this.identity = identity;
    this.endpoint = peer.endpoint;
    this.latestHandshake = peer.latestHandshake;
    this.rxBytes = peer.rxBytes;
    this.txBytes = peer.txBytes;
    this.rxBitsPerSecond = now.rxBitsPerSecond;
    this.txBitsPerSecond = now.txBitsPerSecond;
    this.activity = now.activity;
    this.spark = now.spark;
    this.past = now.past;
    this.you = now.you;
  }

  get id(): PeerId {
    return this.identity.peer.id;
  }

  get interfaceName(): InterfaceName {
    return this.identity.peer.interfaceName;
  }

  get publicKey(): PublicKey {
    return this.identity.peer.publicKey;
  }

  get label(): Printable {
    return this.identity.name?.name ?? known(shortKey(this.publicKey));
  }

  get isNamed(): boolean {
    return this.identity.name?.name !== undefined;
  }

  get tags(): readonly Printable[] {
    return this.identity.name?.tags ?? noTags;
  }

  get note(): Printable | undefined {
    return this.identity.name?.note;
  }

  get expires(): string | undefined {
    return this.identity.name?.expires;
  }

  get issued(): string | undefined {
    return this.identity.name?.issued;
  }

  get stale(): readonly Printable[] | undefined {
    return this.identity.stale;
  }

  get disabled(): PeerView['disabled'] {
    return this.identity.isOff ? this.identity.name?.disabled : undefined;
  }

  get nameSource(): Printable | undefined {
    return this.isNamed ? this.identity.name?.source : undefined;
  }

  get address(): Printable {
    const first = this.allowedIps[0] ?? '';
    const isSingle = first.endsWith('/32') || first.endsWith('/128');
    return known(isSingle ? first.slice(0, first.lastIndexOf('/')) : first);
  }

  get allowedIps(): readonly Printable[] {
    return this.identity.peer.allowedIps;
  }

  get fileAllowedIps(): readonly Printable[] | undefined {
    const { name } = this.identity;
    return name?.inFile === true && name.disabled === undefined ? name.allowedIps.map(known) : undefined;
  }

  get persistentKeepalive(): number | undefined {
    return this.identity.peer.persistentKeepalive;
  }

  get hasPresharedKey(): boolean {
    return this.identity.peer.presharedKey !== undefined;
  }
}

const noTags: readonly Printable[] = [];

/** A peer that the file holds switched off: it is not in the dump, and the operator still wants to see it. */
export function disabledView(
  interfaceName: InterfaceName,
  publicKey: PublicKey,
  names: InterfaceNames | undefined,
): PeerView {
  const peer: DumpPeer = {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: undefined,
    endpoint: undefined,
    allowedIps: names?.peers.get(publicKey)?.allowedIps.map(known) ?? [],
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
  };
  return new TrackedPeer(new PeerIdentity(peer, names, noHub, true), peer, {
    rxBitsPerSecond: undefined,
    txBitsPerSecond: undefined,
    activity: { state: 'disabled' },
    spark: emptySpark,
    past: undefined,
    you: false,
  });
}
