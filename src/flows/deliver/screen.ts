/** A secret on the terminal: what shows it outside of the console, what takes it away, and what is said about it. */
import { known, type Printable } from '../../host/printable.ts';
import type { CellSize } from '../../ui/qr/lines.ts';

/**
 * Shows lines on the alternate screen, which has no scrollback, without a cursor. For sub-commands; the console is there
 * already, and its next frame writes over what was shown.
 */
export function showAlone(lines: readonly string[]): string {
  return `\u001b[?1049h\u001b[?25l\u001b[2J${lines.map((line, row) => `\u001b[${row + 1};1H${line}`).join('')}`;
}

/**
 * Blanks the rows one by one and goes back to the main screen. Without this, terminals that keep the alternate screen for
 * themselves would keep the secret; erasing all at once, some move it into the scrollback.
 */
export function takeAway(rows: number): string {
  const blank = Array.from({ length: rows }, (_, row) => `\u001b[${row + 1};1H\u001b[2K`).join('');
  return `${blank}\u001b[?25h\u001b[?1049l`;
}

/**
 * Why there is no code on the screen, and what to do. `small` is what it needs in small signs, where these would fit and
 * were not tried.
 */
export function tooSmallWords(needs: CellSize, has: CellSize, small?: CellSize): readonly Printable[] {
  const isOffered = small !== undefined && small.columns <= has.columns && small.rows <= has.rows;
  return [
    known(`The QR code needs ${sizeOf(needs)}; this terminal has ${sizeOf(has)}.`),
    ...(isOffered
      ? [known(`In small signs ${sizeOf(small)} do, where the terminal draws them: kitty, foot, WezTerm and Ghostty.`)]
      : []),
    known('Make its window larger or its letters smaller, or take a picture or the configuration as a file.'),
  ];
}

function sizeOf({ columns, rows }: CellSize): string {
  return `${columns} columns and ${rows} rows`;
}

/** What may have kept the secret after it is gone from the screen. */
export function recorderWords(environment: Readonly<Record<string, string | undefined>>): Printable {
  const isSet = (name: string) => (environment[name] ?? '') !== '';
  const around = isSet('TMUX') ? 'tmux, ' : isSet('STY') ? 'screen, ' : '';
  const others = around === '' ? 'tmux, screen, script' : `${around}script`;
  return known(`It is gone from the screen. ${others} or a recorder of sessions may have kept it.`);
}
