/** What was measured inside of a process, as Markdown. */
import type { InsideFigures } from './inside.ts';
import { median } from './stats.ts';

/** Targets of the medians. */
const targets = { ownerMicroseconds: 5, routesMs: 50, historyMb: 20, appendMs: 10 };

/** A table of its own: these figures are not about the numbers of peers in the other one. */
export function insideTable({ owner, routes, history }: InsideFigures): string {
  const megabytes = history.bytes / 1e6;
  const append = [median(history.minuteMs), median(history.allMs)];
  const rows = [
    row(
      `owner of an address among ${count(owner.prefixes)} prefixes, µs`,
      median(owner.microseconds).toFixed(2),
      median(owner.microseconds) < targets.ownerMicroseconds,
      `< ${targets.ownerMicroseconds}`,
    ),
    row(
      `refresh of the Routes screen, ${count(routes.routes)} routes and ${count(routes.peers)} peers, ms of CPU: a route changed / none (first)`,
      `${median(routes.changedMs).toFixed(1)} / ${median(routes.sameMs).toFixed(1)} (${routes.firstMs.toFixed(1)})`,
      median(routes.changedMs) < targets.routesMs,
      `< ${targets.routesMs}`,
    ),
    row(
      `traffic history of ${count(history.peers)} peers for 30 days, MB on disk`,
      megabytes.toFixed(1),
      megabytes < targets.historyMb,
      `< ${targets.historyMb}`,
    ),
    row(
      'one addition to it, ms: the minute alone / all records and the totals',
      append.map((ms) => ms.toFixed(1)).join(' / '),
      Math.max(...append) < targets.appendMs,
      `< ${targets.appendMs}`,
    ),
  ];
  return ['| inside of one process | measured | target | verdict |', '| --- | ---: | --- | --- |', ...rows].join('\n');
}

/** How to read {@link insideTable}. */
export function insideNotes({ routes }: InsideFigures): string[] {
  return [
    `A refresh of the Routes screen is all that meshtui does between the end of \`ip\` and the frame: it parses what \`ip\` prints, the sysctls and the file, judges ${count(routes.rows)} prefixes and composes the lines with open details. Not in it: the programs \`ip\` themselves, \`wg\`'s dump, which every screen parses, and Ink. Where \`ip\` prints the same routes as before they are not parsed again; the first refresh runs code that is not compiled yet, and is not judged.`,
    'CPU is of all threads of the process, from the source and not from the bundle; the history is written to the disk of the temporary directory, and its time is of the clock.',
  ];
}

function row(measure: string, measured: string, isMet: boolean, target: string): string {
  return `| ${measure} | ${measured} | ${target} | ${isMet ? 'met' : '**missed**'} |`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
