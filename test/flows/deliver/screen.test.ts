import { expect, test } from 'vitest';
import { recorderWords, showAlone, takeAway, tooSmallWords } from '../../../src/flows/deliver/screen.ts';
import { createScreen } from '../../support/screen.ts';

test('what was shown is nowhere in the terminal afterwards, not even where the alternate screen is kept', async () => {
  const screen = createScreen(40, 10);
  await screen.write('$ meshtui add phone --qr\r\n');
  const lines = Array.from({ length: 10 }, (_, row) => `topsecret ${row} ${'x'.repeat(28)}`);
  await screen.write(showAlone(lines));
  expect(screen.isAlternate()).toBe(true);
  expect(screen.text().match(/topsecret/g)).toHaveLength(10);
  expect(screen.cursorVisible()).toBe(false);

  const [wiped = '', left = ''] = takeAway(10).split(/(?=\u001b\[\?25h)/);
  await screen.write(wiped);
  expect(screen.isAlternate()).toBe(true);
  expect(screen.text().trim()).toBe('');
  await screen.write(left);
  expect(screen.isAlternate()).toBe(false);
  expect(screen.cursorVisible()).toBe(true);
  expect(screen.lines()[0]).toBe('$ meshtui add phone --qr');
  const buffers = [screen.xterm.buffer.normal, screen.xterm.buffer.alternate];
  const kept = buffers.flatMap((buffer) =>
    Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row)?.translateToString() ?? ''),
  );
  expect(kept.join('')).not.toContain('topsecret');
});

test('the words name the exact sizes, and the recorder that is known', () => {
  expect(tooSmallWords({ columns: 65, rows: 33 }, { columns: 80, rows: 24 })[0]).toBe(
    'The QR code needs 65 columns and 33 rows; this terminal has 80 columns and 24 rows.',
  );
  const small = tooSmallWords({ columns: 65, rows: 33 }, { columns: 80, rows: 24 }, { columns: 33, rows: 22 });
  expect(small[1]).toContain('In small signs 33 columns and 22 rows do');
  expect(tooSmallWords({ columns: 73, rows: 37 }, { columns: 80, rows: 24 }, { columns: 37, rows: 25 })).toHaveLength(
    2,
  );
  expect(recorderWords({ TMUX: 'x' })).toContain('tmux, script or a recorder');
  expect(recorderWords({ STY: 'x' })).toContain('screen, script or a recorder');
  expect(recorderWords({})).toContain('tmux, screen, script or a recorder');
});
