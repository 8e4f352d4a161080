/** A line that the bundle updates its own way looks on a terminal as if it had been written anew. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { simpleLineUpdate } from '../../scripts/bundle/line-update.ts';
import { createScreen } from '../support/screen.ts';

const columns = 24;
const looks = [
  ['', ''],
  ['\u001b[32m', '\u001b[39m'],
  ['\u001b[90m', '\u001b[39m'],
  ['\u001b[1m', '\u001b[22m'],
  ['\u001b[7m', '\u001b[27m'],
  ['\u001b[1m\u001b[38;5;208m', '\u001b[22m\u001b[39m'],
  ['\u001b[33m', '\u001b[1m'],
] as const;
const span = fc
  .tuple(fc.constantFrom(...looks), fc.constantFrom('ab', '12 Mb/s', '● on', '–', '  ', 'x'))
  .map(([[on, off], text]) => on + text + off);
const line = fc.array(span, { maxLength: 8 }).map((spans) => spans.join(''));

/** Every cell of the first row with all that it looks like. */
async function cellsAfter(...writes: readonly string[]): Promise<string> {
  const screen = createScreen(columns, 3);
  for (const text of writes) await screen.write(text);
  const row = screen.xterm.buffer.active.getLine(0);
  return Array.from({ length: columns }, (_, x) => {
    const cell = row?.getCell(x);
    const isBlank = cell?.getChars() === '' || cell?.getChars() === ' ';
    const look = [cell?.isBold(), cell?.isInverse(), isBlank && cell?.isInverse() === 0 ? '' : cell?.getFgColor()];
    return `${isBlank ? ' ' : cell?.getChars()}/${look.join(',')}`;
  }).join('|');
}

const reset = '\u001b[m';

test('an update gives what a new line gives', async () => {
  let updates = 0;
  await fc.assert(
    fc.asyncProperty(line, line, line, async (start, one, other) => {
      const [previous, next] = [start + one, start + other];
      const update = simpleLineUpdate(previous, next, columns);
      if (update === undefined) return;
      updates += 1;
      expect(await cellsAfter(previous + reset, update)).toBe(await cellsAfter(next));
    }),
    { numRuns: 300 },
  );
  expect(updates).toBeGreaterThan(20);
});

test('the looks before the change are not repeated where they are over', () => {
  const rate = (text: string) => `name \u001b[32m● active\u001b[39m  ${text}`;
  expect(simpleLineUpdate(rate('11 kb/s'), rate('12 kb/s'), 40)).toBe('\u001b[17G2 kb/s');
});

test.each([
  ['a wide character', 'a 東', 'b 東'],
  ['a shorter line', 'abc', 'ab'],
  ['a line beyond the terminal', 'a'.repeat(25), 'b'.repeat(25)],
  ['a change behind the last column', `${'a'.repeat(24)}`, `${'a'.repeat(24)}\u001b[39m`],
])('%s is left to Ink', (_, previous, next) => {
  expect(simpleLineUpdate(previous, next, columns)).toBeUndefined();
});
