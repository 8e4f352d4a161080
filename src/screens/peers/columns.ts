import type { PeerView } from '../../observe/snapshot.ts';
import { formatCoarseAge, formatDuration, formatRate } from '../../ui/format.ts';
import type { Glyphs } from '../../ui/glyphs.ts';
import { sparkline } from '../../ui/sparkline.ts';
import { type Cell, type Column, mandatory } from '../../ui/table/columns.ts';
import { stateTokens } from '../../ui/theme.ts';
import type { Activity } from '../../wg/activity/activity.ts';

/** What the cells of all rows share. */
export interface PeerContext {
  /** Milliseconds since the epoch, to the time of the data. */
  readonly now: number;
  readonly glyphs: Glyphs;
}

export type PeerColumn = Column<PeerView, PeerContext>;

/** The state in a word, with what makes it worth a look. */
export function describeState(activity: Activity, now: number): string {
  switch (activity.state) {
    case 'idle':
      return activity.since === undefined ? 'idle' : `idle ${formatDuration(now - activity.since)}`;
    case 'lost':
      return `lost ${formatDuration(now - activity.since)}`;
    case 'calling':
      return activity.ongoing ? 'calling' : 'no answer';
    default:
      return activity.state;
  }
}

/** Whether the device has a configuration that the hub has outgrown: a sign behind its name, and the reasons in its details. */
function isStale({ stale }: PeerView): boolean {
  return stale !== undefined && stale.length > 0;
}

/**
 * The live table's columns. What seldom changes stands left and what changes each second right, because a line is sent
 * again from its first change on.
 */
const columns: readonly PeerColumn[] = [
  {
    id: 'name',
    header: 'NAME',
    align: 'left',
    min: 14,
    ideal: 20,
    max: 36,
    priority: mandatory,
    cell: (peer) => {
      const tail = `${peer.you === true ? ' (you)' : ''}${isStale(peer) ? ' !' : ''}`;
      return { text: peer.label, ...(tail !== '' && { tail }) };
    },
  },
  {
    id: 'interface',
    header: 'IFACE',
    align: 'left',
    min: 5,
    ideal: 6,
    max: 15,
    priority: 55,
    cell: (peer) => ({ text: peer.interfaceName }),
  },
  {
    id: 'address',
    header: 'ADDRESS',
    align: 'left',
    min: 11,
    ideal: 15,
    max: 26,
    priority: 60,
    cell: (peer) => ({ text: peer.address }),
  },
  {
    id: 'state',
    header: 'STATE',
    align: 'left',
    min: 11,
    ideal: 12,
    priority: mandatory,
    cell: (peer, { now, glyphs }) => ({
      text: `${glyphs.states[peer.activity.state]} ${describeState(peer.activity, now)}`,
      token: stateTokens[peer.activity.state],
    }),
  },
  {
    id: 'endpoint',
    header: 'ENDPOINT',
    align: 'left',
    min: 19,
    ideal: 21,
    max: 47,
    priority: 20,
    cell: (peer) => ({ text: peer.endpoint ?? '', token: 'muted' }),
  },
  {
    id: 'handshake',
    header: 'HANDSHAKE',
    align: 'right',
    min: 10,
    ideal: 10,
    priority: 50,
    cell: (peer, { now }) => ({
      text: peer.latestHandshake === undefined ? 'never' : formatCoarseAge(now - peer.latestHandshake),
      ...(peer.latestHandshake === undefined ? { token: 'muted' as const } : {}),
    }),
  },
  {
    id: 'spark',
    header: 'LAST 60 s',
    align: 'left',
    min: 10,
    ideal: 10,
    priority: 30,
    cell: (peer, { glyphs }) => ({ text: sparkline(peer.spark, 10, glyphs) }),
  },
  {
    id: 'rx',
    header: '↓ RATE',
    align: 'right',
    min: 9,
    ideal: 9,
    priority: 80,
    cell: (peer, { glyphs }) => rateCell(peer.rxBitsPerSecond, glyphs),
  },
  {
    id: 'tx',
    header: '↑ RATE',
    align: 'right',
    min: 9,
    ideal: 9,
    priority: 70,
    cell: (peer, { glyphs }) => rateCell(peer.txBitsPerSecond, glyphs),
  },
];

function rateCell(bitsPerSecond: number | undefined, { dash }: Glyphs): Cell {
  const text = formatRate(bitsPerSecond, dash);
  return text === dash ? { text, token: 'muted' } : { text };
}

/** The columns for this terminal; the interface's name is one of them where there are several. */
export function peerColumns(hasSeveralInterfaces: boolean, glyphs: Glyphs): readonly PeerColumn[] {
  return columns
    .filter((column) => hasSeveralInterfaces || column.id !== 'interface')
    .map((column) =>
      glyphs.isAscii ? { ...column, header: column.header.replace('↓', glyphs.down).replace('↑', glyphs.up) } : column,
    );
}
