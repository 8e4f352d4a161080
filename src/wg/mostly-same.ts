/**
 * A list that is built item by item and mostly comes out as the one before: then it is that one, and nothing was made.
 */
export class MostlySame<Item> {
  readonly #before: readonly Item[];
  #own: Item[] | undefined;
  #count = 0;

  constructor(before: readonly Item[]) {
    this.#before = before;
  }

  /** Adds the next item. */
  push(item: Item): void {
    if (this.#own === undefined && this.#before[this.#count] !== item) this.#own = this.#before.slice();
    if (this.#own !== undefined) this.#own[this.#count] = item;
    this.#count += 1;
  }

  /** The list; the one of before where that has the same items. Nothing is to be added after. */
  get items(): readonly Item[] {
    if (this.#own === undefined && this.#count < this.#before.length) this.#own = this.#before.slice(0, this.#count);
    if (this.#own !== undefined) this.#own.length = this.#count;
    return this.#own ?? this.#before;
  }
}
