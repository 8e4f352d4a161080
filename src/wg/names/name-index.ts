import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import type { HubFile } from '../profile/hub-file.ts';
import type { PeerName } from './peer-name.ts';
import { type NameSources, PeerNames } from './peer-names.ts';

export type { PeerName } from './peer-name.ts';
export type { NameSources } from './peer-names.ts';

/** What the files say about an interface and its peers. */
export interface InterfaceNames {
  /** The file that wg-quick or awg-quick brings the interface up from. */
  readonly confPath?: string;
  /** The tool that writes that file itself. */
  readonly managedElsewhere?: Printable;
  readonly saveConfig: boolean;
  /** What that file says to clients. */
  readonly hub?: HubFile;
  /** Large hubs have many: ask for those that are needed, and for those that are switched off by `disabledPeers`. */
  readonly peers: ReadonlyMap<PublicKey, PeerName>;
}

/**
 * One name for each key: a side file that has the key, else the configuration file by the ranks of its comments, else
 * systemd's own file.
 */
export function indexNames(sources: NameSources): InterfaceNames {
  const { conf } = sources;
  const owner = conf?.names.managedElsewhere ?? sources.owner;
  return {
    ...(conf !== undefined && { confPath: conf.path }),
    ...(owner !== undefined && { managedElsewhere: owner }),
    saveConfig: conf?.names.saveConfig ?? false,
    ...(conf?.hub !== undefined && { hub: conf.hub }),
    peers: new PeerNames(sources),
  };
}

/** The peers that the files hold switched off, in the order of `peers`; other peers of a file are not read for it. */
export function disabledPeers(peers: InterfaceNames['peers']): readonly (readonly [PublicKey, PeerName])[] {
  const isDisabled = ([, { disabled }]: readonly [PublicKey, PeerName]) => disabled !== undefined;
  return (peers instanceof PeerNames ? peers.perhapsDisabled() : [...peers]).filter(isDisabled);
}

/**
 * The side file whose name for the peer is shown before any in the configuration file, so that renaming the peer there
 * would change nothing; undefined where the configuration file's name counts.
 */
export function sideFileOfName(names: InterfaceNames | undefined, publicKey: PublicKey): string | undefined {
  return names?.peers.get(publicKey)?.sidePath;
}
