/** Pictures of a terminal screen: a compact SVG, text as text, runs of equal style merged. */
import type { IBufferCell, IBufferLine } from '@xterm/headless';
import type { XTerminal } from './screen.ts';

const cellWidth = 8.43;
const cellHeight = 18;
const padding = 12;
const baseline = 13.5;
const background = '#1a1b26';
const foreground = '#c0caf5';
const palette16 = [
  '#15161e',
  '#f7768e',
  '#9ece6a',
  '#e0af68',
  '#7aa2f7',
  '#bb9af7',
  '#7dcfff',
  '#a9b1d6',
  '#565f89',
  '#ff899d',
  '#b9f27c',
  '#ffc777',
  '#9ab8ff',
  '#c7a9ff',
  '#a4daff',
  '#c0caf5',
];

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
export function screenToSvg(terminal: XTerminal, title = 'terminal'): string {
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
    const runs = runsOf(line, terminal.cols);
    rects.push(...backgroundsOf(runs, row));
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
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...rects,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

/** Neighbouring cells of the same style, as one run. A wide character ends its run, so that what follows stays in its column. */
function runsOf(line: IBufferLine, columns: number): Run[] {
  const runs: Run[] = [];
  let afterWide = false;
  for (let column = 0; column < columns; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
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

/** The parts of a run between gaps of two blanks and more, each with its own column: short, and no font can shift them. */
function wordsOf(run: Run): Run[] {
  if (run.width !== run.text.length) return run.text.trim() === '' ? [] : [run];
  return [...run.text.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    ...run,
    column: run.column + match.index,
    width: match[0].length,
    text: match[0],
  }));
}

function backgroundsOf(runs: readonly Run[], row: number): string[] {
  return runs.flatMap(({ column, width, style }) =>
    style.behind === undefined
      ? []
      : `<rect x="${x(column)}" y="${padding + row * cellHeight}" width="${number(width * cellWidth)}" height="${cellHeight}" fill="${style.behind}"/>`,
  );
}

function span(run: Run, classOf: (css: string) => string): string {
  return `<tspan x="${x(run.column)}" class="${classOf(run.style.css)}">${escapeXml(run.text)}</tspan>`;
}

function styleOf(cell: IBufferCell): Style {
  const front = colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor());
  const back = colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor());
  const inverse = cell.isInverse() !== 0;
  const fill = inverse ? (back ?? background) : (front ?? foreground);
  const behind = inverse ? (front ?? foreground) : back;
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

function colour(isRgb: boolean, isPalette: boolean, value: number): string | undefined {
  if (isRgb) return hex(value);
  return isPalette ? paletteColour(value) : undefined;
}

/** xterm's 256 colours: 16 of the theme, a 6×6×6 cube, 24 greys. */
function paletteColour(index: number): string {
  if (index < 16) return palette16[index] ?? foreground;
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
