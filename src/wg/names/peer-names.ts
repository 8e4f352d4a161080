import type { Printable } from '../../host/printable.ts';
import type { PublicKey } from '../key.ts';
import type { HubFile } from '../profile/hub-file.ts';
import { FoundPeer, type PeerName } from './peer-name.ts';
import type { PeerSections } from './peer-sections.ts';
import type { NamesByKey } from './sidecars.ts';

/** The files about one interface; side files that come first win. */
export interface NameSources {
  readonly conf?: { readonly path: string; readonly names: PeerSections; readonly hub?: HubFile };
  readonly sidecars: readonly { readonly path: string; readonly names: NamesByKey }[];
  readonly netdevs: readonly { readonly path: string; readonly names: PeerSections }[];
  /** A tool that owns the interface by another proof than a comment in its file. */
  readonly owner?: Printable;
}

/** Keys with a number for each, by which peers are kept: a key of somebody who asks may be a part of a large text. */
interface NumberedKeys {
  readonly size: number;
  numberOf(key: PublicKey): number | undefined;
  keys(): IteratorObject<PublicKey, undefined>;
}

/** What the files say about the peers of an interface. What they say of a peer is read when it is asked for, and kept. */
export class PeerNames implements ReadonlyMap<PublicKey, PeerName> {
  readonly #sources: NameSources;
  readonly #keys: NumberedKeys;
  readonly #asked = new Map<number, PeerName>();

  constructor(sources: NameSources) {
    this.#sources = sources;
    this.#keys = keysOf(sources);
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: PublicKey): boolean {
    return this.#keys.numberOf(key) !== undefined;
  }

  get(key: PublicKey): PeerName | undefined {
    const number = this.#keys.numberOf(key);
    if (number === undefined) return undefined;
    const asked = this.#asked.get(number);
    if (asked !== undefined) return asked;
    const peer = this.#find(key);
    if (peer !== undefined) this.#asked.set(number, peer);
    return peer;
  }

  keys(): IteratorObject<PublicKey, undefined> {
    return this.#keys.keys();
  }

  *values(): Generator<PeerName, undefined> {
    for (const [, peer] of this) yield peer;
  }

  *entries(): Generator<[PublicKey, PeerName], undefined> {
    for (const key of this.#keys.keys()) {
      const peer = this.get(key);
      if (peer !== undefined) yield [key, peer];
    }
  }

  [Symbol.iterator](): Generator<[PublicKey, PeerName], undefined> {
    return this.entries();
  }

  forEach(callback: (peer: PeerName, key: PublicKey, map: ReadonlyMap<PublicKey, PeerName>) => void): void {
    for (const [key, peer] of this) callback(peer, key, this);
  }

  /** Those with a section that is commented out; no others are disabled. */
  perhapsDisabled(): [PublicKey, PeerName][] {
    const { conf, netdevs } = this.#sources;
    const keys = new Set([...(conf?.names.disabled ?? []), ...netdevs.flatMap(({ names }) => names.disabled)]);
    return [...keys].flatMap((key) => {
      const peer = this.get(key);
      return peer === undefined ? [] : [[key, peer]];
    });
  }

  #find(key: PublicKey): FoundPeer | undefined {
    const { conf, netdevs, sidecars } = this.#sources;
    let peer = conf && inSections(conf.names, key, conf.path, true);
    for (const { path, names } of netdevs) {
      const other = inSections(names, key, path, false);
      if (other !== undefined) peer = peer?.completedBy(other) ?? other;
    }
    for (const { path, names } of sidecars) {
      const name = names.get(key);
      if (name !== undefined) return FoundPeer.named(name, path, peer);
    }
    return peer;
  }
}

function inSections(sections: PeerSections, key: PublicKey, path: string, inFile: boolean): FoundPeer | undefined {
  let found: FoundPeer | undefined;
  for (const place of sections.placesOf(key)) {
    const section = sections.read(place);
    const peer = section && FoundPeer.ofSection(section, path, inFile);
    found = peer && found ? found.repeatedBy(peer) : (found ?? peer);
  }
  return found;
}

function keysOf({ conf, netdevs, sidecars }: NameSources): NumberedKeys {
  if (conf !== undefined && netdevs.length === 0 && sidecars.length === 0) return conf.names;
  const numbers = new Map<PublicKey, number>();
  for (const { names } of [...(conf === undefined ? [] : [conf]), ...netdevs, ...sidecars]) {
    for (const key of names.keys()) if (!numbers.has(key)) numbers.set(key, numbers.size);
  }
  return {
    size: numbers.size,
    numberOf: (key) => numbers.get(key),
    keys: () => numbers.keys(),
  };
}
