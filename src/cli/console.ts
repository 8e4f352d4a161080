import type { Host } from '../host/host.ts';
import { loadPreferences, savePreferences } from '../host/preferences.ts';
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
  const observer = new Observer(host, { intervalMs: options.refresh * 1000, argumentsGiven: words });
  // The programs that read the hub run while the screen's own code is loaded.
  const [first, preferences, { runConsole }] = await Promise.all([
    observer.begin({ only: options.interface, past }),
    loadPreferences(host),
    import('../app/run.tsx'),
  ]);
  const isDemo = host.kind === 'simulated';
  const hasHub = first.source.status !== 'blocked';
  if (!hasHub && options.orDemo === true) return openDemo(options, output);
  observer.start();
  void observer.lookAround();
  try {
    const end = await runConsole(observer, {
      glyphs: options.ascii === true || !isUnicodeLocale(process.env) ? asciiGlyphs : unicodeGlyphs,
      themeName: chosenTheme(options, preferences.theme),
      sort: savedSort(preferences.sort),
      isDemo,
      isReadOnly: options.readOnly === true,
      isScreenReader: options.screenReader === true || process.env['INK_SCREEN_READER'] === 'true',
      savePreferences: ({ themeName, sort }) => {
        if (!isDemo) void savePreferences(host, { theme: themeName, sort });
      },
    });
    await observer.stop();
    if (end.kind === 'demo') return openDemo(options, output);
    return end.kind === 'signal' ? (signalCodes[end.signal] ?? 1) : 0;
  } catch (error) {
    await observer.stop();
    return failure(output, error);
  }
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
