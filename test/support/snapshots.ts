/** Dumps, names and snapshots for tests: plain data with only what a test cares for said. */
import { known, type Printable, printable } from '../../src/host/printable.ts';
import type { InterfaceNames, PeerName } from '../../src/observe/names.ts';
import type { PeerView, Session, Snapshot } from '../../src/observe/snapshot.ts';
import { type TickContext, Tracker } from '../../src/observe/tracker.ts';
import type { DumpInterface, DumpPeer } from '../../src/wg/dump.ts';
import type { InterfaceName, PublicKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';
import { Secret } from '../../src/wg/secret.ts';

/** Noon of the day on which all tests happen, milliseconds since the epoch. */
export const noon = Date.UTC(2026, 10, 23, 12, 0, 0);

/** A valid public key, another one for each number: at its beginning, which people see, and where the traffic history looks. */
export function keyOf(number: number): PublicKey {
  const bytes = Buffer.alloc(32, 7);
  bytes.writeUInt32BE(number);
  bytes.writeUInt32BE(number, 18);
  return bytes.toString('base64') as PublicKey;
}

/** An interface name as the kernel gives it. */
export const nameOf = (text: string) => text as InterfaceName;

/** A peer of a dump. By default it was never seen. */
export function dumpPeer(number: number, fields: Partial<DumpPeer> = {}): DumpPeer {
  const interfaceName = fields.interfaceName ?? nameOf('wg0');
  const publicKey = keyOf(number);
  return {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: undefined,
    endpoint: undefined,
    allowedIps: [known(`10.8.0.${number}/32`)],
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
    ...fields,
  };
}

/** An interface of a dump. */
export function dumpInterface(peers: readonly DumpPeer[], fields: Partial<DumpInterface> = {}): DumpInterface {
  return {
    name: peers[0]?.interfaceName ?? nameOf('wg0'),
    flavour: 'wireguard',
    publicKey: keyOf(999),
    privateKey: new Secret('c2VjcmV0'),
    listenPort: 51820,
    fwmark: undefined,
    peers,
    ...fields,
  };
}

/** What the files say about one peer. */
export function peerName(name: string | undefined, fields: Partial<PeerName> = {}): PeerName {
  return {
    ...(name === undefined ? {} : { name: printable(name) }),
    tags: [],
    source: known('/etc/wireguard/wg0.conf line 3'),
    allowedIps: [],
    inFile: true,
    ...fields,
  };
}

/** The names of one interface, by the number of the peer. */
export function namesOf(byNumber: Readonly<Record<number, PeerName>>, interfaceName = 'wg0') {
  const peers = new Map(Object.entries(byNumber).map(([number, name]) => [keyOf(Number(number)), name] as const));
  const names: InterfaceNames = { peers, confPath: `/etc/wireguard/${interfaceName}.conf`, saveConfig: false };
  return new Map([[nameOf(interfaceName), names]]);
}

/** A moment, `ms` after noon on both clocks. */
export function tick(ms = 0, fields: Partial<TickContext> = {}): TickContext {
  return {
    now: noon + ms,
    monotonic: 5_000_000 + ms,
    names: new Map(),
    managers: new Map(),
    session: { kind: 'unknown', why: known('nobody looked') },
    ...fields,
  };
}

/** All that a peer says now, as plain data; the peer itself moves on in place. */
export function saidOf(peer: PeerView): PeerView {
  const { id, interfaceName, publicKey, label, isNamed, tags, note, expires, issued, stale, disabled } = peer;
  const { nameSource, address, allowedIps, fileAllowedIps, endpoint, latestHandshake, rxBytes, txBytes } = peer;
  const { rxBitsPerSecond, txBitsPerSecond, persistentKeepalive, hasPresharedKey, activity, spark, past, you } = peer;
  return {
    ...{ id, interfaceName, publicKey, label, isNamed, tags, note, expires, issued, stale, disabled },
    ...{ nameSource, address, allowedIps, fileAllowedIps, endpoint, latestHandshake, rxBytes, txBytes },
    ...{ rxBitsPerSecond, txBitsPerSecond, persistentKeepalive, hasPresharedKey, activity, spark, past, you },
  };
}

/** The peer of a snapshot, with other fields. */
export function peerWith(peer: PeerView, fields: Partial<PeerView>): PeerView {
  return { ...saidOf(peer), ...fields };
}

/** A snapshot with nothing in it but what is said. */
export function snapshotOf(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    hostname: known('edge'),
    at: noon,
    now: noon,
    source: { status: 'fresh' },
    interfaces: [],
    links: [],
    session: { kind: 'unknown', why: known('nobody looked') },
    ownership: new Map(),
    drift: undefined,
    problems: [],
    ...fields,
  };
}

/** A name that would move the cursor, colour the rest and turn the line round, if anything of it reached a terminal. */
export const hostileName = 'evil\u001b[2J\u001b]0;owned\u0007\u202etxt\nsecond line\u009b31m';
export const wideName = '東京オフィスの複合機';
export const combiningName = 'Zoe\u0308 Mu\u0308ller';

/**
 * A hub with a peer in every state that a dump alone can bring about, names of every kind, and a second interface on
 * request. The first sample is 20 seconds before noon, the last at noon.
 */
export function sampleHub(options: { readonly secondInterface?: boolean; readonly session?: Session } = {}): Snapshot {
  const tracker = new Tracker();
  const names = namesOf({
    1: peerName('home', { tags: [known('lan')], note: known('The house') }),
    2: peerName(wideName),
    3: peerName(combiningName),
    4: peerName(hostileName),
    5: peerName('printer'),
    7: peerName('old-phone', { disabled: { reason: known('sold') }, allowedIps: ['10.8.0.7/32'] }),
  });
  let interfaces: Snapshot['interfaces'] = [];
  for (let second = -20; second <= 0; second += 1) {
    interfaces = tracker.update(hubAt(second, options.secondInterface === true), {
      ...tick(second * 1000),
      names,
      session: options.session ?? { kind: 'unknown', why: known('nobody looked') },
    });
  }
  return snapshotOf({ interfaces, ...(options.session === undefined ? {} : { session: options.session }) });
}

function hubAt(second: number, hasSecond: boolean): DumpInterface[] {
  const sinceStart = second + 20;
  const endpoint = known('203.0.113.20:47474');
  const peers = [
    dumpPeer(1, {
      endpoint,
      allowedIps: [known('10.8.0.1/32'), known('192.168.1.0/24')],
      latestHandshake: noon - 40_000,
      rxBytes: 5_000_000 + sinceStart * 1_400_000,
      txBytes: 1_000_000 + sinceStart * 350_000,
    }),
    dumpPeer(2, { endpoint, latestHandshake: noon - 100_000, rxBytes: 4_000, txBytes: 4_000 }),
    dumpPeer(3, { endpoint, latestHandshake: noon - 7_200_000, rxBytes: 9_000, txBytes: 9_000 }),
    dumpPeer(4, { endpoint, latestHandshake: noon + 3_600_000, rxBytes: 500, txBytes: 500 }),
    // A handshake every five seconds, answered and never confirmed.
    dumpPeer(5, { rxBytes: 148 * Math.floor(sinceStart / 5), txBytes: 92 * Math.floor(sinceStart / 5) }),
    // The hub calls every five seconds, and nobody answers.
    dumpPeer(6, { endpoint, txBytes: 148 * Math.floor(sinceStart / 5) }),
    dumpPeer(8),
  ];
  const elsewhere = [dumpPeer(1, { interfaceName: nameOf('wg1'), allowedIps: [known('fd00:66::5/128')] })];
  return [dumpInterface(peers), ...(hasSecond ? [dumpInterface(elsewhere, { listenPort: 51821 })] : [])];
}

/** All printable text of a snapshot's peers, by label. */
export function labelsOf(snapshot: Snapshot): Printable[] {
  return snapshot.interfaces.flatMap((one) => one.peers.map((peer) => peer.label));
}
