/** Addresses given out of random pools with random histories, beside a model that goes through every address. */
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import { type AddressBits, type Family, formatAddress } from '../../src/network/address.ts';
import { type AddressPool, nextFree, type ReleasedAddress } from '../../src/network/pool.ts';
import { checkAddress } from '../../src/network/pool-check.ts';
import { addressAt, rangeOf } from '../../src/network/pool-range.ts';
import { contains, type ParsedPrefix, prefixOf } from '../../src/network/prefix.ts';
import { type Random, randomOf } from '../lab/kernel-world.ts';

const histories = 100_000;
/** Other numbers try other pools. */
const seed = Number(process.env['MESHTUI_SEED'] ?? 1);
/** Addresses of wide prefixes are looked at only up to here, which is more than any history takes. */
const horizon = 64;

interface MutablePeer {
  readonly label: string;
  isDisabled: boolean;
  readonly prefixes: readonly ParsedPrefix[];
}

/** A pool and what happened to it. */
class History {
  readonly #random: Random;
  readonly prefixes: readonly ParsedPrefix[];
  readonly hub: readonly AddressBits[];
  readonly reserved: AddressPool['reserved'];
  readonly peers: MutablePeer[] = [];
  readonly released: ReleasedAddress[] = [];
  readonly releaseDelayMs: number;
  now = 1_000_000;

  constructor(random: Random) {
    this.#random = random;
    this.prefixes = randomPrefixes(random);
    this.hub = this.prefixes.map((prefix) => this.#anyIn(prefix));
    this.reserved = Array.from({ length: random(3) }, () => this.#anyRange());
    this.releaseDelayMs = random(3) * 100;
    for (let index = random(6); index > 0; index -= 1) this.#addByHand(`hand${index}`);
  }

  get pool(): AddressPool {
    return {
      prefixes: this.prefixes,
      hub: this.hub,
      peers: this.peers.map(({ label, isDisabled, prefixes }) => ({ label: known(label), isDisabled, prefixes })),
      reserved: this.reserved,
      released: this.released,
      releaseDelayMs: this.releaseDelayMs,
    };
  }

  /** Somebody comes, goes, is disabled, or time passes. */
  step(index: number): void {
    const what = this.#random(6);
    if (what < 3) this.#add(`p${index}`);
    else if (what === 3) this.#remove();
    else if (what === 4) this.#disable();
    else this.now += this.#random(120);
  }

  #add(label: string): void {
    const pool = this.pool;
    const { v4, v6 } = nextFree(pool, this.now);
    this.#compareCheck(pool);
    const given = [v4, v6].flatMap((next) => (next?.outcome === 'free' ? next.address : []));
    for (const family of ['v4', 'v6'] as const) {
      const next = family === 'v4' ? v4 : v6;
      const hasPrefix = this.prefixes.some((prefix) => prefix.family === family);
      if ((next !== undefined) !== hasPrefix) throw new Error(`${family}: ${next?.outcome} of a pool without it`);
      const lowest = lowestFree(this, family);
      if (next?.outcome === 'exhausted' && lowest !== undefined) throw new Error(`${lowest} is left`);
      if (next?.outcome !== 'free') continue;
      const isInside = this.prefixes.some((prefix) => contains(prefix, next.address));
      if (!isInside || !isFree(this, next.address)) throw new Error(`${next.text} is not free`);
      const isLowest = (lowest ?? next.text) === next.text || (v4?.outcome === 'free' && v6?.outcome === 'free');
      if (!isLowest) throw new Error(`${next.text} is not the lowest, ${lowest}`);
      const check = checkAddress(pool, next.text, this.now);
      if (check.outcome !== 'ok' || check.warning !== undefined)
        throw new Error(`${next.text} is given out and refused`);
    }
    if (given.length > 0) this.peers.push({ label, isDisabled: false, prefixes: given.map(single) });
  }

  /** Whether a random address may be chosen without a word. */
  #compareCheck(pool: AddressPool): void {
    const prefix = this.prefixes[this.#random(this.prefixes.length)];
    if (prefix === undefined) return;
    const address = this.#anyIn(prefix);
    const check = checkAddress(pool, formatAddress(address), this.now);
    const isFine = check.outcome === 'ok' && check.warning === undefined;
    if (isFine !== isFree(this, address)) throw new Error(`${formatAddress(address)}: ${JSON.stringify(check)}`);
  }

  #remove(): void {
    const [peer] = this.peers.splice(this.#random(this.peers.length + 1), 1);
    for (const prefix of peer?.prefixes ?? []) {
      if (prefix.length === (prefix.family === 'v4' ? 32 : 128)) {
        this.released.push({ address: prefix, atMs: this.now, label: undefined });
      }
    }
  }

  #disable(): void {
    const peer = this.peers[this.#random(this.peers.length + 1)];
    if (peer !== undefined) peer.isDisabled = !peer.isDisabled;
  }

  /** A peer whose addresses somebody chose, maybe a LAN within the pool, or all of it. */
  #addByHand(label: string): void {
    const own = this.prefixes[this.#random(this.prefixes.length)];
    if (own === undefined) return;
    const bits = own.family === 'v4' ? 32 : 128;
    const length = this.#random(3) > 0 ? bits : Math.max(own.length - 2, 0) + this.#random(bits - own.length + 3);
    this.peers.push({ label, isDisabled: this.#random(4) === 0, prefixes: [prefixOf(this.#anyIn(own), length)] });
  }

  #anyRange(): AddressPool['reserved'][number] {
    const prefix = this.prefixes[this.#random(this.prefixes.length)] ?? prefixOf(zero, 32);
    const first = this.#random(12);
    const at = (number: number) => addressAt(prefix, number) ?? rangeOf(prefix).last;
    return { first: at(first), last: at(first + this.#random(6)), why: undefined };
  }

  #anyIn(prefix: ParsedPrefix): AddressBits {
    return addressAt(prefix, this.#random(12)) ?? prefix;
  }
}

const zero: AddressBits = { family: 'v4', a: 0, b: 0, c: 0, d: 0 };

/** One or two prefixes of a family or of both, mostly narrow, so that they fill up. */
function randomPrefixes(random: Random): readonly ParsedPrefix[] {
  const v4 = () =>
    prefixOf({ ...zero, a: 0x0a08_0000 + random(4) * 16 }, [30, 29, 28, 29, 31, 27, 24, 16, 32][random(9)] ?? 30);
  const v6 = () =>
    prefixOf(
      { family: 'v6', a: 0xfd08_0000, b: random(2), c: 0, d: random(4) * 8 },
      [126, 125, 124, 127, 64, 48, 112][random(7)] ?? 126,
    );
  const shape = random(5);
  return shape === 0 ? [v4()] : shape === 1 ? [v6()] : shape === 2 ? [v4(), v4(), v6()] : [v4(), v6()];
}

function single(address: AddressBits): ParsedPrefix {
  return prefixOf(address, 128);
}

/** The first free address of a family up to the horizon, by asking each one about everything. */
function lowestFree(history: History, family: Family): string | undefined {
  for (const prefix of history.prefixes) {
    if (prefix.family !== family) continue;
    for (let number = 0; number < horizon; number += 1) {
      const address = addressAt(prefix, number);
      if (address === undefined) break;
      if (isFree(history, address)) return formatAddress(address);
    }
  }
  return undefined;
}

function isFree(history: History, address: AddressBits): boolean {
  const word = (bits: AddressBits) => (bits.family === 'v4' ? bits.a : bits.d);
  const same = (other: AddressBits) =>
    other.family === address.family &&
    other.a === address.a &&
    other.b === address.b &&
    other.c === address.c &&
    other.d === address.d;
  if (history.hub.some(same)) return false;
  for (const prefix of history.prefixes) {
    const hostBits = (prefix.family === 'v4' ? 32 : 128) - prefix.length;
    if (hostBits < 2 || !contains(prefix, address)) continue;
    if (same(prefix)) return false;
    if (prefix.family === 'v4' && address.a === prefix.a + 2 ** hostBits - 1) return false;
  }
  for (const { first, last } of history.reserved) {
    const isNear = first.family === address.family && first.b === address.b && first.c === address.c;
    const isOfPrefix = isNear && (first.family === 'v4' || first.a === address.a);
    if (isOfPrefix && word(first) <= word(address) && word(address) <= word(last)) return false;
  }
  for (const { prefixes } of history.peers) {
    for (const prefix of prefixes) {
      const isAll = history.prefixes.some((own) => prefix.length <= own.length && contains(prefix, own));
      const isSingle = prefix.length === (prefix.family === 'v4' ? 32 : 128);
      if (contains(prefix, address) && (isSingle || !isAll)) return false;
    }
  }
  return !history.released.some(
    ({ address: other, atMs }) => same(other) && history.now < atMs + history.releaseDelayMs,
  );
}

describe('a random pool with a random history', () => {
  test(`gives out nothing twice, outside or reserved, in ${histories} of them`, { timeout: 120_000 }, () => {
    let given = 0;
    let exhausted = 0;
    let paired = 0;
    for (let index = 0; index < histories; index += 1) {
      const random = randomOf(seed * 1_000_003 + index);
      const history = new History(random);
      try {
        for (let step = 4 + random(12); step > 0; step -= 1) history.step(step);
      } catch (error) {
        throw new Error(`seed ${seed}, history ${index}: ${error instanceof Error ? error.message : error}`);
      }
      for (const { label, prefixes } of history.peers) {
        if (!label.startsWith('p')) continue;
        given += prefixes.length;
        const [v4, v6] = prefixes;
        if (v4 !== undefined && v6 !== undefined && (v4.a & 15) === (v6.d & 15)) paired += 1;
      }
      const { v4, v6 } = nextFree(history.pool, history.now);
      if (v4?.outcome === 'exhausted' || v6?.outcome === 'exhausted') exhausted += 1;
      expectDistinct(history, index);
    }
    // Histories without clients, or without an end, would prove nothing.
    expect(given).toBeGreaterThan(histories);
    expect(exhausted).toBeGreaterThan(histories / 20);
    expect(paired).toBeGreaterThan(histories / 20);
  });
});

function expectDistinct({ peers, hub }: History, index: number): void {
  const given = peers.filter(({ label }) => label.startsWith('p')).flatMap(({ prefixes }) => prefixes);
  const texts = [...given.map(({ text }) => text), ...hub.map((address) => single(address).text)];
  const own = new Set(texts);
  const twice = texts.length - own.size - (hub.length - new Set(hub.map((address) => single(address).text)).size);
  if (twice > 0) throw new Error(`seed ${seed}, history ${index}: an address was given out twice`);
}
