import type { Printable } from '../host/printable.ts';
import type { Activity } from '../wg/activity/activity.ts';
import type { PeerPast } from '../wg/activity/history.ts';
import type { InterfaceName, PublicKey } from '../wg/key.ts';
import type { PeerId } from '../wg/peer.ts';
import type { Ownership } from './ownership.ts';

/**
 * One peer as the operator thinks of it. The same object as in the snapshot before, **moved on in place**, where only what
 * moves did: counters, rates, handshake, what it is doing. One whose settings or names changed is another object. Whoever
 * needs old numbers keeps them himself.
 */
export interface PeerView {
  readonly id: PeerId;
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  /** The name, or the first 8 characters of the key. */
  readonly label: Printable;
  readonly isNamed: boolean;
  readonly tags: readonly Printable[];
  readonly note: Printable | undefined;
  /** When its access ends, as the file has it: an ISO 8601 date or time. */
  readonly expires: string | undefined;
  /** What its owner was given, as the file has it; `parseIssued` reads it. */
  readonly issued?: string | undefined;
  /** Why what its owner was given is out of date, a sentence each; undefined where that is not remembered. */
  readonly stale?: readonly Printable[] | undefined;
  /** Why and until when (ISO 8601) it is off, of a peer whose section is commented out; undefined for one that runs. */
  readonly disabled: { readonly reason?: Printable; readonly until?: string } | undefined;
  /** Where the name was found. */
  readonly nameSource: Printable | undefined;
  /** The first allowed IP without its prefix length where that covers one address; empty where there is none. */
  readonly address: Printable;
  readonly allowedIps: readonly Printable[];
  /** What its live section in the interface's own configuration file gives it; undefined where there is none. */
  readonly fileAllowedIps: readonly Printable[] | undefined;
  readonly endpoint: Printable | undefined;
  /** Milliseconds since the epoch; undefined: never. */
  readonly latestHandshake: number | undefined;
  /** Bytes, as the kernel counts them now. */
  readonly rxBytes: number;
  readonly txBytes: number;
  /** Bits a second over the last step; undefined: not known (first sample, counters began anew). */
  readonly rxBitsPerSecond: number | undefined;
  readonly txBitsPerSecond: number | undefined;
  /** Seconds; undefined: off. */
  readonly persistentKeepalive: number | undefined;
  readonly hasPresharedKey: boolean;
  readonly activity: Activity;
  /** Bits a second both ways, ten steps of six seconds, oldest first; empty where nothing moved. */
  readonly spark: readonly number[];
  /** Undefined for a peer that is only in the configuration file. */
  readonly past: PeerPast | undefined;
  /** Whether this peer carries the operator's own session; undefined: not known. */
  readonly you: boolean | undefined;
}

export interface InterfaceView {
  readonly name: InterfaceName;
  readonly flavour: 'wireguard' | 'amneziawg';
  readonly publicKey: PublicKey | undefined;
  readonly listenPort: number;
  readonly manager: Manager;
  /** Set where another tool marked the configuration file as its own. */
  readonly managedElsewhere: Printable | undefined;
  /** The same list as in the snapshot before where the same peers are in it. */
  readonly peers: readonly PeerView[];
  /** Sums over the peers, bits a second. */
  readonly rxBitsPerSecond: number;
  readonly txBitsPerSecond: number;
  /** Peers that run: all but those that are switched off in the file. */
  readonly liveCount: number;
  /** Peers that are active or online. */
  readonly onlineCount: number;
}

/** Who keeps the interface's configuration. `unknown`: no file tells, and programs have not been asked. */
export type Manager =
  | 'wg-quick'
  | 'awg-quick'
  | 'systemd-networkd'
  | 'netplan'
  | 'NetworkManager'
  | 'ifupdown'
  | 'container'
  | 'agent'
  | 'nobody'
  | 'unknown';

/** What keeps meshtui from showing peers, each with what to do about it. */
export type Obstacle =
  | { readonly kind: 'no-program'; readonly install: Printable }
  | { readonly kind: 'no-privilege'; readonly command: Printable; readonly reason: Printable }
  /** There is none, or none of the name that the operator wants. */
  | { readonly kind: 'no-interface'; readonly wanted: Printable | undefined }
  | { readonly kind: 'failed'; readonly reason: Printable };

/** How good the data is. */
export type Source =
  | { readonly status: 'starting' }
  | { readonly status: 'fresh' }
  /** The last reading failed or is late; the data is from `Snapshot.at`. */
  | { readonly status: 'stale'; readonly reason: Printable }
  | { readonly status: 'blocked'; readonly obstacle: Obstacle };

/** Where the operator's own session comes from. */
export type Session =
  /** Not looked up yet. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'tunnel'; readonly peer: PeerId; readonly address: string }
  | { readonly kind: 'outside'; readonly address: string }
  | { readonly kind: 'local' }
  | { readonly kind: 'unknown'; readonly why: Printable };

/** A WireGuard interface as anyone may see it, without privilege. */
export interface LinkView {
  readonly name: InterfaceName;
  readonly kind: 'kernel' | 'userspace';
  /** Bytes since the link was made; undefined where they cannot be read. */
  readonly rxBytes: number | undefined;
  readonly txBytes: number | undefined;
}

/** All that was read in one tick. Another object each time; its peers move on in place. */
export interface Snapshot {
  readonly hostname: Printable;
  /** When the data was read: milliseconds since the epoch; 0 before the first reading. */
  readonly at: number;
  /** When this snapshot was made; later than `at` where the data is stale. */
  readonly now: number;
  readonly source: Source;
  readonly interfaces: readonly InterfaceView[];
  readonly links: readonly LinkView[];
  readonly session: Session;
  /** Who keeps each interface, where that has been looked up. */
  readonly ownership: ReadonlyMap<InterfaceName, Ownership>;
  /** Differences between files, running interfaces and kernel that are worth a look; undefined: not counted. */
  readonly drift: number | undefined;
  /** What could not be read, a sentence each. */
  readonly problems: readonly Printable[];
}
