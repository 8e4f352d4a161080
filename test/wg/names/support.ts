import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type PublicKey, parsePublicKey } from '../../../src/wg/key.ts';
import type { Dialect } from '../../../src/wg/names/conf-names.ts';

export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/names/${name}`, import.meta.url), 'utf8');
}

/** The throw-away key that the fixtures have for a word. */
export function keyOf(word: string): PublicKey {
  const key = parsePublicKey(createHash('sha256').update(word).digest('base64'));
  if (key === undefined) throw new Error(`no key for ${word}`);
  return key;
}

type Printer = (name: string, settings: string) => string;

const inside = (line: (name: string) => string): Printer => {
  return (name, settings) => `[Peer]\n${line(name)}\n${settings}\n\n`;
};
const above = (line: (name: string) => string): Printer => {
  return (name, settings) => `${line(name)}\n[Peer]\n${settings}\n\n`;
};

/** A section in each dialect, as the tool of the dialect writes it. */
export const printers: Readonly<Record<Exclude<Dialect, 'webadmin-warning'>, Printer>> = {
  angristan: above((name) => `### Client ${name}`),
  'begin-peer': (name, settings) => `# BEGIN_PEER ${name}\n[Peer]\n${settings}\n# END_PEER ${name}\n`,
  pivpn: (name, settings) => `### begin ${name} ###\n[Peer]\n${settings}\n### end ${name} ###\n`,
  'wg-easy': above((name) => `# Client: ${name} (17)`),
  'wg-cmd': above((name) => `# peer ${name}`),
  'wireguard-ui': above(
    (name) => `# ID:           1\n# Name:         ${name}\n# Email:        \n\n# Notes:\n# on loan`,
  ),
  'wg-gen-web': above((name) => `# ${name} / a@example.net / Updated: 2026-01-01 / Created: 2026-01-01`),
  'peer-colon': above((name) => `# Peer: ${name}`),
  wireme: above((name) => `# wireme-name: ${name}\n# wireme-profile: full`),
  'start-end': (name, settings) => `# ${name} start\n[Peer]\n${settings}\n# ${name} end\n`,
  'easy-wg-quick': above((name) => `# 10: ${name} > wgclient_x.conf`),
  wgdashboard: inside((name) => `#Name# = ${name}`),
  'friendly-name': inside((name) => `# friendly_name = ${name}`),
  'friendly-json': inside((name) => `# friendly_json = ${JSON.stringify({ name })}`),
  'wg-portal': inside((name) => `# -WGP- Display name: ${name}`),
  linuxserver: inside((name) => `# peer_${name}`),
  'name-equals': inside((name) => `# Name = ${name}`),
  'name-colon': inside((name) => `# Name: ${name}`),
  'client-name': inside((name) => `# Client Name: ${name}`),
  'plain-above': above((name) => `# ${name}`),
  'plain-inside': inside((name) => `# ${name}`),
  trailing: (name, settings) => `[Peer] # ${name}\n${settings}\n\n`,
};
