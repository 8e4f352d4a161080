import type { PeerView, Snapshot } from '../../observe/snapshot.ts';
import { type DetailsPlace, listWithDetails } from '../../ui/details.ts';
import type { Look } from '../../ui/look.ts';
import { fitColumns } from '../../ui/table/columns.ts';
import { composeHeader, composeRow } from '../../ui/table/line.ts';
import type { Viewport } from '../../ui/table/viewport.ts';
import { paint } from '../../ui/theme.ts';
import type { PeerId } from '../../wg/peer.ts';
import { type Sort, sortColumns } from './arrange.ts';
import { peerColumns } from './columns.ts';
import { detailLines } from './details.ts';

/** What the Peers screen shows. */
export interface PeersScreen {
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
  readonly details: DetailsPlace | undefined;
  readonly look: Look;
}

/**
 * The live table, and the selected peer's details below it or beside it:
 *
 *       NAME            ADDRESS      STATE       HANDSHAKE  LAST 60 s      ↓ RATE     ↑ RATE
 *     ▸ home            10.8.0.3     ● active         40 s  ▂▃▅▇█▇▆▅▅▆  11.9 Mb/s   2.8 Mb/s
 *       laptop (you)    10.8.0.4     ● active     1 m 10 s  ▁▁▂▁▃▁▁▁▂▁   410 kb/s   220 kb/s
 */
export function peersLines(screen: PeersScreen): string[] {
  const { details, snapshot, peers, selection, look, width, height } = screen;
  const selected = () => peers.find((peer) => peer.id === selection);
  return listWithDetails({
    list: (columns) => listLines(screen, columns),
    details: (columns) => detailLines(selected(), snapshot, columns, look),
    place: details,
    height: height + 1,
    width,
    look,
  });
}

/** The heading and at most `height` lines. */
function listLines({ snapshot, peers, selection, viewport, sort, height, look }: PeersScreen, width: number): string[] {
  const { theme, glyphs } = look;
  const columns = fitColumns(peerColumns(snapshot.interfaces.length > 1, glyphs), width - 3);
  const header = composeHeader(columns, { id: sortColumns[sort.key], isDescending: sort.isDescending }, theme, glyphs);
  const context = { now: snapshot.now, glyphs };
  const rows = peers.slice(viewport.top, viewport.top + height).map((peer) => {
    const isQuiet = peer.activity.state === 'never' || peer.activity.state === 'disabled';
    const style = { isSelected: peer.id === selection, isMuted: isQuiet };
    return composeRow(peer, columns, context, style, theme, glyphs);
  });
  if (peers.length === 0) rows.push(paint(theme, 'muted', emptyNotice(snapshot)));
  return [header, ...rows];
}

function emptyNotice({ interfaces }: Snapshot): string {
  const isBare = interfaces.every((one) => one.peers.length === 0);
  return isBare ? '  This interface has no peer yet.' : '  No peer matches. Esc clears the filter.';
}
