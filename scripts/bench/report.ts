/** The figures as Markdown, with the targets beside them and whether they are met. */
import { budgetPeers, type Figures, type SizeFigures } from './figures.ts';
import type { SteadyFigures } from './measure-refresh.ts';
import { insideNotes, insideTable } from './report-inside.ts';
import { growthOf } from './soak.ts';
import { median, percentile, sum } from './stats.ts';

interface Cell {
  readonly text: string;
  /** Undefined where there is no target. */
  readonly isMet?: boolean | undefined;
}

interface Row {
  readonly measure: string;
  readonly target: string;
  /** By number of peers. */
  readonly cells: ReadonlyMap<number, Cell>;
  /** What other programs take. */
  readonly beside: string;
}

/** Targets of the medians. */
const targets = {
  /** Times the start of a bare Node. */
  firstPaint: 6,
  /** Percent of a core, the `wg` process apart. */
  cpu: (peers: number) => (peers > 1_000 ? 4 : 1.5),
  bytesAll: 1_900,
  bytesFifth: 750,
  bytesMove: 400,
  keyMs: 12,
  residentMb: 100,
};

/** The whole section: where it was measured, the table and how to read it. */
export function report(figures: Figures): string {
  return [surroundings(figures), table(figures), insideTable(figures.inside), notes(figures)].join('\n\n');
}

function surroundings({ at, machine, node, commit, load, others }: Figures): string {
  const loads = load.map((one) => one.toFixed(2)).join(', after ');
  const lines = [
    `Measured ${at.slice(0, 16).replace('T', ' ')} UTC at ${commit}.`,
    `Machine: ${machine}; Node ${node}; load average before ${loads}.`,
  ];
  const missing = (['htop', 'watch'] as const).filter((name) => others !== undefined && others[name] === undefined);
  if (missing.length > 0) lines.push(`Not installed, so not measured: ${missing.join(', ')}.`);
  return lines.join('\n');
}

function table(figures: Figures): string {
  const sizes = [...new Set([budgetPeers, ...figures.sizes.map(({ peers }) => peers)])].sort((a, b) => a - b);
  const head = ['', ...sizes.map((peers) => `${peers.toLocaleString('en')} peers`), 'beside', 'target', 'verdict'];
  const lines = rowsOf(figures).map((row) => [
    row.measure,
    ...sizes.map((peers) => row.cells.get(peers)?.text ?? ''),
    row.beside,
    row.target,
    verdict(row),
  ]);
  const rule = head.map((_, index) => (index >= 1 && index <= sizes.length ? '---:' : '---'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function verdict({ cells }: Row): string {
  const judged = [...cells].filter(([, cell]) => cell.isMet !== undefined).sort(([a], [b]) => a - b);
  if (judged.length === 0) return '';
  const missed = judged.filter(([, cell]) => cell.isMet === false).map(([peers]) => peers.toLocaleString('en'));
  if (missed.length === 0) return 'met';
  return missed.length === judged.length ? '**missed**' : `**missed** with ${missed.join(' and ')}`;
}

function rowsOf(figures: Figures): Row[] {
  const { sizes, others, budget } = figures;
  const each = (cell: (one: SizeFigures) => Cell) => new Map(sizes.map((one) => [one.peers, cell(one)] as const));
  const withBudget = (cell: Cell, rest: (one: SizeFigures) => Cell) =>
    new Map<number, Cell>([[budgetPeers, cell], ...each(rest)]);
  const bytes = (values: readonly number[], target: number): Cell => ({
    text: `${round(median(values))} (${round(Math.max(...values))})`,
    isMet: median(values) <= target,
  });
  const still = ({ bytes: written }: { readonly bytes: number }): Cell => ({
    text: `${written}`,
    isMet: written === 0,
  });
  const bareNode = median(sizes.flatMap((one) => one.start.node));
  const busyOthers =
    others === undefined ? '' : `htop ${percent(others.htop)}, watch with its children ${percent(others.watch)}`;
  return [
    {
      measure: 'exec to first painted peers, ms: median (fastest)',
      target: '',
      cells: each(({ start }) => ({ text: `${round(median(start.painted))} (${round(Math.min(...start.painted))})` })),
      beside: `\`node -e 0\` ${bareNode.toFixed(1)}${others === undefined ? '' : `, \`wg\` ${others.wgShowMs.toFixed(1)}`}`,
    },
    {
      measure: 'the same, times a bare Node start',
      target: `≤ ${targets.firstPaint}`,
      cells: each(({ start }) => {
        const ratio = median(start.painted) / median(start.node);
        return { text: ratio.toFixed(1), isMet: ratio <= targets.firstPaint };
      }),
      beside: '',
    },
    {
      measure: 'CPU at 1 Hz, a fifth of the peers busy, % of a core',
      target: '≤ 1.5, ≤ 4 with 10,000',
      cells: each(({ peers, fifth }) => cpuCell(peers, fifth)),
      beside: busyOthers,
    },
    {
      measure: 'CPU at 1 Hz, all peers busy, % of a core',
      target: '≤ 1.5, ≤ 4 with 10,000',
      cells: each(({ peers, all }) => cpuCell(peers, all)),
      beside: '',
    },
    {
      measure: '… of the programs that it runs, a fifth / all busy',
      target: '',
      cells: each(({ fifth, all }) => ({ text: `${fifth.cpu.children.toFixed(1)} / ${all.cpu.children.toFixed(1)}` })),
      beside: '',
    },
    {
      measure: 'bytes a refresh, every row changes: median (most)',
      target: `≤ ${targets.bytesAll}`,
      cells: withBudget(bytes(budget.all, targets.bytesAll), ({ all }) => bytes(all.refreshes, targets.bytesAll)),
      beside: '',
    },
    {
      measure: 'bytes a refresh, a fifth changes: median (most)',
      target: `≤ ${targets.bytesFifth}`,
      cells: withBudget(bytes(budget.fifth, targets.bytesFifth), ({ fifth }) =>
        bytes(fifth.refreshes, targets.bytesFifth),
      ),
      beside: '',
    },
    {
      measure: `bytes in ${round((sizes[0]?.none.watchedMs ?? 0) / 1000)} s in which nothing changes`,
      target: '0',
      cells: withBudget(still(budget.none), ({ none }) => still(none)),
      beside: '',
    },
    {
      measure: 'bytes of a cursor move: median (most)',
      target: `≤ ${targets.bytesMove}`,
      cells: withBudget(bytes(budget.none.moves, targets.bytesMove), ({ none }) =>
        bytes(none.moves, targets.bytesMove),
      ),
      beside: '',
    },
    {
      measure: 'key press to painted frame at 1 Hz, ms: p50 / p95',
      target: `p95 ≤ ${targets.keyMs}`,
      cells: each(({ fifth }) => {
        const late = percentile(fifth.keys, 0.95);
        return { text: `${median(fifth.keys).toFixed(1)} / ${late.toFixed(1)}`, isMet: late <= targets.keyMs };
      }),
      beside: '',
    },
    {
      measure: `resident memory after ${figures.effort.memoryAtMs === 0 ? 'some seconds' : `${figures.effort.memoryAtMs / 1000} s`}, MB`,
      target: `≤ ${targets.residentMb}`,
      cells: each(({ fifth: { residentMb } }) => ({
        text: `${round(residentMb)}`,
        isMet: residentMb <= targets.residentMb,
      })),
      beside: '',
    },
    {
      measure: growthTitle(figures),
      target: `no growth, ≤ ${targets.residentMb}`,
      cells: each(({ soak }) => {
        const growth = soak === undefined ? undefined : growthOf(soak);
        if (growth === undefined) return { text: '' };
        return {
          text: `${round(growth.from)} → ${round(growth.to)}`,
          isMet: !growth.isGrowth && growth.to <= targets.residentMb,
        };
      }),
      beside: '',
    },
  ];
}

function growthTitle({ effort: { soakMinutes } }: Figures): string {
  return soakMinutes === 0
    ? 'memory over an hour: not measured in this run (`--hour`)'
    : `resident memory over ${soakMinutes} minutes, MB`;
}

function cpuCell(peers: number, { cpu }: SteadyFigures): Cell {
  return { text: cpu.own.toFixed(1), isMet: cpu.own <= targets.cpu(peers) };
}

function notes({ hasNames, fakeWg, others, effort, budget, sizes, inside }: Figures): string {
  const refreshes = sum(sizes.map(({ all }) => all.refreshes.length)) + budget.all.length;
  const lines = [
    `The bundle in a pseudo-terminal of 120×40, which shows 35 rows of the larger hubs and all ${budgetPeers} of the one that the byte budgets are about.`,
    `\`wg\` is played by a program (${fakeWg}) whose counters and handshakes move with every call; ${refreshes} refreshes were split by 200 ms of silence.`,
    'A bare Node and meshtui were started in turns; "painted" is the last byte of key bar and first peer.',
    `CPU is user and system time over ${effort.steadyMs / 1000} s, of meshtui alone; a key counts from the press to the end of the frame that shows its cursor, at any moment of the refresh.`,
    hasNames
      ? 'Every peer has a name from `/etc/wireguard/wg0.conf` (in a mount namespace of the bench).'
      : 'Without root there is no private `/etc/wireguard`, so the peers have no names.',
  ];
  lines.push(...insideNotes(inside));
  if (others !== undefined) lines.push(`\`wg\` and \`watch -n1\` beside it: ${others.wg.what}.`);
  return lines.map((line) => `- ${line}`).join('\n');
}

function percent(value: number | undefined): string {
  return value === undefined ? 'missing' : `${value.toFixed(1)}`;
}

function round(value: number): string {
  return Number.isNaN(value) ? 'no refresh' : Math.round(value).toLocaleString('en');
}
