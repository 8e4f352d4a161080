import { type Printable, printable } from '../host/printable.ts';
import type { DumpPeer } from './dump.ts';
import { readAllowedIps, readEndpoint, readPresharedKey } from './dump-row.ts';
import {
  isAlike,
  isKeyAt,
  isRowEnd,
  keepaliveAt,
  NumberReader,
  numberAt,
  pastDigits,
  pastKeepalive,
  pastNumbers,
  pastTab,
} from './followed-bytes.ts';
import { copyOf, type FollowedInterface, Reading } from './followed-reading.ts';
import { type InterfaceName, keyLength, type PublicKey } from './key.ts';
import type { PeerId } from './peer.ts';
import type { Secret } from './secret.ts';

/** What moves of a peer. */
export type SampledPeer = Pick<DumpPeer, 'rxBytes' | 'txBytes'> & Partial<Pick<DumpPeer, 'latestHandshake'>>;

/** A sample that is written over. */
export interface MovingSample {
  rxBytes: number;
  txBytes: number;
  latestHandshake: number | undefined;
}

const numbers = new NumberReader();

/** Copies what moves of a peer. All peers are asked for it each second, and some read it from bytes. */
export function takeSample(peer: SampledPeer, into: MovingSample): void {
  if (peer instanceof FollowedPeer) {
    peer.readSample(into);
  } else {
    into.rxBytes = peer.rxBytes;
    into.txBytes = peer.txBytes;
    into.latestHandshake = peer.latestHandshake;
  }
}

/** The first of a peer's allowed IPs: all peers are asked for it where they are sorted, and few for the others. */
export function firstAllowedIp(peer: DumpPeer): Printable | undefined {
  return peer instanceof FollowedPeer ? peer.firstAllowedIp() : peer.allowedIps[0];
}

/**
 * The peer whose row begins at a place of the next bytes; undefined where that is no peer's row, for which `readRow` has the
 * words. It shares with the peer before it, whose settings or endpoint were others, what is alike.
 */
export function followPeer(
  reading: Reading,
  next: Buffer,
  start: number,
  before: FollowedPeer | undefined,
): FollowedPeer | undefined {
  const keyAt = pastTab(next, start);
  if (keyAt <= start + 1 || !isKeyAt(next, keyAt)) return undefined;
  const endpointAt = pastTab(next, keyAt + keyLength + 1);
  const allowedAt = endpointAt === -1 ? -1 : pastTab(next, endpointAt);
  const numbersAt = allowedAt === -1 ? -1 : pastTab(next, allowedAt);
  const intervalAt = numbersAt === -1 ? -1 : pastNumbers(next, numbersAt);
  const end = intervalAt === -1 ? -1 : pastKeepalive(next, intervalAt);
  if (end === -1) return undefined;
  const of = reading.interfaceAt(next, start, keyAt - 1);
  const id = before?.id ?? of.idOf(next, keyAt);
  const peer = new FollowedPeer(reading, of, id, before?.publicKey, start, numbersAt, intervalAt, end);
  if (before !== undefined) peer.share(before, next, allowedAt);
  return peer;
}

/**
 * A peer of a dump that is read again and again: a window on its row. Numbers are read from the bytes each time they are
 * asked for, settings the first time. A peer that has left the dump is settled, and shows for ever what it showed last.
 */
export class FollowedPeer implements DumpPeer {
  readonly id: PeerId;
  /** A part of the identity, where it takes no memory of its own. */
  readonly publicKey: PublicKey;
  readonly #of: FollowedInterface;
  #reading: Reading;
  #start: number;
  #length: number;
  /** The bytes before the handshake. Whoever has others is another peer. */
  readonly #head: number;
  /** Those of the keepalive and the tab before it. */
  readonly #tail: number;
  /** The reading that saw it last. */
  #turn: number;
  /** Null: nobody has asked yet. */
  #presharedKey: Secret | undefined | null = null;
  #endpoint: Printable | undefined | null = null;
  #allowedIps: readonly Printable[] | null = null;

  /** Of the next bytes of a reading; the places are those of a row, its handshake and its keepalive. */
  constructor(
    reading: Reading,
    of: FollowedInterface,
    id: PeerId,
    publicKey: PublicKey | undefined,
    start: number,
    numbersAt: number,
    intervalAt: number,
    end: number,
  ) {
    this.id = id;
    this.publicKey = publicKey ?? (id.slice(-keyLength) as string as PublicKey);
    this.#of = of;
    this.#reading = reading;
    this.#start = start;
    this.#length = end - start;
    this.#head = numbersAt - start;
    this.#tail = end - intervalAt + 1;
    this.#turn = reading.turn;
  }

  get interfaceName(): InterfaceName {
    return this.#of.name;
  }

  get presharedKey(): Secret | undefined {
    if (this.#presharedKey === null) this.#presharedKey = readPresharedKey(this.#textAt(this.#presharedAt));
    return this.#presharedKey;
  }

  get endpoint(): Printable | undefined {
    if (this.#endpoint === null) this.#endpoint = readEndpoint(this.#textAt(this.#endpointAt));
    return this.#endpoint;
  }

  get allowedIps(): readonly Printable[] {
    this.#allowedIps ??= readAllowedIps(this.#textAt(this.#behind(this.#endpointAt)));
    return this.#allowedIps;
  }

  get latestHandshake(): number | undefined {
    const seconds = numberAt(this.#reading.bytes, this.#start + this.#head);
    return seconds === 0 ? undefined : seconds * 1000;
  }

  get rxBytes(): number {
    const { bytes } = this.#reading;
    return numberAt(bytes, pastDigits(bytes, this.#start + this.#head) + 1);
  }

  get txBytes(): number {
    const { bytes } = this.#reading;
    const rxAt = pastDigits(bytes, this.#start + this.#head) + 1;
    return numberAt(bytes, pastDigits(bytes, rxAt) + 1);
  }

  /** Copies handshake and counters, in one go over the bytes. */
  readSample(into: MovingSample): void {
    const { bytes } = this.#reading;
    numbers.at = this.#start + this.#head;
    const seconds = numbers.next(bytes);
    into.latestHandshake = seconds === 0 ? undefined : seconds * 1000;
    into.rxBytes = numbers.next(bytes);
    into.txBytes = numbers.next(bytes);
  }

  /** The first of its allowed IPs, which is not kept where the others have not been asked for. */
  firstAllowedIp(): Printable | undefined {
    if (this.#allowedIps !== null) return this.#allowedIps[0];
    const { bytes } = this.#reading;
    const from = this.#behind(this.#endpointAt);
    const to = this.#start + this.#head - 1;
    let comma = from;
    while (comma < to && bytes[comma] !== 0x2c) comma += 1;
    const text = bytes.toString('utf8', from, comma);
    return text === '' || text === '(none)' ? undefined : printable(text);
  }

  get persistentKeepalive(): number | undefined {
    return keepaliveAt(this.#reading.bytes, this.end - this.#tail + 1);
  }

  /** Whether the reading that is going on has seen it. */
  get isSeen(): boolean {
    return this.#turn === this.#reading.turn;
  }

  /** Where its row ends. */
  get end(): number {
    return this.#start + this.#length;
  }

  /**
   * Moves on to the row that begins at a place of the next bytes, where that differs in numbers alone; says whether it
   * does. Until the reading is over, nothing is to be asked of a peer that has moved on.
   */
  moveOn(next: Buffer, start: number): boolean {
    const { bytes, turn } = this.#reading;
    const from = this.#start;
    if (this.#turn === turn || !isAlike(bytes, from, from + this.#head, next, start)) return false;
    const tailAt = pastNumbers(next, start + this.#head) - 1;
    const end = tailAt + this.#tail;
    if (tailAt < 0 || !isRowEnd(next, end)) return false;
    if (!isAlike(bytes, this.end - this.#tail, this.end, next, tailAt)) return false;
    this.#start = start;
    this.#length = end - start;
    this.#turn = turn;
    return true;
  }

  /** Whether the row that begins at a place of the next bytes has the name and the key of this peer. */
  isNamedAt(next: Buffer, start: number): boolean {
    return isAlike(this.#reading.bytes, this.#start, this.#presharedAt, next, start);
  }

  /** The bytes by which {@link FollowedPeer.isNamedAt} knows it, as text. */
  nameText(): string {
    return this.#reading.bytes.toString('latin1', this.#start, this.#presharedAt);
  }

  /** Takes the preshared key and the allowed IPs of a peer that this reading has not seen, where its own are alike. */
  share(before: FollowedPeer, next: Buffer, allowedAt: number): void {
    const { bytes } = before.#reading;
    const from = before.#presharedAt;
    const to = before.#endpointAt;
    const ips = before.#behind(to);
    const numbers = before.#start + before.#head;
    // Each with the tab behind it, so none is taken for a longer one.
    if (isAlike(bytes, from, to, next, this.#presharedAt)) this.#presharedKey = before.presharedKey;
    if (isAlike(bytes, ips, numbers, next, allowedAt)) this.#allowedIps = before.allowedIps;
  }

  /** Takes a copy of its row: the bytes of the reading are about to go, and the next ones say nothing of it. */
  settle(): void {
    this.#reading = new Reading(copyOf(this.#reading.bytes, this.#start, this.end));
    this.#start = 0;
  }

  get #presharedAt(): number {
    return this.#start + this.#of.raw.length + keyLength + 2;
  }

  get #endpointAt(): number {
    return this.#behind(this.#presharedAt);
  }

  /** Where the field behind another begins. */
  #behind(field: number): number {
    return pastTab(this.#reading.bytes, field);
  }

  #textAt(field: number): string {
    return this.#reading.bytes.toString('utf8', field, this.#behind(field) - 1);
  }
}
