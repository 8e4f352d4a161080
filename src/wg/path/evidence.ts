/** What is known about the way of a packet, for whoever judges it: plain data, gathered elsewhere. */
import type { Printable } from '../../host/printable.ts';
import type { AddressBits, Family } from '../../network/address.ts';
import type { ParsedPrefix } from '../../network/prefix.ts';
import type { Route } from '../../network/routes.ts';
import type { Sysctls } from '../../network/sysctl.ts';
import type { Activity } from '../activity/activity.ts';
import type { InterfaceName, PublicKey } from '../key.ts';
import type { PeerId } from '../peer.ts';
import type { Port } from './target.ts';

/** One peer, as far as it has to do with ways. */
export interface PathPeer {
  readonly id: PeerId;
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  /** The program that shows it: `awg` for AmneziaWG. */
  readonly program: 'wg' | 'awg';
  readonly label: Printable;
  /** As the kernel has them; empty for a peer that is only in the file. */
  readonly allowedIps: readonly Printable[];
  /** As the configuration file has them. */
  readonly fileAllowedIps: readonly string[];
  readonly endpoint: Printable | undefined;
  readonly activity: Activity;
}

/** A peer that has a prefix around the address in question. */
export interface Holding {
  readonly peer: PathPeer;
  readonly prefix: ParsedPrefix;
}

/** One end of a path. */
export interface PathEnd {
  /** As it was asked for. */
  readonly word: Printable;
  /** Undefined: the hub as the sender, which takes the address that its route says. */
  readonly address: AddressBits | undefined;
  readonly isHub: boolean;
  /** The peer that was asked for by its name or key. */
  readonly named: PathPeer | undefined;
  /** The peer whose allowed IPs have the address in the kernel, prefixes of length 0 aside. */
  readonly holder: Holding | undefined;
  /** The same in the configuration files. */
  readonly inFile: Holding | undefined;
}

/** What the kernel said to `ip route get`. */
export interface KernelAnswer {
  readonly command: Printable;
  /** What was printed: the route, or the error. */
  readonly line: Printable;
  readonly result:
    | {
        readonly outcome: 'route';
        /** `unicast`, `local`, `broadcast`, … */
        readonly type: Printable;
        readonly dev: Printable;
        /** Undefined: the table `main`, or one that was not said. */
        readonly table: Printable | undefined;
        readonly gateway: Printable | undefined;
        readonly prefSrc: Printable | undefined;
      }
    /** The kernel has no way; the words of the error, without "RTNETLINK answers:". */
    | { readonly outcome: 'refused'; readonly error: Printable }
    /** It could not be asked. */
    | { readonly outcome: 'unreadable'; readonly reason: Printable };
}

/** Everything that the explanation of a path is drawn from, read at one time. */
export interface PathEvidence {
  readonly family: Family;
  readonly source: PathEnd;
  readonly destination: PathEnd;
  readonly port: Port | undefined;
  readonly peers: readonly PathPeer[];
  /** The WireGuard interfaces. */
  readonly tunnels: readonly InterfaceName[];
  /** The configuration file of each interface that has one. */
  readonly files: ReadonlyMap<InterfaceName, string>;
  /** The device that packets of the source come in by; undefined: the hub sends them itself, or it is not known. */
  readonly ingress: string | undefined;
  /** The hub's own way to the source. */
  readonly towardsSource: KernelAnswer | undefined;
  readonly forward: KernelAnswer;
  /** The way of the answers; undefined where there is no way there. */
  readonly back: KernelAnswer | undefined;
  /** The routes of all tables whose prefix has the destination. */
  readonly covering: readonly Route[];
  readonly sysctls: Sysctls;
}

/** Asked for by hand: what came back of packets that the hub itself sent to the destination. */
export interface PathProbe {
  readonly ping: ProbeAnswer;
  /** Undefined: no TCP port was asked for. */
  readonly connect: ProbeAnswer | undefined;
}

export interface ProbeAnswer {
  readonly command: Printable;
  readonly line: Printable;
  /** Undefined: it could not be tried, and `line` says why. */
  readonly answered: boolean | undefined;
}
