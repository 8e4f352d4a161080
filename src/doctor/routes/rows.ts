import type { Printable } from '../../host/printable.ts';
import type { ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import type { InterfaceName } from '../../wg/key.ts';
import type { PeerId } from '../../wg/peer.ts';
import type { RoutingFacts } from '../../wg/routing-facts.ts';
import type { Finding, Severity } from '../finding.ts';

/** As much of a peer as its routes depend on. */
export interface HubPeer {
  readonly id: PeerId;
  readonly label: Printable;
  /** What the kernel has. */
  readonly allowedIps: readonly Printable[];
  /** What the live section of the configuration file has; undefined where there is none. */
  readonly fileAllowedIps: readonly Printable[] | undefined;
  /** A peer that is `disabled` is not on the interface and carries nothing. */
  readonly activity?: { readonly state: string };
}

export interface HubInterface {
  readonly name: InterfaceName;
  readonly peers: readonly HubPeer[];
}

export interface RoutesInput {
  readonly interfaces: readonly HubInterface[];
  readonly facts: RoutingFacts;
}

/** How well a prefix is reached: by its gravest finding. */
export type RouteVerdict = 'ok' | Severity;

/** One prefix that a tunnel carries, or that the kernel or the configuration file sends into one. */
export interface RouteRow {
  /** `wg0/192.168.60.0/24`; names the row as long as the prefix is there. */
  readonly id: string;
  readonly interfaceName: InterfaceName;
  readonly prefix: ParsedPrefix;
  /** The peer that WireGuard gives packets for it to; undefined: none. */
  readonly owner: { readonly id: PeerId; readonly label: Printable } | undefined;
  /** The kernel route that packets for it take, wherever it leads; undefined: none. */
  readonly route: Route | undefined;
  readonly verdict: RouteVerdict;
  readonly findings: readonly Finding[];
}

/** What {@link judgeRoutes} says of a hub. */
export interface RoutesJudgement {
  /** In order of interface as given, then IPv4 before IPv6, then by address. */
  readonly rows: readonly RouteRow[];
  /** All findings, those of rows and those of interfaces, the gravest first. */
  readonly findings: readonly Finding[];
}
