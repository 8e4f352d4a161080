import { type Printable, printable } from '../host/printable.ts';
import { type DumpRow, type InterfaceHead, readRow } from './dump-row.ts';
import type { InterfaceName, PublicKey } from './key.ts';
import type { PeerId } from './peer.ts';
import type { Secret } from './secret.ts';

/** One peer of one interface, as the kernel or the userspace implementation has it now. */
export interface DumpPeer {
  readonly id: PeerId;
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  readonly presharedKey: Secret | undefined;
  /** `address:port` or `[address%scope]:port`; undefined where the peer has none yet. */
  readonly endpoint: Printable | undefined;
  readonly allowedIps: readonly Printable[];
  /** Milliseconds since the epoch; undefined: never. */
  readonly latestHandshake: number | undefined;
  /** Bytes since the peer object was made; exact to 2^53, then to the nearest double. */
  readonly rxBytes: number;
  readonly txBytes: number;
  /** Seconds; undefined: off. AmneziaWG may print a range, of which this is the larger end. */
  readonly persistentKeepalive: number | undefined;
}

export interface DumpInterface {
  readonly name: InterfaceName;
  /** AmneziaWG is told by its longer interface row, whose byte signatures and timers may differ. */
  readonly flavour: 'wireguard' | 'amneziawg';
  /** Undefined for an interface without a key. */
  readonly publicKey: PublicKey | undefined;
  readonly privateKey: Secret | undefined;
  readonly listenPort: number;
  /** Undefined: off. */
  readonly fwmark: number | undefined;
  readonly peers: readonly DumpPeer[];
}

/** A row that could not be read: how many fields it had and which of them is wrong. Never its text, which may hold a key. */
export interface DumpProblem {
  /** 1-based. */
  readonly line: number;
  readonly problem: Printable;
}

export interface Dump {
  /** In order of name. */
  readonly interfaces: readonly DumpInterface[];
  readonly problems: readonly DumpProblem[];
}

/** After so many rows that cannot be read the text is no dump, and the rest of it is left alone. */
export const mostProblems = 1_000;

/**
 * Parses `wg show all dump`: rows of tab-separated fields, whose order means nothing. Never throws. Whoever reads the same
 * hub again and again takes a `DumpFollower`.
 */
export function parseDump(text: string): Dump {
  const gathered = new DumpGatherer();
  let number = 0;
  for (let start = 0; start < text.length && gathered.problems < mostProblems; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    number += 1;
    if (end > start) gathered.add(number, readRow(text.slice(start, end)));
    start = end + 1;
  }
  return gathered.dump();
}

/** Puts rows together: a peer may come before its interface. */
export class DumpGatherer {
  readonly #found = new Map<InterfaceName, { head: InterfaceHead | undefined; readonly peers: DumpPeer[] }>();
  readonly #problems: DumpProblem[] = [];

  /** Rows that could not be read. */
  get problems(): number {
    return this.#problems.length;
  }

  /** Takes the row of a line, counted from 1. */
  add(line: number, row: DumpRow): void {
    if (row.kind === 'peer') this.#slot(row.peer.interfaceName).peers.push(row.peer);
    else if (row.kind === 'interface') this.#slot(row.head.name).head = row.head;
    else this.#problems.push({ line, problem: printable(row.problem) });
  }

  /** What was gathered. */
  dump(): Dump {
    const unknown = { publicKey: undefined, privateKey: undefined, listenPort: 0, fwmark: undefined } as const;
    const interfaces = [...this.#found]
      .map(([name, { head, peers }]) => ({ ...(head ?? { name, flavour: 'wireguard' as const, ...unknown }), peers }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return { interfaces, problems: this.#problems };
  }

  #slot(name: InterfaceName) {
    let one = this.#found.get(name);
    if (one === undefined) {
      one = { head: undefined, peers: [] };
      this.#found.set(name, one);
    }
    return one;
  }
}
