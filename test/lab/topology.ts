/**
 * The lab's network, as data.
 *
 *     laptop ── net ── edge        edge: the hub, 198.51.100.10, wg0 10.8.0.1
 *     phone ────┤ ╲                laptop reaches the hub over IPv6; phone through its carrier's NAT
 *     roamer ───┤  outsider        roamer: everything through the hub; outsider: no WireGuard
 *              nat ── LAN 192.168.60.0/24 ── home (10.8.0.3, routes both LANs), nas
 *                                             │
 *                                            LAN 192.168.61.0/24, fd08:61::/64 ── printer (its service: IPv6 only)
 */

/** In the order in which they are built. */
export const hosts = ['net', 'nat', 'edge', 'home', 'nas', 'printer', 'laptop', 'phone', 'roamer', 'outsider'] as const;
export type HostName = (typeof hosts)[number];

/** What each host is there for. */
export const purposes: Readonly<Record<HostName, string>> = {
  net: 'the internet: routes between all below, and translates the phone',
  nat: "the household's router, with the LAN of home and nas",
  edge: 'the hub; masquerades the roamer to the internet',
  home: 'a peer with two LANs behind it',
  nas: "on home's first LAN; no WireGuard",
  printer: "on home's second LAN, behind home alone; its print service speaks IPv6 only",
  laptop: 'a peer that dials the hub over IPv6, with a preshared key',
  phone: "a peer behind a carrier's address translation, without keepalive",
  roamer: 'a peer that sends everything through the tunnel (0.0.0.0/0, ::/0)',
  outsider: 'a host of the internet; no WireGuard',
};

/** The hosts with a WireGuard interface `wg0`; all but `edge` are its peers. */
export const wireguardHosts = ['edge', 'home', 'laptop', 'phone', 'roamer'] as const;
export type WireGuardHost = (typeof wireguardHosts)[number];
export type PeerHost = Exclude<WireGuardHost, 'edge'>;

export const wireguardPort = 51820;
export const lanSubnet = '192.168.60.0/24';
/** The LAN that only `home` has a cable to. */
export const secondLan = { v4: '192.168.61.0/24', v6: 'fd08:61::/64' };
/** The TCP port of the printer's service, open on its IPv6 address only (IPP's own, RFC 8010 §4). */
export const printPort = 631;

/** Where a host is reached over the tunnel. */
export const overlay: Readonly<Record<WireGuardHost, { readonly v4: string; readonly v6: string }>> = {
  edge: { v4: '10.8.0.1', v6: 'fd08::1' },
  home: { v4: '10.8.0.3', v6: 'fd08::3' },
  laptop: { v4: '10.8.0.4', v6: 'fd08::4' },
  phone: { v4: '10.8.0.5', v6: 'fd08::5' },
  roamer: { v4: '10.8.0.6', v6: 'fd08::6' },
};

/** Where a host is reached without the tunnel; for home, nas and printer, on their LAN. */
export const underlay: Readonly<Record<HostName, { readonly v4: string; readonly v6: string }>> = {
  net: { v4: '198.51.100.1', v6: '2001:db8:51::1' },
  nat: { v4: '203.0.113.20', v6: '2001:db8:113::20' },
  edge: { v4: '198.51.100.10', v6: '2001:db8:51::10' },
  home: { v4: '192.168.60.3', v6: '2001:db8:60::3' },
  nas: { v4: '192.168.60.50', v6: '2001:db8:60::50' },
  printer: { v4: '192.168.61.40', v6: 'fd08:61::40' },
  laptop: { v4: '192.0.2.11', v6: '2001:db8:2::11' },
  phone: { v4: '100.64.0.12', v6: '2001:db8:64::12' },
  roamer: { v4: '198.18.7.77', v6: '2001:db8:77::77' },
  outsider: { v4: '198.18.0.66', v6: '2001:db8:18::66' },
};

/** The address that the internet sees instead of the phone's (carrier-grade NAT). */
export const carrierAddress = '203.0.113.200';

/** The peers as the hub knows them. */
export const peers: Readonly<
  Record<
    PeerHost,
    {
      /** The networks behind this peer, for which it routes. */
      readonly lans?: readonly string[];
      /** What this peer sends into the tunnel; without it, the tunnel's own addresses and the others' LANs. */
      readonly sends?: readonly string[];
      readonly presharedKey: boolean;
      /** Seconds. */
      readonly keepalive?: number;
      /** The hub's address that this peer dials. */
      readonly dials: string;
    }
  >
> = {
  home: { lans: [lanSubnet, secondLan.v4, secondLan.v6], presharedKey: false, keepalive: 25, dials: underlay.edge.v4 },
  laptop: { presharedKey: true, keepalive: 25, dials: `[${underlay.edge.v6}]` },
  phone: { presharedKey: false, dials: underlay.edge.v4 },
  roamer: { sends: ['0.0.0.0/0', '::/0'], presharedKey: true, keepalive: 25, dials: underlay.edge.v4 },
};

/** A cable from a router's port to a host's own interface; the addresses are the router's and the host's. */
interface Cable {
  readonly router: 'net' | 'nat' | 'home';
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
    port: 'to-roamer',
    host: 'roamer',
    interfaceName: 'eth0',
    gateway: { v4: '198.18.7.1', v6: '2001:db8:77::1' },
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
  {
    router: 'home',
    port: 'lan2',
    host: 'printer',
    interfaceName: 'eth0',
    gateway: { v4: '192.168.61.1', v6: 'fd08:61::1' },
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
