import { expect, test } from 'vitest';
import { Frame } from '../../src/ui/Frame.tsx';
import { renderScreen } from '../support/render.tsx';

test('lines stand one below another, an empty one too, and keep their looks', async () => {
  const lines = ['one', '', '\u001b[32mthree\u001b[39m', '四 5'];
  const screen = await renderScreen(<Frame lines={lines} />, { columns: 20, rows: 6 });
  expect(screen.lines().slice(0, 4)).toEqual(['one', '', 'three', '四 5']);
  expect(screen.raw()).toContain('\u001b[32mthree\u001b[39m');
});

test('only lines that changed are sent again, and more or fewer lines are no remains', async () => {
  const screen = await renderScreen(<Frame lines={['steady', 'old', 'gone']} />, { columns: 20, rows: 6 });
  const mark = screen.raw().length;
  await screen.rerender(<Frame lines={['steady', 'new']} />);
  expect(screen.lines().slice(0, 4)).toEqual(['steady', 'new', '', '']);
  expect(screen.raw().slice(mark)).not.toContain('steady');
  await screen.rerender(<Frame lines={['steady', 'new', 'more', 'lines']} />);
  expect(screen.lines().slice(0, 4)).toEqual(['steady', 'new', 'more', 'lines']);
});
