/**
 * In the bundle this stands for Intl.Segmenter, of which the packages below Ink make ten when they are loaded: the first
 * one costs 11 ms. Text in which every character is a grapheme needs none.
 */
import { simpleText } from './simple-text.js';

export class LazySegmenter {
  #options;
  #real;

  constructor(...options) {
    this.#options = options;
  }

  segment(text) {
    if (simpleText.test(text)) return Array.from(text, (segment, index) => ({ segment, index, input: text }));
    this.#real ??= new globalThis.Intl['Segmenter'](...this.#options);
    return this.#real.segment(text);
  }
}
