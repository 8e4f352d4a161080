import { Box } from 'ink';
import type { PeerView, Snapshot } from '../../observe/snapshot.ts';
import { Line, Lines } from '../../ui/Line.tsx';
import type { Look } from '../../ui/look.ts';
import { fitColumns } from '../../ui/table/columns.ts';
import { composeHeader, composeRow } from '../../ui/table/line.ts';
import type { Viewport } from '../../ui/table/viewport.ts';
import { paint } from '../../ui/theme.ts';
import type { PeerId } from '../../wg/peer.ts';
import { type Sort, sortColumns } from './arrange.ts';
import { peerColumns } from './columns.ts';
import { cutLines, detailLines } from './details.ts';

export interface PeersScreenProps {
  readonly snapshot: Snapshot;
  /** Filtered and sorted. */
  readonly peers: readonly PeerView[];
  readonly selection: PeerId | undefined;
  readonly viewport: Viewport;
  readonly sort: Sort;
  /** Rows of the list, without its heading. */
  readonly height: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** Undefined while the details are closed. */
  readonly details:
    | { readonly at: 'side'; readonly width: number }
    | { readonly at: 'bottom'; readonly height: number }
    | undefined;
  readonly look: Look;
}

/**
 * The live table, and the selected peer's details below it or beside it:
 *
 *       NAME            ADDRESS      STATE       HANDSHAKE  LAST 60 s      ↓ RATE     ↑ RATE
 *     ▸ home            10.8.0.3     ● active         40 s  ▂▃▅▇█▇▆▅▅▆  11.9 Mb/s   2.8 Mb/s
 *       laptop (you)    10.8.0.4     ● active     1 m 10 s  ▁▁▂▁▃▁▁▁▂▁   410 kb/s   220 kb/s
 */
export function PeersScreen(props: PeersScreenProps) {
  const { details, snapshot, peers, selection, look, width, height } = props;
  const listWidth = details?.at === 'side' ? width - details.width : width;
  const list = listLines(props, listWidth);
  if (details === undefined) return <Lines lines={list} />;
  const selected = peers.find((peer) => peer.id === selection);
  if (details.at === 'bottom') {
    const lines = cutLines(detailLines(selected, snapshot, width, look), details.height - 1, width, look);
    const rule = paint(look.theme, 'heading', look.glyphs.rule.repeat(width));
    return <Lines lines={[...list, rule, ...lines]} />;
  }
  const lines = cutLines(detailLines(selected, snapshot, details.width - 2, look), height + 1, details.width - 2, look);
  const bar = paint(look.theme, 'heading', look.glyphs.bar);
  return (
    <Box>
      <Box flexDirection="column" width={listWidth}>
        <Lines lines={list} />
      </Box>
      <Box flexDirection="column" width={details.width}>
        {Array.from({ length: height + 1 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line's place on the screen is its identity
          <Line key={index} text={`${bar}${lines[index] ?? ''}`} />
        ))}
      </Box>
    </Box>
  );
}

/** The heading and exactly `height` lines. */
function listLines(
  { snapshot, peers, selection, viewport, sort, height, look }: PeersScreenProps,
  width: number,
): string[] {
  const columns = fitColumns(peerColumns(snapshot.interfaces.length > 1, look.glyphs), width - 3);
  const header = composeHeader(
    columns,
    { id: sortColumns[sort.key], isDescending: sort.isDescending },
    look.theme,
    look.glyphs,
  );
  const context = { now: snapshot.now, glyphs: look.glyphs };
  const rows = peers.slice(viewport.top, viewport.top + height).map((peer) => {
    const isQuiet = peer.activity.state === 'never' || peer.activity.state === 'disabled';
    const style = { isSelected: peer.id === selection, isMuted: isQuiet };
    return composeRow(peer, columns, context, style, look.theme, look.glyphs);
  });
  if (peers.length === 0) rows.push(paint(look.theme, 'muted', '  No peer matches. Esc clears the filter.'));
  return [header, ...rows, ...Array.from({ length: Math.max(0, height - rows.length) }, () => '')];
}
