import { setTimeout as sleep } from 'node:timers/promises';
import pty from '@lydell/node-pty';

/** Something that the bench could not measure; the message is for the person who runs it. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

export const columns = 120;
export const rows = 40;

/** What arrived at once. One character of `text` is one byte. */
export interface Chunk {
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly text: string;
}

/** A text as a {@link Session} sees it: its UTF-8 bytes, one character each. */
export function onWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * A program in a pseudo-terminal of 120×40. Nothing is drawn here: whatever this process did with the output would be
 * taken from the two cores that the program may need.
 */
export class Session {
  readonly startedAt = performance.now();
  readonly #program: pty.IPty;
  readonly #ended: Promise<void>;
  #chunks: Chunk[] = [];
  #hasEnded = false;
  #wake: () => void = () => undefined;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const [program = '', ...args] = argv;
    this.#program = pty.spawn(program, args, { cols: columns, rows, name: 'xterm-256color', env, encoding: 'latin1' });
    this.#program.onData((text) => {
      this.#chunks.push({ at: performance.now(), text });
      this.#wake();
    });
    this.#ended = new Promise((resolve) => {
      this.#program.onExit(() => {
        this.#hasEnded = true;
        this.#wake();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#program.pid;
  }

  /** What arrived since the last {@link forget}. */
  get chunks(): readonly Chunk[] {
    return this.#chunks;
  }

  forget(): void {
    this.#chunks = [];
  }

  send(keys: string): void {
    this.#program.write(keys);
  }

  /** The chunk that completes what is looked for in the output since the last {@link forget}. */
  async until(what: string, isComplete: (text: string) => boolean, ms = 15_000): Promise<Chunk> {
    const end = performance.now() + ms;
    let seen = 0;
    let text = '';
    for (;;) {
      for (const chunk of this.#chunks.slice(seen)) {
        seen += 1;
        text += chunk.text;
        if (isComplete(text)) return chunk;
      }
      if (this.#hasEnded) throw new BenchError(`the program ended before ${what}: ${readable(text)}`);
      const left = end - performance.now();
      if (left <= 0) throw new BenchError(`waited ${ms} ms in vain for ${what}: ${readable(text)}`);
      await this.#more(left);
    }
  }

  /** Types `q` and waits for the end; kills what does not end within five seconds. */
  async quit(): Promise<void> {
    if (!this.#hasEnded) this.send('q');
    await Promise.race([this.#ended, sleep(5_000, undefined, { ref: false })]);
    if (!this.#hasEnded) this.#program.kill('SIGKILL');
    await this.#ended;
  }

  async #more(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}

/** The end of an output, without what a terminal would swallow. */
function readable(text: string): string {
  const plain = Buffer.from(text, 'latin1')
    .toString('utf8')
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ' ');
  return plain.replace(/\s+/g, ' ').trim().slice(-400);
}
