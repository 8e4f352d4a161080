import { ignoredDriftPath, parseIgnoredDrift } from '../change/ignored-drift.ts';
import { readTableNumbers } from '../change/table-numbers.ts';
import type { Argv, Host } from '../host/host.ts';
import { type InterfaceAddress, parseAddresses } from '../network/addresses.ts';
import { parseLinks } from '../network/links.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import type { TableNumbers } from '../network/tables.ts';
import { parseConf } from '../wg/conf/conf-file.ts';
import { readWanted, type WantedInterface } from '../wg/conf/wanted.ts';
import { driftCount, driftOf } from '../wg/drift.ts';
import type { LinkState } from '../wg/drift-interface.ts';
import type { DumpInterface, DumpPeer } from '../wg/dump.ts';
import type { HubState } from '../wg/hub.ts';
import type { InterfaceName } from '../wg/key.ts';

/** How often it is counted, milliseconds. */
const everyMs = 5_000;

const limits = { timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 } as const;

/** An interface and the file that it is to be as. */
export interface Watched {
  readonly running: DumpInterface;
  /** Undefined: there is none, and nobody else keeps the interface. */
  readonly confPath: string | undefined;
}

/** What an interface was counted from, and what came of it. */
interface Counted {
  readonly running: DumpInterface;
  readonly file: WantedFile | undefined;
  readonly kernel: KernelSide;
  readonly ignored: ReadonlySet<string>;
  /** Undefined where it cannot be told: the file or the kernel cannot be read. */
  readonly count: number | undefined;
}

interface WantedFile {
  readonly signature: string;
  /** Undefined: wg-quick would refuse the file. */
  readonly wanted: WantedInterface | undefined;
}

interface KernelSide {
  /** What `ip` printed, to see whether it has changed. */
  readonly texts: readonly string[];
  readonly routes: readonly Route[];
  readonly addresses: readonly InterfaceAddress[];
  readonly link: LinkState | undefined;
}

/**
 * Counts in the background where files, running interfaces and kernel differ. It asks `ip` every few seconds, reads files
 * that changed, and compares only where any of them is not as it was.
 */
export class DriftWatch {
  readonly #host: Host;
  readonly #counted = new Map<InterfaceName, Counted>();
  readonly #files = new Map<string, WantedFile>();
  #ignored: { readonly signature: string; readonly ids: ReadonlySet<string> } = { signature: '', ids: new Set() };
  #isLooking = false;
  #lastLook = Number.NEGATIVE_INFINITY;
  #count: number | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Differences that are worth a look and not ignored; undefined: not counted yet, or nothing that could differ. */
  get count(): number | undefined {
    return this.#count;
  }

  /** Counts again, where it is time and none is under way. Never throws. */
  async look(watched: readonly Watched[]): Promise<void> {
    const now = this.#host.monotonic();
    if (this.#isLooking || now - this.#lastLook < everyMs) return;
    this.#isLooking = true;
    this.#lastLook = now;
    try {
      const ignored = await this.#readIgnored();
      const tables = await readTableNumbers(this.#host);
      const counts: (number | undefined)[] = [];
      // One after another: thousands of peers are compared at a time, and a key may come in between.
      for (const one of watched) counts.push(await this.#countOne(one, ignored, tables));
      const told = counts.filter((count) => count !== undefined);
      this.#count = told.length === 0 ? undefined : told.reduce((sum, count) => sum + count, 0);
      const names = new Set(watched.map(({ running }) => running.name));
      for (const name of this.#counted.keys()) if (!names.has(name)) this.#counted.delete(name);
    } finally {
      this.#isLooking = false;
    }
  }

  async #countOne(
    { running, confPath }: Watched,
    ignored: ReadonlySet<string>,
    tables: TableNumbers,
  ): Promise<number | undefined> {
    const before = this.#counted.get(running.name);
    const [file, kernel] = await Promise.all([
      confPath === undefined ? undefined : this.#readFile(confPath, running.flavour),
      readKernelSide(this.#host, running.name, tables, before?.kernel),
    ]);
    if (kernel === undefined || (confPath !== undefined && file === undefined)) return undefined;
    const isSame =
      before !== undefined &&
      before.file === file &&
      before.kernel === kernel &&
      before.ignored === ignored &&
      isSameSetting(before.running, running);
    if (isSame) {
      this.#counted.set(running.name, { ...before, running });
      return before.count;
    }
    const count =
      file !== undefined && file.wanted === undefined ? undefined : countDrift(running, file?.wanted, kernel, ignored);
    this.#counted.set(running.name, { running, file, kernel, ignored, count });
    return count;
  }

  /** The file as it is now; undefined where it cannot be read. */
  async #readFile(path: string, flavour: DumpInterface['flavour']): Promise<WantedFile | undefined> {
    const signature = await this.#signature(path);
    const before = this.#files.get(path);
    if (signature === undefined || before?.signature === signature) return signature === undefined ? undefined : before;
    const read = await this.#host.readFile(path);
    if (read.outcome !== 'read') return undefined;
    const result = readWanted(parseConf(read.value), flavour);
    const file = { signature, wanted: result.outcome === 'accepted' ? result.wanted : undefined };
    this.#files.set(path, file);
    return file;
  }

  async #readIgnored(): Promise<ReadonlySet<string>> {
    const path = ignoredDriftPath(this.#host);
    const signature = (await this.#signature(path)) ?? '';
    if (signature !== this.#ignored.signature) {
      const read = signature === '' ? undefined : await this.#host.readFile(path);
      const ids = read?.outcome === 'read' ? parseIgnoredDrift(read.value) : new Set<string>();
      this.#ignored = { signature, ids };
    }
    return this.#ignored.ids;
  }

  async #signature(path: string): Promise<string | undefined> {
    const stat = await this.#host.stat(path);
    return stat.outcome === 'read' ? `${stat.value.modifiedMs}:${stat.value.size}:${stat.value.inode}` : undefined;
  }
}

function countDrift(
  running: DumpInterface,
  wanted: WantedInterface | undefined,
  { routes, addresses, link }: KernelSide,
  ignored: ReadonlySet<string>,
): number {
  const hub: HubState = {
    interfaceName: running.name,
    program: running.flavour === 'amneziawg' ? 'awg' : 'wg',
    conf: undefined,
    running,
    routes,
    addresses,
  };
  return driftCount(driftOf(hub, wanted, { link }), ignored);
}

/** Routes, addresses and link of one interface; the same object where `ip` printed the same; undefined where it failed. */
async function readKernelSide(
  host: Host,
  name: InterfaceName,
  tables: TableNumbers,
  before: KernelSide | undefined,
): Promise<KernelSide | undefined> {
  const questions: readonly Argv[] = [
    ['ip', '-j', '-4', 'route', 'show', 'table', 'all', 'dev', name],
    ['ip', '-j', '-6', 'route', 'show', 'table', 'all', 'dev', name],
    ['ip', '-j', 'addr', 'show', 'dev', name],
  ];
  const results = await Promise.all(questions.map((argv) => host.run(argv, limits)));
  const texts = results.flatMap((each) => (each.outcome === 'exited' && each.code === 0 ? [each.stdout] : []));
  const [v4 = '', v6 = '', addr = ''] = texts;
  if (texts.length < questions.length) return undefined;
  if (before?.texts.every((text, index) => text === texts[index])) return before;
  const routes = [
    ...(v4.trim() === '' ? [] : parseRoutes(v4, 'v4', tables).items),
    ...(v6.trim() === '' ? [] : parseRoutes(v6, 'v6', tables).items),
  ];
  const [link] = parseLinks(addr).items;
  return {
    texts,
    routes: routes.filter(({ protocol }) => `${protocol}` !== 'kernel'),
    addresses: parseAddresses(addr).items,
    link: link === undefined ? undefined : { mtu: link.mtu, isUp: link.up },
  };
}

/** Whether two dumps of an interface differ in nothing but times and counters. */
function isSameSetting(one: DumpInterface, other: DumpInterface): boolean {
  return (
    one.listenPort === other.listenPort &&
    one.fwmark === other.fwmark &&
    one.publicKey === other.publicKey &&
    one.peers.length === other.peers.length &&
    one.peers.every((peer, index) => isSamePeerSetting(peer, other.peers[index]))
  );
}

/** What did not change is the same object from one dump to the next. */
function isSamePeerSetting(one: DumpPeer, other: DumpPeer | undefined): boolean {
  return (
    one === other ||
    (other !== undefined &&
      one.publicKey === other.publicKey &&
      one.allowedIps === other.allowedIps &&
      one.presharedKey === other.presharedKey &&
      one.persistentKeepalive === other.persistentKeepalive)
  );
}
