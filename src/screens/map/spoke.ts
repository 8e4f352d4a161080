import type { PeerView } from '../../observe/snapshot.ts';
import { formatRate } from '../../ui/format.ts';
import type { Glyphs } from '../../ui/glyphs.ts';
import type { Look, Span } from '../../ui/look.ts';
import { type Column, columnGap, type FittedColumn, fitColumns, mandatory } from '../../ui/table/columns.ts';
import { fitText, truncate, widthOf } from '../../ui/text.ts';
import { stateTokens } from '../../ui/theme.ts';
import type { PeerId } from '../../wg/peer.ts';
import { describeState } from '../peers/columns.ts';
import { type HubSpokes, isGateway, type Spoke } from './choose.ts';
import { linkWidth, strokesOf } from './strokes.ts';

/** What the lines of all peers share. */
export interface SpokeContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly look: Look;
  readonly selection: PeerId | undefined;
  /** LANs stand in the place of the gateway's address, not on a line of their own. */
  readonly areLansInline: boolean;
}

type SpokeColumn = Column<Spoke, SpokeContext>;

/** What moves each second stands at the right end, because a line is sent again from its first change on. */
const columns: readonly SpokeColumn[] = [
  {
    id: 'name',
    header: '',
    align: 'left',
    min: 8,
    ideal: 14,
    max: 24,
    priority: mandatory,
    cell: ({ peer }) => ({
      text: peer.label,
      token: isQuiet(peer) ? 'muted' : 'strong',
      ...(peer.you === true ? { tail: ' (you)' } : {}),
    }),
  },
  {
    id: 'address',
    header: '',
    align: 'left',
    min: 10,
    ideal: 15,
    max: 26,
    priority: 60,
    cell: ({ peer }) => ({ text: peer.address, token: isQuiet(peer) ? 'muted' : 'text' }),
  },
  {
    id: 'state',
    header: '',
    align: 'left',
    min: 9,
    ideal: 10,
    priority: 90,
    cell: ({ peer }, { now }) => ({
      text: describeState(peer.activity, now),
      token: stateTokens[peer.activity.state],
    }),
  },
  {
    id: 'endpoint',
    header: '',
    align: 'left',
    min: 21,
    ideal: 26,
    max: 30,
    priority: 20,
    cell: ({ peer }) => ({ text: peer.endpoint ?? '', token: 'muted' }),
  },
  {
    id: 'rx',
    header: '',
    align: 'right',
    min: 11,
    ideal: 11,
    priority: 80,
    cell: ({ peer }, { look }) => ({ text: rateText(look.glyphs.down, peer.rxBitsPerSecond) }),
  },
  {
    id: 'tx',
    header: '',
    align: 'right',
    min: 11,
    ideal: 11,
    priority: 70,
    cell: ({ peer }, { look }) => ({ text: rateText(look.glyphs.up, peer.txBitsPerSecond) }),
  },
];

/** Nine columns hold every rate. Where nothing moves nothing is drawn: the eye goes where the traffic is. */
function rateText(arrow: string, bitsPerSecond: number | undefined): string {
  if (bitsPerSecond === undefined || bitsPerSecond < 1) return '';
  return `${arrow} ${fitText(formatRate(bitsPerSecond), 9, 'right')}`;
}

function isQuiet({ activity }: PeerView): boolean {
  return activity.state === 'never' || activity.state === 'disabled';
}

/** The columns that fit beside what stands left of the peers, `width` columns in all. */
export function fitSpokes(width: number, glyphs: Glyphs): readonly FittedColumn<Spoke, SpokeContext>[] {
  const arrow = Math.max(widthOf(glyphs.down), widthOf(glyphs.up));
  const fitted = columns.map((column) =>
    column.align === 'right' ? { ...column, min: arrow + 10, ideal: arrow + 10 } : column,
  );
  return fitColumns(fitted, width - linkWidth - 3);
}

/** The line to the peer and what is known about it. A selected peer has a sign as well as a look. */
export function spokeSpans(
  spoke: Spoke,
  fitted: readonly FittedColumn<Spoke, SpokeContext>[],
  context: SpokeContext,
): Span[] {
  const { look, selection } = context;
  const { glyphs } = look;
  const { state } = spoke.peer.activity;
  const [hubEnd, peerEnd] = strokesOf(glyphs).links[state];
  const link: Span = [stateTokens[state], `${hubEnd}${glyphs.states[state]}${peerEnd}`];
  const cells = fitted.map(({ column, width }): Span => {
    if (column.id === 'address' && context.areLansInline && isGateway(spoke)) {
      return ['accent', fitText(lansText(spoke, width), width, 'left', glyphs.ellipsis)];
    }
    const { text, tail = '', token = 'text' } = column.cell(spoke, context);
    const shown = tail === '' ? text : truncate(text, width - widthOf(tail), glyphs.ellipsis) + tail;
    return [token, fitText(shown, width, column.align, glyphs.ellipsis)];
  });
  const row = cells.flatMap((cell, index): Span[] => (index === 0 ? [cell] : [['text', columnGap], cell]));
  if (spoke.peer.id !== selection) return [link, ['text', '  '], ...row];
  return [link, ['text', ' '], ['selected', `${glyphs.marker}${row.map(([, text]) => text).join('')} `]];
}

/** The line below a gateway: the networks behind it. `width` columns at most. */
export function lanSpans(spoke: Spoke, width: number, look: Look): Span[] {
  const { horizontal, bottomLeft } = strokesOf(look.glyphs);
  const head = `${' '.repeat(linkWidth + 2)}${bottomLeft}${horizontal} ${spoke.isFullTunnel ? '' : 'LAN '}`;
  return [
    ['muted', head],
    ['accent', lansText(spoke, width - widthOf(head))],
  ];
}

/** As many networks as fit, and how many more there are. The whole internet comes first. */
function lansText({ lans, isFullTunnel }: Spoke, width: number): string {
  const rest = isFullTunnel ? lans.filter((prefix) => !prefix.endsWith('/0')) : lans;
  const parts = isFullTunnel ? ['full tunnel', ...rest] : [...rest];
  let text = '';
  for (const [index, part] of parts.entries()) {
    const next = index === 0 ? part : `${text}, ${part}`;
    const more = parts.length - index - 1;
    const room = more === 0 ? width : width - ` +${more}`.length;
    if (index > 0 && widthOf(next) > room) return `${text} +${more + 1}`;
    text = next;
  }
  return text;
}

/** What the peers without a place do: `and 12 idle, 3 never`. */
export function leftSpans({ left, spokes }: HubSpokes): Span[] {
  const counts = left.flatMap(([state, count], index): Span[] => [
    ['muted', index === 0 ? '' : ', '],
    [stateTokens[state], `${count} ${state}`],
  ]);
  return [['muted', spokes.length === 0 ? '' : 'and '], ...counts];
}
