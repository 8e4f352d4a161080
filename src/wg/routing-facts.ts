import type { InterfaceAddress } from '../network/addresses.ts';
import type { Link } from '../network/links.ts';
import type { Route } from '../network/routes.ts';
import type { Rule } from '../network/rules.ts';
import type { Sysctls } from '../network/sysctl.ts';
import type { FileInterface } from './conf-interface.ts';
import type { InterfaceName } from './key.ts';

/** The parts of the network that can be read on their own. */
export type FactPart = 'addresses' | 'routes4' | 'routes6' | 'rules4' | 'rules6' | 'links' | 'sysctls' | 'files';

/** What the kernel and the files say about where packets go. */
export interface RoutingFacts {
  readonly addresses: readonly InterfaceAddress[];
  /** Both families, every table. */
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  readonly links: readonly Link[];
  readonly sysctls: Sysctls;
  readonly files: ReadonlyMap<InterfaceName, FileInterface>;
  /** What could not be read to its end: what is not in there may be there all the same. */
  readonly incomplete: ReadonlySet<FactPart>;
}
