import type { Printable } from '../../host/printable.ts';
import type { AddressBits } from '../../network/address.ts';
import type { ParsedPrefix } from '../../network/prefix.ts';
import type { PublicAddress } from '../../network/public-address.ts';
import type { FileContent } from '../plan.ts';

/** How this host can make a WireGuard interface. */
export type WireGuardWay =
  | { readonly kind: 'kernel' }
  /** A daemon in user space, which is slower. */
  | { readonly kind: 'wireguard-go' }
  /** Nothing tells; wg-quick will. */
  | { readonly kind: 'unknown' }
  /** What is missing, a sentence. */
  | { readonly kind: 'none'; readonly reason: Printable };

/** Addresses that something on the host has, or sends somewhere. */
export interface Taken {
  readonly prefix: ParsedPrefix;
  /** Who has them, so that it can follow "is in use:". */
  readonly by: Printable;
  /** `route`: packets for them are sent on, which a narrower prefix may take a part of. */
  readonly kind: 'own' | 'route';
}

/** A file in which wg-quick(8) finds an interface. */
export interface ConfigurationFile {
  readonly interfaceName: string;
  readonly path: string;
}

/** The switch that makes a host a router, of one family. */
export interface ForwardingFact {
  /** As sysctl(8) takes it. */
  readonly key: 'net.ipv4.ip_forward' | 'net.ipv6.conf.all.forwarding';
  /** As the kernel has it now. */
  readonly value: string;
  /** The last file of sysctl.d(5) that sets it at boot, and to what. */
  readonly atBoot: { readonly path: Printable; readonly value: string } | undefined;
  /** Settings beside it that a write to it moves, with their values. */
  readonly moves: readonly { readonly key: string; readonly value: string }[];
}

/** An interface whose default route of IPv6 the kernel has from a router's announcements. */
export interface Announced {
  readonly dev: Printable;
  /** `net.ipv6.conf.*.accept_ra`: 1 listens only while the host forwards nothing, 2 always. */
  readonly acceptRa: string;
}

/** All that setting up a hub needs to know of a host, read at one time. Nothing in it is secret. */
export interface InitFacts {
  readonly isRoot: boolean;
  /** The line that runs the same as root. */
  readonly rootCommand: Printable;
  /** Programs that are needed and not there. */
  readonly missing: readonly string[];
  /** The distribution's own command that installs what is missing. */
  readonly install: Printable;
  readonly way: WireGuardWay;
  /** Whether systemd runs here and has a unit for wg-quick. */
  readonly hasUnit: boolean;
  /** All network interfaces, of whatever kind. */
  readonly interfaces: readonly string[];
  /** Those of WireGuard. */
  readonly tunnels: readonly string[];
  readonly configurations: readonly ConfigurationFile[];
  /** UDP ports that are in use, or that a file will use, and by whom. */
  readonly ports: ReadonlyMap<number, Printable>;
  readonly taken: readonly Taken[];
  /** Where whoever sits at the keyboard comes from, if over a network. */
  readonly operator: AddressBits | undefined;
  readonly publicAddress: PublicAddress | undefined;
  readonly hasIpv6: boolean;
  readonly forwarding: readonly ForwardingFact[];
  readonly announced: readonly Announced[];
  /** The file of settings that an earlier hub has left. */
  readonly settingsFile: FileContent | undefined;
  /** Sentences: what could not be read, without which nothing can be decided. */
  readonly problems: readonly Printable[];
}
