const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A private or preshared key. Every way to print it by accident gives `(hidden)`, as `wg show` does (wg(8)). */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself, for the standard input of a program and nothing else. */
  reveal(): string {
    return this.#value;
  }

  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return '(hidden)';
  }

  toJSON(): string {
    return '(hidden)';
  }

  [inspect](): string {
    return '(hidden)';
  }
}
