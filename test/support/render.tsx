/** Whole screens in tests: an Ink element on a terminal of a fixed size, whatever terminal the tests run in. */
import { PassThrough, Writable } from 'node:stream';
import chalk from 'chalk';
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import { createScreen, type Screen } from './screen.ts';
import { type PaletteName, screenToSvg } from './svg.ts';

export interface RenderScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** Whether styles reach the screen at all. Default true (24-bit colour). */
  readonly colour?: boolean;
  /** Ink's layout for screen readers. Default false. */
  readonly screenReader?: boolean;
}

export interface RenderedScreen extends Omit<Screen, 'write'> {
  /** Types keys; resolves once the screen is quiet again. */
  send(keys: string): Promise<void>;
  /** Changes the size; resolves once the screen is quiet again. */
  resize(columns: number, rows: number): Promise<void>;
  /** Bytes written so far: a mark for {@link RenderedScreen.bytesSince}. */
  bytes(): number;
  /** Bytes written since a mark. */
  bytesSince(mark: number): number;
  /** All output so far, escape sequences included. */
  raw(): string;
  /** The screen as a picture. */
  svg(title?: string, palette?: PaletteName): string;
  /** Renders another element in place of the first; resolves once the screen is quiet again. */
  rerender(element: ReactNode): Promise<void>;
  /** Ends the app. Done by itself at the end of each test. */
  unmount(): void;
  /** Resolves (or rejects) as the app ends. */
  waitUntilExit(): Promise<unknown>;
}

/** Standard output that is a terminal of a given size. */
class TtyOutput extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  written = 0;
  readonly chunks: string[] = [];
  readonly #screen: Screen;

  constructor(screen: Screen, columns: number, rows: number) {
    super({ decodeStrings: true });
    this.#screen = screen;
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk.length;
    this.chunks.push(chunk.toString('utf8'));
    // A terminal in raw mode still turns a line feed into a new line on output (opost, onlcr).
    void this.#screen.write(chunk.toString('utf8').replaceAll(/\r?\n/g, '\r\n')).then(done);
  }
}

/** Standard input that is a terminal. */
class TtyInput extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

const open = new Set<RenderedScreen>();

/** Renders an element as the console does (alternate screen, incremental) and resolves once the first frame is drawn. */
export async function renderScreen(element: ReactNode, options: RenderScreenOptions): Promise<RenderedScreen> {
  const { columns, rows, colour = true, screenReader = false } = options;
  chalk.level = colour ? 3 : 0;
  const screen = createScreen(columns, rows);
  const stdout = new TtyOutput(screen, columns, rows);
  const stdin = new TtyInput();
  const instance: Instance = render(element, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    stderr: new PassThrough() as unknown as NodeJS.WriteStream,
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: screenReader,
  });
  // Whoever cares for the end calls waitUntilExit(); a rejection that nobody awaits must not end the test run.
  const ended = instance.waitUntilExit();
  ended.catch(() => undefined);

  const rendered: RenderedScreen = {
    ...screen,
    async send(keys) {
      stdin.write(keys);
      await screen.settle();
    },
    async resize(newColumns, newRows) {
      screen.xterm.resize(newColumns, newRows);
      stdout.columns = newColumns;
      stdout.rows = newRows;
      stdout.emit('resize');
      await screen.settle();
    },
    bytes: () => stdout.written,
    bytesSince: (mark) => stdout.written - mark,
    raw: () => stdout.chunks.join(''),
    svg: (title, palette) => screenToSvg(screen.xterm, title, palette),
    async rerender(next) {
      instance.rerender(next);
      await screen.settle();
    },
    unmount() {
      open.delete(rendered);
      instance.unmount();
    },
    waitUntilExit: () => ended,
  };
  open.add(rendered);
  await screen.settle();
  return rendered;
}

afterEach(() => {
  for (const rendered of [...open]) rendered.unmount();
});
