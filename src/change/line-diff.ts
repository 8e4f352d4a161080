/** One line of a comparison: how it is called in both texts; -1 where it is not in that one. 0-based. */
export interface LineEdit {
  readonly kind: 'same' | 'remove' | 'add';
  readonly before: number;
  readonly after: number;
}

/** Up to so many lines the smallest difference is looked for; above, texts are first split at lines that both have once. */
const smallEnough = 4_000;

/**
 * What turns one list of lines into the other, in order. The difference is as small as can be (Myers, "An O(ND) difference
 * algorithm", 1986) where at most {@link smallEnough} lines lie between the first and the last change; above that, lines
 * that both have exactly once and in the same order stand (patience diff), so that it stays fast.
 */
export function diffLines(before: readonly string[], after: readonly string[]): LineEdit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const edits: LineEdit[] = [];
  for (let line = 0; line < head; line += 1) edits.push({ kind: 'same', before: line, after: line });
  diffMiddle(
    { lines: before, from: head, to: before.length - tail },
    { lines: after, from: head, to: after.length - tail },
    edits,
  );
  for (let line = tail; line > 0; line -= 1) {
    edits.push({ kind: 'same', before: before.length - line, after: after.length - line });
  }
  return edits;
}

/** A part of a list of lines. */
interface Part {
  readonly lines: readonly string[];
  readonly from: number;
  readonly to: number;
}

function diffMiddle(before: Part, after: Part, edits: LineEdit[]): void {
  if (before.to - before.from + (after.to - after.from) <= smallEnough) {
    shortestEdit(before, after, edits);
    return;
  }
  let one = before.from;
  let other = after.from;
  for (const [nextOne, nextOther] of [...anchors(before, after), [before.to, after.to] as const]) {
    const left = { ...before, from: one, to: nextOne };
    const right = { ...after, from: other, to: nextOther };
    if (nextOne - one + (nextOther - other) <= smallEnough) shortestEdit(left, right, edits);
    else replaceAll(left, right, edits);
    if (nextOne < before.to) edits.push({ kind: 'same', before: nextOne, after: nextOther });
    one = nextOne + 1;
    other = nextOther + 1;
  }
}

function replaceAll(before: Part, after: Part, edits: LineEdit[]): void {
  for (let line = before.from; line < before.to; line += 1) edits.push({ kind: 'remove', before: line, after: -1 });
  for (let line = after.from; line < after.to; line += 1) edits.push({ kind: 'add', before: -1, after: line });
}

/** Pairs of places of the lines that both parts have once, the longest chain that is in order in both. */
function anchors(before: Part, after: Part): [number, number][] {
  const once = placesOfUnique(before);
  const inAfter = placesOfUnique(after);
  const pairs: [number, number][] = [];
  for (const [text, place] of once) {
    const other = inAfter.get(text);
    if (other !== undefined) pairs.push([place, other]);
  }
  return longestRising(pairs);
}

function placesOfUnique({ lines, from, to }: Part): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (let line = from; line < to; line += 1) {
    const text = lines[line] ?? '';
    if (places.has(text)) repeated.add(text);
    else places.set(text, line);
  }
  for (const text of repeated) places.delete(text);
  return places;
}

/** The longest chain of pairs that rises in its second place; the pairs come in order of their first. */
function longestRising(pairs: readonly [number, number][]): [number, number][] {
  const ends: number[] = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, other], index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < other) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  });
  const chain: [number, number][] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) {
    const pair = pairs[index];
    if (pair !== undefined) chain.push(pair);
  }
  return chain.reverse();
}

/**
 * The shortest edit of Myers: for each number of edits the furthest place reached on each diagonal, then the way back
 * through them. A diagonal is the place in `before` less the place in `after`.
 */
function shortestEdit(before: Part, after: Part, edits: LineEdit[]): void {
  const rounds = furthestReaches(before, after);
  const back: LineEdit[] = [];
  let x = before.to - before.from;
  let y = after.to - after.from;
  for (let edit = rounds.length - 1; edit > 0; edit -= 1) {
    const reach = rounds[edit - 1] ?? new Int32Array();
    const diagonal = x - y;
    const down = stepsDown(reach, edit, diagonal);
    const fromDiagonal = down ? diagonal + 1 : diagonal - 1;
    const fromX = at(reach, edit - 1, fromDiagonal);
    const fromY = fromX - fromDiagonal;
    const startX = down ? fromX : fromX + 1;
    for (; x > startX; x -= 1, y -= 1) back.push(same(before, after, x, y));
    back.push(
      down
        ? { kind: 'add', before: -1, after: after.from + fromY }
        : { kind: 'remove', before: before.from + fromX, after: -1 },
    );
    x = fromX;
    y = fromY;
  }
  for (; x > 0; x -= 1, y -= 1) back.push(same(before, after, x, y));
  for (const edit of back.reverse()) edits.push(edit);
}

function same(before: Part, after: Part, x: number, y: number): LineEdit {
  return { kind: 'same', before: before.from + x - 1, after: after.from + y - 1 };
}

/** For 0, 1, 2, … edits the furthest place in `before` on each diagonal; the last round reaches the ends of both. */
function furthestReaches(before: Part, after: Part): Int32Array[] {
  const n = before.to - before.from;
  const m = after.to - after.from;
  const rounds: Int32Array[] = [];
  for (let edit = 0; edit <= n + m; edit += 1) {
    const reach = new Int32Array(2 * edit + 1);
    const last = rounds.at(-1) ?? new Int32Array();
    rounds.push(reach);
    for (let diagonal = -edit; diagonal <= edit; diagonal += 2) {
      let x = 0;
      if (edit > 0) {
        x = stepsDown(last, edit, diagonal) ? at(last, edit - 1, diagonal + 1) : at(last, edit - 1, diagonal - 1) + 1;
      }
      while (x < n && x - diagonal < m && before.lines[before.from + x] === after.lines[after.from + x - diagonal])
        x += 1;
      reach[diagonal + edit] = x;
      if (x >= n && x - diagonal >= m) return rounds;
    }
  }
  return rounds;
}

/** Whether a diagonal is reached by adding a line (from the one above) rather than by removing one. */
function stepsDown(last: Int32Array, edit: number, diagonal: number): boolean {
  if (diagonal === -edit) return true;
  return diagonal !== edit && at(last, edit - 1, diagonal - 1) < at(last, edit - 1, diagonal + 1);
}

function at(reach: Int32Array, edit: number, diagonal: number): number {
  return reach[diagonal + edit] ?? 0;
}
