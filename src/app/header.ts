import type { Manager, PeerView, Session, Snapshot } from '../observe/snapshot.ts';
import { sortColumns } from '../screens/peers/arrange.ts';
import { formatDuration, formatExactDuration, formatRate } from '../ui/format.ts';
import { bothEnds, type Look, type Span, spansWidth } from '../ui/look.ts';
import { paint } from '../ui/theme.ts';
import { screens } from './screens.ts';
import type { ConsoleView } from './state.ts';

/**
 * The three lines above the body:
 *
 *      meshtui  edge · wg0 :51820                     5 of 7 online   ↓ 12.4 Mb/s  ↑ 3.1 Mb/s
 *      1 Peers  2 Routes  3 Traffic  7 Map          drift 0   you: laptop, through the tunnel
 *     ─────────────────────────────────────────────────────────────────────────────────────────
 */
export function headerLines(view: ConsoleView, look: Look, isDemo: boolean): string[] {
  const { columns } = view.state.size;
  return [
    bothEnds(titleSpans(view.snapshot, look, isDemo), totalsSpans(view.snapshot, look), columns - 1, look),
    noticeLine(view, look, columns - 1),
    paint(look.theme, 'heading', look.glyphs.rule.repeat(columns)),
  ];
}

function titleSpans(snapshot: Snapshot, { glyphs }: Look, isDemo: boolean): Span[] {
  const { hostname, interfaces } = snapshot;
  const names = interfaces.map((one) => `${one.name} :${one.listenPort}`);
  const where = names.length > 3 ? `${names.length} interfaces` : names.join(` ${glyphs.dot} `);
  const keeper = keeperWords(snapshot);
  return [
    ['strong', ' meshtui'],
    ...(isDemo ? ([['warn', '  demo']] satisfies Span[]) : []),
    ['text', `  ${hostname}${where === '' ? '' : ` ${glyphs.dot} ${where}`}`],
    ...(keeper === undefined ? [] : ([['warn', `  ${keeper}`]] satisfies Span[])),
  ];
}

/** Who keeps the first interface that is not ours to write; undefined where there is none, or it is not known yet. */
function keeperWords({ interfaces, ownership }: Snapshot): string | undefined {
  for (const { name, managedElsewhere } of interfaces) {
    if (managedElsewhere !== undefined) return `kept by ${managedElsewhere}, read-only`;
    const owner = ownership.get(name);
    if (owner === undefined || owner.writable || owner.manager === 'unknown') continue;
    if (owner.manager === 'wg-quick' || owner.manager === 'awg-quick') return 'read-only (see details)';
    return `kept by ${keeperNames[owner.manager] ?? owner.manager}, read-only`;
  }
  return undefined;
}

const keeperNames: Partial<Record<Manager, string>> = { agent: 'an agent', container: 'a container' };

function totalsSpans({ interfaces, source, at, now }: Snapshot, { glyphs }: Look): Span[] {
  if (source.status === 'blocked') return [];
  if (source.status === 'stale') return [['warn', `data is ${formatDuration(now - at)} old: ${source.reason}`]];
  const live = interfaces.reduce((sum, one) => sum + one.liveCount, 0);
  const online = interfaces.reduce((sum, one) => sum + one.onlineCount, 0);
  const rx = interfaces.reduce((sum, one) => sum + one.rxBitsPerSecond, 0);
  const tx = interfaces.reduce((sum, one) => sum + one.txBitsPerSecond, 0);
  const rate = (sign: string, value: number) => `   ${sign} ${formatRate(value, glyphs.dash).padStart(9)}`;
  return [
    [online > 0 ? 'good' : 'muted', `${online}`],
    ['text', ` of ${live} online`],
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

/** The tabs, and what is to be noticed: said in full where there is room, and then without what is as it should be. */
function noticeLine(view: ConsoleView, look: Look, width: number): string {
  const tabs = tabSpans(view);
  const drift = driftSpans(view.snapshot);
  const urgent = view.snapshot.drift === 0 ? [] : drift;
  const shortest = joined([...urgent, ...noticeSpans(view, look, 'short')]);
  const choices = [
    joined([...drift, ...noticeSpans(view, look, 'full')]),
    joined([...urgent, ...noticeSpans(view, look, 'full')]),
    joined([...drift, ...noticeSpans(view, look, 'short')]),
  ];
  const fits = (spans: readonly Span[]) => spansWidth(tabs) + 2 + spansWidth(spans) <= width;
  return bothEnds(tabs, choices.find(fits) ?? shortest, width, look);
}

/** The parts with blanks between them. */
function joined(parts: readonly Span[]): Span[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [['text', '   '] as const, part]));
}

/** How many differences there are between files, running interfaces and kernel. */
function driftSpans({ drift, source }: Snapshot): Span[] {
  if (drift === undefined || source.status === 'blocked') return [];
  return [[drift === 0 ? 'muted' : 'warn', `drift ${drift}`]];
}

/** What is to be said of changes: one that waits with its time, those that were cut short or taken back. */
function changeSpans({ changes, snapshot }: ConsoleView): Span[] {
  const pending = changes?.records.find(({ state }) => state.kind === 'pending');
  const spans: Span[] = [];
  if (pending?.state.kind === 'pending') {
    const left = Math.max(0, pending.state.deadline - snapshot.now);
    spans.push(['warn', `unconfirmed ${formatExactDuration(left)}: c`]);
  }
  const others = changes?.notices.filter(({ change }) => change !== pending && change.state.kind !== 'pending') ?? [];
  const isBad = others.some(({ choices }) => choices.length > 0);
  if (isBad) spans.push(['bad', 'a change was cut short: 6']);
  else if (others.some(({ change }) => change.state.kind === 'reverted'))
    spans.push(['warn', 'a change was taken back: 6']);
  return spans;
}

function noticeSpans(view: ConsoleView, { glyphs }: Look, length: Length): Span[] {
  const { state, snapshot, peers } = view;
  if (snapshot.source.status === 'blocked') return [];
  const parts: Span[] = changeSpans(view);
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
  parts.push(...sessionSpans(snapshot.session, snapshot, length));
  return parts;
}

type Length = 'full' | 'short';

/** Whether the operator's own connection depends on what is shown here. */
function sessionSpans(session: Session, snapshot: Snapshot, length: Length): Span[] {
  const words = (who: string, how: string): string => `you: ${who}${length === 'full' ? `, ${how}` : ''}`;
  switch (session.kind) {
    case 'pending':
      return [];
    case 'tunnel': {
      const isYours = (peer: PeerView) => peer.id === session.peer;
      const peer = snapshot.interfaces.find((one) => one.peers.some(isYours))?.peers.find(isYours);
      return [['good', words(peer?.label ?? session.address, 'through the tunnel')]];
    }
    case 'outside':
      return [['muted', words(session.address, 'not through the tunnel')]];
    case 'local':
      return [['muted', 'you: on the machine itself']];
    case 'unknown':
      return [['muted', 'you: unknown']];
  }
}
