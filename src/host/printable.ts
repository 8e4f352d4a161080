/** Text from outside that is safe to write to a terminal. Only {@link printable} makes one. */
export type Printable = string & { readonly __brand: 'Printable' };

/**
 * What a terminal could obey rather than show: C0 and C1 controls (with ESC and DEL), line and paragraph separators,
 * bidirectional embeddings, overrides, isolates and marks (Unicode UAX #9), the byte-order mark, soft hyphens and the
 * other invisible format characters that let two different names look alike (zero-width joiner and non-joiner are
 * kept, scripts and emoji need them), interlinear annotation, tag characters, and lone surrogates.
 */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** The whole of an escape sequence (CSI, OSC, DCS and the like, or two characters), so that no remains of it are shown. */
const escapeSequence =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/gu;

const plain = /^[ -~]*$/;

/** The text without control characters, escape sequences and bidirectional overrides; blanks at its ends stay. */
export function printable(text: string): Printable {
  if (plain.test(text)) return text as Printable;
  return text
    .replace(escapeSequence, '')
    .replace(/[\t\n\r]+/g, ' ')
    .replace(unprintable, '') as Printable;
}

/** Like {@link printable}, for literals of our own and joins of what is printable already. */
export function known(text: string): Printable {
  return text as Printable;
}
