import type { Printable } from '../host/printable.ts';
import type { Prefix } from '../network/prefix.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { PeerId } from '../wg/peer.ts';

/** What kind of failure was recognised. Stable: it is in documents that other programs read (docs/routes-json.md). */
export type FindingId = (typeof findingIds)[number];

/** All of them, causes before what follows from them. */
export const findingIds = [
  'interface-down',
  'address-missing',
  'forwarding-off',
  'route-missing',
  'route-wrong-device',
  'route-wrong-table',
  'table-off',
  'own-address',
  'reverse-path-strict',
  'prefix-taken',
  'prefix-not-applied',
  'prefix-not-in-file',
  'prefix-nested',
  'route-without-peer',
  'lan-collides',
  'address-not-in-file',
  'not-judged',
] as const;

/** `info`: good to know; `warn`: not as it should be; `bad`: packets do not arrive. */
export type Severity = 'info' | 'warn' | 'bad';

/** A line that proves a finding, and the command that shows it. */
export interface EvidenceLine {
  readonly command: Printable;
  readonly line: Printable;
}

/** What would mend it. */
export interface Fix {
  /** One sentence. */
  readonly sentence: Printable;
  /** What to type as root, where one command does it until the next restart. */
  readonly command: Printable | undefined;
}

/** A diagnosis. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** A few words, without a full stop. */
  readonly title: Printable;
  /** One or two sentences: why packets go where they go. */
  readonly cause: Printable;
  readonly evidence: readonly EvidenceLine[];
  readonly fix: Fix;
  readonly about: {
    readonly interfaceName?: InterfaceName;
    readonly prefix?: Prefix;
    readonly peer?: PeerId;
  };
}
