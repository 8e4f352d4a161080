/** The day that a moment lies in, in the operator's own time zone: `2026-11-23`. Days compare as text. */
export function dayOf(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The month of a day: `2026-11`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** When the day of a moment began, milliseconds since the epoch. A day has 23 to 25 hours. */
export function startOfDay(atMs: number): number {
  const at = new Date(atMs);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** When the month of a moment began, milliseconds since the epoch. */
export function startOfMonth(atMs: number): number {
  const at = new Date(atMs);
  return new Date(at.getFullYear(), at.getMonth(), 1).getTime();
}
