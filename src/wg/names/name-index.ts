import { known, type Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import type { HubFile } from '../profile/hub-file.ts';
import { type ConfNames, type ConfPeer, dialectMark } from './conf-names.ts';
import type { NamesByKey } from './sidecars.ts';

/** What the files say about a peer. */
export interface PeerName {
  readonly name?: Printable;
  readonly tags: readonly Printable[];
  readonly note?: Printable;
  /** When its access ends: an ISO 8601 date or time, as it is written. */
  readonly expires?: string;
  /** What the client was given, as it is written; `parseIssued` reads it. */
  readonly issued?: string;
  /** Where the name came from, such as `/etc/wireguard/wg0.conf line 12, ### Client`; without a name, where the peer is. */
  readonly source: Printable;
  /** The side file that the name is from: a name in the configuration file would not be shown. */
  readonly sidePath?: string;
  readonly disabled?: { readonly reason?: Printable; readonly until?: string };
  /** Of the last live section, which is the one that counts; of the last one where all are disabled. */
  readonly allowedIps: readonly string[];
  /** Whether the interface's own configuration file has the peer. */
  readonly inFile: boolean;
}

/** What the files say about an interface and its peers. */
export interface InterfaceNames {
  /** The file that wg-quick or awg-quick brings the interface up from. */
  readonly confPath?: string;
  /** The tool that writes that file itself. */
  readonly managedElsewhere?: Printable;
  readonly saveConfig: boolean;
  /** What that file says to clients. */
  readonly hub?: HubFile;
  readonly peers: ReadonlyMap<PublicKey, PeerName>;
}

/** The files about one interface; side files that come first win. */
export interface NameSources {
  readonly conf?: { readonly path: string; readonly names: ConfNames; readonly hub?: HubFile };
  readonly sidecars: readonly { readonly path: string; readonly names: NamesByKey }[];
  readonly netdevs: readonly { readonly path: string; readonly names: ConfNames }[];
  /** A tool that owns the interface by another proof than a comment in its file. */
  readonly owner?: Printable;
}

/**
 * One name for each key: a side file that has the key, else the configuration file by the ranks of its comments, else
 * systemd's own file.
 */
export function indexNames(sources: NameSources): InterfaceNames {
  const { conf } = sources;
  const peers = new Map<PublicKey, PeerName>();
  for (const { path, names } of conf === undefined ? [] : [conf]) addSections(peers, path, names.peers, true);
  for (const { path, names } of sources.netdevs) {
    const own = new Map<PublicKey, PeerName>();
    addSections(own, path, names.peers, false);
    for (const [key, peer] of own) peers.set(key, joined(peers.get(key), peer));
  }
  const bySide = new Set<PublicKey>();
  for (const { path, names } of sources.sidecars) {
    for (const [key, name] of names) {
      if (bySide.has(key)) continue;
      bySide.add(key);
      const before = peers.get(key) ?? { tags: [], allowedIps: [], inFile: false };
      peers.set(key, { ...before, name, source: known(path), sidePath: path });
    }
  }
  const owner = conf?.names.managedElsewhere ?? sources.owner;
  return {
    ...(conf !== undefined && { confPath: conf.path }),
    ...(owner !== undefined && { managedElsewhere: owner }),
    saveConfig: conf?.names.saveConfig ?? false,
    ...(conf?.hub !== undefined && { hub: conf.hub }),
    peers,
  };
}

function addSections(
  peers: Map<PublicKey, PeerName>,
  path: string,
  sections: readonly ConfPeer[],
  inFile: boolean,
): void {
  for (const section of sections) {
    const peer = peerName(path, section, inFile);
    const before = peers.get(section.publicKey);
    peers.set(section.publicKey, before === undefined ? peer : repeated(before, peer));
  }
}

function peerName(path: string, section: ConfPeer, inFile: boolean): PeerName {
  const { name, dialect, nameLine, tags, note, expires, issued, disabled, allowedIps, line } = section;
  const source = dialect === undefined ? `${path} line ${line}` : `${path} line ${nameLine}, ${dialectMark(dialect)}`;
  return {
    ...(name !== undefined && { name }),
    tags,
    ...(note !== undefined && { note }),
    ...(expires !== undefined && { expires }),
    ...(issued !== undefined && { issued }),
    source: known(source),
    ...(disabled !== undefined && { disabled }),
    allowedIps,
    inFile,
  };
}

/** Two sections of one file with the same key: the first name, the last live section's allowed IPs. */
function repeated(first: PeerName, second: PeerName): PeerName {
  const { disabled: _, ...both } = joined(first, second);
  const isLater = second.disabled === undefined || first.disabled !== undefined;
  const disabled = first.disabled !== undefined ? second.disabled : undefined;
  return {
    ...both,
    allowedIps: isLater ? second.allowedIps : first.allowedIps,
    ...(disabled !== undefined && { disabled }),
  };
}

/** What the surer one says, completed by the other. */
function joined(surer: PeerName | undefined, other: PeerName): PeerName {
  if (surer === undefined) return other;
  const note = surer.note ?? other.note;
  const expires = surer.expires ?? other.expires;
  const issued = surer.issued ?? other.issued;
  const named = surer.name !== undefined || other.name === undefined ? surer : other;
  return {
    ...surer,
    ...(named.name !== undefined && { name: named.name }),
    source: named.source,
    tags: [...new Set([...surer.tags, ...other.tags])],
    ...(note !== undefined && { note }),
    ...(expires !== undefined && { expires }),
    ...(issued !== undefined && { issued }),
  };
}

/**
 * The side file whose name for the peer is shown before any in the configuration file, so that renaming the peer there
 * would change nothing; undefined where the configuration file's name counts.
 */
export function sideFileOfName(names: InterfaceNames | undefined, publicKey: PublicKey): string | undefined {
  return names?.peers.get(publicKey)?.sidePath;
}
