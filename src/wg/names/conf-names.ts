import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import { scan } from './scan.ts';

/** The ways in which tools and people write a peer's name into a configuration file; see {@link dialectMark}. */
export type Dialect =
  | 'angristan'
  | 'begin-peer'
  | 'pivpn'
  | 'wg-easy'
  | 'wg-cmd'
  | 'wireguard-ui'
  | 'wg-gen-web'
  | 'peer-colon'
  | 'webadmin-warning'
  | 'wireme'
  | 'start-end'
  | 'easy-wg-quick'
  | 'wgdashboard'
  | 'friendly-name'
  | 'friendly-json'
  | 'wg-portal'
  | 'linuxserver'
  | 'name-equals'
  | 'name-colon'
  | 'client-name'
  | 'plain-above'
  | 'plain-inside'
  | 'trailing';

/** One `[Peer]` section, live or commented out, as far as names go. Everything in it is printable; no secret is. */
export interface ConfPeer {
  readonly publicKey: PublicKey;
  readonly name?: Printable;
  /** How the name is written. Present where `name` is. */
  readonly dialect?: Dialect;
  /** 1-based line of the comment that holds the name. Present where `name` is. */
  readonly nameLine?: number;
  readonly tags: readonly Printable[];
  readonly note?: Printable;
  /** When the peer's access ends: an ISO 8601 date or time, as it is written. */
  readonly expires?: string;
  /** What the client was given, as it is written; `parseIssued` reads it. */
  readonly issued?: string;
  /** The section is commented out, so the kernel does not know the peer. `until` is an ISO 8601 date or time. */
  readonly disabled?: { readonly reason?: Printable; readonly until?: string };
  readonly allowedIps: readonly string[];
  /** 1-based line of `[Peer]`. */
  readonly line: number;
}

/** What a configuration file says about its peers. */
export interface ConfNames {
  /** In file order; the same key is in it twice where two sections have it. Sections without a valid key are left out. */
  readonly peers: readonly ConfPeer[];
  /** The tool that says in the file that it writes the file itself, such as `wg-easy`. */
  readonly managedElsewhere?: Printable;
  /** `SaveConfig = true`: wg-quick overwrites the file, comments and all, when the interface goes down. */
  readonly saveConfig: boolean;
}

const marks: Readonly<Record<Dialect, string>> = {
  angristan: '### Client',
  'begin-peer': '# BEGIN_PEER',
  pivpn: '### begin',
  'wg-easy': '# Client:',
  'wg-cmd': '# peer',
  'wireguard-ui': '# Name: (wireguard-ui)',
  'wg-gen-web': '# name / email / Updated',
  'peer-colon': '# Peer:',
  'webadmin-warning': '# WARNING: No Allowed IPs set for peer',
  wireme: '# wireme-name:',
  'start-end': '# … start',
  'easy-wg-quick': '# number: name > file',
  wgdashboard: '#Name# =',
  'friendly-name': '# friendly_name =',
  'friendly-json': '# friendly_json =',
  'wg-portal': '# -WGP- Display name:',
  linuxserver: '# peer_',
  'name-equals': '# Name =',
  'name-colon': '# Name:',
  'client-name': '# Client Name:',
  'plain-above': 'the comment above [Peer]',
  'plain-inside': 'the comment below [Peer]',
  trailing: 'the comment behind [Peer] or PublicKey',
};

/** How a dialect looks in a file, to say where a name came from. */
export function dialectMark(dialect: Dialect): string {
  return marks[dialect];
}

/** The names, tags and notes of the peers in the text of one wg-quick(8) or awg-quick configuration file. Never throws. */
export function readConfNames(text: string): ConfNames {
  return scan(text, 'conf');
}

/** The same for a systemd.netdev(5) file, whose peers are `[WireGuardPeer]` sections. Never throws. */
export function readNetdevNames(text: string): ConfNames {
  return scan(text, 'netdev');
}
