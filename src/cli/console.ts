import { paintEarly } from '../app/early-screen.ts';
import { type ChangeDoor, type ConsoleOptions, terminalSize } from '../app/options.ts';
import { beginView } from '../app/state.ts';
import { collectThroughout, keepSmall, runSparingly } from '../host/heap.ts';
import type { Host } from '../host/host.ts';
import { loadPreferences, type Preferences, savePreferences } from '../host/preferences.ts';
import { guardTerminal } from '../host/terminal-guard.ts';
import { Observer, type PastDump } from '../observe/observer.ts';
import { type SortKey, sortKeys } from '../screens/peers/arrange.ts';
import { asciiGlyphs, isUnicodeLocale, unicodeGlyphs } from '../ui/glyphs.ts';
import { type ThemeName, themeNamed } from '../ui/theme.ts';
import type { CommonOptions } from './options.ts';
import { failure, type Output } from './output.ts';

/** Opens the console on a host: the real one, or the demo's. Gives the exit code. */
export async function openConsole(
  host: Host,
  options: CommonOptions,
  words: readonly string[],
  output: Output,
  past: readonly PastDump[] = [],
): Promise<number> {
  if (!isTerminal()) {
    const { printStatus } = await import('./status.ts');
    return printStatus(host, options, words, output);
  }
  runSparingly();
  const observer = new Observer(host, {
    intervalMs: options.refresh * 1000,
    argumentsGiven: words,
    traffic: true,
    drift: true,
  });
  const opened = await paintFirst(host, observer, options, past);
  collectThroughout();
  if (opened === 'blocked') return openDemo(options, output);
  const { consoleOptions, early } = opened;
  const callOff = consoleOptions.isScreenReader ? () => undefined : guardTerminal();
  const stopKeeping = keepSmall();
  observer.start();
  try {
    const { runConsole } = await import('../app/run.tsx');
    void observer.lookAround();
    const end = await runConsole(observer, consoleOptions, early).finally(callOff);
    await observer.stop();
    if (end.kind === 'demo') return openDemo(options, output);
    return end.kind === 'signal' ? (signalCodes[end.signal] ?? 1) : 0;
  } catch (error) {
    await observer.stop();
    return failure(output, error);
  } finally {
    stopKeeping();
  }
}

/**
 * Reads the hub and paints it. A function of its own: one that waits keeps all it knows alive, and the first snapshot of
 * 10,000 peers is not needed any more when the next one is there.
 */
async function paintFirst(host: Host, observer: Observer, options: CommonOptions, past: readonly PastDump[]) {
  const [first, preferences] = await Promise.all([
    observer.begin({ only: options.interface, past }),
    loadPreferences(host),
  ]);
  if (first.source.status === 'blocked' && options.orDemo === true) return 'blocked';
  const consoleOptions = chooseOptions(host, observer, options, preferences);
  const { isScreenReader, isDemo, isReadOnly, glyphs, themeName } = consoleOptions;
  const look = { glyphs, theme: themeNamed(themeName) };
  const early = isScreenReader
    ? undefined
    : paintEarly(beginView(first, terminalSize(), consoleOptions), { look, isDemo, isReadOnly });
  return { consoleOptions, early };
}

function chooseOptions(
  host: Host,
  observer: Observer,
  options: CommonOptions,
  preferences: Preferences,
): ConsoleOptions {
  const isDemo = host.kind === 'simulated';
  return {
    glyphs: options.ascii === true || !isUnicodeLocale(process.env) ? asciiGlyphs : unicodeGlyphs,
    themeName: chosenTheme(options, preferences.theme),
    sort: savedSort(preferences.sort),
    isDemo,
    isReadOnly: options.readOnly === true,
    isScreenReader: options.screenReader === true || process.env['INK_SCREEN_READER'] === 'true',
    unit: preferences.unit ?? 'bits',
    savePreferences: ({ themeName, sort, unit }) => {
      if (!isDemo) void savePreferences(host, { theme: themeName, sort, unit });
    },
    readNetwork: async ({ interfaces }) => {
      const { readNetworkFacts } = await import('../observe/network.ts');
      return readNetworkFacts(
        host,
        interfaces.map(({ name }) => name),
      );
    },
    explain: async (snapshot, [source = '', destination = '']) => {
      const { explain } = await import('./explain-path.ts');
      const answer = await explain(host, snapshot, { source, destination });
      return 'error' in answer ? { kind: 'error', reason: answer.error } : { kind: 'answer', explanation: answer };
    },
    changes: lazyDoor(async () => (await import('./change-door.ts')).changeDoor(host)),
    traffic: () => observer.traffic,
  };
}

/** What changes the hub is loaded when somebody changes it, or when the first screen is there. */
function lazyDoor(open: () => Promise<ChangeDoor>): ChangeDoor {
  return {
    prepare: async (snapshot, decision) => (await open()).prepare(snapshot, decision),
    apply: async (...given) => (await open()).apply(...given),
    addFacts: async (...given) => (await open()).addFacts(...given),
    deliver: async (...given) => (await open()).deliver(...given),
    watchClient: async () => (await open()).watchClient(),
    setup: async () => (await open()).setup(),
    confirm: async (id) => (await open()).confirm(id),
    revert: async (id) => (await open()).revert(id),
    settle: async (id, ending) => (await open()).settle(id, ending),
    read: async () => (await open()).read(),
    drift: async (snapshot) => (await open()).drift(snapshot),
    acknowledge: async (ids) => (await open()).acknowledge(ids),
  };
}

async function openDemo(options: CommonOptions, output: Output): Promise<number> {
  const demo = await import('./demo.ts');
  return demo.openDemo(options, output);
}

/** 128 and the signal's number, as a shell says it. */
const signalCodes: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 };

/** Whether there is a person at both ends of the terminal, and one that can draw. */
function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env['TERM'] !== 'dumb';
}

/** NO_COLOR (no-color.org) wins over a saved theme, the option over both. */
function chosenTheme(options: CommonOptions, saved: string | undefined): ThemeName {
  const noColor = process.env['NO_COLOR'];
  if (!options.color || (noColor !== undefined && noColor !== '')) return 'mono';
  return themeNamed(options.theme ?? saved).name;
}

function savedSort(saved: { key: string; isDescending: boolean } | undefined) {
  const key = sortKeys.find((one): one is SortKey => one === saved?.key);
  return key === undefined ? undefined : { key, isDescending: saved?.isDescending === true };
}
