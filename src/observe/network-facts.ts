import type { Printable } from '../host/printable.ts';
import type { InterfaceAddress } from '../network/addresses.ts';
import type { Link } from '../network/links.ts';
import type { Route } from '../network/routes.ts';
import type { Rule } from '../network/rules.ts';
import type { Sysctls } from '../network/sysctl.ts';
import type { FileInterface } from '../wg/conf-interface.ts';
import type { InterfaceName } from '../wg/key.ts';

/** The parts that are read apart from one another. */
export type FactPart = 'addresses' | 'routes4' | 'routes6' | 'rules4' | 'rules6' | 'links' | 'sysctls' | 'files';

/** What the kernel and the files say about where packets go, read at one time. A part that could not be read is empty and has a problem. */
export interface NetworkFacts {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly addresses: readonly InterfaceAddress[];
  /** Both families, every table. */
  readonly routes: readonly Route[];
  /** Both families. */
  readonly rules: readonly Rule[];
  readonly links: readonly Link[];
  readonly sysctls: Sysctls;
  readonly files: ReadonlyMap<InterfaceName, FileInterface>;
  /** The parts that were not read to their end: what is missing in them may be there all the same. */
  readonly incomplete: ReadonlySet<FactPart>;
  /** One sentence for each thing that could not be read. */
  readonly problems: readonly Printable[];
}
