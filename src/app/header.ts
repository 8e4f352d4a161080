import type { PeerView, Session, Snapshot } from '../observe/snapshot.ts';
import { sortColumns } from '../screens/peers/arrange.ts';
import { formatDuration, formatRate } from '../ui/format.ts';
import { bothEnds, type Look, type Span } from '../ui/look.ts';
import { paint } from '../ui/theme.ts';
import { screens } from './screens.ts';
import type { ConsoleView } from './state.ts';

/**
 * The three lines above the body:
 *
 *      meshtui  edge · wg0 :51820                     5 of 7 online   ↓ 12.4 Mb/s  ↑ 3.1 Mb/s
 *      1 Peers  2 Routes  3 Traffic  7 Map                    you: laptop, through the tunnel
 *     ─────────────────────────────────────────────────────────────────────────────────────────
 */
export function headerLines(view: ConsoleView, look: Look, isDemo: boolean): string[] {
  const { columns } = view.state.size;
  return [
    bothEnds(titleSpans(view.snapshot, look, isDemo), totalsSpans(view.snapshot, look), columns - 1, look),
    bothEnds(tabSpans(view), noticeSpans(view, look), columns - 1, look),
    paint(look.theme, 'heading', look.glyphs.rule.repeat(columns)),
  ];
}

function titleSpans({ hostname, interfaces }: Snapshot, { glyphs }: Look, isDemo: boolean): Span[] {
  const names = interfaces.map((one) => `${one.name} :${one.listenPort}`);
  const where = names.length > 3 ? `${names.length} interfaces` : names.join(` ${glyphs.dot} `);
  const foreign = interfaces.find((one) => one.managedElsewhere !== undefined)?.managedElsewhere;
  return [
    ['strong', ' meshtui'],
    ...(isDemo ? ([['warn', '  demo']] satisfies Span[]) : []),
    ['text', `  ${hostname}${where === '' ? '' : ` ${glyphs.dot} ${where}`}`],
    ...(foreign === undefined ? [] : ([['warn', `  kept by ${foreign}`]] satisfies Span[])),
  ];
}

function totalsSpans({ interfaces, source, at, now }: Snapshot, { glyphs }: Look): Span[] {
  if (source.status === 'blocked') return [];
  if (source.status === 'stale') return [['warn', `data is ${formatDuration(now - at)} old: ${source.reason}`]];
  const live = interfaces.flatMap((one) => one.peers.filter((peer) => peer.activity.state !== 'disabled').length);
  const total = live.reduce((sum, count) => sum + count, 0);
  const online = interfaces.reduce((sum, one) => sum + one.onlineCount, 0);
  const rx = interfaces.reduce((sum, one) => sum + one.rxBitsPerSecond, 0);
  const tx = interfaces.reduce((sum, one) => sum + one.txBitsPerSecond, 0);
  const rate = (sign: string, value: number) => `   ${sign} ${formatRate(value, glyphs.dash).padStart(9)}`;
  return [
    [online > 0 ? 'good' : 'muted', `${online}`],
    ['text', ` of ${total} online`],
    ['text', `${rate(glyphs.down, rx)}${rate(glyphs.up, tx)}`],
  ];
}

/** Every screen with its key, the open one in bold. */
function tabSpans({ state, snapshot }: ConsoleView): Span[] {
  const isBlocked = snapshot.source.status === 'blocked';
  return screens.flatMap(({ id, key, title }): Span[] => [
    [id === state.screen && !isBlocked ? 'accent' : 'muted', ` ${key} `],
    [id === state.screen && !isBlocked ? 'strong' : 'muted', `${title} `],
  ]);
}

function noticeSpans({ state, snapshot, peers }: ConsoleView, { glyphs }: Look): Span[] {
  if (snapshot.source.status === 'blocked') return [];
  const parts: Span[] = [];
  if (state.isPaused) parts.push(['warn', 'paused']);
  if (snapshot.problems.length > 0) {
    const count = snapshot.problems.length;
    parts.push(['warn', `${count} ${count === 1 ? 'problem' : 'problems'} (see details)`]);
  }
  if (state.interfaceName !== undefined) parts.push(['accent', `only ${state.interfaceName}`]);
  if (state.filter !== '' && state.mode.kind !== 'filter') {
    const all = snapshot.interfaces.reduce((sum, one) => sum + one.peers.length, 0);
    parts.push(['accent', `filter "${state.filter}" ${peers.length}/${all}`]);
  }
  if (state.sort.key !== 'address' || state.sort.isDescending) {
    const sign = state.sort.isDescending ? glyphs.descending : glyphs.ascending;
    parts.push(['muted', `by ${sortColumns[state.sort.key] === 'rx' ? 'rate' : state.sort.key}${sign}`]);
  }
  parts.push(...sessionSpans(snapshot.session, snapshot));
  return parts.flatMap((part, index) => (index === 0 ? [part] : [['text', '   '] as const, part]));
}

/** Whether the operator's own connection depends on what is shown here. */
function sessionSpans(session: Session, snapshot: Snapshot): Span[] {
  switch (session.kind) {
    case 'pending':
      return [];
    case 'tunnel': {
      const isYours = (peer: PeerView) => peer.id === session.peer;
      const peer = snapshot.interfaces.find((one) => one.peers.some(isYours))?.peers.find(isYours);
      return [['good', `you: ${peer?.label ?? session.address}, through the tunnel`]];
    }
    case 'outside':
      return [['muted', `you: ${session.address}, not through the tunnel`]];
    case 'local':
      return [['muted', 'you: on the machine itself']];
    case 'unknown':
      return [['muted', 'you: unknown']];
  }
}
