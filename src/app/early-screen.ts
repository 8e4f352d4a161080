import { composeScreen, type ScreenOptions } from './screen.ts';
import type { ConsoleView } from './state.ts';
import { wholeFrame } from './whole-frame.ts';

const enterScreen = '\u001b[?1049h\u001b[H\u001b[?25l';
const leaveScreen = '\u001b[?1049l\u001b[?25h';
const home = '\u001b[H';
const eraseLineEnd = '\u001b[K';
const eraseBelow = '\u001b[J';

/** A screen that stands before Ink is loaded, and how Ink takes it over. */
export interface EarlyScreen {
  /** Rewrites what Ink sends until its first frame stands over the early one, so that nothing flickers. */
  readonly takeOver: (chunk: string) => string;
  /** Ink has the terminal from now on: it restores it. */
  readonly release: () => void;
}

/**
 * Paints the first screen as plain lines. Loading React and Ink takes as long as everything before it, and the operator
 * can read meanwhile. Undefined where the view is more than lines. Keys pressed until Ink listens wait in the terminal.
 */
export function paintEarly(view: ConsoleView, options: ScreenOptions): EarlyScreen | undefined {
  const screen = composeScreen(view, options);
  if (screen.body === undefined) return undefined;
  // First: whoever sees the screen may press a key.
  process.stdin.setRawMode(true);
  process.stdout.write(enterScreen + wholeFrame(screen, view.state.size.rows).join('\n'));
  return { takeOver: takeOver(), release: restoreUntilReleased() };
}

/** Until the release, whatever ends the process leaves the terminal as it was. */
function restoreUntilReleased(): () => void {
  const restore = () => {
    process.stdout.write(leaveScreen);
    process.stdin.setRawMode(false);
  };
  const end = (_signal: NodeJS.Signals, number: number) => process.exit(128 + number);
  const ignore = () => undefined;
  process.on('exit', restore);
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const) process.on(signal, end);
  process.on('SIGTSTP', ignore);
  return () => {
    process.off('exit', restore);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const) process.off(signal, end);
    process.off('SIGTSTP', ignore);
  };
}

function takeOver(): (chunk: string) => string {
  let isDone = false;
  return (chunk) => {
    if (isDone) return chunk;
    // Entering the alternate screen again would clear it.
    if (chunk.includes('\u001b[?1049h')) return chunk.replace('\u001b[?1049h', home);
    if (!chunk.includes('\n')) return chunk;
    isDone = true;
    return chunk.replaceAll('\n', `${eraseLineEnd}\n`) + eraseLineEnd + eraseBelow;
  };
}
