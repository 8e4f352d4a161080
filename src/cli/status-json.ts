import type { PeerView, Snapshot } from '../observe/snapshot.ts';

/** The version of the document; it grows when a field changes its meaning or goes, not when one is added. */
export const statusVersion = 1;

/**
 * The hub as one JSON document (docs/status-json.md): base units (bytes, bits a second, seconds), times in ISO 8601,
 * null for what is not known or not there. It never holds a private or preshared key.
 */
export function statusDocument(snapshot: Snapshot) {
  return {
    version: statusVersion,
    host: snapshot.hostname,
    at: isoTime(snapshot.at),
    session: sessionOf(snapshot),
    interfaces: snapshot.interfaces.map((one) => ({
      name: one.name,
      publicKey: one.publicKey ?? null,
      listenPort: one.listenPort,
      flavour: one.flavour,
      manager: one.manager,
      managedElsewhere: one.managedElsewhere ?? null,
      rxBitsPerSecond: one.rxBitsPerSecond,
      txBitsPerSecond: one.txBitsPerSecond,
      peers: one.peers.map(peerDocument),
    })),
    warnings: warningsOf(snapshot),
  };
}

/** What is not as it should be with the data, a sentence each. */
export function warningsOf({ source, problems }: Snapshot): string[] {
  return [...(source.status === 'stale' ? [`The data is stale: ${source.reason}.`] : []), ...problems];
}

function sessionOf({ session }: Snapshot) {
  switch (session.kind) {
    case 'tunnel':
      return { kind: session.kind, address: session.address };
    case 'outside':
      return { kind: session.kind, address: session.address };
    case 'local':
    case 'pending':
      return { kind: session.kind };
    case 'unknown':
      return { kind: session.kind, why: session.why };
  }
}

function peerDocument(peer: PeerView) {
  return {
    publicKey: peer.publicKey,
    name: peer.isNamed ? peer.label : null,
    tags: peer.tags,
    note: peer.note ?? null,
    expires: peer.expires ?? null,
    stale: peer.stale ?? null,
    state: peer.activity.state,
    disabled: disabledOf(peer),
    you: peer.you ?? null,
    endpoint: peer.endpoint ?? null,
    allowedIps: peer.allowedIps,
    latestHandshake: isoTime(peer.latestHandshake),
    rxBytes: peer.rxBytes,
    txBytes: peer.txBytes,
    rxBitsPerSecond: peer.rxBitsPerSecond ?? null,
    txBitsPerSecond: peer.txBitsPerSecond ?? null,
    persistentKeepalive: peer.persistentKeepalive ?? null,
  };
}

function disabledOf({ activity, disabled }: PeerView) {
  if (activity.state !== 'disabled') return null;
  return { reason: disabled?.reason ?? null, until: disabled?.until ?? null };
}

/** Null also for a time that no calendar holds: nobody knows what it means. */
function isoTime(ms: number | undefined): string | null {
  return ms === undefined || ms === 0 || ms > 8.64e15 ? null : new Date(ms).toISOString();
}
