/** Pictures of a terminal screen: a compact SVG, text as text, runs of equal style merged. */
import type { IBufferCell, IBufferLine } from '@xterm/headless';
import type { XTerminal } from './screen.ts';

const cellWidth = 8.43;
const cellHeight = 18;
const padding = 12;
const baseline = 13.5;

/** The colours that a person's terminal is set to. */
interface Palette {
  readonly background: string;
  readonly foreground: string;
  /** The sixteen colours with numbers 0 to 15. */
  readonly colours: readonly string[];
}

const palettes = {
  dark: {
    background: '#1a1b26',
    foreground: '#c0caf5',
    colours: (
      '#15161e #f7768e #9ece6a #e0af68 #7aa2f7 #bb9af7 #7dcfff #a9b1d6 ' +
      '#737aa2 #ff899d #b9f27c #ffc777 #9ab8ff #c7a9ff #a4daff #c0caf5'
    ).split(' '),
  },
  light: {
    background: '#fafafa',
    foreground: '#343b58',
    colours: (
      '#343b58 #b3261e #2e7d32 #8a6100 #2e5cc5 #8c3fc0 #0f7a8a #6a6f87 ' +
      '#7a7f95 #c4402f #3d8f41 #9a7010 #4470d8 #a055d0 #1f8a9a #1a1b26'
    ).split(' '),
  },
} as const satisfies Record<string, Palette>;

export type PaletteName = keyof typeof palettes;

interface Style {
  readonly fill: string;
  readonly behind: string | undefined;
  readonly css: string;
}

interface Run {
  readonly column: number;
  width: number;
  text: string;
  readonly style: Style;
}

/** The visible screen as an SVG document. `title` is what a screen reader says. */
export function screenToSvg(terminal: XTerminal, title = 'terminal', paletteName: PaletteName = 'dark'): string {
  const palette = palettes[paletteName];
  const buffer = terminal.buffer.active;
  const classes = new Map<string, string>();
  const classOf = (css: string) => {
    const known = classes.get(css);
    if (known !== undefined) return known;
    const name = `s${classes.size.toString(36)}`;
    classes.set(css, name);
    return name;
  };
  const rects: string[] = [];
  const texts: string[] = [];
  for (let row = 0; row < terminal.rows; row += 1) {
    const line = buffer.getLine(buffer.baseY + row);
    if (line === undefined) continue;
    const runs = runsOf(line, terminal.cols, palette);
    rects.push(...backgroundsOf(runs, row));
    rects.push(...runs.flatMap((run) => drawingOf(run, row)));
    const spans = runs.flatMap(wordsOf).map((word) => span(word, classOf));
    if (spans.length > 0)
      texts.push(`<text y="${number(padding + row * cellHeight + baseline)}">${spans.join('')}</text>`);
  }
  const width = number(padding * 2 + terminal.cols * cellWidth);
  const height = padding * 2 + terminal.rows * cellHeight;
  const css = [...classes].map(([rule, name]) => `.${name}{${rule}}`).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>text{font:14px "DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}${css}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${palette.background}"/>`,
    ...rects,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

/** Neighbouring cells of the same style, as one run. A wide character ends its run, so that what follows stays in its column. */
function runsOf(line: IBufferLine, columns: number, palette: Palette): Run[] {
  const runs: Run[] = [];
  let afterWide = false;
  for (let column = 0; column < columns; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell, palette);
    const last = runs.at(-1);
    const text = cell.getChars() || ' ';
    if (last !== undefined && !afterWide && last.style.css === style.css && last.style.behind === style.behind) {
      last.text += text;
      last.width += cell.getWidth();
    } else {
      runs.push({ column, width: cell.getWidth(), text, style });
    }
    afterWide = cell.getWidth() > 1;
  }
  return runs;
}

/**
 * The parts of a run between gaps of two blanks and more, each with its own column: short, and no font can shift them.
 * What {@link drawingOf} draws is left out.
 */
function wordsOf(run: Run): Run[] {
  if (run.width !== run.text.length) return run.text.trim() === '' ? [] : [run];
  return [...run.text.replace(drawn, ' ').matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    ...run,
    column: run.column + match.index,
    width: match[0].length,
    text: match[0],
  }));
}

/** The upper half block, lower blocks of one eighth to eight, and light lines: fonts leave seams between them, so they are drawn. */
const drawn = /[\u2580-\u2588─│┌┐└┘├┤┬┴┼]/g;
const sameDrawn = /([\u2580-\u2588─│┌┐└┘├┤┬┴┼])\1*/g;
/** Which of the sides left, right, up and down a line's sign reaches. */
const arms: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '├': 'rud',
  '┤': 'lud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};

/** The blocks and lines of a run as one path. */
function drawingOf(run: Run, row: number): string[] {
  if (run.width !== run.text.length) return [];
  const parts = [...run.text.matchAll(sameDrawn)].map(({ 0: signs, index }) =>
    shapeOf(signs, padding + (run.column + index) * cellWidth, padding + row * cellHeight),
  );
  if (parts.length === 0) return [];
  const opacity = run.style.css.includes('opacity') ? ' opacity=".6"' : '';
  return [`<path fill="${run.style.fill}"${opacity} shape-rendering="crispEdges" d="${parts.join('')}"/>`];
}

/** Equal signs beside each other, whose first cell begins at a point. */
function shapeOf(signs: string, left: number, top: number): string {
  const sign = signs.charAt(0);
  const width = signs.length * cellWidth;
  const reaches = arms[sign];
  if (reaches === undefined) {
    if (sign === '▀') return box(left, top, width, cellHeight / 2);
    const height = ((sign.charCodeAt(0) - 0x2580) / 8) * cellHeight;
    return box(left, top + cellHeight - height, width, height);
  }
  const middle = { x: left + cellWidth / 2, y: top + cellHeight / 2 };
  const isAcross = reaches.includes('l') && reaches.includes('r');
  const across = isAcross ? box(left, middle.y, width, 1) : '';
  const half = reaches.includes('l')
    ? box(left, middle.y, cellWidth / 2, 1)
    : box(middle.x, middle.y, cellWidth / 2, 1);
  const upright = (reaches.includes('u') ? cellHeight / 2 : 0) + (reaches.includes('d') ? cellHeight / 2 : 0);
  const start = reaches.includes('u') ? top : middle.y;
  return (isAcross ? across : reaches === 'ud' ? '' : half) + (upright > 0 ? box(middle.x, start, 1, upright) : '');
}

function box(left: number, top: number, width: number, height: number): string {
  return `M${number(left)} ${number(top)}h${number(width)}v${number(height)}h${number(-width)}z`;
}

function backgroundsOf(runs: readonly Run[], row: number): string[] {
  return runs.flatMap(({ column, width, style }) =>
    style.behind === undefined
      ? []
      : `<rect x="${x(column)}" y="${padding + row * cellHeight}" width="${number(width * cellWidth)}" height="${cellHeight}" fill="${style.behind}"/>`,
  );
}

function span(run: Run, classOf: (css: string) => string): string {
  // Braille comes from another font, whose signs are wider.
  const length = /[\u2800-\u28ff]/.test(run.text) ? ` textLength="${number(run.width * cellWidth)}"` : '';
  return `<tspan x="${x(run.column)}"${length} class="${classOf(run.style.css)}">${escapeXml(run.text)}</tspan>`;
}

/** The colours of a cell as a person sees them, as `#rrggbb`. */
export function coloursOf(cell: IBufferCell, paletteName: PaletteName): { fill: string; behind: string } {
  const palette = palettes[paletteName];
  const { fill, behind } = coloursIn(cell, palette);
  return { fill, behind: behind ?? palette.background };
}

function coloursIn(cell: IBufferCell, palette: Palette): Pick<Style, 'fill' | 'behind'> {
  const { background, foreground } = palette;
  const front = colour(palette, cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor());
  const back = colour(palette, cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor());
  const inverse = cell.isInverse() !== 0;
  return {
    fill: inverse ? (back ?? background) : (front ?? foreground),
    behind: inverse ? (front ?? foreground) : back,
  };
}

function styleOf(cell: IBufferCell, palette: Palette): Style {
  const { fill, behind } = coloursIn(cell, palette);
  const rules = [
    `fill:${fill}`,
    ...(cell.isBold() ? ['font-weight:700'] : []),
    ...(cell.isDim() ? ['opacity:.6'] : []),
    ...(cell.isItalic() ? ['font-style:italic'] : []),
    ...(cell.isUnderline() ? ['text-decoration:underline'] : []),
    ...(cell.isStrikethrough() ? ['text-decoration:line-through'] : []),
    ...(cell.isInvisible() ? ['visibility:hidden'] : []),
  ];
  return { fill, behind, css: rules.join(';') };
}

function colour(palette: Palette, isRgb: boolean, isPalette: boolean, value: number): string | undefined {
  if (isRgb) return hex(value);
  return isPalette ? paletteColour(palette, value) : undefined;
}

/** xterm's 256 colours: 16 of the theme, a 6×6×6 cube, 24 greys. */
function paletteColour(palette: Palette, index: number): string {
  if (index < 16) return palette.colours[index] ?? palette.foreground;
  if (index >= 232) return hex(((index - 232) * 10 + 8) * 0x010101);
  const level = (part: number) => (part === 0 ? 0 : part * 40 + 55);
  const cube = index - 16;
  return hex((level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6));
}

function hex(value: number): string {
  return `#${value.toString(16).padStart(6, '0')}`;
}

function x(column: number): string {
  return number(padding + column * cellWidth);
}

/** Two decimals at most. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
