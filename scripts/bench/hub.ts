/** Pretend hubs, the same in every run but for the times of handshakes. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomNumbers } from './stats.ts';

/** How many of the peers have traffic in every second; the others have been silent for days. */
export type Share = 'all' | 'fifth' | 'none';

const hasTraffic: Readonly<Record<Share, (index: number) => boolean>> = {
  all: () => true,
  fifth: (index) => index % 5 === 0,
  none: () => false,
};
const devices = ['home', 'laptop', 'phone', 'office', 'server'];
const daySeconds = 86_400;

/** Writes what the bench's `wg` plays (see fake-wg.c) into a new directory. */
export function writeHub(directory: string, peers: number, share: Share): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'hub'), hubFile(peers, share, Math.floor(Date.now() / 1000)));
  writeFileSync(join(directory, 'turn'), '0');
}

/** The name of a peer in {@link configuration}; `index` in order of address. */
export function nameOf(index: number): string {
  return `${devices[index % devices.length]}-${index + 1}`;
}

/** What the table calls a peer that has no name. */
export function shortKeyOf(index: number): string {
  return keyOf(`peer ${index}`).slice(0, 8);
}

/** The hub's wg0.conf, with a name for every peer. */
export function configuration(peers: number): string {
  const sections = Array.from({ length: peers }, (_, index) =>
    [
      `### Client ${nameOf(index)}`,
      '[Peer]',
      `PublicKey = ${keyOf(`peer ${index}`)}`,
      `AllowedIPs = ${addressOf(index)}/32`,
    ].join('\n'),
  );
  const head = ['[Interface]', 'Address = 10.8.0.1/16', 'ListenPort = 51820', `PrivateKey = ${keyOf('hub, private')}`];
  return `${head.join('\n')}\n\n${sections.join('\n\n')}\n`;
}

function hubFile(peers: number, share: Share, now: number): string {
  const random = randomNumbers(1);
  const rows = Array.from({ length: peers }, (_, index) => {
    const head = ['wg0', keyOf(`peer ${index}`), index % 3 === 0 ? keyOf(`shared ${index}`) : '(none)'];
    const isActive = hasTraffic[share](index);
    const isNew = !isActive && index % 10 === 9;
    const endpoint = isNew ? '(none)' : `198.51.100.${index % 254}:${10_000 + (index % 50_000)}`;
    // From one kilobyte to ten megabytes a second, the small ones as frequent as the large ones.
    const rxStep = isActive ? Math.round(1e3 * 10_000 ** random()) : 0;
    const txStep = isActive ? Math.round(rxStep * (0.1 + random())) : 0;
    // Half a day off the day's turn, so that no age in days changes while the bench runs.
    const handshake = isNew ? 0 : now - Math.round((1.5 + (index % 300)) * daySeconds);
    const received = isNew ? 0 : Math.round(1e9 * random());
    const phase = Math.floor(random() * 120);
    const moving = [received, rxStep, Math.round(received * random()), txStep, handshake, phase];
    return [[...head, endpoint, `${addressOf(index)}/32`].join('\t'), index % 2 === 0 ? '25' : 'off', ...moving].join(
      '|',
    );
  });
  return `${['wg0', keyOf('hub, private'), keyOf('hub'), '51820', 'off'].join('\t')}\n${rows.join('\n')}\n`;
}

/** The address of a peer, without its length. */
export function addressOf(index: number): string {
  const host = index + 2;
  return `10.8.${host >> 8}.${host & 255}`;
}

/** 32 bytes in base 64, as every WireGuard key is. Nobody has the private half. */
export function keyOf(what: string): string {
  return createHash('sha256').update(what).digest('base64');
}
