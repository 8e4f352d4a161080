/**
 * Text in which every character is one grapheme of one column in every version of string-width: ASCII, Latin, Greek and
 * Cyrillic letters, general punctuation, arrows, box drawing, blocks, geometric shapes without the two wide squares,
 * check marks, braille. What is not in here is left to the real thing.
 */
export const simpleText =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037b-\u037e\u0391-\u03a1\u03a3-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u2199\u2500-\u25fc\u2713\u2717\u2800-\u28ff]*$/;
