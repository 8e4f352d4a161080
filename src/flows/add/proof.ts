/** Whether a new client works: what was seen of it, second by second. Pure. */
import { known, type Printable } from '../../host/printable.ts';
import { type AddressBits, formatAddress } from '../../network/address.ts';
import type { PeerView, Snapshot } from '../../observe/snapshot.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { peerId } from '../../wg/peer.ts';
import type { ClientKind } from '../../wg/profile/profile.ts';
import type { PreparedClient } from './prepare.ts';

/** What a client has to do to have proven itself, in this order. */
type ProofStep = 'handshake' | 'traffic' | 'lan';

/** Where a proof stands. */
type ProofState =
  /** The step that is waited for. */
  | { readonly kind: 'waiting'; readonly step: ProofStep }
  | { readonly kind: 'proven' }
  /** The time is over; what was missing. */
  | { readonly kind: 'timed-out'; readonly step: ProofStep };

/** UDP packets that this host took since it started, of all senders and ports (/proc/net/snmp, snmp6). */
export interface UdpCounters {
  /** For a port that somebody listens on. */
  readonly taken: number;
  /** For a port that nobody listens on. */
  readonly strayed: number;
}

/** What is known beside the snapshot, as far as it was looked at. */
export interface ProofEvidence {
  /** As they are now; undefined: they cannot be read. */
  readonly udp?: UdpCounters | undefined;
  /** An address behind the gateway that answered a ping through the tunnel. */
  readonly lanAnswer?: AddressBits | undefined;
  /** Pings that were sent for this proof so far. */
  readonly pings?: number;
}

/** A peer that is being waited for, and what was seen of it. Times are milliseconds since the epoch. */
export interface Proof {
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  readonly label: Printable;
  readonly kind: ClientKind;
  readonly steps: readonly ProofStep[];
  readonly listenPort: number | undefined;
  /** Its addresses in the tunnel. */
  readonly addresses: readonly AddressBits[];
  /** Addresses behind it that may answer. */
  readonly probe: readonly AddressBits[];
  readonly beganAt: number;
  readonly deadline: number;
  /** The last look at the hub. */
  readonly lookedAt: number;
  readonly state: ProofState;
  /** What is seen now, a sentence or two. */
  readonly says: Printable;
  /** What was proven, a sentence each, in order. */
  readonly seen: readonly Printable[];
  /** The counters at the first look. */
  readonly udpBefore: UdpCounters | undefined;
  /** Of the peer, at the last look, bytes. */
  readonly counters: { readonly rxBytes: number; readonly txBytes: number };
  /** Whether data went each way since the handshake. */
  readonly hasData: { readonly rx: boolean; readonly tx: boolean };
}

/** Begins to wait for a client that was just added. `ms`: how long, in milliseconds. */
export function beginProof(
  interfaceName: InterfaceName,
  { request, settled, keys }: PreparedClient,
  listenPort: number | undefined,
  now: number,
  ms: number,
): Proof {
  const steps: readonly ProofStep[] =
    request.kind === 'gateway' ? ['handshake', 'traffic', 'lan'] : ['handshake', 'traffic'];
  return {
    interfaceName,
    publicKey: keys.publicKey,
    label: settled.name,
    kind: request.kind,
    steps,
    listenPort,
    addresses: settled.addresses,
    probe: settled.probe,
    beganAt: now,
    deadline: now + ms,
    lookedAt: now,
    state: { kind: 'waiting', step: 'handshake' },
    says: known(`Waiting for the first handshake of ${settled.name}.`),
    seen: [],
    udpBefore: undefined,
    counters: { rxBytes: 0, txBytes: 0 },
    hasData: { rx: false, tx: false },
  };
}

/** The proof after one more look at the hub. One that is over stays as it is. */
export function advanceProof(before: Proof, snapshot: Snapshot, now: number, evidence: ProofEvidence = {}): Proof {
  if (before.state.kind !== 'waiting') return before;
  const view = snapshot.interfaces.find(({ name }) => name === before.interfaceName);
  const id = peerId(before.interfaceName, before.publicKey);
  const peer = view?.peers.find((one) => one.id === id);
  const proof = withPeer({ ...before, udpBefore: before.udpBefore ?? evidence.udp }, peer, view?.flavour, now);
  const step = proof.steps.find((each) => !isProven(proof, each, peer, evidence));
  const seen = proof.steps
    .slice(0, step === undefined ? undefined : proof.steps.indexOf(step))
    .map((each) => provenWords(proof, each, peer, evidence));
  if (step === undefined) {
    return { ...proof, seen, state: { kind: 'proven' }, says: known(`${proof.label} is connected.`) };
  }
  const says = waitingWords(proof, step, peer, snapshot, evidence);
  const kind = now >= proof.deadline ? 'timed-out' : 'waiting';
  return { ...proof, seen, says, state: { kind, step } };
}

/** The proof with what moved since the last look. */
function withPeer(
  proof: Proof,
  peer: PeerView | undefined,
  flavour: 'wireguard' | 'amneziawg' | undefined,
  now: number,
): Proof {
  if (peer === undefined) return { ...proof, lookedAt: now };
  const { rxBytes, txBytes, latestHandshake } = peer;
  const { counters, hasData, lookedAt } = proof;
  const look: Look = { ms: now - lookedAt, isPadded: flavour === 'amneziawg' };
  const hasSession = latestHandshake !== undefined;
  const moved = (from: number, to: number) => (to < from ? to : to - from);
  const rx = hasSession && carriesData(moved(counters.rxBytes, rxBytes), look, initiation, response);
  const tx = hasSession && carriesData(moved(counters.txBytes, txBytes), look, response, initiation);
  return {
    ...proof,
    lookedAt: now,
    counters: { rxBytes, txBytes },
    hasData: { rx: hasData.rx || rx, tx: hasData.tx || tx },
  };
}

/** Sizes on the wire, bytes of UDP payload (WireGuard paper §5.4; messages.h). */
const [initiation, response, keepalive] = [148, 92, 32];
/** A handshake is tried again after REKEY_TIMEOUT at the earliest (§6.1), milliseconds. */
const retryMs = 5_000;
/** AmneziaWG pads its messages: so few bytes may be handshakes alone. */
const paddedHandshakes = 2_000;

interface Look {
  /** Since the look before. */
  readonly ms: number;
  readonly isPadded: boolean;
}

/**
 * Whether so many bytes in one direction cannot be handshakes and a few keepalives alone. `many`: the message of a handshake
 * that goes this way when the device dials; `few`: when the hub does.
 */
function carriesData(bytes: number, { ms, isPadded }: Look, many: number, few: number): boolean {
  if (isPadded) return bytes > paddedHandshakes;
  const most = 2 + Math.floor(ms / retryMs);
  for (let tries = 0; tries <= most; tries += 1) {
    for (let others = 0; others <= 2; others += 1) {
      const rest = bytes - tries * many - others * few;
      if (rest >= 0 && rest % keepalive === 0 && rest / keepalive <= 2) return false;
    }
  }
  return bytes > 0;
}

function isProven(
  { hasData }: Proof,
  step: ProofStep,
  peer: PeerView | undefined,
  { lanAnswer }: ProofEvidence,
): boolean {
  switch (step) {
    case 'handshake':
      return peer?.latestHandshake !== undefined;
    case 'traffic':
      return hasData.rx && hasData.tx;
    case 'lan':
      return lanAnswer !== undefined;
  }
}

function provenWords(
  { label }: Proof,
  step: ProofStep,
  peer: PeerView | undefined,
  { lanAnswer }: ProofEvidence,
): Printable {
  switch (step) {
    case 'handshake':
      return known(`${label} reached the hub${peer?.endpoint === undefined ? '' : ` from ${peer.endpoint}`}.`);
    case 'traffic':
      return known('Packets go both ways.');
    case 'lan':
      return known(
        `${lanAnswer === undefined ? 'A host' : formatAddress(lanAnswer)} in the LAN behind ${label} answers.`,
      );
  }
}

function waitingWords(
  proof: Proof,
  step: ProofStep,
  peer: PeerView | undefined,
  snapshot: Snapshot,
  evidence: ProofEvidence,
): Printable {
  if (snapshot.source.status === 'stale') return known(`The hub cannot be read: ${snapshot.source.reason}.`);
  if (peer === undefined) return known(`${proof.label} is no peer of ${proof.interfaceName} any more.`);
  switch (step) {
    case 'handshake':
      return handshakeWords(proof, peer, evidence);
    case 'traffic':
      return known(`${proof.label} reached the hub${fromWhere(peer)}. ${trafficWords(proof)}`);
    case 'lan':
      return lanWords(proof, evidence);
  }
}

function fromWhere({ endpoint }: PeerView): string {
  return endpoint === undefined ? '' : ` from ${endpoint}`;
}

function handshakeWords(proof: Proof, peer: PeerView, { udp }: ProofEvidence): Printable {
  if (peer.activity.state === 'knocking' || peer.rxBytes > 0) {
    return known(
      `Its handshakes arrive${fromWhere(peer)} and are answered, but never complete: it has another preshared key, or the hub's answers do not reach it.`,
    );
  }
  const port = proof.listenPort === undefined ? "the hub's port" : `UDP ${proof.listenPort}`;
  const { udpBefore } = proof;
  if (udp === undefined || udpBefore === undefined) {
    return known(`Nothing of ${proof.label} has arrived on ${port} yet.`);
  }
  const strayed = udp.strayed - udpBefore.strayed;
  const taken = udp.taken - udpBefore.taken;
  if (strayed > 0) {
    return known(
      `Nothing of ${proof.label} has arrived on ${port} yet, but ${strayed} UDP ${strayed === 1 ? 'packet' : 'packets'} came to a port that nobody listens on: see whether the device dials ${proof.listenPort ?? 'the right port'}.`,
    );
  }
  if (taken === 0) {
    return known(
      `Nothing has arrived on ${port} yet, nor on any other UDP port: the device does not send, or a firewall before this host drops it.`,
    );
  }
  return known(
    `Nothing of ${proof.label} has arrived on ${port} yet. UDP packets of others do arrive (${taken} since then), or it has another key than this peer.`,
  );
}

function trafficWords({ hasData, label }: Proof): string {
  if (hasData.rx) return `It sends, and nothing has gone back to it yet.`;
  if (hasData.tx) return `The hub sends, and no packet of ${label} has come back yet: waiting for one.`;
  return 'Waiting for traffic.';
}

function lanWords({ label, probe }: Proof, { pings = 0 }: ProofEvidence): Printable {
  const whom = probe.slice(0, 4).map(formatAddress).join(', ');
  if (probe.length === 0) return known(`Packets go both ways with ${label}; no address behind it is known to ask.`);
  return known(
    pings === 0
      ? `Packets go both ways with ${label}; next, whether ${whom} behind it answers.`
      : `Packets go both ways with ${label}, but ${whom} behind it ${probe.length === 1 ? 'does' : 'do'} not answer yet (asked ${pings} times).`,
  );
}
