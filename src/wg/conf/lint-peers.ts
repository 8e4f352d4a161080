import { comparePrefixes, contains, prefixOf } from '../../network/prefix.ts';
import type { PublicKey } from '../key.ts';
import { readKeepalive, zeroKey } from './check-value.ts';
import type { LintFinding } from './lint-finding.ts';
import { endpointOf, finding, type LintPeer, type LintPrefix, type LintSource } from './lint-source.ts';

/** What is wrong with peers, alone and beside one another. */
export function lintPeers(source: LintSource): LintFinding[] {
  const prefixes = source.peers.flatMap((peer) => peer.prefixes);
  return [
    ...source.peers.flatMap((peer) => [...ofKeys(source, peer), ...ofEndpoint(source, peer), ...ofQuiet(peer)]),
    ...duplicatePeers(source),
    ...sharedKeys(source),
    ...prefixes.flatMap((prefix) => ofPrefix(source, prefix)),
    ...duplicatePrefixes(prefixes),
    ...nestedPrefixes(prefixes),
  ];
}

function ofKeys({ ownKey, settings }: LintSource, { settings: own, publicKey, line: header }: LintPeer): LintFinding[] {
  const found: LintFinding[] = [];
  const keys = own.filter(({ key }) => key === 'publickey');
  for (const [index, { line }] of keys.entries()) {
    if (index === 0) continue;
    const message = `There is a PublicKey at line ${keys[index - 1]?.line} already: that peer is lost, and its AllowedIPs go to this one.`;
    found.push(finding('two-public-keys', 'error', line, message, 'Put a [Peer] header before the second peer.'));
  }
  const keyLine = keys.at(-1)?.line ?? header;
  if (publicKey !== undefined && publicKey === ownKey) {
    const message = 'This is the public key of the interface itself: wg passes over the peer without a word.';
    found.push(finding('own-key', 'error', keyLine, message, 'Use the public key of the other side.'));
  }
  if (publicKey === zeroKey) {
    found.push(
      finding(
        'zero-key',
        'error',
        keyLine,
        'A PublicKey of zeros belongs to nobody.',
        'Use the public key of the other side.',
      ),
    );
  }
  const privateKey = settings.findLast(({ key }) => key === 'privatekey')?.value;
  if (publicKey !== undefined && publicKey === privateKey) {
    const message =
      'PublicKey and the PrivateKey of the interface are the same text: one of them is in the wrong place.';
    found.push(
      finding(
        'mixed-up-key',
        'error',
        keyLine,
        message,
        'Take new keys, for a private one may be known to others now.',
      ),
    );
  }
  for (const { value, line } of own.filter(({ key }) => key === 'presharedkey')) {
    if (value === zeroKey) {
      found.push(
        finding(
          'zero-key',
          'warn',
          line,
          'A PresharedKey of zeros is none.',
          'Make one with wg genpsk, or remove the line.',
        ),
      );
    } else if (value !== '' && (value === publicKey || value === privateKey)) {
      const message = 'PresharedKey is the same text as another key of the file.';
      found.push(finding('mixed-up-key', 'error', line, message, 'Make one with wg genpsk.'));
    }
  }
  return found;
}

function ofQuiet({ settings, prefixes, publicKey, line: header }: LintPeer): LintFinding[] {
  const found: LintFinding[] = [];
  if (publicKey !== undefined && prefixes.length === 0 && !settings.some(({ key }) => key.startsWith('allowed'))) {
    const message = 'This peer has no AllowedIPs: it can connect, and no packet passes.';
    found.push(finding('no-allowed-ips', 'info', header, message, 'Add AllowedIPs when it is to be used.'));
  }
  const keepalive = settings.findLast(({ key }) => key === 'persistentkeepalive');
  const seconds = keepalive === undefined ? undefined : readKeepalive(keepalive.value);
  if (keepalive !== undefined && seconds !== undefined && seconds > 0 && seconds < 10) {
    const message = `A keepalive every ${seconds} s empties batteries and is never needed.`;
    found.push(finding('short-keepalive', 'warn', keepalive.line, message, 'Use 25 behind a NAT, nothing elsewhere.'));
  }
  return found;
}

function ofEndpoint({ isHub, context }: LintSource, peer: LintPeer): LintFinding[] {
  const endpoint = endpointOf(peer);
  if (!isHub || endpoint === undefined) return [];
  if (endpoint.kind === 'name') {
    const message = 'The name in Endpoint is looked up once, when the file is applied, and the start waits for DNS.';
    const fix = 'Leave Endpoint out where the peer calls the hub; use an address where the hub calls.';
    return [finding('host-name', 'info', endpoint.line, message, fix)];
  }
  const now = peer.publicKey === undefined ? undefined : context.endpoints?.get(peer.publicKey);
  const fix = 'Remove the line where the peer calls the hub: the hub learns where it is.';
  if (now !== undefined && now !== endpoint.text) {
    const message = `The peer is at ${now} now; the next time this file is applied, the hub sends to ${endpoint.text}.`;
    return [finding('static-endpoint', 'warn', endpoint.line, message, fix)];
  }
  if (now !== undefined || endpoint.port < 32_768 || (endpoint.port >= 51_000 && endpoint.port < 52_000)) return [];
  const message = `Port ${endpoint.port} looks like one that a NAT chose: when the peer moves, the hub sends to the old place.`;
  return [finding('static-endpoint', 'info', endpoint.line, message, fix)];
}

function duplicatePeers({ peers }: LintSource): LintFinding[] {
  const first = new Map<PublicKey, number>();
  return peers.flatMap(({ publicKey, line, settings }) => {
    if (publicKey === undefined) return [];
    const before = first.get(publicKey);
    first.set(publicKey, before ?? line);
    if (before === undefined) return [];
    const keyLine = settings.findLast(({ key }) => key === 'publickey')?.line ?? line;
    const message = `The peer of line ${before} has the same PublicKey: its AllowedIPs are replaced by these.`;
    return [
      finding(
        'duplicate-peer',
        'error',
        keyLine,
        message,
        'Make one section of the two, or give one of them its own key.',
      ),
    ];
  });
}

function sharedKeys({ peers }: LintSource): LintFinding[] {
  const first = new Map<string, { line: number; publicKey: PublicKey | undefined }>();
  return peers.flatMap(({ settings, publicKey }) =>
    settings.flatMap(({ key, value, line }) => {
      if (key !== 'presharedkey' || value === '' || value === zeroKey) return [];
      const before = first.get(value);
      first.set(value, before ?? { line, publicKey });
      if (before === undefined || before.publicKey === publicKey) return [];
      const message = `The same PresharedKey is at line ${before.line}: who loses one device gives away the key of the other.`;
      return [finding('shared-preshared-key', 'warn', line, message, 'Make one for each peer with wg genpsk.')];
    }),
  );
}

function ofPrefix({ isHub, addresses }: LintSource, { prefix, line, hostBitsSet, address }: LintPrefix): LintFinding[] {
  if (prefix.length === 0) {
    if (!isHub) return [];
    const message = `${prefix.text} on a hub: wg-quick sends all traffic of this machine to the peer.`;
    return [finding('default-route', 'warn', line, message, 'Give the peer the addresses that are behind it.')];
  }
  const ownHost = addresses.find(
    (own) => prefixOf(own.address, own.address.family === 'v4' ? 32 : 128).text === prefix.text,
  );
  if (ownHost !== undefined) {
    const message = `${prefix.text} is the interface's own address: the peer never gets a packet for it.`;
    return [finding('own-address', 'error', line, message, 'Give the peer an address of its own.')];
  }
  if (hostBitsSet) {
    const single = prefixOf(address, address.family === 'v4' ? 32 : 128).text;
    const message = isHub
      ? `This is ${prefix.text} to wg, the whole of it: peers before it that have it lose it.`
      : `This is ${prefix.text} to wg.`;
    const fix = isHub ? `Write ${single} for one machine, ${prefix.text} for the network.` : `Write ${prefix.text}.`;
    return [finding('host-bits', isHub ? 'error' : 'info', line, message, fix)];
  }
  if (!isHub || !addresses.some((own) => contains(prefix, own.address))) return [];
  const message = `${prefix.text} has the interface's own address in it: what is for peers that are not here goes to this one.`;
  return [finding('own-network', 'warn', line, message, 'Give the peer its own address, such as a /32.')];
}

function duplicatePrefixes(prefixes: readonly LintPrefix[]): LintFinding[] {
  const owners = new Map<string, LintPrefix>();
  return prefixes.flatMap((one) => {
    const before = owners.get(one.prefix.text);
    owners.set(one.prefix.text, one);
    if (before === undefined || isSamePeer(before, one)) return [];
    const message = `${one.prefix.text} is also at line ${before.line}: the peer there loses it to this one.`;
    return [finding('duplicate-prefix', 'error', one.line, message, 'Leave it to one of them.')];
  });
}

/** Told once for each prefix that holds others: in a large subnet there may be hundreds. */
function nestedPrefixes(prefixes: readonly LintPrefix[]): LintFinding[] {
  const byText = new Map(prefixes.map((one) => [one.prefix.text, one]));
  const lengths = [...new Set(prefixes.map((one) => one.prefix.length))].filter((length) => length > 0);
  const inside = new Map<LintPrefix, LintPrefix[]>();
  for (const one of prefixes) {
    for (const length of lengths) {
      const outer = length < one.prefix.length ? byText.get(prefixOf(one.prefix, length).text) : undefined;
      if (outer === undefined || isSamePeer(outer, one)) continue;
      const list = inside.get(outer);
      if (list === undefined) inside.set(outer, [one]);
      else list.push(one);
    }
  }
  return [...inside].map(([outer, inner]) => {
    const [first] = inner.toSorted((one, other) => comparePrefixes(one.prefix, other.prefix));
    const more = inner.length > 1 ? ` and ${inner.length - 1} more` : '';
    const message = `${outer.prefix.text} holds ${first?.prefix.text} (line ${first?.line})${more} of other peers: the narrower one wins.`;
    return finding('nested-prefix', 'info', outer.line, message, 'Nothing, if this is meant.');
  });
}

/** A peer with two sections is told as such. */
function isSamePeer(one: LintPrefix, other: LintPrefix): boolean {
  return one.peer === other.peer || (one.peer.publicKey !== undefined && one.peer.publicKey === other.peer.publicKey);
}
