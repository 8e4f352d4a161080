import { asciiGlyphs } from '../ui/glyphs.ts';
import type { Look } from '../ui/look.ts';
import { paintSpans } from '../ui/look.ts';
import { wrapWords } from '../ui/text.ts';
import { paint, stateTokens, themeNamed } from '../ui/theme.ts';
import { type ActivityState, activityStates } from '../wg/activity/activity.ts';
import { keyName, liveCommands } from './commands.ts';
import { bodyHeight } from './layout.ts';
import type { ConsoleView } from './state.ts';

/** What each state means, in one line. */
export const stateMeanings: Readonly<Record<ActivityState, string>> = {
  active: 'data arrived in the last 15 seconds',
  online: 'heard recently, or its session is still valid',
  idle: 'quiet, and that is normal for a peer without keepalive',
  lost: 'it used to send keepalives, and they stopped',
  calling: 'the hub calls, and nobody answers',
  knocking: 'its handshakes arrive and are answered, but never complete',
  never: 'not seen since it was created',
  disabled: 'switched off in the configuration file',
  clock: 'its handshake lies in the future: one of two clocks is wrong',
};

/** Every key that works here, and what the states and the sparkline mean. */
export function helpLines(view: ConsoleView, look: Look, isReadOnly: boolean): string[] {
  const { theme, glyphs } = look;
  const width = view.state.size.columns;
  const heading = (text: string) => ['', paint(theme, 'heading', ` ${text}`)];
  const keys = liveCommands(view, isReadOnly).flatMap((command) => {
    const names = command.keys.map(keyName).join(' ');
    return wrapWords(command.description, Math.max(20, width - 31)).map((line, index) =>
      paintSpans(theme, [
        ['key', index === 0 ? `  ${names.padEnd(13)}` : ' '.repeat(15)],
        ['text', index === 0 ? command.title.padEnd(15) : ' '.repeat(15)],
        ['muted', line],
      ]),
    );
  });
  const states = activityStates.flatMap((state) =>
    wrapWords(stateMeanings[state], Math.max(20, width - 16)).map((line, index) =>
      paintSpans(theme, [
        [stateTokens[state], index === 0 ? `  ${glyphs.states[state]} ${state.padEnd(11)}` : ' '.repeat(15)],
        ['muted', line],
      ]),
    ),
  );
  const spark = `${glyphs.spark[1]} 1 kb/s to ${glyphs.spark.at(-1)} 1 Gb/s, logarithmic, six seconds a sign, both ways together`;
  return [
    ...heading('KEYS').slice(1),
    ...keys,
    ...heading('STATES'),
    ...states,
    ...heading('BESIDE A NAME'),
    ...wrapWords(
      '! its device has a configuration that this hub has outgrown: Enter says why, R makes a new one',
      width - 3,
    ).map((line) => paint(theme, 'muted', `  ${line}`)),
    ...heading('LAST 60 s'),
    ...wrapWords(spark, width - 3).map((line) => paint(theme, 'muted', `  ${line}`)),
  ];
}

/** How far the help can be scrolled, lines. */
export function lastHelpTop(view: ConsoleView, isReadOnly: boolean): number {
  const look: Look = { theme: themeNamed('mono'), glyphs: asciiGlyphs };
  return Math.max(0, helpLines(view, look, isReadOnly).length - bodyHeight(view.state.size));
}
