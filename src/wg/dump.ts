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

/** What is known of a row from the dump before: its fields up to the allowed IPs seldom change. */
interface CachedRow {
  /** `interface TAB key TAB … allowed-ips TAB`, and what follows the byte counters: `TAB keepalive`. */
  readonly head: string;
  readonly tail: string;
  peer: DumpPeer;
}

interface RowCache {
  readonly byKey: Map<string, CachedRow>;
  /** In the order of the dump before, which the next one mostly has too. */
  readonly inOrder: CachedRow[];
}

const rowCaches = new WeakMap<Dump, RowCache>();

type InterfaceHead = Omit<DumpInterface, 'peers'>;

/** The interfaces found so far, by name; a peer may come before its interface. */
type Found = Map<string, { head: InterfaceHead | undefined; peers: DumpPeer[] }>;

/**
 * Parses `wg show all dump` (wg(8), show.c:dump_print): tab-separated rows, told apart by their number of fields: 5 for
 * an interface, 9 for a peer, more for an AmneziaWG interface. Order means nothing. A peer whose row is unchanged since
 * `previous` is the same object as there. Never throws.
 */
export function parseDump(text: string, previous?: Dump): Dump {
  const cache = (previous && rowCaches.get(previous)) ?? { byKey: new Map<string, CachedRow>(), inOrder: [] };
  const copy = previous === undefined ? asIs : flat;
  const inOrder: CachedRow[] = [];
  const found: Found = new Map();
  const problems: DumpProblem[] = [];
  let lineNumber = 0;
  let expected = 0;
  for (let start = 0; start < text.length && problems.length < mostProblems; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lineNumber += 1;
    if (end > start) {
      const row = refreshRow(text, start, end, cache, expected) ?? parseRow(text.slice(start, end), cache, copy);
      if ('peer' in row) {
        expected += 1;
        inOrder.push(row);
        slot(found, row.peer.interfaceName).peers.push(row.peer);
      } else if ('problem' in row) problems.push({ line: lineNumber, problem: printable(row.problem) });
      else slot(found, row.name).head = row;
    }
    start = end + 1;
  }
  const dump: Dump = { interfaces: assemble(found), problems };
  rowCaches.set(dump, { byKey: withoutGone(cache.byKey, inOrder), inOrder });
  return dump;
}

function slot(found: Found, name: string) {
  let one = found.get(name);
  if (one === undefined) {
    one = { head: undefined, peers: [] };
    found.set(name, one);
  }
  return one;
}

/** The rows by key without those of peers that are gone. */
function withoutGone(byKey: Map<string, CachedRow>, inOrder: readonly CachedRow[]): Map<string, CachedRow> {
  if (byKey.size === inOrder.length) return byKey;
  const present = new Set(inOrder);
  return new Map([...byKey].filter(([, row]) => present.has(row)));
}

/** The cached row of the line, brought up to date: the one that stood here before, or else the one of its key. */
function refreshRow(text: string, start: number, end: number, cache: RowCache, place: number): CachedRow | undefined {
  const guess = cache.inOrder[place];
  if (guess === undefined) return undefined;
  if (refresh(guess, text, start, end)) return guess;
  const keyEnd = text.indexOf('\t', text.indexOf('\t', start) + 1);
  const known = keyEnd === -1 ? undefined : cache.byKey.get(text.slice(start, keyEnd));
  return known !== undefined && refresh(known, text, start, end) ? known : undefined;
}

/**
 * Brings a cached row up to date with the line from `start` to `end`, and says whether it could: only handshake and
 * counters may differ. Most lines of a large hub need no more than this: no piece of the text is copied.
 */
function refresh(row: CachedRow, text: string, start: number, end: number): boolean {
  const { head, tail, peer } = row;
  const from = start + head.length;
  const to = end - tail.length;
  if (to <= from || text.slice(start, from) !== head || text.slice(to, end) !== tail) return false;
  const firstTab = text.indexOf('\t', from);
  const secondTab = text.indexOf('\t', firstTab + 1);
  if (firstTab === -1 || secondTab === -1 || secondTab >= to) return false;
  const handshake = digits(text, from, firstTab);
  const rxBytes = digits(text, firstTab + 1, secondTab);
  const txBytes = digits(text, secondTab + 1, to);
  if (handshake < 0 || rxBytes < 0 || txBytes < 0) return false;
  const latestHandshake = handshake === 0 ? undefined : handshake * 1000;
  if (peer.rxBytes !== rxBytes || peer.txBytes !== txBytes || peer.latestHandshake !== latestHandshake) {
    row.peer = { ...peer, latestHandshake, rxBytes, txBytes };
  }
  return true;
}

/** The decimal number between two places of the text; -1 where there is another character, or too many digits to be exact. */
function digits(text: string, from: number, to: number): number {
  if (to <= from || to - from > 15) return -1;
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** One line read field by field: a peer, whose row goes into the cache, an interface, or what is wrong with it. */
function parseRow(line: string, cache: RowCache, copy: Copy): CachedRow | InterfaceHead | { readonly problem: string } {
  const fields = line.split('\t');
  if (fields.length === 9) {
    const key = `${fields[0]}\t${fields[1]}`;
    const peer = parsePeer(fields, cache.byKey.get(key)?.peer, copy);
    if (typeof peer === 'string') return { problem: peer };
    const head = [...fields.slice(0, 5), ''].join('\t');
    const row: CachedRow = { head, tail: `\t${copy(fields[8] ?? '')}`, peer };
    cache.byKey.set(key, row);
    return row;
  }
  const head = fields.length === 5 || fields.length > 9 ? parseInterface(fields) : `it has ${fields.length} fields`;
  return typeof head === 'string' ? { problem: head } : head;
}

function assemble(found: Found): DumpInterface[] {
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

function parseInterface(fields: readonly string[]): InterfaceHead | string {
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
