import type { Glyphs } from '../glyphs.ts';
import { paintSpans, type Span } from '../look.ts';
import { fitText, widthOf } from '../text.ts';
import type { Theme } from '../theme.ts';
import { type Area, areaCells, asciiPen, braillePen, type Cell, type Pen } from './area.ts';
import { cleanValues, resample, resampleMarks, type Values } from './columns.ts';
import { pairedScales, type RateUnit, scaleLabel, scaleLabelWidth } from './scale.ts';
import { type TimeTick, timeTicks } from './time-axis.ts';

export interface ChartOptions {
  /** Received and sent: bits a second, of steps of equal length from `from` to `to`; undefined: not known. */
  readonly rx: Values;
  readonly tx: Values;
  /** Steps whose values are means over a longer time; drawn hatched. */
  readonly isSpread?: readonly boolean[];
  /** Columns and lines of the whole chart. */
  readonly width: number;
  readonly height: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly glyphs: Glyphs;
  readonly theme: Theme;
  readonly unit: RateUnit;
}

/** Narrower than this, the scale's labels are left out. */
const narrowest = 32;
/** A half of so many rows has a label in its middle too. */
const rowsForMiddle = 5;
/** The blank and the bar between the labels and the areas. */
const barWidth = 2;
const notKnown = ' not recorded ';

/**
 * A chart of what came and went, as lines of painted text: exactly `height` of them, none wider than `width`.
 * ```
 *  ↓ 10 Mb/s │   ⣀⣤⣶⣿⣷⣄       what was received rises from the line in the middle
 *          0 │────┼─────────┼·····    dotted: nobody looked
 *   ↑ 5 Mb/s │ ⠉⠛⠿⠛⠉             what was sent hangs from it
 *               14:20     14:30
 * ```
 * Both have their own scale in steps of 1, 2 and 5, so that a refresh redraws little.
 */
export function chartLines(options: ChartOptions): string[] {
  const frame = frameOf(options);
  const { glyphs } = options;
  const { received, sent } = areasOf(options, frame);
  const ticks = timeTicks(options.from, options.to, frame.columns);
  const lines = [...areaLines(options, frame, received, glyphs.down)];
  if (frame.hasAxis) lines.push(axisLine(options, frame, ticks));
  lines.push(...areaLines(options, frame, sent, glyphs.up));
  if (frame.hasTimes) lines.push(timesLine(frame, ticks, options.theme));
  return lines;
}

/** How the room is shared out. */
interface Frame {
  /** Columns of the scale's labels; 0: there are none. */
  readonly labels: number;
  /** Columns of the areas. */
  readonly columns: number;
  /** Lines above and below the axis. */
  readonly upper: number;
  readonly lower: number;
  readonly hasAxis: boolean;
  readonly hasTimes: boolean;
}

function frameOf({ width, height, glyphs }: ChartOptions): Frame {
  const wide = Number.isFinite(width) ? Math.max(0, Math.floor(width)) : 0;
  const high = Number.isFinite(height) ? Math.max(0, Math.floor(height)) : 0;
  const arrows = Math.max(widthOf(glyphs.down), widthOf(glyphs.up));
  const labels = wide >= narrowest ? arrows + 1 + scaleLabelWidth : 0;
  const hasAxis = high >= 3;
  const hasTimes = high >= 5;
  const rows = high - (hasAxis ? 1 : 0) - (hasTimes ? 1 : 0);
  const columns = labels === 0 ? wide : wide - labels - barWidth;
  return { labels, columns, upper: Math.ceil(rows / 2), lower: Math.floor(rows / 2), hasAxis, hasTimes };
}

function areasOf({ rx, tx, isSpread = [], unit, glyphs }: ChartOptions, frame: Frame): { received: Area; sent: Area } {
  const pen = penOf(glyphs);
  const divisor = unit === 'bits' ? 1 : 8;
  const columns = frame.columns * pen.across;
  const onColumns = (values: Values) =>
    resample(cleanValues(values), columns).map((value) => (value === undefined ? undefined : value / divisor));
  const [received, sent] = [onColumns(rx), onColumns(tx)];
  const most = (values: Values) => values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  const [rxTop, txTop] = pairedScales(most(received), most(sent));
  const marks = resampleMarks(isSpread, columns);
  return {
    received: { values: received, isSpread: marks, top: rxTop, rows: frame.upper, isHanging: false, token: 'accent' },
    sent: { values: sent, isSpread: marks, top: txTop, rows: frame.lower, isHanging: true, token: 'good' },
  };
}

function penOf(glyphs: Glyphs): Pen {
  return glyphs.isAscii ? asciiPen : braillePen;
}

function areaLines({ glyphs, theme, unit }: ChartOptions, frame: Frame, area: Area, arrow: string): string[] {
  const { rows, isHanging, top } = area;
  const edge = isHanging ? rows - 1 : 0;
  const middle = rows < rowsForMiddle ? -1 : isHanging ? Math.floor(rows / 2) : Math.ceil(rows / 2) - (rows % 2);
  return areaCells(area, penOf(glyphs)).map((cells, row) => {
    const label = row === edge ? `${arrow} ${scaleLabel(top, unit)}` : row === middle ? scaleLabel(top / 2, unit) : '';
    return paintLine(theme, [...gutter(frame, label, glyphs), ...joined(cells)]);
  });
}

/** The line of zero: a rule where the time is known, and dots where nobody looked. */
function axisLine(options: ChartOptions, frame: Frame, ticks: readonly TimeTick[]): string {
  const { glyphs, theme, rx, tx } = options;
  const known = resample(
    cleanValues(rx).map((value, step) => value ?? cleanValues(tx)[step]),
    frame.columns,
  );
  const signs = known.map((value) => (value === undefined ? gapSign(glyphs) : glyphs.rule));
  for (const { column } of ticks) if (known[column] !== undefined) signs[column] = glyphs.isAscii ? '+' : '┼';
  for (const [start, end] of gapsIn(known)) {
    const from = start + Math.floor((end - start - notKnown.length) / 2);
    if (end - start >= notKnown.length + 2) signs.splice(from, notKnown.length, ...notKnown);
  }
  return paintLine(theme, [...gutter(frame, '0', glyphs), ['muted', signs.join('')]]);
}

function gapSign(glyphs: Glyphs): string {
  return glyphs.isAscii ? '.' : glyphs.dot;
}

/** Runs of columns that nothing is known of. */
function gapsIn(values: Values): [start: number, end: number][] {
  const gaps: [number, number][] = [];
  let start: number | undefined;
  for (const [column, value] of [...values, 0].entries()) {
    if (value === undefined) start ??= column;
    else if (start !== undefined) {
      gaps.push([start, column]);
      start = undefined;
    }
  }
  return gaps;
}

/** The labels centred under their ticks; those that would leave the line or touch the one before are left out. */
function timesLine(frame: Frame, ticks: readonly TimeTick[], theme: Theme): string {
  let line = ' '.repeat(frame.labels === 0 ? 0 : frame.labels + barWidth);
  const width = line.length + frame.columns;
  const start = line.length;
  for (const { column, label } of ticks) {
    const at = start + column - Math.floor(label.length / 2);
    const isFree = at >= start && at + label.length <= width && (line.length === start || at > line.length);
    if (isFree) line = line.padEnd(at) + label;
  }
  return paintLine(theme, [['muted', line]]);
}

function gutter({ labels }: Frame, label: string, glyphs: Glyphs): Span[] {
  if (labels === 0) return [];
  return [['muted', `${fitText(label, labels, 'right', glyphs.ellipsis)} ${glyphs.bar}`]];
}

/** Cells of one look side by side as one span. Blanks have any look. */
function joined(cells: readonly Cell[]): Span[] {
  const spans: [Cell[0], string][] = [];
  for (const [token, sign] of cells) {
    const last = spans.at(-1);
    if (last !== undefined && (last[0] === token || sign === ' ')) last[1] += sign;
    else spans.push([token, sign]);
  }
  return spans;
}

/** Blanks at the end are not sent. */
function paintLine(theme: Theme, spans: readonly Span[]): string {
  const last = spans.at(-1);
  if (last === undefined) return '';
  return paintSpans(theme, [...spans.slice(0, -1), [last[0], last[1].trimEnd()]]);
}
