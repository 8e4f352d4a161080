import type { Glyphs } from './glyphs.ts';

/** The rate of the lowest sign and how many decades the signs span: 1 kb/s to 1 Gb/s. */
const lowest = 1_000;
const decades = 6;

/**
 * Rates (bits a second, oldest first) as one sign each, `width` of them, the newest at the right. The scale is fixed and
 * logarithmic, so peers can be compared and a burst elsewhere never redraws a line.
 */
export function sparkline(rates: readonly number[], width: number, glyphs: Glyphs): string {
  const shown = rates.slice(-width);
  const signs = shown.map((rate) => glyphs.spark[levelOf(rate, glyphs.spark.length - 1)] ?? ' ');
  return ' '.repeat(width - shown.length) + signs.join('');
}

function levelOf(rate: number, levels: number): number {
  if (rate <= 0) return 0;
  const height = Math.log10(rate / lowest) / decades;
  return Math.min(levels, Math.max(1, Math.ceil(height * levels)));
}
