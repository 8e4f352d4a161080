import { type DemoCast, hub } from './cast.ts';
import { type DumpOwn, type DumpRow, rowOf } from './dump.ts';
import { plainPrefix } from './prefixes.ts';
import type { PeerAt } from './timeline.ts';
import type { Tunnel } from './tunnel.ts';

/** A peer of the running interface as it was set. Its client takes every change along, as if its owner were told at once. */
interface Settings {
  readonly publicKey: string;
  readonly presharedKey: string | undefined;
  readonly allowedIps: readonly string[];
  readonly keepalive: number | undefined;
  /** The endpoint that was set, and when: it holds until the client is heard from elsewhere. */
  readonly endpoint: { readonly address: string; readonly at: number } | undefined;
  /** When it was added again, and what its client had sent and received by then. Undefined: it is there since the start. */
  readonly since: { readonly at: number; readonly rx: number; readonly tx: number } | undefined;
}

/** Reads a file that a command names; undefined where there is none of that name. */
export type ReadSecret = (path: string) => string | undefined;

/** What `wg set` changed on the interface: what is shown is what happens to its peers as if nothing was changed, seen through this. */
export class DemoSettings {
  readonly #keys: DemoCast['hubKeys'];
  #port: number = hub.port;
  #fwmark = 0;
  #peers: readonly Settings[];
  /** When a peer that was added again was first heard from. */
  readonly #heard = new Map<string, number>();

  constructor(cast: DemoCast) {
    this.#keys = cast.hubKeys;
    this.#peers = cast.peers.map(({ publicKey, presharedKey, allowedIps }) => ({
      ...unset(publicKey),
      presharedKey,
      allowedIps,
    }));
  }

  /** The interface's own line. */
  own(): DumpOwn {
    return { ...this.#keys, port: this.#port, fwmark: this.#fwmark };
  }

  /** The peers' lines at a second. `peers` is how they would be if nothing was changed. */
  rows(peers: readonly PeerAt[], second: number): readonly DumpRow[] {
    return this.#peers.map((settings) => {
      const found = peers.find(({ peer }) => peer.publicKey === settings.publicKey);
      const { presharedKey, allowedIps, keepalive } = settings;
      if (found === undefined) {
        const silent = { publicKey: settings.publicKey, handshake: undefined, rx: 0, tx: 0 };
        return { ...silent, presharedKey, allowedIps, keepalive, endpoint: settings.endpoint?.address };
      }
      const row = this.#sinceAdded(settings, rowOf(found, second), found.tunnel);
      const isHeard = settings.endpoint === undefined || found.tunnel.lastPacket > settings.endpoint.at;
      const endpoint = isHeard ? row.endpoint : settings.endpoint?.address;
      return { ...row, presharedKey, allowedIps, keepalive, endpoint };
    });
  }

  /** A peer that was removed lost its session and its counters; its client begins anew when it next has something to send. */
  #sinceAdded({ publicKey, since }: Settings, row: DumpRow, { lastPacket }: Readonly<Tunnel>): DumpRow {
    if (since === undefined) return row;
    const [rx, tx] = [row.rx - since.rx, row.tx - since.tx];
    const endpoint = rx > 0 ? row.endpoint : undefined;
    if (lastPacket <= since.at) return { ...row, rx, tx, endpoint, handshake: undefined };
    const heard = this.#heard.get(publicKey) ?? lastPacket;
    this.#heard.set(publicKey, heard);
    return { ...row, rx, tx, endpoint, handshake: Math.max(heard, row.handshake ?? heard) };
  }

  /**
   * `wg set INTERFACE …` (wg(8)). Gives what `wg` would complain of, nothing where it would not, undefined where it is
   * not simulated; then nothing was changed.
   */
  set(words: readonly string[], peers: readonly PeerAt[], second: number, read: ReadSecret): string | undefined {
    const restore = this.remember();
    const complaint = this.#setEach([...words], peers, second, read);
    if (complaint !== '') restore();
    return complaint;
  }

  /** Remembers how everything is set; what it gives brings that back. */
  remember(): () => void {
    const before = [this.#port, this.#fwmark, this.#peers] as const;
    return () => {
      [this.#port, this.#fwmark, this.#peers] = before;
    };
  }

  #setEach(rest: string[], peers: readonly PeerAt[], second: number, read: ReadSecret): string | undefined {
    let current: string | undefined;
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      const value = word === 'remove' ? '' : rest.shift();
      if (value === undefined) return `Invalid argument: ${word}`;
      if (word === 'peer') {
        if (!isKey(value)) return `Key is not the correct length or format: \`${value}'`;
        current = value;
        this.#have(value, peers, second);
      } else if (current !== undefined) {
        const complaint = this.#setPeer(current, word, value, second, read);
        if (complaint !== '') return complaint;
      } else if (word === 'listen-port' && /^\d{1,5}$/.test(value)) {
        this.#port = Number(value);
      } else if (word === 'fwmark' && /^(off|0x[\da-f]{1,8}|\d{1,10})$/i.test(value)) {
        this.#fwmark = value === 'off' ? 0 : Number(value);
      } else {
        return undefined;
      }
    }
    return '';
  }

  /** Adds the peer where there is none of that key. */
  #have(publicKey: string, peers: readonly PeerAt[], second: number): void {
    if (this.#peers.some((peer) => peer.publicKey === publicKey)) return;
    const tunnel = peers.find(({ peer }) => peer.publicKey === publicKey)?.tunnel;
    this.#heard.delete(publicKey);
    const since = { at: second, rx: tunnel?.rx ?? 0, tx: tunnel?.tx ?? 0 };
    this.#peers = [...this.#peers, { ...unset(publicKey), since }];
  }

  #setPeer(publicKey: string, word: string, value: string, second: number, read: ReadSecret): string | undefined {
    switch (word) {
      case 'remove':
        this.#peers = this.#peers.filter((peer) => peer.publicKey !== publicKey);
        return '';
      case 'preshared-key':
        return this.#setPresharedKey(publicKey, value, read);
      case 'endpoint':
        if (!/:\d{1,5}$/.test(value)) return `Unable to find port of endpoint: \`${value}'`;
        return this.#change(publicKey, { endpoint: { address: value, at: second } });
      case 'persistent-keepalive':
        if (!/^(off|\d{1,5})$/.test(value)) {
          return `The persistent keepalive interval must be 0/off or 1-65535. Found: \`${value}'`;
        }
        return this.#change(publicKey, { keepalive: Number(value) > 0 ? Number(value) : undefined });
      case 'allowed-ips':
        return this.#setAllowedIps(publicKey, value);
      default:
        return undefined;
    }
  }

  /** An empty file takes the key away (wg(8)). */
  #setPresharedKey(publicKey: string, path: string, read: ReadSecret): string {
    const text = read(path)?.trim();
    if (text === undefined) return `fopen: No such file or directory`;
    if (text !== '' && !isKey(text)) return 'Key is not the correct length or format';
    return this.#change(publicKey, { presharedKey: text === '' ? undefined : text });
  }

  /** An allowed IP belongs to one peer: whoever is given it takes it from who had it. */
  #setAllowedIps(publicKey: string, value: string): string {
    const allowedIps: string[] = [];
    for (const text of value.split(',').filter((part) => part !== '')) {
      const prefix = plainPrefix(text);
      if (prefix === undefined) return `Unable to parse IP address: \`${text}'`;
      allowedIps.push(prefix);
    }
    this.#peers = this.#peers.map((peer) => ({
      ...peer,
      allowedIps: peer.allowedIps.filter((prefix) => !allowedIps.includes(prefix)),
    }));
    return this.#change(publicKey, { allowedIps });
  }

  #change(publicKey: string, changed: Partial<Settings>): '' {
    this.#peers = this.#peers.map((peer) => (peer.publicKey === publicKey ? { ...peer, ...changed } : peer));
    return '';
  }
}

function unset(publicKey: string): Settings {
  return {
    publicKey,
    presharedKey: undefined,
    allowedIps: [],
    keepalive: undefined,
    endpoint: undefined,
    since: undefined,
  };
}

function isKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text);
}
