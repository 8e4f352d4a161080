import type { RateUnit } from './chart/scale.ts';

const rateUnits = {
  bits: ['b/s', 'kb/s', 'Mb/s', 'Gb/s', 'Tb/s'],
  bytes: ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'],
} as const;
const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A rate in decimal units and at most three digits, such as `11.9 Mb/s`; a dash for none, nothing for unknown. */
export function formatRate(bitsPerSecond: number | undefined, dash = '–', unit: RateUnit = 'bits'): string {
  if (bitsPerSecond === undefined) return '';
  const perSecond = unit === 'bits' ? bitsPerSecond : bitsPerSecond / 8;
  return perSecond < 1 ? dash : scaled(perSecond, 1000, rateUnits[unit]);
}

/** Bytes in binary units, as `wg show` prints them. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, byteUnits);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let scaledValue = value;
  let unit = 0;
  while (scaledValue >= base * 0.9995 && unit < units.length - 1) {
    scaledValue /= base;
    unit += 1;
  }
  const digits = unit === 0 || scaledValue >= 99.95 ? 0 : scaledValue >= 9.995 ? 1 : 2;
  return `${scaledValue.toFixed(digits)} ${units[unit]}`;
}

/** A duration in its largest unit: `40 s`, `12 m`, `2 h`, `3 d`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A duration that was measured over a link: seconds up to 90, whole minutes above. */
export function formatRoundDuration(ms: number): string {
  return ms < 90_000 ? `${Math.round(ms / 1000)} s` : formatDuration(Math.round(ms / 60_000) * 60_000);
}

/** A duration to the second up to an hour: `1 m 12 s`. */
export function formatExactDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60 || seconds >= 3600) return formatDuration(ms);
  return `${Math.floor(seconds / 60)} m ${seconds % 60} s`;
}

/** What is left until a deadline, to the second: it is being waited for. Both in milliseconds since the epoch. */
export function formatTimeLeft(deadline: number, now: number): string {
  return formatExactDuration(Math.max(0, Math.ceil((deadline - now) / 1000)) * 1000);
}

/**
 * An age that changes seldom, because every change of a table cell is sent over the operator's link: steps of ten
 * seconds up to three minutes (the life of a session), then the largest unit.
 */
export function formatCoarseAge(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 10_000) * 10;
  if (seconds < 10) return 'now';
  if (seconds >= 180 || seconds % 60 === 0 || seconds < 60) return formatDuration(seconds * 1000);
  return formatExactDuration(seconds * 1000);
}

/** A time of day with its date where that is not today's, in the operator's own time zone. */
export function formatTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return isToday ? time : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
