import { crc32 } from 'node:zlib';
import { ignoredDriftPath, parseIgnoredDrift } from '../change/ignored-drift.ts';
import { readTableNumbers } from '../change/table-numbers.ts';
import type { Argv, Host } from '../host/host.ts';
import { type InterfaceAddress, parseAddresses } from '../network/addresses.ts';
import { parseLinks } from '../network/links.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import type { TableNumbers } from '../network/tables.ts';
import { readWantedText } from '../wg/conf/wanted.ts';
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

/**
 * What an interface was counted from, as far as that tells whether anything is other now, and what came of it. A file of
 * 10,000 peers is megabytes as objects, and hardly ever changes: it is read again then.
 */
interface Counted {
  /** The observer has it anyway. */
  readonly running: DumpInterface;
  /** See {@link signatureOf}; undefined: there is no file. */
  readonly file: string | undefined;
  /** See {@link KernelSide.digest}. */
  readonly kernel: string;
  readonly ignored: ReadonlySet<string>;
  /** Undefined where it cannot be told: wg-quick would refuse the file. */
  readonly count: number | undefined;
}

/** What `ip` printed of one interface. */
interface KernelSide {
  readonly v4: string;
  readonly v6: string;
  readonly addr: string;
  /** The same where all three are. */
  readonly digest: string;
}

/**
 * Counts in the background where files, running interfaces and kernel differ. It asks `ip` every few seconds, reads files
 * that changed, and compares only where any of them is not as it was.
 */
export class DriftWatch {
  readonly #host: Host;
  readonly #counted = new Map<InterfaceName, Counted>();
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
    const [file, kernel] = await Promise.all([
      confPath === undefined ? undefined : signatureOf(this.#host, confPath),
      askKernel(this.#host, running.name),
    ]);
    if (kernel === undefined || (confPath !== undefined && file === undefined)) return undefined;
    const before = this.#counted.get(running.name);
    const isSame =
      before !== undefined &&
      before.file === file &&
      before.kernel === kernel.digest &&
      before.ignored === ignored &&
      isSameSetting(before.running, running);
    if (isSame) {
      if (before.running !== running) this.#counted.set(running.name, { ...before, running });
      return before.count;
    }
    const read = confPath === undefined ? undefined : await this.#host.readFile(confPath);
    if (read !== undefined && read.outcome !== 'read') return undefined;
    const count = countDrift(running, read?.value, readKernelSide(kernel, tables), ignored);
    this.#counted.set(running.name, { running, file, kernel: kernel.digest, ignored, count });
    return count;
  }

  async #readIgnored(): Promise<ReadonlySet<string>> {
    const path = ignoredDriftPath(this.#host);
    const signature = (await signatureOf(this.#host, path)) ?? '';
    if (signature !== this.#ignored.signature) {
      const read = signature === '' ? undefined : await this.#host.readFile(path);
      const ids = read?.outcome === 'read' ? parseIgnoredDrift(read.value) : new Set<string>();
      this.#ignored = { signature, ids };
    }
    return this.#ignored.ids;
  }
}

/** What a file is told by without reading it; undefined where it cannot be looked at. */
async function signatureOf(host: Host, path: string): Promise<string | undefined> {
  const stat = await host.stat(path);
  return stat.outcome === 'read'
    ? `${path}:${stat.value.modifiedMs}:${stat.value.size}:${stat.value.inode}`
    : undefined;
}

/** The count for a file's text, or without a file; undefined where wg-quick would refuse it. */
function countDrift(
  running: DumpInterface,
  text: string | undefined,
  { routes, addresses, link }: ReturnType<typeof readKernelSide>,
  ignored: ReadonlySet<string>,
): number | undefined {
  const result = text === undefined ? undefined : readWantedText(text, running.flavour);
  if (result?.outcome === 'rejected') return undefined;
  const hub: HubState = {
    interfaceName: running.name,
    program: running.flavour === 'amneziawg' ? 'awg' : 'wg',
    conf: undefined,
    running,
    routes,
    addresses,
  };
  return driftCount(driftOf(hub, result?.wanted, { link }), ignored);
}

/** Asks for routes, addresses and link of one interface; undefined where it failed. */
async function askKernel(host: Host, name: InterfaceName): Promise<KernelSide | undefined> {
  const questions: readonly Argv[] = [
    ['ip', '-j', '-4', 'route', 'show', 'table', 'all', 'dev', name],
    ['ip', '-j', '-6', 'route', 'show', 'table', 'all', 'dev', name],
    ['ip', '-j', 'addr', 'show', 'dev', name],
  ];
  const results = await Promise.all(questions.map((argv) => host.run(argv, limits)));
  const texts = results.flatMap((each) => (each.outcome === 'exited' && each.code === 0 ? [each.stdout] : []));
  const [v4, v6, addr] = texts;
  if (v4 === undefined || v6 === undefined || addr === undefined) return undefined;
  // Of a hub with a route for each of 10,000 peers this is a megabyte. SHA-256 would load OpenSSL, 3 MB; one change in 2^32
  // is missed without it, until the next.
  return { v4, v6, addr, digest: texts.map((text) => `${text.length}:${crc32(text)}`).join(' ') };
}

function readKernelSide(
  { v4, v6, addr }: KernelSide,
  tables: TableNumbers,
): { readonly routes: readonly Route[]; readonly addresses: readonly InterfaceAddress[]; readonly link?: LinkState } {
  const routes = [
    ...(v4.trim() === '' ? [] : parseRoutes(v4, 'v4', tables).items),
    ...(v6.trim() === '' ? [] : parseRoutes(v6, 'v6', tables).items),
  ];
  const [link] = parseLinks(addr).items;
  return {
    routes: routes.filter(({ protocol }) => `${protocol}` !== 'kernel'),
    addresses: parseAddresses(addr).items,
    ...(link !== undefined && { link: { mtu: link.mtu, isUp: link.up } }),
  };
}

/**
 * Whether two dumps of an interface differ in nothing but times, counters and endpoints. What did not change is the same
 * object from one dump to the next, be it all of it.
 */
function isSameSetting(one: DumpInterface, other: DumpInterface): boolean {
  if (one === other) return true;
  return (
    one.flavour === other.flavour &&
    one.listenPort === other.listenPort &&
    one.fwmark === other.fwmark &&
    one.publicKey === other.publicKey &&
    one.peers.length === other.peers.length &&
    (one.peers === other.peers || one.peers.every((peer, index) => isSamePeerSetting(peer, other.peers[index])))
  );
}

function isSamePeerSetting(one: DumpPeer, other: DumpPeer | undefined): boolean {
  return (
    one === other ||
    (other !== undefined &&
      one.publicKey === other.publicKey &&
      one.persistentKeepalive === other.persistentKeepalive &&
      one.allowedIps === other.allowedIps &&
      one.presharedKey === other.presharedKey)
  );
}
