import type { Printable } from '../../host/printable.ts';
import { parseAddress } from '../../network/address.ts';
import type { Prefix } from '../../network/prefix.ts';
import type { PublicKey } from '../key.ts';
import type { Secret } from '../secret.ts';

/** What a client is. A gateway carries packets for the LANs behind it. */
export type ClientKind = 'phone' | 'laptop' | 'server' | 'gateway';

/** All kinds, as they are offered. */
export const clientKinds: readonly ClientKind[] = ['phone', 'laptop', 'server', 'gateway'];

/** The hub as a client sees it. */
export interface ProfileHub {
  readonly publicKey: PublicKey;
  /** An IPv4 or IPv6 address (without brackets) or a name. */
  readonly host: string;
  readonly port: number;
}

/** What a gateway does for the LANs behind it. */
export interface GatewayPart {
  readonly lans: readonly Prefix[];
  /**
   * `nat`: hosts of the LAN see the gateway's own address and need no route back. `static-route`: they see the client's, and
   * their router has to know the way.
   */
  readonly variant: 'nat' | 'static-route';
  /** The gateway's interface to the LAN, such as `eth0`. */
  readonly lanInterface: string;
  /** The prefixes of the mesh, whose packets go on into the LANs. */
  readonly mesh: readonly Prefix[];
}

/** All that a client's configuration says. */
export interface ClientProfile {
  /** As {@link checkClientName} accepts it: the name of the tunnel, of its file and of its interface. */
  readonly name: Printable;
  readonly kind: ClientKind;
  /** Single addresses with their length, such as `10.8.0.7/32`. */
  readonly addresses: readonly Prefix[];
  /** Undefined: the device has its own, and nobody else knows it. */
  readonly privateKey: Secret | undefined;
  readonly presharedKey: Secret | undefined;
  readonly hub: ProfileHub;
  /** What the client sends into the tunnel. */
  readonly allowedIps: readonly Prefix[];
  /** Addresses of servers, and search domains. */
  readonly dns: readonly string[];
  /** Undefined: what the client's system takes. */
  readonly mtu: number | undefined;
  /** Seconds; undefined: off. */
  readonly persistentKeepalive: number | undefined;
  /** Of a gateway. */
  readonly gateway: GatewayPart | undefined;
}

/** A text to carry to a device, and where it belongs there. It holds keys. */
export interface ProfileText {
  readonly text: Secret;
  /** Name of a file, without a directory. */
  readonly fileName: string;
  /** Where the file belongs; undefined: it is typed in, pasted or imported, not put somewhere. */
  readonly path: string | undefined;
  /** Permission bits that the file must have. */
  readonly mode: number;
  /** `USER:GROUP` that the file must have; undefined: whoever made it. */
  readonly owner: string | undefined;
}

/** The endpoint as wg(8) reads it: an IPv6 address stands in brackets. */
export function endpointOf({ host, port }: Pick<ProfileHub, 'host' | 'port'>): string {
  return isV6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether all of the client's packets go into the tunnel. */
export function isFullTunnel(allowedIps: readonly string[]): boolean {
  return allowedIps.some((prefix) => prefix.endsWith('/0'));
}

/** What a list of DNS says: servers, and domains that names are completed with. */
export interface DnsParts {
  readonly servers: readonly string[];
  readonly domains: readonly string[];
}

/** As every app reads it: what is an address is a server, anything else a search domain. */
export function dnsParts(dns: readonly string[]): DnsParts {
  const servers = dns.filter((item) => parseAddress(item) !== undefined);
  return { servers, domains: dns.filter((item) => !servers.includes(item)) };
}

/** Whether an address or a prefix is one of IPv6. */
export function isV6(text: string): boolean {
  return text.includes(':');
}

/** The preset for a client behind NAT that has to be reachable from the mesh: NAT mappings live 30 seconds and longer. */
export const defaultKeepaliveSeconds = 25;

/** The keepalive that a kind of client begins with: a phone saves its battery, what others dial must stay reachable. */
export function keepaliveOf(kind: ClientKind): number | undefined {
  return kind === 'server' || kind === 'gateway' ? defaultKeepaliveSeconds : undefined;
}
