import { type Printable, printable } from '../host/printable.ts';
import { type InterfaceName, type PublicKey, parsePublicKey } from './key.ts';
import { type PeerId, peerId } from './peer.ts';
import { Secret } from './secret.ts';

/** One peer of one interface, as the kernel or the userspace implementation has it now. */
export interface DumpPeer {
  readonly id: PeerId;
  readonly interfaceName: InterfaceName;
  readonly publicKey: PublicKey;
  readonly presharedKey: Secret | undefined;
  /** `address:port` or `[address%scope]:port`; undefined where the peer has none yet. */
  readonly endpoint: Printable | undefined;
  readonly allowedIps: readonly Printable[];
  /** Milliseconds since the epoch; undefined: never. */
  readonly latestHandshake: number | undefined;
  /** Bytes since the peer object was made; exact to 2^53, then to the nearest double. */
  readonly rxBytes: number;
  readonly txBytes: number;
  /** Seconds; undefined: off. AmneziaWG may print a range, of which this is the larger end. */
  readonly persistentKeepalive: number | undefined;
}

export interface DumpInterface {
  readonly name: InterfaceName;
  /** AmneziaWG is told by its longer interface row, whose byte signatures and timers may differ. */
  readonly flavour: 'wireguard' | 'amneziawg';
  /** Undefined for an interface without a key. */
  readonly publicKey: PublicKey | undefined;
  readonly privateKey: Secret | undefined;
  readonly listenPort: number;
  /** Undefined: off. */
  readonly fwmark: number | undefined;
  readonly peers: readonly DumpPeer[];
}

/** A row that could not be read: how many fields it had and which of them is wrong. Never its text, which may hold a key. */
export interface DumpProblem {
  /** 1-based. */
  readonly line: number;
  readonly problem: Printable;
}

export interface Dump {
  /** In order of name. */
  readonly interfaces: readonly DumpInterface[];
  readonly problems: readonly DumpProblem[];
}

/** After so many rows that cannot be read the text is no dump, and the rest of it is left alone. */
const mostProblems = 1_000;

interface CachedRow {
  line: string;
  peer: DumpPeer;
}

/** Rows of the dump before, by `interface TAB key`: most are unchanged from one second to the next. */
const rowCaches = new WeakMap<Dump, Map<string, CachedRow>>();

/**
 * Parses `wg show all dump` (wg(8), show.c:dump_print): tab-separated rows, told apart by their number of fields: 5 for
 * an interface, 9 for a peer, more for an AmneziaWG interface. Order means nothing. A peer whose row is unchanged since
 * `previous` is the same object as there. Never throws.
 */
export function parseDump(text: string, previous?: Dump): Dump {
  const cache = (previous && rowCaches.get(previous)) ?? new Map<string, CachedRow>();
  const rows = new Map<string, CachedRow>();
  const copy = previous === undefined ? asIs : flat;
  const interfaces = new Map<string, { head: Omit<DumpInterface, 'peers'> | undefined; peers: DumpPeer[] }>();
  const problems: DumpProblem[] = [];
  const slot = (name: string) => {
    let found = interfaces.get(name);
    if (found === undefined) {
      found = { head: undefined, peers: [] };
      interfaces.set(name, found);
    }
    return found;
  };
  let lineNumber = 0;
  for (let start = 0; start < text.length && problems.length < mostProblems; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    lineNumber += 1;
    if (line === '') continue;
    const firstTab = line.indexOf('\t');
    const key = line.slice(0, line.indexOf('\t', firstTab + 1));
    const cached = cache.get(key);
    if (cached?.line === line && firstTab !== -1) {
      // The new line is kept in place of the old one, which would keep the whole dump before alive.
      cached.line = line;
      rows.set(key, cached);
      slot(cached.peer.interfaceName).peers.push(cached.peer);
      continue;
    }
    const fields = line.split('\t');
    const peer = fields.length === 9 ? parsePeer(fields, cached?.peer, copy) : undefined;
    if (peer !== undefined && typeof peer !== 'string') {
      rows.set(copy(key), { line, peer });
      slot(peer.interfaceName).peers.push(peer);
      continue;
    }
    const head = fields.length === 5 || fields.length > 9 ? parseInterface(fields) : undefined;
    if (head !== undefined && typeof head !== 'string') slot(head.name).head = head;
    else problems.push({ line: lineNumber, problem: printable(peer ?? head ?? `it has ${fields.length} fields`) });
  }
  const dump: Dump = { interfaces: assemble(interfaces), problems };
  rowCaches.set(dump, rows);
  return dump;
}

function assemble(
  found: Map<string, { head: Omit<DumpInterface, 'peers'> | undefined; peers: DumpPeer[] }>,
): DumpInterface[] {
  const unknown = { publicKey: undefined, privateKey: undefined, listenPort: 0, fwmark: undefined } as const;
  return [...found]
    .map(([name, { head, peers }]) => ({
      ...(head ?? { name: name as InterfaceName, flavour: 'wireguard' as const, ...unknown }),
      peers,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Copy = (text: string) => string;

/** A copy that does not keep the whole dump alive, as a slice of it would in V8. */
function flat(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** The first dump may stay alive: it is one, and copying its pieces would delay the first paint. */
function asIs(text: string): string {
  return text;
}

function reuse<T extends string>(old: T | undefined, now: string, copy: Copy): T {
  return old === now ? old : (copy(now) as T);
}

const decimal = /^\d{1,20}$/;

function parsePeer(fields: readonly string[], before: DumpPeer | undefined, copy: Copy): DumpPeer | string {
  const [
    name = '',
    key = '',
    preshared = '',
    endpoint = '',
    allowed = '',
    handshake = '',
    rx = '',
    tx = '',
    keepalive = '',
  ] = fields;
  const publicKey = parsePublicKey(key);
  if (name === '') return 'field 1 is no interface name';
  if (publicKey === undefined) return 'field 2 is no public key';
  if (!decimal.test(handshake)) return 'field 6 is no time';
  if (!decimal.test(rx) || !decimal.test(tx)) return 'fields 7 and 8 are no byte counters';
  const interval = parseKeepalive(keepalive);
  if (Number.isNaN(interval)) return 'field 9 is no keepalive interval';
  const interfaceName = before?.interfaceName ?? (printable(copy(name)) as string as InterfaceName);
  const keyText = reuse(before?.publicKey, publicKey, copy);
  return {
    id: before?.id ?? peerId(interfaceName, keyText),
    interfaceName,
    publicKey: keyText,
    presharedKey: parseSecret(preshared, before?.presharedKey, copy),
    endpoint: endpoint === '(none)' ? undefined : reuse(before?.endpoint, printable(endpoint), copy),
    allowedIps: parseAllowedIps(allowed, before?.allowedIps, copy),
    latestHandshake: handshake === '0' ? undefined : Number(handshake) * 1000,
    rxBytes: Number(rx),
    txBytes: Number(tx),
    persistentKeepalive: interval,
  };
}

function parseSecret(text: string, before: Secret | undefined, copy: Copy): Secret | undefined {
  if (text === '(none)') return undefined;
  const secret = new Secret(copy(text));
  return before?.equals(secret) ? before : secret;
}

function parseAllowedIps(text: string, before: readonly Printable[] | undefined, copy: Copy): readonly Printable[] {
  if (text === '(none)' || text === '') return [];
  const now = text.split(',');
  if (before !== undefined && before.length === now.length && before.every((ip, index) => ip === now[index]))
    return before;
  return now.map((ip) => printable(copy(ip)));
}

/** Seconds, undefined for `off`, NaN for what is neither. AmneziaWG prints ranges such as `25-30`. */
function parseKeepalive(text: string): number | undefined {
  if (text === 'off') return undefined;
  const match = /^(?:\d{1,5}-)?(\d{1,5})$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]);
}

function parseInterface(fields: readonly string[]): Omit<DumpInterface, 'peers'> | string {
  const [name = '', privateKey = '', publicKey = '', listenPort = ''] = fields;
  const fwmark = fields.at(-1) ?? '';
  const key = parsePublicKey(publicKey);
  if (name === '') return 'field 1 is no interface name';
  if (key === undefined && publicKey !== '(none)') return 'field 3 is no public key';
  if (!/^\d{1,5}$/.test(listenPort)) return 'field 4 is no port';
  if (fwmark !== 'off' && !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(fwmark)) return 'the last field is no fwmark';
  return {
    name: printable(flat(name)) as string as InterfaceName,
    flavour: fields.length === 5 ? 'wireguard' : 'amneziawg',
    publicKey: key === undefined ? undefined : (flat(key) as PublicKey),
    privateKey: privateKey === '(none)' ? undefined : new Secret(flat(privateKey)),
    listenPort: Number(listenPort),
    fwmark: fwmark === 'off' ? undefined : Number(fwmark),
  };
}
