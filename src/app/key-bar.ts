import { flowKeys } from '../flows/press-flow.ts';
import { cutSpans, type Look, paintSpans, type Span, spansWidth } from '../ui/look.ts';
import { graphemes, widthOf } from '../ui/text.ts';
import { findCommands, keyName, liveCommands } from './commands.ts';
import type { ConsoleView } from './state.ts';

/** The last keys of the bar, help and quit, are there on every screen and at every width. */
const waysOut = 2;

/** The last line: what can be pressed here, the most useful first; or the line that is being typed. */
export function keyBarLine(view: ConsoleView, look: Look, isReadOnly: boolean): string {
  const { state, snapshot, peers } = view;
  const { theme, glyphs } = look;
  const width = state.size.columns - 1;
  if (state.mode.kind === 'filter') {
    const all = snapshot.interfaces.reduce((sum, one) => sum + one.peers.length, 0);
    const help = `   ${peers.length}/${all}   Enter keep  Esc cancel`;
    return paintSpans(theme, typingSpans('/', state.filter, help, width, glyphs.ellipsis));
  }
  if (state.mode.kind === 'palette') {
    return paintSpans(theme, typingSpans(':', state.mode.text, '   Enter run  Esc cancel', width, glyphs.ellipsis));
  }
  if (state.mode.kind === 'explain') {
    const help = '   FROM TO[:PORT/PROTO]   Enter explain  Esc back';
    return paintSpans(theme, typingSpans('explain ', state.mode.text, help, width, glyphs.ellipsis));
  }
  if (state.mode.kind === 'flow') return paintSpans(theme, keySpans(flowKeys(state.mode.flow), width, glyphs.ellipsis));
  if (state.mode.kind === 'help')
    return paintSpans(
      theme,
      keySpans(
        [
          ['Esc', 'back'],
          ['j/k', 'scroll'],
        ],
        width,
        glyphs.ellipsis,
      ),
    );
  const inBar = liveCommands(view, isReadOnly)
    .filter((command) => command.bar !== undefined && command.disabledReason?.(view) === undefined)
    .sort((a, b) => (a.bar ?? 0) - (b.bar ?? 0));
  const shown = inBar.map(({ keys, title }) => [keyName(keys[0] ?? ''), title.toLowerCase()] as const);
  return paintSpans(theme, keySpans(shown, width, glyphs.ellipsis, waysOut));
}

/** The line that is being typed: its end, where the typing is, stays; then the help, where there is room. */
function typingSpans(sign: string, text: string, help: string, width: number, ellipsis: string): Span[] {
  const room = Math.max(0, width - 3);
  const characters = graphemes(text);
  const isLong = widthOf(text) > room;
  while (isLong && characters.length > 0 && widthOf(characters.join('')) + widthOf(ellipsis) > room) characters.shift();
  const shown = isLong ? `${ellipsis}${characters.join('')}` : text;
  const spans: Span[] = [
    ['accent', ` ${sign}`],
    ['strong', `${shown}_`],
    ['muted', help],
  ];
  return cutSpans(spans, width, ellipsis);
}

/** Keys and what they do, as many as fit, the last ones of `keep` among them; an ellipsis says that there are more. */
function keySpans(
  keys: readonly (readonly [key: string, title: string])[],
  width: number,
  ellipsis: string,
  keep = 0,
): Span[] {
  const spansOf = (some: typeof keys): Span[] =>
    some.flatMap(([key, title]): Span[] => [
      ['text', ' '],
      ['key', key],
      ['muted', ` ${title} `],
    ]);
  const all = spansOf(keys);
  if (spansWidth(all) <= width) return all;
  const last = spansOf(keys.slice(keys.length - keep));
  const more: Span = ['muted', ` ${ellipsis} `];
  for (let count = keys.length - keep - 1; count > 0; count -= 1) {
    const spans = [...spansOf(keys.slice(0, count)), more, ...last];
    if (spansWidth(spans) <= width) return spans;
  }
  return cutSpans([...spansOf(keys.slice(0, 1)), more, ...last], width, ellipsis);
}

/** The commands that the palette offers for what was typed, one a line, the chosen one marked. */
export function paletteLines(view: ConsoleView, look: Look, isReadOnly: boolean, height: number): string[] {
  const { mode } = view.state;
  if (mode.kind !== 'palette') return [];
  const found = findCommands(mode.text, liveCommands(view, isReadOnly));
  if (found.length === 0) return [paintSpans(look.theme, [['muted', '  no command has these letters']])];
  const top = Math.max(0, Math.min(mode.index - height + 1, found.length - height));
  return found.slice(top, top + height).map((command, index) => {
    const isChosen = top + index === mode.index;
    const disabled = command.disabledReason?.(view);
    const spans: Span[] = [
      ['accent', isChosen ? ` ${look.glyphs.marker} ` : '   '],
      ['key', keyName(command.keys[0] ?? '').padEnd(8)],
      [isChosen ? 'strong' : 'text', command.title.padEnd(18)],
      ['muted', disabled === undefined ? firstSentence(command.description) : `not now: ${disabled}`],
    ];
    return paintSpans(look.theme, cutSpans(spans, view.state.size.columns - 1, look.glyphs.ellipsis));
  });
}

function firstSentence(text: string): string {
  return text.split('. ')[0]?.replace(/\.$/, '') ?? text;
}
