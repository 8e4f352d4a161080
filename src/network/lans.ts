import { overlaps, type ParsedPrefix, parsePrefix } from './prefix.ts';

/** A prefix that routers, phones and virtual machines give to their LANs unless somebody changes it. */
export interface CommonLan {
  readonly prefix: ParsedPrefix;
  /** Who does. */
  readonly usedBy: string;
}

/**
 * The defaults that clients most often sit in. A client whose own LAN has the prefix of a LAN behind the hub reaches its
 * own instead. The factory settings that the makers document; models and years differ.
 */
const defaults: readonly (readonly [prefix: string, usedBy: string])[] = [
  ['10.0.0.0/24', 'Xfinity and many small offices'],
  ['10.0.1.0/24', 'Apple AirPort'],
  ['10.0.2.0/24', "VirtualBox's and QEMU's virtual machines"],
  ['10.0.3.0/24', "LXC's containers"],
  ['10.1.1.0/24', 'D-Link and Belkin in Australia'],
  ['10.42.0.0/24', "NetworkManager's shared connection"],
  ['172.16.0.0/24', 'small offices'],
  ['172.17.0.0/16', "Docker's first network"],
  ['172.20.10.0/28', "iPhone's hotspot"],
  ['192.168.0.0/24', 'TP-Link, D-Link, Netgear, Vodafone and many cable modems'],
  ['192.168.1.0/24', 'Linksys, ASUS, Zyxel, Livebox, OpenWrt, pfSense and most others'],
  ['192.168.2.0/24', 'Speedport, Belkin, SMC'],
  ['192.168.3.0/24', 'Huawei home routers'],
  ['192.168.4.0/24', 'small devices that are being set up'],
  ['192.168.8.0/24', 'Huawei mobile routers, GL.iNet'],
  ['192.168.10.0/24', 'Motorola and small-business routers'],
  ['192.168.11.0/24', 'Buffalo'],
  ['192.168.31.0/24', 'Xiaomi'],
  ['192.168.43.0/24', "Android's hotspot"],
  ['192.168.49.0/24', "Android's Wi-Fi Direct"],
  ['192.168.50.0/24', 'newer ASUS'],
  ['192.168.64.0/24', "macOS' virtual machines"],
  ['192.168.68.0/22', 'TP-Link Deco'],
  ['192.168.86.0/24', 'Google Nest Wifi'],
  ['192.168.88.0/24', 'MikroTik'],
  ['192.168.100.0/24', 'Huawei fibre terminals and cable modems'],
  ['192.168.122.0/24', "libvirt's virtual machines"],
  ['192.168.137.0/24', "Windows' shared connection"],
  ['192.168.178.0/24', 'FRITZ!Box'],
  ['192.168.179.0/24', "FRITZ!Box's guests"],
  ['192.168.254.0/24', 'Frontier and other DSL modems'],
];

/** All of them, in order of address. */
export const commonLans: readonly CommonLan[] = defaults.flatMap(([text, usedBy]) => {
  const prefix = parsePrefix(text)?.prefix;
  return prefix === undefined ? [] : [{ prefix, usedBy }];
});

/** The common LANs that share addresses with a prefix. None for what is wider than any private range, as no LAN is. */
export function collidesWithCommonLan(prefix: ParsedPrefix): readonly CommonLan[] {
  return prefix.length < widest ? [] : commonLans.filter((lan) => overlaps(lan.prefix, prefix));
}

/** 10.0.0.0/8 is the widest of the private ranges (RFC 1918). */
const widest = 8;

/**
 * Prefixes of 10.0.0.0/8 in which other programs of a hub or a client are likely to be: other tunnels, containers,
 * clusters. Unlike {@link commonLans} nobody sits in them, so that they say nothing about a LAN that there is.
 */
const programs: readonly (readonly [prefix: string, usedBy: string])[] = [
  ['10.0.0.0/16', 'cloud networks and small offices'],
  ['10.1.0.0/16', 'offices and MicroK8s'],
  ['10.2.0.0/24', 'Proton VPN'],
  ['10.5.0.0/24', 'NordVPN'],
  ['10.6.0.0/24', "PiVPN's tunnel"],
  ['10.7.0.0/24', "wireguard-install's tunnel"],
  ['10.8.0.0/24', "OpenVPN's and wg-easy's tunnel"],
  ['10.10.0.0/16', 'offices'],
  ['10.13.13.0/24', "linuxserver's tunnel"],
  ['10.42.0.0/15', "k3s' pods and services"],
  ['10.64.0.0/24', 'Mullvad'],
  ['10.66.66.0/24', "wireguard-install's tunnel"],
  ['10.88.0.0/15', "Podman's networks"],
  ['10.96.0.0/12', "Kubernetes' services"],
  ['10.128.0.0/9', "Google Cloud's networks"],
  ['10.244.0.0/16', "Kubernetes' pods"],
  ['10.252.1.0/24', "wireguard-ui's tunnel"],
];

/** Where a new tunnel had better not be, whether or not anything is there now. */
export const busyPrefixes: readonly ParsedPrefix[] = [
  ...commonLans.map(({ prefix }) => prefix),
  ...programs.flatMap(([text]) => parsePrefix(text)?.prefix ?? []),
  // Docker takes networks of these, one after another, for each project that it starts.
  ...['172.16.0.0/12', '192.168.0.0/16'].flatMap((text) => parsePrefix(text)?.prefix ?? []),
];
