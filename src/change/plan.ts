import type { Printable } from '../host/printable.ts';
import type { Prefix } from '../network/prefix.ts';
import type { InterfaceName, PublicKey } from '../wg/key.ts';
import type { Secret } from '../wg/secret.ts';

/** What a peer is set to on a running interface. Endpoints roam: one that a plan does not set is not compared. */
export interface RunningPeer {
  readonly allowedIps: readonly Prefix[];
  /** `address:port`; undefined: none, or not of this plan's business. */
  readonly endpoint: string | undefined;
  /** Seconds; undefined: off. */
  readonly persistentKeepalive: number | undefined;
  readonly presharedKey: Secret | undefined;
}

/** A file with its text, which may hold keys, and its permission bits. */
export interface FileContent {
  readonly text: Secret;
  readonly mode: number;
}

/**
 * Replaces, makes or removes a file. Undefined: there is none. Files are written last, after the live steps were proven;
 * but a new file that stands before a tunnel which comes up is there before the live steps, for the tunnel reads it.
 */
export interface FileStep {
  readonly kind: 'file';
  /** Symbolic links followed. */
  readonly path: string;
  readonly before: FileContent | undefined;
  readonly after: FileContent | undefined;
}

/** Sets, adds or removes one peer of a running interface. Undefined: it is no peer. */
export interface PeerStep {
  readonly kind: 'peer';
  readonly interfaceName: InterfaceName;
  readonly program: 'wg' | 'awg';
  readonly publicKey: PublicKey;
  readonly label: Printable;
  readonly before: RunningPeer | undefined;
  readonly after: RunningPeer | undefined;
}

/** Adds or removes a route into the interface, as wg-quick(8) makes them. */
export interface RouteStep {
  readonly kind: 'route';
  readonly interfaceName: InterfaceName;
  readonly prefix: Prefix;
  /** A number or a name of rt_tables. */
  readonly table: string;
  /** Undefined: the kernel's default for the family. */
  readonly metric: number | undefined;
  readonly before: boolean;
  readonly after: boolean;
}

/** Adds or removes an address of the interface. */
export interface AddressStep {
  readonly kind: 'address';
  readonly interfaceName: InterfaceName;
  /** With its prefix length, such as `10.8.0.1/24`. */
  readonly address: string;
  readonly before: boolean;
  readonly after: boolean;
}

/** Changes a setting of the interface itself. */
export interface InterfaceStep {
  readonly kind: 'interface';
  readonly interfaceName: InterfaceName;
  readonly program: 'wg' | 'awg';
  readonly setting: 'listen-port' | 'fwmark';
  /** A fwmark of 0 is off. */
  readonly before: number;
  readonly after: number;
}

/** Ends what the kernel tracks of connections from and to these prefixes. There is nothing to undo and nothing to prove. */
export interface FlowsStep {
  readonly kind: 'flows';
  readonly prefixes: readonly Prefix[];
}

/** Sets a setting of the kernel. What another step moves beside its own is kept by one with the same value on both sides. */
export interface SysctlStep {
  readonly kind: 'sysctl';
  /** As sysctl(8) takes it; with slashes where the name of an interface may hold a dot. */
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** Whether an interface is up, and whether it comes up at boot. */
export interface TunnelState {
  readonly isUp: boolean;
  /** False where nothing of systemd does it. */
  readonly isEnabled: boolean;
}

/** Brings a whole interface up from its file, or down. */
export interface TunnelStep {
  readonly kind: 'tunnel';
  readonly interfaceName: InterfaceName;
  /** By the unit wg-quick@ of systemd, or by wg-quick(8) itself, which nothing runs at boot. */
  readonly how: 'systemd' | 'wg-quick';
  readonly before: TunnelState;
  readonly after: TunnelState;
}

/** One difference between what is and what should be. Turned round (before for after) it undoes itself. */
export type Step = FileStep | PeerStep | RouteStep | AddressStep | InterfaceStep | FlowsStep | SysctlStep | TunnelStep;

/** Somebody who notices. */
export interface Affected {
  readonly label: Printable;
  /** What they notice, such as "is cut off at once". */
  readonly how: Printable;
}

/** How much could go wrong. A risky plan is reverted unless it is confirmed in time. */
export type Risk =
  | { readonly level: 'safe' }
  | {
      readonly level: 'risky';
      /** Sentences. */
      readonly reasons: readonly Printable[];
      /** It may cut the operator's own connection: only a new login proves that it did not. */
      readonly touchesOperator: boolean;
    };

/** What will be done, in order, and what it means. Plain data: read, printed, tested and applied alike. */
export interface Plan {
  /** What it is, in a few words: "Disable laptop". */
  readonly title: Printable;
  readonly interfaceName: InterfaceName;
  readonly steps: readonly Step[];
  readonly affected: readonly Affected[];
  readonly risk: Risk;
  /** What the operator should know before saying yes, a sentence each. */
  readonly notes: readonly Printable[];
  /** Somebody loses access: the console has their name typed. */
  readonly cutsOff: Printable | undefined;
  /** The change that this plan takes back. */
  readonly undoes: string | undefined;
}

/** What came of a decision. */
export type PlanResult =
  | { readonly outcome: 'plan'; readonly plan: Plan }
  /** It is so already. */
  | { readonly outcome: 'unchanged'; readonly reason: Printable }
  /** It cannot or must not be done; what to do instead is said. */
  | { readonly outcome: 'refused'; readonly reason: Printable };
