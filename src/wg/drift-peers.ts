import { known, type Printable, printable } from '../host/printable.ts';
import type { WantedInterface, WantedPeer } from './conf/wanted.ts';
import { type DriftItem, type DriftSubject, type ItemOf, isSameSecret } from './drift-item.ts';
import type { DumpInterface, DumpPeer } from './dump.ts';
import type { PublicKey } from './key.ts';

/** Peers that are only in one of both, or other there. */
export function peersDrift(
  wanted: WantedInterface,
  running: DumpInterface,
  labelOf: (key: PublicKey) => Printable,
  item: ItemOf,
): DriftItem[] {
  const items: DriftItem[] = [];
  let found = 0;
  for (const runs of running.peers) {
    const peer = wanted.peers.get(runs.publicKey);
    if (peer !== undefined) found += 1;
    if (peer === undefined) items.push(onlyRunning(runs, labelOf, item));
    else if (!isSamePeer(peer, runs)) items.push(...peerDrift(peer, runs, labelOf, item));
  }
  if (found === wanted.peers.size) return items;
  const there = new Set(running.peers.map(({ publicKey }) => publicKey));
  for (const [publicKey, peer] of wanted.peers) {
    if (!there.has(publicKey)) items.push(onlyInFile(publicKey, peer, running, labelOf, item));
  }
  return items;
}

function onlyInFile(
  publicKey: PublicKey,
  peer: WantedPeer,
  running: DumpInterface,
  labelOf: (key: PublicKey) => Printable,
  item: ItemOf,
): DriftItem {
  const label = labelOf(publicKey);
  return item(
    'peer-only-in-file',
    'bad',
    { kind: 'peer', publicKey, label },
    {
      what: known(`${label} is in the file but not on the running ${running.name}: it cannot connect.`),
      file: ipsText(peer.allowedIps),
    },
  );
}

function onlyRunning(peer: DumpPeer, labelOf: (key: PublicKey) => Printable, item: ItemOf): DriftItem {
  const { publicKey, interfaceName } = peer;
  const label = labelOf(publicKey);
  return item(
    'peer-only-running',
    'warn',
    { kind: 'peer', publicKey, label },
    {
      what: known(
        `${label} is on the running ${interfaceName} but not in the file: it is lost when that is read again.`,
      ),
      running: ipsText(peer.allowedIps),
    },
  );
}

/** What most peers are: the same in all. */
function isSamePeer(peer: WantedPeer, runs: DumpPeer): boolean {
  return (
    peer.persistentKeepalive === runs.persistentKeepalive &&
    isSameSecret(peer.presharedKey, runs.presharedKey) &&
    isSameSet(peer.allowedIps, runs.allowedIps) &&
    !hasMoved(peer, runs)
  );
}

function peerDrift(
  peer: WantedPeer,
  runs: DumpPeer,
  labelOf: (key: PublicKey) => Printable,
  item: ItemOf,
): DriftItem[] {
  const { publicKey } = runs;
  const label = labelOf(publicKey);
  const subject: DriftSubject = { kind: 'peer', publicKey, label };
  const items: DriftItem[] = [];
  if (!isSameSet(peer.allowedIps, runs.allowedIps)) {
    const what = known(`${label} has other allowed IPs than the file gives it: ${differenceText(peer, runs)}.`);
    const [file, inUse] = [peer, runs].map(({ allowedIps }) => ipsText(allowedIps));
    items.push(item('allowed-ips', 'bad', subject, { what, file, running: inUse }));
  }
  if (peer.persistentKeepalive !== runs.persistentKeepalive) {
    const [file, inUse] = [peer, runs].map(({ persistentKeepalive: seconds }) =>
      known(seconds === undefined ? 'off' : `${seconds} s`),
    );
    const what = known(`The keepalive of ${label} is ${inUse}, and the file says ${file}.`);
    items.push(item('keepalive', 'warn', subject, { what, file, running: inUse }));
  }
  if (!isSameSecret(peer.presharedKey, runs.presharedKey)) {
    const [file, inUse] = [peer, runs].map(({ presharedKey }) => known(presharedKey === undefined ? 'none' : 'one'));
    const both = peer.presharedKey !== undefined && runs.presharedKey !== undefined;
    const how = both ? 'another preshared key than' : `${inUse === 'one' ? 'a' : 'no'} preshared key, unlike`;
    const what = known(`${label} runs with ${how} in the file.`);
    items.push(item('preshared-key', 'warn', subject, { what, file, running: inUse }));
  }
  if (hasMoved(peer, runs)) {
    const file = printable(peer.endpoint ?? '');
    const where = runs.endpoint === undefined ? 'has no endpoint yet' : `is at ${runs.endpoint}`;
    const what = known(`${label} ${where}, and the file says ${file}: peers may move.`);
    items.push(item('endpoint', 'info', subject, { what, file, running: runs.endpoint }));
  }
  return items;
}

function differenceText(peer: WantedPeer, runs: DumpPeer): string {
  const [file, inUse] = [new Set<string>(peer.allowedIps), new Set<string>(runs.allowedIps)];
  const lacks = [...file].filter((ip) => !inUse.has(ip));
  const has = [...inUse].filter((ip) => !file.has(ip));
  return [
    ...(lacks.length === 0 ? [] : [`it lacks ${ipsText(lacks)}`]),
    ...(has.length === 0 ? [] : [`it has ${ipsText(has)} beyond them`]),
  ].join(', and ');
}

/** Whether a peer is somewhere else than the address in the file. Of a name it cannot be told without asking for it. */
function hasMoved({ endpoint }: WantedPeer, runs: DumpPeer): boolean {
  return endpoint !== undefined && endpoint !== runs.endpoint && /^(\[[0-9a-f:.]+\S*\]|[0-9.]+):\d+$/i.test(endpoint);
}

/** Whether both have the same texts; mostly they stand in the same order, too. */
function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  if (one.every((text, index) => text === other[index])) return true;
  const all = new Set(one);
  return other.every((text) => all.has(text));
}

const mostIps = 6;

/** Allowed IPs for a person. */
export function ipsText(ips: readonly string[]): Printable {
  if (ips.length === 0) return known('no allowed IPs');
  const shown = ips.length <= mostIps ? ips : [...ips.slice(0, mostIps - 1), `${ips.length - mostIps + 1} more`];
  return printable(shown.join(', '));
}
