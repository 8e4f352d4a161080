import type { Printable } from '../../host/printable.ts';
import type { InterfaceAddress } from '../../network/addresses.ts';
import type { InterfaceView, Snapshot } from '../../observe/snapshot.ts';
import { cutSpans, type Look, type Span, spansWidth } from '../../ui/look.ts';
import { strokesOf } from './strokes.ts';

/** What the map says about the hub itself. */
export interface HubFacts {
  readonly snapshot: Snapshot;
  /** Where clients find the hub on the internet; undefined: not known. */
  readonly publicAddress: Printable | undefined;
  /** Of all the host's interfaces, for those inside the tunnels. Without them the map leaves these out. */
  readonly addresses?: readonly InterfaceAddress[];
}

/** Columns from the left edge of a box to the line that comes out of its top. */
const uplinkColumn = 12;

/** The interface in one line: `wg0 :51820 · 10.8.0.1 · 5 of 7 online`. */
export function interfaceSpans(hub: InterfaceView, addresses: HubFacts['addresses'], look: Look): Span[] {
  const dot = ` ${look.glyphs.dot} `;
  const overlay = overlayOf(hub, addresses).map((each) => `${dot}${each}`);
  return [
    ['strong', hub.name],
    ['text', ` :${hub.listenPort}${overlay.join('')}`],
    ['muted', `${dot}${onlineText(hub)}`],
  ];
}

/** The Edge in one line, for windows in which a box takes too much. */
export function edgeSpans({ snapshot, publicAddress, addresses }: HubFacts, look: Look): Span[] {
  const { horizontal } = strokesOf(look.glyphs);
  const [hub, ...others] = snapshot.interfaces;
  const edge: Span[] = [
    ['muted', `internet ${horizontal}${horizontal} `],
    ['strong', snapshot.hostname],
    ['text', publicAddress === undefined ? '' : ` ${publicAddress}`],
  ];
  if (hub === undefined || others.length > 0) return edge;
  return [...edge, ['text', '  '], ...interfaceSpans(hub, addresses, look)];
}

/**
 * What stands in the box, a line each. `isTall`: few words on many lines, for beside the peers. With several interfaces
 * each has a line of its own below the box.
 */
export function boxTexts({ snapshot, publicAddress, addresses }: HubFacts, isTall: boolean): Span[][] {
  const [hub, ...others] = snapshot.interfaces;
  const edge: Span[] = [['strong', snapshot.hostname]];
  const known: Span[] = publicAddress === undefined ? [] : [['accent', publicAddress]];
  const first = isTall ? [edge, known] : [joined([edge, known])];
  if (hub === undefined || others.length > 0) return first.filter(isFilled);
  const port: Span[] = [
    ['strong', hub.name],
    ['text', ` :${hub.listenPort}`],
  ];
  const overlay = overlayOf(hub, addresses)
    .slice(0, 2)
    .map((each): Span[] => [['text', each]]);
  const rest = isTall ? [port, ...overlay] : [joined([port, ...overlay])];
  return [...first, ...rest, [['muted', onlineText(hub)] satisfies Span]].filter(isFilled);
}

function joined(texts: readonly (readonly Span[])[]): Span[] {
  return texts.filter(isFilled).flatMap((text, index): Span[] => [...(index === 0 ? [] : [gap]), ...text]);
}

const gap: Span = ['text', '  '];

function isFilled(text: readonly Span[]): boolean {
  return text.length > 0;
}

/**
 * The box with the internet above it, all lines equally wide, `width` columns at most. `hasTrunk`: the peers' trunk comes
 * out of its bottom, one column in.
 *
 *           internet
 *               │
 *     ╭─────────┴──────────╮
 *     │ edge               │
 *     ╰┬───────────────────╯
 */
export function drawBox(texts: readonly Span[][], width: number, hasTrunk: boolean, look: Look): Span[][] {
  const { horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight, up, down } = strokesOf(look.glyphs);
  const inner = Math.max(0, Math.min(Math.max(22, ...texts.map(spansWidth)), width - 4));
  const before = horizontal.repeat(uplinkColumn - 1);
  const after = horizontal.repeat(Math.max(0, inner + 2 - uplinkColumn));
  const filled = (spans: readonly Span[]): Span[] => {
    const cut = cutSpans(spans, inner, look.glyphs.ellipsis);
    return [...cut, ['text', ' '.repeat(inner - spansWidth(cut))]];
  };
  const above = (text: string, column: number): Span[] => [['muted', (' '.repeat(column) + text).padEnd(inner + 4)]];
  return [
    above('internet', uplinkColumn - 4),
    above(vertical, uplinkColumn),
    [['muted', `${topLeft}${before}${up}${after}${topRight}`]],
    ...texts.map((text): Span[] => [['muted', `${vertical} `], ...filled(text), ['muted', ` ${vertical}`]]),
    [['muted', `${bottomLeft}${hasTrunk ? down : horizontal}${horizontal.repeat(inner + 1)}${bottomRight}`]],
  ];
}

/** The addresses of the interface inside the tunnel, without those that every IPv6 link has. */
function overlayOf({ name }: InterfaceView, addresses: HubFacts['addresses'] = []): Printable[] {
  return addresses.filter((each) => `${each.dev}` === name && each.scope !== 'link').map((each) => each.text);
}

function onlineText({ liveCount, onlineCount, peers }: InterfaceView): string {
  return peers.length === 0 ? 'no peer yet' : `${onlineCount} of ${liveCount} online`;
}
