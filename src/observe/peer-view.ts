import { known, type Printable } from '../host/printable.ts';
import type { Activity } from '../wg/activity/activity.ts';
import type { PeerPast } from '../wg/activity/history.ts';
import type { DumpPeer } from '../wg/dump.ts';
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { peerId } from '../wg/peer.ts';
import { type HubNow, noHub, staleSentences } from '../wg/profile/stale.ts';
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

/**
 * A peer that is seen for the first time, or has another name, or another hub. All fields in one literal, which V8 lays out
 * side by side: the view is cloned each time that its peer moves.
 */
export function newView(peer: DumpPeer, name: PeerName | undefined, hub: HubNow, now: PeerNow): PeerView {
  const { publicKey, allowedIps } = peer;
  const hasPresharedKey = peer.presharedKey !== undefined;
  const inFile = name?.inFile === true && name.disabled === undefined;
  const issued = name?.issued;
  return {
    id: peer.id,
    interfaceName: peer.interfaceName,
    publicKey,
    label: name?.name ?? known(shortKey(publicKey)),
    isNamed: name?.name !== undefined,
    tags: name?.tags ?? noTags,
    note: name?.note,
    expires: name?.expires,
    issued,
    stale: issued === undefined ? undefined : staleSentences(issued, hub, { allowedIps, hasPresharedKey }),
    disabled: undefined,
    nameSource: name?.name === undefined ? undefined : name.source,
    address: addressOf(allowedIps),
    allowedIps,
    fileAllowedIps: inFile ? name.allowedIps.map(known) : undefined,
    endpoint: peer.endpoint,
    latestHandshake: peer.latestHandshake,
    rxBytes: peer.rxBytes,
    txBytes: peer.txBytes,
    rxBitsPerSecond: now.rxBitsPerSecond,
    txBitsPerSecond: now.txBitsPerSecond,
    persistentKeepalive: peer.persistentKeepalive,
    hasPresharedKey,
    activity: now.activity,
    spark: now.spark,
    past: now.past,
    you: now.you,
  };
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
  const peer: DumpPeer = {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: undefined,
    endpoint: undefined,
    allowedIps: name.allowedIps.map(known),
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
  };
  return { ...newView(peer, name, noHub, nothingNow), disabled: name.disabled, stale: undefined };
}

const nothingNow: PeerNow = {
  rxBitsPerSecond: undefined,
  txBitsPerSecond: undefined,
  activity: { state: 'disabled' },
  spark: emptySpark,
  past: undefined,
  you: false,
};

const noTags: readonly Printable[] = [];

function addressOf(allowedIps: readonly Printable[]): Printable {
  const first = allowedIps[0] ?? '';
  const isSingle = first.endsWith('/32') || first.endsWith('/128');
  return known(isSingle ? first.slice(0, first.lastIndexOf('/')) : first);
}
