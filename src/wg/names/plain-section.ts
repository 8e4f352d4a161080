/** Where a section's key stands in the text, and what is behind the section. */
export interface PlainSection {
  keyAt: number;
  end: number;
}

/** How the key is written in a plain section. */
export const keySetting = 'PublicKey = ';

/** Sections with more lines in one place, or longer ones, are not plain. */
const mostLines = 64;
const mostCharacters = 4_000;

/** A comment that cannot be a line of a section that is commented out, or its header. */
const comment = '#(?![!~]|[\\t-\\r ]*\\[)[^\\n]*\\n';

/**
 * A comment that surely does not belong to the section before, unless it touches that: what is no end mark and no mark
 * that stands inside only, as `isOfBefore` in section.ts has it.
 */
const above = `(?!#[#;]*\\s*(?:END_PEER|end |-WGP-|[Nn][Aa][Mm][Ee]#)|[^\\n]* end[^\\S\\n]*\\n)${comment}`;

/** A setting that cannot be PublicKey; wg(8) allows white space between the letters. */
const setting = '(?:[A-OQ-Za-oq-z]|[Pp](?![Uu\\0-\\r -\\-]))[^\\n]*\\n';

const endMark = '(?:# END_PEER[^\\n]*|### end [^\\n]*###)\\n';

const untilKey = new RegExp(
  `(?:\\n(?:\\n|${above}){0,${mostLines}}|(?:${above}){0,${mostLines}})\\[Peer\\]\\n` +
    `(?:${comment}){0,${mostLines}}${keySetting}`,
  'y',
);
const fromKey = new RegExp(
  `[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\\n(?:(?:${comment}){0,${mostLines}}${setting}){0,${mostLines}}(?:${endMark})?`,
  'y',
);

/**
 * Whether a plain section begins at the position, which is the start of a line; where its key and its end are goes into
 * `found`. A plain section is one whose key and whose lines can be told without reading what its comments say, as most
 * sections of most files:
 *
 *     # Comments, none of them about the section before; blank lines between them only where one is above them.
 *     [Peer]
 *     # Any comments.
 *     PublicKey = KEY
 *     # Any comments before a setting.
 *     AllowedIPs = …
 *     # END_PEER or ### end … ###, or neither.
 *
 * It reads the same alone as in its file where the section before it ends as it does itself, and a plain section follows.
 * Two patterns find it in less than half the time that it takes to look at each line: the first paint waits for 10,000.
 */
export function findPlainSection(text: string, start: number, found: PlainSection): boolean {
  untilKey.lastIndex = start;
  if (!untilKey.test(text)) return false;
  found.keyAt = untilKey.lastIndex;
  fromKey.lastIndex = found.keyAt;
  if (!fromKey.test(text)) return false;
  found.end = fromKey.lastIndex;
  return found.end - start <= mostCharacters;
}
