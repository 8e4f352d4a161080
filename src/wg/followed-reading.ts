import { printable } from '../host/printable.ts';
import { isAlike } from './followed-bytes.ts';
import { type InterfaceName, keyLength } from './key.ts';
import type { PeerId } from './peer.ts';

/** What the peers of one interface share. */
export class FollowedInterface {
  readonly name: InterfaceName;
  /** The name as the dump has it, before what could harm a terminal was taken out. */
  readonly raw: Buffer;
  /** Name, slash and the key of the peer that was named last. */
  readonly #id: Buffer;

  constructor(raw: Buffer) {
    const name = printable(raw.toString());
    this.raw = raw;
    this.name = name as string as InterfaceName;
    this.#id = Buffer.from(`${name}/${'='.repeat(keyLength)}`);
  }

  /** What `peerId` says of the peer whose key stands at a place, as one flat string: a joined one takes half as much again. */
  idOf(bytes: Buffer, keyAt: number): PeerId {
    const id = this.#id;
    const before = id.length - keyLength;
    for (let index = 0; index < keyLength; index += 1) id[before + index] = bytes[keyAt + index] ?? 0;
    return id.toString() as PeerId;
  }
}

/** The bytes in which rows stand. Those of a follower's reading now are others each time, and all its peers move along. */
export class Reading {
  bytes: Buffer;
  /** How many readings there were. */
  turn = 0;
  #interface: FollowedInterface | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The interface whose name stands between two places of the next bytes. Thousands of rows in a row have the same. */
  interfaceAt(next: Buffer, from: number, to: number): FollowedInterface {
    const last = this.#interface;
    if (last !== undefined && last.raw.length === to - from && isAlike(next, from, to, last.raw, 0)) return last;
    const one = new FollowedInterface(copyOf(next, from, to));
    this.#interface = one;
    return one;
  }
}

/** A part of bytes that are given back soon, in memory of its own. */
export function copyOf(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.alloc(to - from);
  bytes.copy(copy, 0, from, to);
  return copy;
}
