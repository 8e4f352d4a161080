/**
 * In the bundle this stands for Intl.Segmenter, of which the packages below Ink make ten when they are loaded: the first
 * one costs 11 ms. Text in which every character is a grapheme needs none.
 */
import { simpleText } from './simple-text.ts';

function* characters(text) {
  for (let index = 0; index < text.length; index += 1) yield { segment: text[index], index, input: text };
}

export class LazySegmenter {
  #options;
  #real;

  constructor(...options) {
    this.#options = options;
  }

  segment(text) {
    if (simpleText.test(text)) return characters(text);
    this.#real ??= new globalThis.Intl['Segmenter'](...this.#options);
    return this.#real.segment(text);
  }
}
