/**
 * The lab's network, as data.
 *
 *     laptop ── net ── edge        edge: the hub, 198.51.100.10, wg0 10.8.0.1
 *     phone ────┤ ╲                laptop reaches the hub over IPv6; phone through its carrier's NAT
 *               │  outsider        outsider: no WireGuard
 *              nat ── LAN 192.168.60.0/24 ── home (10.8.0.3, routes the LAN), nas
 */

/** In the order in which they are built. */
export const hosts = ['net', 'nat', 'edge', 'home', 'nas', 'laptop', 'phone', 'outsider'] as const;
export type HostName = (typeof hosts)[number];

/** The hosts with a WireGuard interface `wg0`; all but `edge` are its peers. */
export const wireguardHosts = ['edge', 'home', 'laptop', 'phone'] as const;
export type WireGuardHost = (typeof wireguardHosts)[number];
export type PeerHost = Exclude<WireGuardHost, 'edge'>;

export const wireguardPort = 51820;
export const lanSubnet = '192.168.60.0/24';

/** Where a host is reached over the tunnel. */
export const overlay: Readonly<Record<WireGuardHost, { readonly v4: string; readonly v6: string }>> = {
  edge: { v4: '10.8.0.1', v6: 'fd08::1' },
  home: { v4: '10.8.0.3', v6: 'fd08::3' },
  laptop: { v4: '10.8.0.4', v6: 'fd08::4' },
  phone: { v4: '10.8.0.5', v6: 'fd08::5' },
};

/** Where a host is reached without the tunnel; for home and nas, on their LAN. */
export const underlay: Readonly<Record<HostName, { readonly v4: string; readonly v6: string }>> = {
  net: { v4: '198.51.100.1', v6: '2001:db8:51::1' },
  nat: { v4: '203.0.113.20', v6: '2001:db8:113::20' },
  edge: { v4: '198.51.100.10', v6: '2001:db8:51::10' },
  home: { v4: '192.168.60.3', v6: '2001:db8:60::3' },
  nas: { v4: '192.168.60.50', v6: '2001:db8:60::50' },
  laptop: { v4: '192.0.2.11', v6: '2001:db8:2::11' },
  phone: { v4: '100.64.0.12', v6: '2001:db8:64::12' },
  outsider: { v4: '198.18.0.66', v6: '2001:db8:18::66' },
};

/** The address that the internet sees instead of the phone's (carrier-grade NAT). */
export const carrierAddress = '203.0.113.200';

/** The peers as the hub knows them. */
export const peers: Readonly<
  Record<
    PeerHost,
    {
      readonly lan?: string;
      readonly presharedKey: boolean;
      /** Seconds. */
      readonly keepalive?: number;
      /** The hub's address that this peer dials. */
      readonly dials: string;
    }
  >
> = {
  home: { lan: lanSubnet, presharedKey: false, keepalive: 25, dials: underlay.edge.v4 },
  laptop: { presharedKey: true, keepalive: 25, dials: `[${underlay.edge.v6}]` },
  phone: { presharedKey: false, dials: underlay.edge.v4 },
};

/** A cable from a router's port to a host's own interface; the addresses are the router's and the host's. */
interface Cable {
  readonly router: 'net' | 'nat';
  readonly port: string;
  readonly host: HostName;
  readonly interfaceName: string;
  readonly gateway: { readonly v4: string; readonly v6: string };
}

export const cables: readonly Cable[] = [
  { router: 'net', port: 'to-edge', host: 'edge', interfaceName: 'eth0', gateway: underlay.net },
  {
    router: 'net',
    port: 'to-nat',
    host: 'nat',
    interfaceName: 'wan',
    gateway: { v4: '203.0.113.1', v6: '2001:db8:113::1' },
  },
  {
    router: 'net',
    port: 'to-laptop',
    host: 'laptop',
    interfaceName: 'eth0',
    gateway: { v4: '192.0.2.1', v6: '2001:db8:2::1' },
  },
  {
    router: 'net',
    port: 'to-phone',
    host: 'phone',
    interfaceName: 'eth0',
    gateway: { v4: '100.64.0.1', v6: '2001:db8:64::1' },
  },
  {
    router: 'net',
    port: 'to-outsider',
    host: 'outsider',
    interfaceName: 'eth0',
    gateway: { v4: '198.18.0.1', v6: '2001:db8:18::1' },
  },
  {
    router: 'nat',
    port: 'to-home',
    host: 'home',
    interfaceName: 'eth0',
    gateway: { v4: '192.168.60.1', v6: '2001:db8:60::1' },
  },
  {
    router: 'nat',
    port: 'to-nas',
    host: 'nas',
    interfaceName: 'eth0',
    gateway: { v4: '192.168.60.1', v6: '2001:db8:60::1' },
  },
];

/** The hosts that pass packets on. */
export const forwarders: ReadonlySet<HostName> = new Set<HostName>(['net', 'nat', 'edge', 'home']);

/** The network namespace of a host in a lab. */
export function namespaceOf(id: string, host: HostName): string {
  return `${namespacePrefix(id)}${host}`;
}

/** What the names of all namespaces of a lab begin with. */
export function namespacePrefix(id: string): string {
  return `mtlab-${id}-`;
}
