import xterm from '@xterm/headless';

/** A terminal without a window: what a program has drawn, cell by cell. */
export type XTerminal = InstanceType<typeof xterm.Terminal>;

/** What {@link Screen.waitFor} waits for: a piece of text, a pattern, or a condition on the whole screen. */
export type Awaited = string | RegExp | ((text: string) => boolean);

/** The screen of a terminal as a test reads it. */
export interface Screen {
  /** The underlying emulator, for cells, colours and modes. */
  readonly xterm: XTerminal;
  /** Feeds output of the program; resolves once it is drawn. */
  write(output: string | Uint8Array): Promise<void>;
  /** The visible rows, top to bottom, without trailing blanks. */
  lines(): string[];
  /** The visible rows joined by newlines. */
  text(): string;
  /** The text once it holds what is awaited. Throws after `ms` (default 5,000) with the screen in the message. */
  waitFor(awaited: Awaited, ms?: number): Promise<string>;
  /** Resolves once nothing was written for `idleMs` (default 60), or throws after ten seconds of steady output. */
  settle(idleMs?: number): Promise<void>;
  /** Whether the program is on the alternate screen. */
  isAlternate(): boolean;
  /** Whether the cursor is shown. */
  cursorVisible(): boolean;
}

const pollMs = 8;
const settleLimitMs = 10_000;

/** Resolves after this many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An empty screen of a size. */
export function createScreen(columns: number, rows: number): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 2000 });
  let lastWrite = performance.now();
  let cursorShown = true;
  trackCursor(terminal, (shown) => {
    cursorShown = shown;
  });

  const flushed = () => new Promise<void>((resolve) => terminal.write('', resolve));
  const lines = () => {
    const buffer = terminal.buffer.active;
    return Array.from(
      { length: terminal.rows },
      (_, row) =>
        buffer
          .getLine(buffer.baseY + row)
          // The emulator keeps what was right of the edge when the terminal became narrower.
          ?.translateToString(true, 0, terminal.cols)
          .trimEnd() ?? '',
    );
  };
  const text = () => lines().join('\n');

  return {
    xterm: terminal,
    lines,
    text,
    isAlternate: () => terminal.buffer.active.type === 'alternate',
    cursorVisible: () => cursorShown,
    write(output) {
      lastWrite = performance.now();
      return new Promise((resolve) => terminal.write(output, resolve));
    },
    async waitFor(awaited, ms = 5000) {
      const end = performance.now() + ms;
      for (;;) {
        const shown = text();
        if (holds(shown, awaited)) return shown;
        if (performance.now() > end) throw new Error(`not on the screen after ${ms} ms: ${awaited}\n${frame(lines())}`);
        await sleep(pollMs);
      }
    },
    async settle(idleMs = 60) {
      const end = performance.now() + settleLimitMs;
      lastWrite = performance.now();
      while (performance.now() - lastWrite < idleMs) {
        if (performance.now() > end) throw new Error(`output never paused for ${idleMs} ms\n${frame(lines())}`);
        await sleep(pollMs);
      }
      await flushed();
    },
  };
}

function holds(text: string, awaited: Awaited): boolean {
  if (typeof awaited === 'string') return text.includes(awaited);
  return typeof awaited === 'function' ? awaited(text) : awaited.test(text);
}

/** A box around the screen, so that an error message shows where rows begin and end. */
function frame(lines: readonly string[]): string {
  return ['┌', ...lines.map((line) => `│${line}`), '└'].join('\n');
}

/** xterm keeps DECTCEM to itself, so the sequence is watched on its way in. */
function trackCursor(terminal: XTerminal, set: (shown: boolean) => void): void {
  const watch = (final: string, shown: boolean) =>
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      if (params.includes(25)) set(shown);
      return false;
    });
  watch('h', true);
  watch('l', false);
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    set(true);
    return false;
  });
}
