import { Text } from 'ink';
import { memo } from 'react';

/** One line of the screen, already as wide as it may be. Drawn again only when its text changes. */
export const Line = memo(function Line({ text }: { readonly text: string }) {
  // Ink gives an empty text no height, and the line below would move up.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});

/** Lines one below another. */
export function Lines({ lines }: { readonly lines: readonly string[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: a line's place on the screen is its identity
  return lines.map((text, index) => <Line key={index} text={text} />);
}
