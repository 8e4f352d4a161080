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
  ['10.1.1.0/24', 'D-Link and Belkin in Australia'],
  ['10.42.0.0/24', "NetworkManager's shared connection"],
  ['172.16.0.0/24', 'small offices'],
  ['172.17.0.0/16', "Docker's first network"],
  ['172.20.10.0/28', "iPhone's hotspot"],
  ['192.168.0.0/24', 'TP-Link, D-Link, Netgear, Vodafone and many cable modems'],
  ['192.168.1.0/24', 'Linksys, ASUS, Zyxel, Livebox, OpenWrt, pfSense and most others'],
  ['192.168.2.0/24', 'Speedport, Belkin, SMC'],
  ['192.168.8.0/24', 'Huawei mobile routers, GL.iNet'],
  ['192.168.10.0/24', 'Motorola and small-business routers'],
  ['192.168.11.0/24', 'Buffalo'],
  ['192.168.31.0/24', 'Xiaomi'],
  ['192.168.43.0/24', "Android's hotspot"],
  ['192.168.50.0/24', 'newer ASUS'],
  ['192.168.68.0/22', 'TP-Link Deco'],
  ['192.168.86.0/24', 'Google Nest Wifi'],
  ['192.168.88.0/24', 'MikroTik'],
  ['192.168.100.0/24', 'Huawei fibre terminals and cable modems'],
  ['192.168.122.0/24', "libvirt's virtual machines"],
  ['192.168.137.0/24', "Windows' shared connection"],
  ['192.168.178.0/24', 'FRITZ!Box'],
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
