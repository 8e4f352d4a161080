/** A value a step; undefined: not known. */
export type Values = readonly (number | undefined)[];

/** What is not a number is not known, and nothing is below zero. */
export function cleanValues(values: Values): Values {
  return values.map((value) => (value === undefined || !Number.isFinite(value) ? undefined : Math.max(0, value)));
}

/** The values on so many columns of equal width: of several in one column the greatest, for peaks must not get lost. */
export function resample(values: Values, columns: number): (number | undefined)[] {
  return Array.from({ length: columns }, (_, column) => {
    const [first, last] = stepsUnder(column, columns, values.length);
    let most: number | undefined;
    for (let step = first; step < last; step += 1) {
      const value = values[step];
      if (value !== undefined && (most === undefined || value > most)) most = value;
    }
    return most;
  });
}

/** Whether any step of each column is marked. */
export function resampleMarks(marks: readonly boolean[], columns: number): boolean[] {
  return Array.from({ length: columns }, (_, column) =>
    marks.slice(...stepsUnder(column, columns, marks.length)).includes(true),
  );
}

/** The steps that a column shows: at least one, where there is any. */
function stepsUnder(column: number, columns: number, steps: number): [first: number, last: number] {
  const first = Math.floor((column * steps) / columns);
  return [first, Math.min(steps, Math.max(first + 1, Math.floor(((column + 1) * steps) / columns)))];
}
