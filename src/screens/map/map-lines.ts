import { cutLines } from '../../ui/details.ts';
import { cutSpans, type Look, paintSpans, type Span, spansWidth } from '../../ui/look.ts';
import type { PeerId } from '../../wg/peer.ts';
import { chooseSpokes, type HubSpokes, isGateway, spokesOf } from './choose.ts';
import { boxTexts, drawBox, edgeSpans, type HubFacts, interfaceSpans } from './hub-box.ts';
import { fitSpokes, lanSpans, leftSpans, spokeSpans } from './spoke.ts';
import { strokesOf } from './strokes.ts';

/** What the map shows. */
export interface MapScreen extends HubFacts {
  readonly selection: PeerId | undefined;
  /** Of the body, in columns and rows. */
  readonly width: number;
  readonly height: number;
  readonly look: Look;
}

/** How much room the picture takes. */
interface Density {
  /** Blank lines: between all peers, between gateways and the others, or none. */
  readonly spacing: 'all' | 'groups' | 'none';
  readonly areLansInline: boolean;
  /** The Edge as a box, or as one line. */
  readonly isBoxed: boolean;
}

/** From roomy to tight; the first is taken in which every peer has a place. */
const densities: readonly Density[] = [
  { spacing: 'all', areLansInline: false, isBoxed: true },
  { spacing: 'groups', areLansInline: false, isBoxed: true },
  { spacing: 'none', areLansInline: false, isBoxed: true },
  { spacing: 'none', areLansInline: true, isBoxed: true },
  { spacing: 'none', areLansInline: true, isBoxed: false },
];
const tight: Density = { spacing: 'none', areLansInline: true, isBoxed: true };
const tightest: Density = { ...tight, isBoxed: false };

/** Below this a box takes too much of the window to let peers go for it. */
const boxedHeight = 16;
/** From here on the hub stands beside its peers. */
const fanWidth = 112;
const fanHeight = 11;
const fanBoxWidth = 30;

/**
 * The mesh as the hub has it, drawn from live data. In a small window the peers hang below the Edge, and each interface
 * below it where there are several:
 *
 *             internet
 *                 │
 *     ╭───────────┴────────────╮
 *     │ edge  198.51.100.10    │
 *     │ wg0 :51820  10.8.0.1   │
 *     │ 4 of 7 online          │
 *     ╰┬───────────────────────╯
 *      ├─━━●━━  home            10.8.0.3         active      ↓ 10.7 Mb/s  ↑ 1.61 Mb/s
 *      │        ╰─ LAN 192.168.1.0/24
 *      ├───✗    cabin-router    10.8.0.12        lost 18 m
 *      │        ╰─ LAN 192.168.40.0/24
 *      │
 *      ├─━━●━━  laptop (you)    10.8.0.4         active      ↓  217 kb/s  ↑ 1.80 Mb/s
 *      ╰─  ◌──  printer         10.8.0.9         knocking
 *
 * In a wide one they fan out to the right of it:
 *
 *             internet
 *                 │                ╭─━━●━━  home          10.8.0.3  active  …
 *     ╭───────────┴────────────╮   │        ╰─ LAN 192.168.1.0/24
 *     │ edge                   ├───┼─━━●━━  laptop (you)  10.8.0.4  active  …
 *     ╰────────────────────────╯   ╰─  ◌──  printer       10.8.0.9  knocking
 *
 * Never more than `height` lines of `width` columns. Where not all peers fit, those that matter least are counted.
 */
export function mapLines(screen: MapScreen): string[] {
  const { width, height, look } = screen;
  if (width <= 0 || height <= 0) return [];
  const isFan = screen.snapshot.interfaces.length === 1 && width >= fanWidth && height >= fanHeight;
  const lines = isFan ? fanLines(screen) : treeLines(screen);
  const painted = lines.map((line) => paintSpans(look.theme, trimmed(cutSpans(line, width, look.glyphs.ellipsis))));
  return cutLines(painted, height, width, look);
}

/** A line without the blanks at its end, except those of a selected row. */
function trimmed(spans: readonly Span[]): Span[] {
  const kept = [...spans];
  for (let last = kept.pop(); last !== undefined; last = kept.pop()) {
    const [token, text] = last;
    const shown = token === 'selected' ? text : text.trimEnd();
    if (shown !== '') return [...kept, [token, shown]];
  }
  return kept;
}

/** Something that hangs on a trunk: its own line, and the lines below it. Undefined: a gap. */
type Branch = { readonly spans: readonly Span[]; readonly below: readonly (readonly Span[])[] } | undefined;

function treeLines(screen: MapScreen): Span[][] {
  const all = hubsOf(screen);
  for (const density of densitiesFor(all, screen.height)) {
    const lines = drawTree(all, density, screen);
    if (lines.length <= screen.height) return lines;
  }
  const density = screen.height < boxedHeight ? tightest : tight;
  const bare = drawTree(chooseSpokes(all, 0, screen.selection), density, screen);
  return drawTree(chooseSpokes(all, screen.height - bare.length, screen.selection), density, screen);
}

/** None where there are more peers than lines: to draw thousands of peers takes longer than a frame may. */
function densitiesFor(hubs: readonly HubSpokes[], height: number): readonly Density[] {
  return hubs.reduce((sum, { spokes }) => sum + spokes.length, 0) > height ? [] : densities;
}

function drawTree(hubs: readonly HubSpokes[], density: Density, screen: MapScreen): Span[][] {
  const { look, width } = screen;
  const [only, ...others] = hubs;
  const hasTrunk = others.length > 0 || (only !== undefined && only.spokes.length + only.left.length > 0);
  const head = density.isBoxed
    ? drawBox(boxTexts(screen, false), width - 1, hasTrunk, look).map(indented)
    : [edgeSpans(screen, look)];
  const isSingle = only !== undefined && others.length === 0;
  const branches: Branch[] = isSingle
    ? peerBranches(only, density, screen, width - 4)
    : hubs.map((hub) => {
        const below = hang(peerBranches(hub, density, screen, width - 8), look);
        return { spans: [['text', ' '] as const, ...interfaceSpans(hub.hub, screen.addresses, look)], below };
      });
  return [...head, ...hang(branches, look).map(indented)];
}

function indented(spans: readonly Span[]): Span[] {
  return [['text', ' '], ...spans];
}

/** The branches on a trunk at the left. */
function hang(branches: readonly Branch[], look: Look): Span[][] {
  const { vertical, right, bottomLeft, horizontal } = strokesOf(look.glyphs);
  return branches.flatMap((branch, index): Span[][] => {
    const isLast = index === branches.length - 1;
    if (branch === undefined) return [[['muted', ` ${vertical}`]]];
    const own: Span[] = [['muted', ` ${isLast ? bottomLeft : right}${horizontal}`], ...branch.spans];
    const past: Span = ['muted', ` ${isLast ? ' ' : vertical} `];
    return [own, ...branch.below.map((line): Span[] => [past, ...line])];
  });
}

function hubsOf({ snapshot }: MapScreen): HubSpokes[] {
  return snapshot.interfaces.map((hub) => ({ hub, spokes: spokesOf(hub), left: [] }));
}

/** A branch for each peer, with gaps as the density has them, and one for the peers that have no place. */
function peerBranches(hub: HubSpokes, density: Density, screen: MapScreen, width: number): Branch[] {
  const { look, selection, snapshot } = screen;
  const { areLansInline, spacing } = density;
  const fitted = fitSpokes(width, look.glyphs);
  const context = { now: snapshot.now, look, selection, areLansInline };
  const branches = hub.spokes.flatMap((spoke, index): Branch[] => {
    const below = isGateway(spoke) && !areLansInline ? [lanSpans(spoke, width, look)] : [];
    const previous = hub.spokes[index - 1];
    const isNewGroup = previous !== undefined && isGateway(previous) && !isGateway(spoke);
    const hasGap = index > 0 && (spacing === 'all' || (spacing === 'groups' && isNewGroup));
    const branch = { spans: spokeSpans(spoke, fitted, context), below };
    return hasGap ? [undefined, branch] : [branch];
  });
  return hub.left.length === 0 ? branches : [...branches, { spans: [['text', ' '], ...leftSpans(hub)], below: [] }];
}

function fanLines(screen: MapScreen): Span[][] {
  const { look, height, selection } = screen;
  const box = drawBox(boxTexts(screen, true), fanBoxWidth, false, look);
  const boxWidth = Math.max(...box.map(spansWidth));
  const room = screen.width - boxWidth - 8;
  const [hub] = hubsOf(screen);
  if (hub === undefined) return box;
  for (const density of densitiesFor([hub], height)) {
    const branches = peerBranches(hub, density, screen, room);
    if (rowsOf(branches) <= height) return drawFan(box, branches, screen);
  }
  const [chosen = hub] = chooseSpokes([hub], height - 1, selection);
  return drawFan(box, peerBranches(chosen, tight, screen, room), screen);
}

function rowsOf(branches: readonly Branch[]): number {
  return branches.reduce((sum, branch) => sum + 1 + (branch?.below.length ?? 0), 0);
}

/** The box in the middle of the peers' height, or the peers in the middle of the box's. */
function drawFan(box: readonly Span[][], branches: readonly Branch[], { look }: MapScreen): Span[][] {
  const rows = branches.flatMap((branch): FanRow[] => [
    { isSpoke: branch !== undefined, spans: branch?.spans ?? [] },
    ...(branch?.below ?? []).map((spans) => ({ isSpoke: false, spans })),
  ]);
  const strokes = strokesOf(look.glyphs);
  const lastSpoke = rows.findLastIndex((row) => row.isSpoke);
  // The line out of the box leaves the middle of its texts, which begin below the internet, its line and the border.
  const outOfBox = Math.floor((box.length + 2) / 2);
  const boxTop = Math.max(0, Math.floor(lastSpoke / 2) - outOfBox);
  const out = boxTop + outOfBox;
  const firstRow = lastSpoke < 0 ? out : Math.max(0, out - Math.floor(lastSpoke / 2));
  const lastRow = firstRow + lastSpoke;
  const boxWidth = Math.max(...box.map(spansWidth));
  const total = Math.max(boxTop + box.length, firstRow + rows.length);
  return Array.from({ length: total }, (_, index): Span[] => {
    const row = rows[index - firstRow];
    const left = box[index - boxTop] ?? [['text', ' '.repeat(boxWidth)] as const];
    const isOut = index === out && lastSpoke >= 0;
    const reach = isOut ? [...left.slice(0, -1), ['muted', ` ${strokes.right}`] as const] : left;
    const bridge = (isOut ? strokes.horizontal : ' ').repeat(3);
    const arms = {
      up: index > firstRow && index <= lastRow,
      down: index >= firstRow && index < lastRow,
      left: isOut,
      right: row?.isSpoke === true,
    };
    const knot = knotOf(arms, strokes) + (arms.right ? strokes.horizontal : ' ');
    return [['text', ' '], ...reach, ['muted', bridge + knot], ...(row?.spans ?? [])];
  });
}

interface FanRow {
  readonly isSpoke: boolean;
  readonly spans: readonly Span[];
}

interface Arms {
  readonly up: boolean;
  readonly down: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/** The sign in which these arms of lines meet. */
function knotOf({ up, down, left, right }: Arms, strokes: ReturnType<typeof strokesOf>): string {
  if (!up && !down) return left || right ? strokes.horizontal : ' ';
  if (left && right) return up && down ? strokes.cross : up ? strokes.up : strokes.down;
  if (left) return up && down ? strokes.left : up ? strokes.bottomRight : strokes.topRight;
  if (right) return up && down ? strokes.right : up ? strokes.bottomLeft : strokes.topLeft;
  return strokes.vertical;
}
