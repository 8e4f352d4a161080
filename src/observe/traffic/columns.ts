/**
 * Columns of numbers that grow with their number of places. The first time they are made as long as asked for, for a
 * reading tells how many peers there are; later an eighth longer, so that peers that join one by one are not each a copy.
 */

/** The column, or a longer copy of it; what is new in it is `fill`. */
export function grownDoubles(column: Float64Array, length: number, fill = 0): Float64Array {
  if (column.length >= length) return column;
  const longer = new Float64Array(roomFor(length, column.length));
  longer.set(column);
  if (fill !== 0) longer.fill(fill, column.length);
  return longer;
}

/** The column of whole numbers below 2^32, or a longer copy of it with zeros at its end. */
export function grownWords(column: Uint32Array, length: number): Uint32Array {
  if (column.length >= length) return column;
  const longer = new Uint32Array(roomFor(length, column.length));
  longer.set(column);
  return longer;
}

function roomFor(length: number, before: number): number {
  return before === 0 ? length : length + (length >> 3);
}
