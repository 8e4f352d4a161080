import { render, useApp } from 'ink';
import { type ReactNode, useEffect } from 'react';
import type { Snapshot } from '../observe/snapshot.ts';
import { compactFrame, frameStream } from '../ui/frame-stream.ts';
import { Console } from './Console.tsx';
import { serveFlow, watchChanges, watchProof } from './changing.ts';
import type { Effect } from './commands.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import type { EarlyScreen } from './early-screen.ts';
import { type ConsoleOptions, terminalSize } from './options.ts';
import { explain, watchNetwork } from './questions.ts';
import { ScreenReaderConsole } from './ScreenReaderConsole.tsx';
import { beginView } from './state.ts';
import { ConsoleStore } from './store.ts';

/** What the console needs of whoever reads the hub. */
export interface SnapshotSource {
  readonly snapshot: Snapshot;
  subscribe(listener: (snapshot: Snapshot) => void): () => void;
  /** Reads the hub now. */
  sample(): Promise<Snapshot>;
}

/** Why the console ended. A signal's number where one ended it. */
export type ConsoleEnd =
  | { readonly kind: 'quit' }
  | { readonly kind: 'demo' }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals };

/** A terminal that is dragged to another size sends dozens; once they pause this long, milliseconds, all is painted anew. */
const resizeSettledMs = 50;

interface TerminalControls {
  suspendTerminal: ReturnType<typeof useApp>['suspendTerminal'];
}

/**
 * Shows the console until the operator leaves, in place of the early screen where there is one. Throws what a screen
 * threw, after the terminal was restored.
 */
export async function runConsole(
  source: SnapshotSource,
  options: ConsoleOptions,
  early: EarlyScreen | undefined,
): Promise<ConsoleEnd> {
  let end: ConsoleEnd = { kind: 'quit' };
  let controls: TerminalControls | undefined;
  const { stdout } = process;
  const store = new ConsoleStore(beginView(source.snapshot, terminalSize(), options), {
    isReadOnly: options.isReadOnly,
    monotonic: () => performance.now(),
    onEffect: (effect) => effects[effect](),
    onRequest: (request) => {
      if (request.kind === 'leave') leave({ kind: 'quit' });
      if (request.kind === 'forget') redraw();
      void serveFlow(store, options, request, (text) => stdout.write(text)).then(journal.readNow);
    },
  });
  const leave = (why: ConsoleEnd) => {
    end = why;
    app.unmount();
  };
  let isSuspended = false;
  const withoutTerminal = async (work: () => Promise<void>) => {
    if (isSuspended) return;
    isSuspended = true;
    try {
      await controls?.suspendTerminal(async () => {
        await work();
        // Who was stopped was not told of a new size: the shell was. Node asks the terminal again on this.
        process.emit('SIGWINCH', 'SIGWINCH');
      });
    } finally {
      isSuspended = false;
      repaint();
    }
  };
  // From the top left, whatever Ink believes to be where: a terminal that was resized has moved and cut what it showed.
  const repaint = () => {
    if (isSuspended || options.isScreenReader) return;
    app.clear();
    stdout.write('\u001b[H\u001b[J');
    app.rerender(draw());
  };
  const suspend = () => void withoutTerminal(stopProcessGroup);
  // Leaving the alternate screen and coming back is the one way to make Ink forget what it believes is on it.
  const redraw = () => void withoutTerminal(async () => undefined);
  const effects: Readonly<Record<Effect, () => void>> = {
    quit: () => leave({ kind: 'quit' }),
    demo: () => leave({ kind: 'demo' }),
    suspend,
    redraw,
    refresh: () => {
      void source.sample();
      network.readNow();
    },
    explain: () => void explain(store, options),
    'save-preferences': () => options.savePreferences(store.getView().state),
  };
  // Ahead of Ink's own listener, so that Ink lays the new size out and not the old one.
  let afterResizes: NodeJS.Timeout | undefined;
  const onResize = () => {
    store.dispatch([{ type: 'resized', size: terminalSize() }]);
    clearTimeout(afterResizes);
    afterResizes = setTimeout(repaint, resizeSettledMs);
  };
  stdout.on('resize', onResize);
  const unsubscribe = source.subscribe((snapshot) => store.sampled(snapshot));
  const network = watchNetwork(store, options.readNetwork);
  const journal = watchChanges(store, options);
  const proof = watchProof(store, options);
  // Ahead of who says it and ends the program: on the alternate screen nobody could read that.
  const onUncaught = (error: Error) => app.unmount(error);
  process.prependListener('uncaughtException', onUncaught);
  const signals = catchSignals({ leave: (signal) => leave({ kind: 'signal', signal }), suspend, redraw });
  const Layout = options.isScreenReader ? ScreenReaderConsole : Console;
  const draw = () => (
    <Root onReady={(ready) => (controls = ready)}>
      <Layout store={store} glyphs={options.glyphs} isDemo={options.isDemo} traffic={options.traffic} />
    </Root>
  );
  const app = render(draw(), {
    stdout: frameStream(stdout, (frame) => compactFrame(early?.takeOver(frame) ?? frame)),
    alternateScreen: !options.isScreenReader,
    incrementalRendering: true,
    isScreenReaderEnabled: options.isScreenReader,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    // A key that comes just after a refresh waits for the next frame: at most 8 ms.
    maxFps: 120,
  });
  early?.release();
  try {
    await app.waitUntilExit();
  } finally {
    process.off('uncaughtException', onUncaught);
    signals.release();
    unsubscribe();
    network.stop();
    journal.stop();
    proof.stop();
    stdout.off('resize', onResize);
    clearTimeout(afterResizes);
    // What is typed from now on is for whoever comes next.
    process.stdin.pause();
  }
  return end;
}

/**
 * Hands Ink's terminal controls, which only a component can reach, to the code around it, and ends the console with
 * what a screen throws.
 */
function Root({ onReady, children }: { onReady: (controls: TerminalControls) => void; children: ReactNode }) {
  const { suspendTerminal, exit } = useApp();
  useEffect(() => {
    onReady({ suspendTerminal });
  }, [suspendTerminal, onReady]);
  return <ErrorBoundary onError={exit}>{children}</ErrorBoundary>;
}

/**
 * Stops the process group as Ctrl-Z does in a program that does not read raw keys, until it goes on. A group without a
 * shell above it cannot be stopped (POSIX "orphaned process group"): there the console is back at once.
 */
async function stopProcessGroup(): Promise<void> {
  const listeners = process.listeners('SIGTSTP');
  process.removeAllListeners('SIGTSTP');
  const resumed = new Promise<void>((resolve) => {
    process.once('SIGCONT', () => resolve());
    setTimeout(resolve, 300);
  });
  process.kill(0, 'SIGTSTP');
  await resumed;
  for (const listener of listeners) process.on('SIGTSTP', listener);
}

/**
 * Ends the console cleanly on every signal that ends programs, so that the history is saved and the terminal restored.
 * After a stop that nobody can catch (SIGSTOP) the screen is the shell's, so it is painted anew.
 */
function catchSignals(on: { leave: (signal: NodeJS.Signals) => void; suspend: () => void; redraw: () => void }): {
  release: () => void;
} {
  const ending = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
  for (const signal of ending) process.on(signal, on.leave);
  process.on('SIGTSTP', on.suspend);
  process.on('SIGCONT', on.redraw);
  return {
    release: () => {
      for (const signal of ending) process.off(signal, on.leave);
      process.off('SIGTSTP', on.suspend);
      process.off('SIGCONT', on.redraw);
    },
  };
}
