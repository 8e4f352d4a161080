/** How rates are shown: the operator's preference. */
export type RateUnit = 'bits' | 'bytes';

const bitUnits = ['b/s', 'kb/s', 'Mb/s', 'Gb/s', 'Tb/s', 'Pb/s'] as const;
const byteUnits = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s', 'PB/s'] as const;

/** Columns of the widest label: `500 Mb/s`. */
export const scaleLabelWidth = 8;

/** The ends of the scale, in the unit: below, quiet would look like traffic; above is no link. */
const smallest = 1_000;
const largest = 5e17;

/** The first of 1, 2, 5, 10, 20, 50 … that is not below the value. Few steps, so that the scale seldom changes. */
export function niceCeiling(value: number): number {
  if (!(value > smallest)) return smallest;
  if (value >= largest) return largest;
  const decade = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * decade >= value) ?? 10;
  return factor * decade;
}

/**
 * The tops of two scales that are drawn together. Each fits its own values, but the smaller is at least a tenth of the
 * greater, so that next to nothing never looks like much.
 */
export function pairedScales(one: number, other: number): readonly [number, number] {
  const scales = [niceCeiling(one), niceCeiling(other)] as const;
  const floor = Math.max(...scales) / 10;
  return [Math.max(scales[0], floor), Math.max(scales[1], floor)];
}

/** A point of the scale, such as `500 kb/s` or `2.5 MB/s`; the value is in bits or bytes a second, as the unit is. */
export function scaleLabel(value: number, unit: RateUnit): string {
  const units = unit === 'bits' ? bitUnits : byteUnits;
  let scaled = value;
  let index = 0;
  while (scaled >= 1_000 && index < units.length - 1) {
    scaled /= 1_000;
    index += 1;
  }
  return `${Number(scaled.toFixed(1))} ${units[index]}`;
}
