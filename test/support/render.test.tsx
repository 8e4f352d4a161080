import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { renderScreen } from './render.tsx';

function Counter() {
  const { columns, rows } = useWindowSize();
  const { exit } = useApp();
  const [keys, setKeys] = useState('');
  useInput((input) => {
    if (input === 'q') exit();
    else setKeys((before) => before + input);
  });
  usePaste((text) => setKeys((before) => `${before}[${text}]`));
  return (
    <Box height={rows} flexDirection="column" justifyContent="space-between">
      <Text inverse>
        {columns}×{rows}
      </Text>
      <Text color="green">typed {keys}</Text>
    </Box>
  );
}

test('a screen has the size that the test gives it', async () => {
  const screen = await renderScreen(<Counter />, { columns: 40, rows: 10 });
  expect(screen.lines()).toHaveLength(10);
  expect(screen.lines()[0]).toBe('40×10');
  expect(screen.lines()[9]).toBe('typed');
  expect(screen.isAlternate()).toBe(true);
  await screen.resize(60, 15);
  expect(screen.lines()[0]).toBe('60×15');
  expect(screen.lines()[14]).toBe('typed');
});

test('keys and pastes reach the app, and only changes are written', async () => {
  const screen = await renderScreen(<Counter />, { columns: 80, rows: 24 });
  const mark = screen.bytes();
  await screen.send('a');
  expect(screen.bytesSince(mark)).toBeGreaterThan(0);
  expect(screen.bytesSince(mark)).toBeLessThan(200);
  await screen.send('\u001b[200~b c\u001b[201~');
  expect(screen.lines()[23]).toBe('typed a[b c]');
});

test('colour can be left out', async () => {
  expect((await renderScreen(<Counter />, { columns: 40, rows: 10 })).svg()).toContain('#9ece6a');
  expect((await renderScreen(<Counter />, { columns: 40, rows: 10, colour: false })).svg()).not.toContain('#9ece6a');
});

test('an app that ends gives the screen back', async () => {
  const screen = await renderScreen(<Counter />, { columns: 40, rows: 10 });
  await screen.send('q');
  await screen.waitUntilExit();
  await screen.settle();
  expect(screen.isAlternate()).toBe(false);
  expect(screen.cursorVisible()).toBe(true);
});
