/** A moment on the axis: its column, and its label, which is centred there. */
export interface TimeTick {
  readonly column: number;
  readonly label: string;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Distances of ticks that people read without counting. */
const distances = [
  ...[5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 4, 6, 12].map((count) => count * hour),
  ...[1, 2, 5, 7, 10, 30, 90, 365].map((count) => count * day),
];

/** Blanks between two labels. */
const apart = 3;

/** Round times from one moment to another on an axis of so many columns, in the operator's own time zone. */
export function timeTicks(from: number, to: number, columns: number): TimeTick[] {
  const length = to - from;
  if (!(length > 0) || !Number.isFinite(length) || columns < 1) return [];
  const fits = (distance: number) => (distance / length) * columns >= labelOf(from, distance).length + apart;
  const distance = distances.find(fits);
  if (distance === undefined) return [];
  const ticks: TimeTick[] = [];
  for (const at of momentsOf(from, to, distance)) {
    const column = Math.floor(((at - from) / length) * columns);
    if (column >= 0 && column < columns && at <= to) ticks.push({ column, label: labelOf(at, distance) });
  }
  return ticks;
}

/** Multiples of the distance by the clock on the wall; of days, from the first day on. */
function momentsOf(from: number, to: number, distance: number): number[] {
  const start = new Date(from);
  const [year, month, date] = [start.getFullYear(), start.getMonth(), start.getDate()];
  const moments: number[] = [];
  if (distance >= day) {
    for (let count = 1; count * day < to - from + 2 * day; count += distance / day) {
      moments.push(new Date(year, month, date + count).getTime());
    }
    return moments;
  }
  const midnight = new Date(year, month, date).getTime();
  const skipped = Math.max(0, Math.floor((from - midnight) / distance) - Math.ceil(hour / distance));
  for (let count = skipped; midnight + count * distance < to + 2 * hour; count += 1) {
    const at = new Date(year, month, date, 0, 0, (count * distance) / second).getTime();
    if (at >= from && at !== moments.at(-1)) moments.push(at);
  }
  return moments;
}

function labelOf(at: number, distance: number): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  if (distance >= day) return `${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return distance < minute ? `${clock}:${two(time.getSeconds())}` : clock;
}
