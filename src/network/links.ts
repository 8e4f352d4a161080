import type { Printable } from '../host/printable.ts';
import { type Fields, type Parsed, parseIpJson } from './ip-json.ts';

/** What an interface counted since it was made. Exact to 2^53. */
export interface LinkCounters {
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrors: number;
  readonly rxDropped: number;
  /**
   * The kernel's WireGuard counts here, and in `rxErrors`, packets whose source is not among the allowed IPs of the
   * peer that sent them (drivers/net/wireguard/receive.c). Only `-s -s` prints it.
   */
  readonly rxFrameErrors: number | undefined;
  readonly txBytes: number;
  readonly txPackets: number;
  /** WireGuard: packets for which no peer has the destination, or whose peer has no endpoint (device.c: wg_xmit). */
  readonly txErrors: number;
  readonly txDropped: number;
}

/** One interface as `ip -j -s -s -details link` prints it. */
export interface Link {
  readonly index: number;
  readonly name: Printable;
  /** `wireguard`, `tun` (wireguard-go), `veth`, `bridge`, …; undefined without `-details` and for plain hardware. */
  readonly kind: Printable | undefined;
  /** As the kernel has them: `UP`, `LOWER_UP`, `NO-CARRIER`, … */
  readonly flags: readonly Printable[];
  /** Set up by the administrator. */
  readonly up: boolean;
  /** Up, but nothing is at the other end. */
  readonly noCarrier: boolean;
  /** Bytes. */
  readonly mtu: number | undefined;
  /** The bridge, bond or VRF that it belongs to. */
  readonly master: Printable | undefined;
  /** Undefined without `-s`. */
  readonly counters: LinkCounters | undefined;
}

/** Parses `ip -j -s -s -details link`, and the same with fewer options. Never throws. */
export function parseLinks(text: string): Parsed<Link> {
  return parseIpJson(text, 'interface', (fields) => {
    const name = fields.text('ifname');
    const index = fields.count('ifindex');
    if (name === undefined || index === undefined) return 'it has no name or no number ("ifname", "ifindex")';
    const flags = fields.texts('flags');
    const has = (flag: string) => flags.some((each) => each === flag);
    const link: Link = {
      index,
      name,
      kind: fields.object('linkinfo')?.text('info_kind'),
      flags,
      up: has('UP'),
      noCarrier: has('NO-CARRIER'),
      mtu: fields.count('mtu'),
      master: fields.text('master'),
      counters: readCounters(fields.object('stats64') ?? fields.object('stats')),
    };
    return [link];
  });
}

function readCounters(stats: Fields | undefined): LinkCounters | undefined {
  const rx = stats?.object('rx');
  const tx = stats?.object('tx');
  if (rx === undefined || tx === undefined) return undefined;
  return {
    rxBytes: rx.count('bytes') ?? 0,
    rxPackets: rx.count('packets') ?? 0,
    rxErrors: rx.count('errors') ?? 0,
    rxDropped: rx.count('dropped') ?? 0,
    rxFrameErrors: rx.count('frame_errors'),
    txBytes: tx.count('bytes') ?? 0,
    txPackets: tx.count('packets') ?? 0,
    txErrors: tx.count('errors') ?? 0,
    txDropped: tx.count('dropped') ?? 0,
  };
}
