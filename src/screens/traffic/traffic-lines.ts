import type { Snapshot } from '../../observe/snapshot.ts';
import type { TrafficBytes } from '../../observe/traffic/counters.ts';
import type { TrafficView } from '../../observe/traffic/view.ts';
import { trafficWindows, type WindowName } from '../../observe/traffic/windows.ts';
import { chartLines } from '../../ui/chart/chart.ts';
import type { RateUnit } from '../../ui/chart/scale.ts';
import { formatBytes, formatRate, formatTime } from '../../ui/format.ts';
import { bothEnds, type Look, type Span, spansWidth } from '../../ui/look.ts';
import { fitColumns } from '../../ui/table/columns.ts';
import { composeHeader, composeRow } from '../../ui/table/line.ts';
import { fitText, truncate, widthOf } from '../../ui/text.ts';
import { paint } from '../../ui/theme.ts';
import { talkerColumns } from './talkers.ts';

/** What the Traffic screen shows. */
export interface TrafficScreen {
  readonly snapshot: Snapshot;
  readonly view: TrafficView;
  /** Columns of the terminal, and lines of the body. */
  readonly width: number;
  readonly height: number;
  readonly unit: RateUnit;
  readonly look: Look;
}

const windowLabels: Readonly<Record<WindowName, string>> = {
  '1m': '1 min',
  '10m': '10 min',
  '1h': '1 h',
  '24h': '24 h',
  '30d': '30 d',
};

/** The heading, the totals, and the heading of the talkers. */
const headingLines = 1;
const totalLines = 2;
const talkerHeadingLines = 1;
/** The chart comes first: talkers and totals are left out before it gets fewer lines than this. */
const leastChart = 5;
/** A taller chart tells no more. */
const mostChart = 36;
/** The part of the room that talkers may take. */
const talkersPart = 0.45;

/**
 * The chart, below it who moved most, and the totals; at most `height` lines:
 *
 *      wg0 all 7 peers  mean ↓ 4.2 Mb/s  ↑ 1.1 Mb/s      1 min  [10 min]  1 h  24 h  30 d
 *      ↓ 10 Mb/s │   ⣀⣤⣶⣿⣷⣄
 *              0 │────┼─────────┼·····
 *       ↑ 5 Mb/s │ ⠉⠛⠿⠛⠉
 *                   14:20     14:30
 *       TOP TALKERS            ↓ MEAN     ↑ MEAN  SHARE
 *       home                 3.9 Mb/s   980 kb/s   92 %  ██████████████████
 *     ▸ laptop (you)         310 kb/s   120 kb/s    8 %  ██
 *      today       ↓ 1.20 GiB   ↑ 300 MiB                    hatched: mean over a pause
 *      this month  ↓ 40.1 GiB   ↑ 10.0 GiB  estimated, since 2026-11-20 14:02
 */
export function trafficLines(screen: TrafficScreen): string[] {
  const { view, width, height, look } = screen;
  const room = roomsOf(screen);
  const lines = [headingLine(screen), ...chartOrNotice(screen, room.chart)];
  if (room.talkers > 0) {
    const columns = fitColumns(talkerColumns(look.glyphs), width - 3);
    lines.push(
      composeHeader(columns, { id: '', isDescending: false }, look.theme, look.glyphs),
      ...filled(talkerLines(screen, columns, room.talkers), room.talkers),
    );
  }
  if (room.hasTotals) lines.push(...totalsOf(view, screen));
  return lines.slice(0, Math.max(0, height));
}

/** Lines of each part. They depend on how many peers there are, not on who talks, so that nothing jumps. */
interface Rooms {
  readonly chart: number;
  /** Without their heading; 0: neither. */
  readonly talkers: number;
  readonly hasTotals: boolean;
}

function roomsOf({ view, height }: TrafficScreen): Rooms {
  const hasTotals = height >= headingLines + leastChart + totalLines;
  const rest = Math.max(0, height - headingLines - (hasTotals ? totalLines : 0));
  const wanted = Math.min(Math.max(1, view.peerCount), Math.floor(rest * talkersPart) - talkerHeadingLines);
  const talkers = rest - wanted - talkerHeadingLines >= leastChart ? Math.max(0, wanted) : 0;
  const chart = rest - (talkers === 0 ? 0 : talkers + talkerHeadingLines);
  return { chart: Math.min(chart, mostChart), talkers, hasTotals };
}

function headingLine({ view, width, unit, look }: TrafficScreen): string {
  const { glyphs } = look;
  const windows = trafficWindows.flatMap<Span>(({ name }, index) => {
    const gap: Span = ['text', index === 0 ? '' : '  '];
    const label = windowLabels[name];
    return [gap, name === view.window ? ['strong', `[${label}]`] : ['muted', label]];
  });
  const rate = (bits: number | undefined) => formatRate(bits, glyphs.dash, unit);
  const means = `   mean ${glyphs.down} ${rate(view.rxBitsPerSecond)}  ${glyphs.up} ${rate(view.txBitsPerSecond)}`;
  const subject = subjectOf(view);
  const isRoom = spansWidth(subject) + widthOf(means) + spansWidth(windows) + 4 <= width;
  return bothEnds(isRoom && !view.isGathering ? [...subject, ['text', means]] : subject, windows, width - 1, look);
}

function subjectOf({ peer, interfaceName, peerCount }: TrafficView): Span[] {
  if (interfaceName === undefined) return [['muted', ' no interface']];
  if (peer !== undefined) {
    return [
      ['strong', ` ${peer.label}`],
      ['muted', ` on ${interfaceName}`],
    ];
  }
  return [
    ['strong', ` ${interfaceName}`],
    ['muted', peerCount === 1 ? ' 1 peer' : ` all ${peerCount} peers`],
  ];
}

function chartOrNotice({ view, width, unit, look }: TrafficScreen, height: number): string[] {
  const { series } = view;
  if (!view.isGathering) return chartLines({ ...series, width: Math.max(0, width - 1), height, ...look, unit });
  const words = truncate(`   gathering ${look.glyphs.dash} the chart begins with the second reading`, width);
  return filled(['', paint(look.theme, 'muted', words)].slice(0, height), height);
}

function talkerLines(
  { view, unit, look }: TrafficScreen,
  columns: ReturnType<typeof fitColumns<TrafficView['talkers'][number], { glyphs: Look['glyphs']; unit: RateUnit }>>,
  count: number,
): string[] {
  const { theme, glyphs } = look;
  if (view.talkers.length === 0) {
    return [paint(theme, 'muted', view.isGathering ? '  gathering' : '  nobody in this window')];
  }
  return view.talkers.slice(0, count).map((talker) => {
    const style = { isSelected: talker.id === view.peer?.id, isMuted: false };
    return composeRow(talker, columns, { glyphs, unit }, style, theme, glyphs).trimEnd();
  });
}

function totalsOf(view: TrafficView, { snapshot, width, look }: TrafficScreen): string[] {
  const { totals, todaySince, monthSince } = view;
  const notes = (isEstimated = false, since: number | undefined) => {
    const words = [...(isEstimated ? ['estimated'] : []), ...(since === undefined ? [] : [sinceText(since, snapshot)])];
    return words.length === 0 ? '' : `  ${words.join(', ')}`;
  };
  const today = totalSpans('today', totals?.today, notes(totals?.isTodayEstimated, todaySince), look);
  const month = totalSpans('this month', totals?.month, notes(totals?.isMonthEstimated, monthSince), look);
  const room = width - 1 - spansWidth(today) - 2;
  const legend = view.series.isSpread.includes(true) ? legends.find((one) => widthOf(one) <= room) : undefined;
  return [bothEnds(today, [['muted', legend ?? '']], width - 1, look), bothEnds(month, [], width - 1, look)];
}

/** What the hatched parts of the chart are, in the words that there is room for. */
const legends = ['hatched: mean over a pause', 'hatched: a mean'] as const;

function sinceText(since: number, { now }: Snapshot): string {
  return `since ${formatTime(since, now).replace(/:\d\d$/, '')}`;
}

function totalSpans(label: string, bytes: TrafficBytes | undefined, notes: string, { glyphs }: Look): Span[] {
  const amount = (count: number) => fitText(formatBytes(count), 8, 'right', glyphs.ellipsis);
  const amounts =
    bytes === undefined
      ? 'gathering'
      : `${glyphs.down} ${amount(bytes.rxBytes)}  ${glyphs.up} ${amount(bytes.txBytes)}`;
  return [
    ['heading', ` ${label.padEnd(11)} `],
    ['text', amounts],
    ['muted', notes],
  ];
}

function filled(lines: readonly string[], height: number): string[] {
  return [...lines, ...Array.from({ length: Math.max(0, height - lines.length) }, () => '')];
}
