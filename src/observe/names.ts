import type { FileStat, Host, ReadResult } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { InterfaceName } from '../wg/key.ts';
import { type InterfaceNames, indexNames, type NameSources } from '../wg/names/name-index.ts';
import { PeerSections } from '../wg/names/peer-sections.ts';
import { type NamesByKey, readPeersFile, readPivpnClients } from '../wg/names/sidecars.ts';
import { type HubFile, readHubFile } from '../wg/profile/hub-file.ts';

export { disabledPeers, type InterfaceNames, type PeerName } from '../wg/names/name-index.ts';

/** What the files say about the peers of every interface that is asked for or has a configuration file. */
export interface NamesSnapshot {
  readonly byInterface: ReadonlyMap<InterfaceName, InterfaceNames>;
  /** One sentence for each thing that could not be read. */
  readonly problems: readonly Printable[];
}

const wireguard = '/etc/wireguard';
const amnezia = '/etc/amnezia/amneziawg';
const networkd = '/etc/systemd/network';

/** More clients of wg-cmd's than this are not read one by one; its configuration file has their names too. */
const mostClientFiles = 1_000;

/** wg-quick(8) takes only such file names. */
const confFile = /^([a-zA-Z0-9_=+.-]{1,15})\.conf$/;

type Parsed =
  | { readonly kind: 'conf'; readonly names: PeerSections; readonly hub: HubFile }
  | { readonly kind: 'netdev'; readonly names: PeerSections; readonly interfaceName?: string }
  | { readonly kind: 'sidecar'; readonly names: NamesByKey };

type Parse = (text: string) => Parsed | Promise<Parsed>;

/** A file that may be there, how it is read, and the interface that it is about (all, where there is none). */
interface Candidate {
  readonly path: string;
  readonly parse: Parse;
  readonly interfaceName?: string;
}

interface CachedFile {
  readonly signature: string;
  readonly parsed: Parsed;
}

/** An interface's names and what they were made from, to see whether anything has changed. */
interface Indexed {
  readonly parts: readonly unknown[];
  readonly names: InterfaceNames;
}

interface Loaded extends Candidate {
  readonly parsed: Parsed;
}

/** Reads names from files again and again, a file only when it has changed; what has not changed stays the same object. */
export class NameReader {
  readonly #host: Host;
  #files = new Map<string, CachedFile>();
  #denied: string[] = [];
  #problems: Printable[] = [];
  #byInterface: ReadonlyMap<InterfaceName, Indexed> = new Map();
  #snapshot: NamesSnapshot | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Never throws. Two readings at once are not supported. */
  async read(interfaces: readonly InterfaceName[]): Promise<NamesSnapshot> {
    this.#denied = [];
    this.#problems = [];
    const candidates = await this.#candidates();
    const loaded = (await Promise.all(candidates.map((one) => this.#load(one)))).flatMap((one) => one ?? []);
    const paths = new Set(loaded.map((one) => one.path));
    this.#files = new Map([...this.#files].filter(([path]) => paths.has(path)));
    const owners = new Set(candidates.flatMap((one) => (one.path.includes('/wgc-') ? (one.interfaceName ?? []) : [])));
    return this.#publish(interfaces, loaded, owners);
  }

  async #candidates(): Promise<readonly Candidate[]> {
    const [names, amneziaNames, networkNames] = await Promise.all([
      this.#list(wireguard),
      this.#list(amnezia),
      this.#list(networkd),
    ]);
    const clientDirectories = names.filter((name) => name.startsWith('wgc-'));
    const clients = await Promise.all(clientDirectories.map((name) => this.#clients(name.slice(4))));
    return [
      ...confs(wireguard, names),
      ...confs(amnezia, amneziaNames),
      ...present(names, 'peers', `${wireguard}/peers`, sidecar(readPeersFile)),
      ...present(names, 'configs', `${wireguard}/configs/clients.txt`, sidecar(readPivpnClients)),
      ...present(names, 'peers.toml', `${wireguard}/peers.toml`, document('readPeersToml')),
      ...names.filter((name) => /^[\w=+.-]{1,15}\.json$/.test(name)).map(easyClients),
      { path: '/etc/wireguard_exporter/peers.toml', parse: document('readPeersToml') },
      { path: '/etc/dsnetconfig.json', parse: document('readDsnetPeers') },
      ...clients.flat(),
      ...networkNames.filter((name) => name.endsWith('.netdev')).map(netdev),
    ];
  }

  async #clients(interfaceName: string): Promise<readonly Candidate[]> {
    const directory = `${wireguard}/wgc-${interfaceName}`;
    const files = (await this.#list(directory)).filter((name) => /^\d{4,}-.+\.toml$/.test(name));
    if (files.length > mostClientFiles) {
      this.#problems.push(printable(`${directory} has ${files.length} files and was not read.`));
      return [];
    }
    return files.map((file) => ({
      path: `${directory}/${file}`,
      interfaceName,
      parse: async (text): Promise<Parsed> => {
        const { readWgCmdClient } = await import('../wg/names/sidecar-documents.ts');
        return { kind: 'sidecar', names: readWgCmdClient(text, file) };
      },
    }));
  }

  async #list(directory: string): Promise<readonly string[]> {
    return this.#value(directory, await this.#host.listDirectory(directory)) ?? [];
  }

  /** The file as it is now; as it was last read where it cannot be read any more; nothing where it is not there. */
  async #load(candidate: Candidate): Promise<Loaded | undefined> {
    const { path } = candidate;
    const cached = this.#files.get(path);
    const found = await this.#host.stat(path);
    if (found.outcome === 'absent') return undefined;
    const stat = this.#value(path, found);
    const signature = stat === undefined ? undefined : signatureOf(stat);
    if (stat?.kind === 'directory') return undefined;
    if (signature === undefined || cached?.signature === signature)
      return cached && { ...candidate, parsed: cached.parsed };
    const read = await this.#host.readFile(path);
    if (read.outcome === 'absent') return undefined;
    const text = this.#value(path, read);
    if (text === undefined) return cached && { ...candidate, parsed: cached.parsed };
    const parsed = await candidate.parse(text);
    this.#files.set(path, { signature, parsed });
    return { ...candidate, parsed };
  }

  #value<T>(path: string, result: ReadResult<T>): T | undefined {
    if (result.outcome === 'read') return result.value;
    if (result.outcome === 'denied') this.#denied.push(path);
    if (result.outcome === 'failed') this.#problems.push(printable(`${path} could not be read: ${result.reason}.`));
    return undefined;
  }

  #publish(
    interfaces: readonly InterfaceName[],
    loaded: readonly Loaded[],
    owners: ReadonlySet<string>,
  ): NamesSnapshot {
    const all = new Set([
      ...interfaces,
      ...loaded.flatMap((one) => (one.parsed.kind === 'conf' ? interfaceOf(one) : [])),
    ]);
    const byInterface = new Map<InterfaceName, InterfaceNames>();
    const kept = new Map<InterfaceName, Indexed>();
    for (const name of [...all].sort()) {
      const about = loaded
        .filter((one) => one.interfaceName === undefined || one.interfaceName === name)
        .filter(forInterface(name));
      const parts = [...about.map((one) => one.parsed), owners.has(name)];
      const before = this.#byInterface.get(name);
      const entry =
        before !== undefined && sameItems(before.parts, parts)
          ? before
          : { parts, names: indexNames(sourcesOf(about, owners.has(name))) };
      kept.set(name, entry);
      byInterface.set(name, entry.names);
    }
    this.#byInterface = kept;
    const problems = [...this.#deniedSentence(), ...this.#problems.sort()];
    const before = this.#snapshot;
    const isSame =
      before !== undefined &&
      sameItems(before.problems, problems) &&
      sameItems([...before.byInterface].flat(), [...byInterface].flat());
    this.#snapshot = isSame ? before : { byInterface, problems };
    return this.#snapshot;
  }

  #deniedSentence(): readonly Printable[] {
    const [first, ...others] = this.#denied.sort();
    if (first === undefined) return [];
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return [printable(`Names may be missing: no permission to read ${first}${more}.`)];
  }
}

function confs(directory: string, names: readonly string[]): readonly Candidate[] {
  return names.flatMap((name) => {
    const interfaceName = confFile.exec(name)?.[1];
    if (interfaceName === undefined) return [];
    const parse = (text: string): Parsed => {
      return { kind: 'conf', names: new PeerSections(text, 'conf'), hub: readHubFile(text) };
    };
    return [{ path: `${directory}/${name}`, interfaceName, parse }];
  });
}

function present(names: readonly string[], entry: string, path: string, parse: Parse): readonly Candidate[] {
  return names.includes(entry) ? [{ path, parse }] : [];
}

function sidecar(read: (text: string) => NamesByKey): Parse {
  return (text) => ({ kind: 'sidecar', names: read(text) });
}

function document(reader: 'readPeersToml' | 'readDsnetPeers' | 'readWgEasyClients'): Parse {
  return async (text) => {
    const readers = await import('../wg/names/sidecar-documents.ts');
    return { kind: 'sidecar', names: readers[reader](text) };
  };
}

function easyClients(file: string): Candidate {
  return {
    path: `${wireguard}/${file}`,
    interfaceName: file.slice(0, -'.json'.length),
    parse: document('readWgEasyClients'),
  };
}

function netdev(file: string): Candidate {
  return {
    path: `${networkd}/${file}`,
    parse: (text) => {
      const interfaceName = /^[ \t]*Name[ \t]*=[ \t]*(\S+)/m.exec(text)?.[1];
      const names = new PeerSections(text, 'netdev');
      return { kind: 'netdev', names, ...(interfaceName !== undefined && { interfaceName }) };
    },
  };
}

function interfaceOf(one: Loaded): readonly InterfaceName[] {
  return one.interfaceName === undefined ? [] : [one.interfaceName as InterfaceName];
}

/** A netdev file says itself which interface it is about. */
function forInterface(name: InterfaceName): (one: Loaded) => boolean {
  return ({ parsed }) => parsed.kind !== 'netdev' || parsed.interfaceName === name;
}

function sourcesOf(about: readonly Loaded[], isWgCmd: boolean): NameSources {
  const conf = about.flatMap(({ path, parsed }) =>
    parsed.kind === 'conf' ? [{ path, names: parsed.names, hub: parsed.hub }] : [],
  )[0];
  return {
    ...(conf !== undefined && { conf }),
    sidecars: about.flatMap(({ path, parsed }) => (parsed.kind === 'sidecar' ? [{ path, names: parsed.names }] : [])),
    netdevs: about.flatMap(({ path, parsed }) => (parsed.kind === 'netdev' ? [{ path, names: parsed.names }] : [])),
    ...(isWgCmd && { owner: known('wg-cmd') }),
  };
}

function signatureOf(stat: FileStat): string {
  return `${stat.modifiedMs}:${stat.size}:${stat.inode}`;
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
