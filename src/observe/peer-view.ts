import { known, type Printable } from '../host/printable.ts';
import type { Activity } from '../wg/activity/activity.ts';
import type { PeerPast } from '../wg/activity/history.ts';
import type { DumpPeer } from '../wg/dump.ts';
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { type PeerId, peerId } from '../wg/peer.ts';
import { type HubNow, staleSentences } from '../wg/profile/stale.ts';
import type { PeerName } from './names.ts';
import type { PeerView } from './snapshot.ts';
import { emptySpark } from './spark.ts';

/** What a tick brings to a peer's view besides the row of the dump. */
export interface PeerNow {
  readonly rxBitsPerSecond: number | undefined;
  readonly txBitsPerSecond: number | undefined;
  readonly activity: Activity;
  readonly spark: readonly number[];
  readonly past: PeerPast | undefined;
  readonly you: boolean | undefined;
}

/** A peer that is seen for the first time, or has another name, or another hub. */
export function newView(peer: DumpPeer, name: PeerName | undefined, hub: HubNow, now: PeerNow): PeerView {
  const { allowedIps } = peer;
  const hasPresharedKey = peer.presharedKey !== undefined;
  const inFile = name?.inFile === true && name.disabled === undefined;
  const identity = { id: peer.id, interfaceName: peer.interfaceName, publicKey: peer.publicKey };
  return fullView(identity, name, {
    ...now,
    disabled: undefined,
    allowedIps,
    fileAllowedIps: inFile ? name.allowedIps.map(known) : undefined,
    stale: staleSentences(name?.issued, hub, { allowedIps, hasPresharedKey }),
    endpoint: peer.endpoint,
    latestHandshake: peer.latestHandshake,
    rxBytes: peer.rxBytes,
    txBytes: peer.txBytes,
    persistentKeepalive: peer.persistentKeepalive,
    hasPresharedKey,
  });
}

/** The view before with what one more tick says of the same peer, under the same name. */
export function movedView(before: PeerView, peer: DumpPeer, now: PeerNow): PeerView {
  return {
    ...before,
    endpoint: peer.endpoint,
    latestHandshake: peer.latestHandshake,
    rxBytes: peer.rxBytes,
    txBytes: peer.txBytes,
    rxBitsPerSecond: now.rxBitsPerSecond,
    txBitsPerSecond: now.txBitsPerSecond,
    persistentKeepalive: peer.persistentKeepalive,
    activity: now.activity,
    spark: now.spark,
    past: now.past,
    you: now.you,
  };
}

/** A peer that the file holds switched off: it is not in the dump, and the operator still wants to see it. */
export function disabledView(interfaceName: InterfaceName, publicKey: PublicKey, name: PeerName): PeerView {
  return fullView({ id: peerId(interfaceName, publicKey), interfaceName, publicKey }, name, {
    disabled: name.disabled,
    allowedIps: name.allowedIps.map(known),
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
    past: undefined,
    you: false,
  });
}

interface Identity {
  readonly id: PeerId;
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
}

type Described = 'label' | 'isNamed' | 'tags' | 'note' | 'expires' | 'issued' | 'nameSource' | 'address';
type Given = Omit<PeerView, keyof Identity | Described>;

/** All fields in one literal, which V8 lays out side by side: a view is cloned each time that its peer moves. */
function fullView({ id, interfaceName, publicKey }: Identity, name: PeerName | undefined, given: Given): PeerView {
  return {
    id,
    interfaceName,
    publicKey,
    label: name?.name ?? known(shortKey(publicKey)),
    isNamed: name?.name !== undefined,
    tags: name?.tags ?? noTags,
    note: name?.note,
    expires: name?.expires,
    issued: name?.issued,
    stale: given.stale,
    disabled: given.disabled,
    nameSource: name?.name === undefined ? undefined : name.source,
    address: addressOf(given.allowedIps),
    allowedIps: given.allowedIps,
    fileAllowedIps: given.fileAllowedIps,
    endpoint: given.endpoint,
    latestHandshake: given.latestHandshake,
    rxBytes: given.rxBytes,
    txBytes: given.txBytes,
    rxBitsPerSecond: given.rxBitsPerSecond,
    txBitsPerSecond: given.txBitsPerSecond,
    persistentKeepalive: given.persistentKeepalive,
    hasPresharedKey: given.hasPresharedKey,
    activity: given.activity,
    spark: given.spark,
    past: given.past,
    you: given.you,
  };
}

const noTags: readonly Printable[] = [];

function addressOf(allowedIps: readonly Printable[]): Printable {
  const first = allowedIps[0];
  return first === undefined ? known('') : known(first.replace(/\/(?:32|128)$/, ''));
}
