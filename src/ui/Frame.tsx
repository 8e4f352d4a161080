import { Transform } from 'ink';
import { useMemo } from 'react';

/**
 * A whole frame of lines that are printable, painted and at most as wide as the terminal. To Ink it is one text of single
 * signs that never changes, whose lines it has transformed as it writes them: there is nothing to lay out, to measure or
 * to clean in a refresh. As a Text a line it took three times the CPU.
 */
export function Frame({ lines }: { readonly lines: readonly string[] }) {
  const { length } = lines;
  const signs = useMemo(() => Array.from({ length }, () => '.').join('\n'), [length]);
  return <Transform transform={(_, index) => lines[index] ?? ''}>{signs}</Transform>;
}
