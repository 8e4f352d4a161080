import type { ChangeRecord } from '../change/results.ts';

/** Which change a word names. */
type ChangeFinding =
  | { readonly outcome: 'found'; readonly change: ChangeRecord }
  | { readonly outcome: 'none'; readonly reason: string; readonly candidates: readonly string[] };

/** A shorter part of an id is mistyped too easily. */
const shortestPart = 4;

/** The change with this id, or with a part of it that no other has: `ab12` of `20261123-120001-ab12`. */
export function findChange(changes: readonly ChangeRecord[], word: string): ChangeFinding {
  const found =
    word.length < shortestPart
      ? []
      : changes.filter(({ id }) => id === word || id.startsWith(word) || id.endsWith(word));
  const [change, ...others] = found;
  if (change === undefined) {
    return { outcome: 'none', reason: `There is no change "${word}": meshtui changes lists them.`, candidates: [] };
  }
  if (others.length === 0) return { outcome: 'found', change };
  const candidates = found.slice(0, 10).map(({ id, title }) => `${id}  ${title}`);
  return { outcome: 'none', reason: `"${word}" is part of ${found.length} ids:`, candidates };
}
