import type { Finding, Severity } from '../../doctor/finding.ts';
import { routeLine } from '../../doctor/routes/lines.ts';
import type { RouteRow, RouteVerdict } from '../../doctor/routes/rows.ts';
import { type DetailsPlace, listWithDetails } from '../../ui/details.ts';
import { cutSpans, type Look, paintSpans, type Span } from '../../ui/look.ts';
import { type Column, columnGap, fitColumns, mandatory } from '../../ui/table/columns.ts';
import { composeHeader, composeRow } from '../../ui/table/line.ts';
import type { Viewport } from '../../ui/table/viewport.ts';
import { wrapWords } from '../../ui/text.ts';
import { paint, type Token } from '../../ui/theme.ts';
import type { RoutingView, TunnelErrors } from './routing-view.ts';

/** What the Routes screen shows. */
export interface RoutesScreen {
  /** Undefined until the first reading. */
  readonly routing: RoutingView | undefined;
  readonly selection: string | undefined;
  readonly viewport: Viewport;
  /** Rows of the list, without its heading. */
  readonly height: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** Undefined while the details are closed. */
  readonly details: DetailsPlace | undefined;
  readonly look: Look;
}

const verdictTokens: Readonly<Record<RouteVerdict, Token>> = { ok: 'good', info: 'muted', warn: 'warn', bad: 'bad' };

type RouteColumn = Column<RouteRow, undefined>;

const columns: readonly RouteColumn[] = [
  {
    id: 'prefix',
    header: 'PREFIX',
    align: 'left',
    min: 16,
    ideal: 20,
    max: 44,
    priority: mandatory,
    cell: (row) => ({ text: row.prefix.text }),
  },
  {
    id: 'interface',
    header: 'IFACE',
    align: 'left',
    min: 5,
    ideal: 6,
    max: 15,
    priority: 40,
    cell: (row) => ({ text: row.interfaceName }),
  },
  {
    id: 'owner',
    header: 'OWNER',
    align: 'left',
    min: 12,
    ideal: 16,
    max: 30,
    priority: 90,
    cell: (row) => (row.owner === undefined ? { text: 'nobody', token: 'warn' } : { text: row.owner.label }),
  },
  {
    id: 'verdict',
    header: 'VERDICT',
    align: 'left',
    min: 16,
    ideal: 26,
    max: 46,
    priority: mandatory,
    cell: (row) => ({ text: verdictOf(row), token: verdictTokens[row.verdict] }),
  },
  {
    id: 'route',
    header: 'KERNEL ROUTE',
    align: 'left',
    min: 20,
    ideal: 40,
    max: 80,
    priority: 50,
    cell: (row) =>
      row.route === undefined ? { text: 'none', token: 'bad' } : { text: routeLine(row.route), token: 'muted' },
  },
];

function verdictOf({ verdict, findings }: RouteRow): string {
  return verdict === 'ok' ? 'ok' : (findings[0]?.title ?? verdict);
}

/**
 * One row for each prefix that a tunnel carries, and what is wrong with it; the findings in words for the selected one:
 *
 *       PREFIX              OWNER     VERDICT                 KERNEL ROUTE
 *     ▸ 10.8.0.0/24         nobody    ok                      10.8.0.0/24 dev wg0 proto kernel
 *       192.168.60.0/24     home      kernel route missing    none
 */
export function routesLines(screen: RoutesScreen): string[] {
  const { routing, look, width, height, details } = screen;
  if (routing === undefined)
    return ['', paint(look.theme, 'muted', `   Reading routes and addresses ${look.glyphs.ellipsis}`)];
  const selected = () => routing.rows.find((row) => row.id === screen.selection);
  return listWithDetails({
    list: (columns) => listLines(screen, routing, columns),
    details: (columns) => wordsOf(selected(), routing, columns, look),
    place: details,
    height: height + 1,
    width,
    look,
  });
}

function listLines({ selection, viewport, height, look }: RoutesScreen, routing: RoutingView, width: number): string[] {
  const { theme, glyphs } = look;
  const [first] = routing.rows;
  const hasSeveralInterfaces = routing.rows.some((row) => row.interfaceName !== first?.interfaceName);
  const shown = hasSeveralInterfaces ? columns : columns.filter(({ id }) => id !== 'interface');
  const fitted = fitColumns(shown, width - 3);
  const header = composeHeader(fitted, { id: '', isDescending: false }, theme, glyphs);
  const summary = summaryLine(routing, width, look);
  const rows = routing.rows.slice(viewport.top, viewport.top + height - 1).map((row) => {
    const style = { isSelected: row.id === selection, isMuted: false };
    return composeRow(row, fitted, undefined, style, theme, glyphs);
  });
  return [summary, header, ...rows];
}

/** How many of each kind there are, and the gravest in words. */
function summaryLine({ findings, rows, problems, errors }: RoutingView, width: number, look: Look): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const bad = count('bad');
  const warn = count('warn');
  const gravest = findings.find(({ severity }) => severity !== 'info');
  const spans = cutSpans(
    [
      ['text', `  ${rows.length} prefixes${columnGap}`],
      [bad > 0 ? 'bad' : 'muted', `${bad} broken`],
      [warn > 0 ? 'warn' : 'muted', `${columnGap}${warn} to look at`],
      ...(problems.length > 0 ? ([['warn', `${columnGap}${problems.length} not read`]] as const) : []),
      ...errors.map(
        ({ interfaceName, rx, tx }): Span => ['warn', `${columnGap}${interfaceName}: ${rx} rx errors, ${tx} tx errors`],
      ),
      ...(gravest === undefined ? [] : ([['muted', `${columnGap}${gravest.title}`]] as const)),
    ],
    width - 1,
    look.glyphs.ellipsis,
  );
  return paintSpans(look.theme, spans);
}

/** The findings of a row and those of the whole hub in words, with evidence and what mends them. */
function wordsOf(row: RouteRow | undefined, routing: RoutingView, width: number, look: Look): string[] {
  const own = row?.findings ?? [];
  const general = routing.findings.filter((finding) => finding.about.prefix === undefined);
  const shown = [...own, ...general.filter((finding) => !own.includes(finding))];
  const lines = shown.flatMap((finding) => findingLines(finding, width, look));
  const problems = routing.problems.flatMap((problem) => block('warn', problem, 1, width, look));
  const errors = routing.errors.flatMap((one) => block('warn', errorSentence(one), 1, width, look));
  if (lines.length === 0 && problems.length === 0 && errors.length === 0)
    return block('muted', 'Nothing is wrong with this prefix.', 1, width, look);
  return [...lines, ...errors, ...problems];
}

/** What the kernel's WireGuard counts as errors (receive.c, device.c: wg_xmit). */
function errorSentence({ interfaceName, rx, tx }: TunnelErrors): string {
  const received = `${rx} packets came with a source that is not among the allowed IPs of their peer, or were damaged`;
  const sent = `${tx} had a destination that no peer has, or a peer without an endpoint`;
  return `${interfaceName}, since it came up: ${received}; ${sent}.`;
}

const severityTokens: Readonly<Record<Severity, Token>> = { info: 'accent', warn: 'warn', bad: 'bad' };

function findingLines(finding: Finding, width: number, look: Look): string[] {
  return [
    ...block(severityTokens[finding.severity], finding.title, 1, width, look),
    ...block('text', finding.cause, 3, width, look),
    ...finding.evidence.flatMap(({ command, line }) => [
      ...block('heading', `$ ${command}`, 3, width, look),
      ...block('muted', line, 5, width, look),
    ]),
    ...block('text', finding.fix.sentence, 3, width, look),
    ...(finding.fix.command === undefined ? [] : block('strong', finding.fix.command, 5, width, look)),
  ];
}

function block(token: Token, text: string, indent: number, width: number, look: Look): string[] {
  return wrapWords(text.replaceAll('…', look.glyphs.ellipsis), Math.max(10, width - indent - 1)).map(
    (line) => ' '.repeat(indent) + paint(look.theme, token, line),
  );
}
