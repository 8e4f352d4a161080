import { type Printable, printable } from '../../host/printable.ts';

/** Longest name, tag or note that is shown, in UTF-16 units. */
const longest = 200;

/** A private, preshared or public key anywhere in a text. Some tools write private keys into comments (wg-portal). */
const keyInside = /[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=/;

/**
 * Text from a comment as a name, tag or note: printable, trimmed, at most 200 characters. Undefined where nothing is
 * left, and where a key is in it, which might be a private one.
 */
export function clean(text: string): Printable | undefined {
  const shown = printable(text.length > 4 * longest ? text.slice(0, 4 * longest) : text).trim();
  if (shown === '' || (shown.length >= 44 && keyInside.test(shown))) return undefined;
  if (shown.length <= longest) return shown as Printable;
  return shown
    .slice(0, longest)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd() as Printable;
}

/** The words between commas, each once. */
export function cleanList(text: string): readonly Printable[] {
  return [...new Set(text.split(',').flatMap((word) => clean(word) ?? []))];
}
