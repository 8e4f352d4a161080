import type { FileContent, FilePart, RunResult } from './host.ts';

/** Memory that has room beyond its bytes, and is nobody else's. */
const roomy = new WeakSet<ArrayBufferLike>();

/** Room is made in steps, so that the next output, a little longer or shorter, fits where the last one was. */
const step = 64 * 1024;

/**
 * Gives the memory of bytes that nobody needs any more back at once. Left to the collector, which does not feel their
 * weight, the dumps of 10,000 peers lie about as 40 MB. Does nothing where the memory is shared with other bytes.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && (buffer.byteLength === byteLength || roomy.has(buffer))) buffer.transfer(0);
}

/**
 * Bytes that come in pieces. Each piece is copied to the others and released as it comes: kept to be joined at the end,
 * the dump of 10,000 peers would be there twice, and C's allocator keeps what it once had.
 */
export class GatheredBytes {
  #bytes: Uint8Array = new Uint8Array(0);
  #length = 0;
  readonly #expected: number;

  /** With about as many bytes as there will be, no room is made twice. */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  /** Takes the piece over: it is not to be used afterwards. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (this.#length === 0 && this.#expected <= piece.length) this.#bytes = piece;
    else {
      if (length > this.#bytes.length) this.#makeRoom(Math.max(length, 2 * this.#length, this.#expected));
      this.#bytes.set(piece, this.#length);
      releaseBytes(piece);
    }
    this.#length = length;
  }

  /** All of them; nothing may be added afterwards. */
  all(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.ceil((length + step / 2) / step) * step);
    roomy.add(bytes.buffer);
    bytes.set(this.all());
    releaseBytes(this.#bytes);
    this.#bytes = bytes;
  }
}

/** What a program printed as text, as the bytes that it printed. */
export function resultInBytes(result: RunResult): RunResult<Uint8Array> {
  return result.outcome === 'exited' ? { ...result, stdout: Buffer.from(result.stdout, 'utf8') } : result;
}

/** Content of a file in one piece. */
export function wholeOf(content: FileContent): string | Uint8Array {
  if (typeof content === 'string' || content instanceof Uint8Array) return content;
  const pieces: Uint8Array[] = [];
  for (const piece of content) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

/** A copy of a part of the bytes, or of all of them, in memory of its own. */
export function partOf(bytes: Uint8Array, { from, length }: FilePart = { from: 0, length: bytes.length }): Buffer {
  const part = bytes.subarray(from, from + length);
  const copy = Buffer.alloc(part.length);
  copy.set(part);
  return copy;
}
