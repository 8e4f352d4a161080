import { known, type Printable } from '../host/printable.ts';

/** `anna`, `anna and bert`, `anna, bert and carol`; of more than `most` the rest is a number. */
export function listed(words: readonly string[], most = 5): Printable {
  const shown = words.length > most ? [...words.slice(0, most - 1), `${words.length - most + 1} more`] : words;
  const last = shown.at(-1) ?? 'none';
  return known(shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`);
}

/** `1 peer`, `2 peers`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
