import type { Printable } from '../host/printable.ts';
import type { InterfaceAddress } from '../network/addresses.ts';
import type { Link } from '../network/links.ts';
import type { Route } from '../network/routes.ts';
import type { Rule } from '../network/rules.ts';
import type { Sysctls } from '../network/sysctl.ts';
import type { InterfaceName } from '../wg/key.ts';

/** What wg-quick(8) is told in the `[Interface]` section of a configuration file, as far as routing goes. */
export interface FileInterface {
  readonly path: string;
  /** `Address =`, each with its prefix length. */
  readonly addresses: readonly Printable[];
  /** `Table =`; undefined: auto. */
  readonly table: Printable | undefined;
}

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
  /** One sentence for each thing that could not be read. */
  readonly problems: readonly Printable[];
}
