import { known, type Printable, printable } from '../../host/printable.ts';
import type { Prefix } from '../../network/prefix.ts';
import { type PublicKey, parsePublicKey } from '../key.ts';
import { keptPrivateKey, publicKeyOf } from '../public-key.ts';
import { Secret } from '../secret.ts';
import { type Statement, statementsOf } from './check-line.ts';
import { readAllowedIp, readEndpoint, readFwmark, readKeepalive, readPort, zeroKey } from './check-value.ts';
import { type ConfFile, linesOf } from './conf-file.ts';

/** What a peer would be set to after `wg-quick up`. */
export interface WantedPeer {
  /** Host bits cleared, without those that a later section takes; in the order of the file. */
  readonly allowedIps: readonly Prefix[];
  /** `address:port` as wg(8) prints it; a name is left as it is. */
  readonly endpoint: string | undefined;
  /** Seconds; undefined: off. */
  readonly persistentKeepalive: number | undefined;
  readonly presharedKey: Secret | undefined;
  /** 1-based, of the `[Peer]` that is the first of this key. */
  readonly line: number;
}

/** A command of wg-quick(8). */
export interface WantedHook {
  readonly when: 'PreUp' | 'PostUp' | 'PreDown' | 'PostDown';
  readonly command: Printable;
  /** 1-based. */
  readonly line: number;
}

/** What would run after `wg-quick up` of a file. */
export interface WantedInterface {
  /** As the interface keeps it, which may differ from the text by the bits that X25519 fixes. */
  readonly privateKey: Secret | undefined;
  readonly publicKey: PublicKey | undefined;
  /** Undefined: a random one. */
  readonly listenPort: number | undefined;
  /** Undefined: none. wg-quick(8) sets one itself for a `/0`. */
  readonly fwmark: number | undefined;
  /** As written; whether they are addresses only `ip address` judges. */
  readonly addresses: readonly string[];
  /** Undefined: what wg-quick(8) computes. */
  readonly mtu: number | undefined;
  /** Servers and search domains, as written. */
  readonly dns: readonly string[];
  /** `off`, a number or a name of rt_tables; undefined: auto. */
  readonly table: string | undefined;
  readonly saveConfig: boolean;
  readonly hooks: readonly WantedHook[];
  readonly peers: ReadonlyMap<PublicKey, WantedPeer>;
}

/** Why wg(8) or wg-quick(8) refuses a line. There is no secret in it. */
export interface ConfProblem {
  /** 1-based. */
  readonly line: number;
  readonly problem: Printable;
}

export type WantedResult =
  | { readonly outcome: 'accepted'; readonly wanted: WantedInterface }
  | { readonly outcome: 'rejected'; readonly problems: readonly ConfProblem[] };

export type Flavour = 'wireguard' | 'amneziawg';

/**
 * What would run after `wg-quick up` of the file; rejected where `wg-quick strip` or `wg setconf` of what that prints
 * refuses it (of wireguard-tools 1.0.20210914), with every line that they would stop at. Names of endpoints are not looked
 * up. Of AmneziaWG, whose keys change with each version, keys of `[Interface]` that WireGuard does not have are passed
 * over unread. Never throws.
 */
export function readWanted(file: ConfFile, flavour: Flavour = 'wireguard'): WantedResult {
  return readLines(file.lines, flavour);
}

/** What {@link readWanted} says of the file with this text. Its lines are never there all at once. */
export function readWantedText(text: string, flavour: Flavour = 'wireguard'): WantedResult {
  return readLines(linesOf(text), flavour);
}

function readLines(lines: Iterable<string>, flavour: Flavour): WantedResult {
  const reader = new Reader(flavour);
  for (const statement of statementsOf(lines)) reader.take(statement);
  return reader.finish();
}

/** A `[Peer]` while it is read. */
interface Section {
  readonly line: number;
  publicKey: PublicKey | undefined;
  /** Whether there is a PublicKey, be it one or not. */
  hasKey: boolean;
  allowedIps: Prefix[];
  endpoint: string | undefined;
  /** 0 is off, undefined: not said. */
  persistentKeepalive: number | undefined;
  presharedKey: Secret | undefined;
}

/** The same without `readonly`, while it is made. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

class Reader {
  readonly #flavour: Flavour;
  readonly #problems: ConfProblem[] = [];
  readonly #sections: Section[] = [];
  readonly #addresses: string[] = [];
  readonly #dns: string[] = [];
  readonly #hooks: WantedHook[] = [];
  #privateKey: Secret | undefined;
  #listenPort: number | undefined;
  #fwmark: number | undefined;
  #mtu = '';
  #table = '';
  #saveConfig = false;

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  take(statement: Statement): void {
    if (statement.kind === 'section') {
      if (statement.section === 'peer') this.#sections.push(emptySection(statement.line + 1));
      return;
    }
    const problem = statement.kind === 'quick' ? this.#takeQuick(statement) : this.#takeWg(statement);
    if (problem !== undefined) this.#problems.push({ line: statement.line + 1, problem: printable(problem) });
  }

  finish(): WantedResult {
    for (const { hasKey, line } of this.#sections) {
      if (!hasKey) this.#problems.push({ line, problem: known('This [Peer] has no PublicKey.') });
    }
    if (this.#problems.length > 0) {
      return { outcome: 'rejected', problems: this.#problems.toSorted((one, other) => one.line - other.line) };
    }
    const privateKey = this.#privateKey === undefined ? undefined : keptPrivateKey(this.#privateKey);
    const publicKey = privateKey === undefined ? undefined : publicKeyOf(privateKey);
    const wanted: WantedInterface = {
      privateKey,
      publicKey,
      listenPort: this.#listenPort === 0 ? undefined : this.#listenPort,
      fwmark: this.#fwmark === 0 ? undefined : this.#fwmark,
      addresses: this.#addresses,
      mtu: /^\d{1,9}$/.test(this.#mtu) ? Number(this.#mtu) : undefined,
      dns: this.#dns,
      table: this.#table === '' || this.#table === 'auto' ? undefined : this.#table,
      saveConfig: this.#saveConfig,
      hooks: this.#hooks,
      peers: peersOf(this.#sections, publicKey),
    };
    return { outcome: 'accepted', wanted };
  }

  /** What wg-quick(8) does with a line of its own; a sentence where it refuses it. */
  #takeQuick({ key, value, line }: Statement & { kind: 'quick' }): string | undefined {
    switch (key) {
      case 'address':
        this.#addresses.push(...words(value));
        return undefined;
      case 'dns':
        this.#dns.push(...words(value));
        return undefined;
      case 'mtu':
        this.#mtu = value;
        return undefined;
      case 'table':
        this.#table = value;
        return undefined;
      case 'saveconfig':
        if (!/^(true|false)$/i.test(value)) return 'SaveConfig is neither true nor false.';
        this.#saveConfig = /^true$/i.test(value);
        return undefined;
      default:
        this.#hooks.push({ when: hookNames[key], command: printable(value), line: line + 1 });
        return undefined;
    }
  }

  /** What wg(8) does with a line; a sentence where it refuses it. */
  #takeWg({ section, key, name, value }: Statement & { kind: 'wg' }): string | undefined {
    if (value === undefined) return `${nameOf(name)} is no setting: there is no "=".`;
    if (section === undefined) return `${nameOf(name)} is in no section.`;
    if (value === '') return `${nameOf(name)} is empty.`;
    const peer = this.#sections.at(-1);
    return section === 'interface' || peer === undefined
      ? this.#takeInterface(key, name, value)
      : takePeer(peer, { key, name, value }, this.#flavour);
  }

  #takeInterface(key: string, name: string, value: string): string | undefined {
    switch (key) {
      case 'privatekey':
        this.#privateKey = new Secret(value);
        return parsePublicKey(value) === undefined ? 'PrivateKey is no key.' : undefined;
      case 'listenport':
        this.#listenPort = readPort(value);
        return this.#listenPort === undefined ? `ListenPort ${quoted(value)} is no port.` : undefined;
      case 'fwmark':
        this.#fwmark = readFwmark(value);
        return this.#fwmark === undefined ? `FwMark ${quoted(value)} is neither off nor 0 to 0xffffffff.` : undefined;
      default:
        return this.#flavour === 'amneziawg' ? undefined : `${nameOf(name)} is no setting of [Interface].`;
    }
  }
}

function takePeer(
  peer: Section,
  { key, name, value }: { key: string; name: string; value: string },
  flavour: Flavour,
): string | undefined {
  switch (key) {
    case 'publickey':
      peer.hasKey = true;
      peer.publicKey = parsePublicKey(value);
      return peer.publicKey === undefined ? 'PublicKey is no key.' : undefined;
    case 'presharedkey':
      peer.presharedKey = new Secret(value);
      return parsePublicKey(value) === undefined ? 'PresharedKey is no key.' : undefined;
    case 'allowedips':
      return takeAllowedIps(peer, value);
    case 'endpoint':
      peer.endpoint = readEndpoint(value)?.text;
      return peer.endpoint === undefined ? `Endpoint ${quoted(value)} is no address or name with a port.` : undefined;
    case 'persistentkeepalive':
      peer.persistentKeepalive = readKeepalive(flavour === 'amneziawg' ? value.replace(/^\d+-(?=\d)/, '') : value);
      return peer.persistentKeepalive === undefined
        ? `PersistentKeepalive ${quoted(value)} is neither off nor 0 to 65535.`
        : undefined;
    default:
      return flavour === 'amneziawg' && key === 'advancedsecurity'
        ? undefined
        : `${nameOf(name)} is no setting of [Peer].`;
  }
}

function takeAllowedIps(peer: Section, value: string): string | undefined {
  const items = value.split(',');
  const prefixes = items.map((item) => readAllowedIp(item)?.prefix.text);
  if (!prefixes.every((prefix) => prefix !== undefined)) {
    const item = items[prefixes.indexOf(undefined)] ?? '';
    return item === '' ? 'AllowedIPs has a comma too many.' : `AllowedIPs has ${quoted(item)}, which is no prefix.`;
  }
  if (peer.allowedIps.length === 0) peer.allowedIps = prefixes;
  else for (const prefix of prefixes) peer.allowedIps.push(prefix);
  return undefined;
}

/**
 * The peers after the sections were applied in order. A section of a key that was there replaces its AllowedIPs and keeps
 * what it does not say; a prefix goes to the last that names it; a peer with the interface's own key is passed over.
 */
function peersOf(sections: readonly Section[], own: PublicKey | undefined): ReadonlyMap<PublicKey, WantedPeer> {
  const peers = new Map<PublicKey, Mutable<WantedPeer>>();
  /** By prefix: how many were named before it was named last. */
  const lastNamed = new Map<Prefix, number>();
  let named = 0;
  for (const section of sections) {
    const { publicKey, allowedIps } = section;
    if (publicKey === undefined || publicKey === own) continue;
    for (const prefix of allowedIps) {
      lastNamed.set(prefix, named);
      named += 1;
    }
    const before = peers.get(publicKey);
    const keepalive = section.persistentKeepalive ?? before?.persistentKeepalive;
    const presharedKey = section.presharedKey ?? before?.presharedKey;
    peers.set(publicKey, {
      allowedIps,
      endpoint: section.endpoint ?? before?.endpoint,
      persistentKeepalive: keepalive === 0 ? undefined : keepalive,
      presharedKey: presharedKey === undefined || isZeroKey(presharedKey) ? undefined : presharedKey,
      line: before?.line ?? section.line,
    });
  }
  named = 0;
  for (const { publicKey, allowedIps } of sections) {
    if (publicKey === undefined || publicKey === own) continue;
    const first = named;
    named += allowedIps.length;
    const peer = peers.get(publicKey);
    const isLast = peer?.allowedIps === allowedIps;
    const isKept = (prefix: Prefix, index: number) => lastNamed.get(prefix) === first + index;
    if (isLast && !allowedIps.every(isKept)) peer.allowedIps = allowedIps.filter(isKept);
  }
  return peers;
}

/** Zeros mean that there is no preshared key (wg(8)). */
function isZeroKey(key: Secret): boolean {
  return key.reveal() === zeroKey;
}

function emptySection(line: number): Section {
  return {
    line,
    publicKey: undefined,
    hasKey: false,
    allowedIps: [],
    endpoint: undefined,
    persistentKeepalive: undefined,
    presharedKey: undefined,
  };
}

const hookNames = { preup: 'PreUp', postup: 'PostUp', predown: 'PreDown', postdown: 'PostDown' } as const;

/** The items of a list: bash splits it at commas and white space. */
function words(value: string): string[] {
  return value.split(/[, \t]+/).filter((item) => item !== '');
}

/** The name of a setting in a message; what does not look like one may be a key in the wrong place. */
function nameOf(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,29}$/.test(name) ? `"${name}"` : 'This line';
}

/** A value in a message; what looks like a key is not shown. */
function quoted(value: string): string {
  return /[A-Za-z0-9+/]{32}/.test(value) ? '(hidden)' : `"${value.slice(0, 60)}"`;
}
