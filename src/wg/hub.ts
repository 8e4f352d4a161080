import type { InterfaceAddress } from '../network/addresses.ts';
import type { Route } from '../network/routes.ts';
import type { ConfFile } from './conf/conf-file.ts';
import type { DumpInterface } from './dump.ts';
import type { InterfaceName } from './key.ts';

/** A configuration file as it was read. */
export interface HubConf {
  /** Where the text is, symbolic links followed. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly file: ConfFile;
}

/** One interface as the operator thinks of it, read at one time: what is written, what runs, and what the kernel routes. */
export interface HubState {
  readonly interfaceName: InterfaceName;
  /** The program that configures it. */
  readonly program: 'wg' | 'awg';
  /** Undefined: there is no file of that name. */
  readonly conf: HubConf | undefined;
  /** Undefined: the interface does not run. */
  readonly running: DumpInterface | undefined;
  /** Routes of every table that lead into the interface, but those that the kernel made itself. */
  readonly routes: readonly Route[];
  readonly addresses: readonly InterfaceAddress[];
}
