/** The whole console at every size, with and without colour, on a hub with names of every kind. */
import { render } from 'ink-testing-library';
import { describe, expect, test } from 'vitest';
import { Console } from '../../src/app/Console.tsx';
import { ScreenReaderConsole } from '../../src/app/ScreenReaderConsole.tsx';
import { composeScreen } from '../../src/app/screen.ts';
import { known } from '../../src/host/printable.ts';
import type { Obstacle, Snapshot } from '../../src/observe/snapshot.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { Line, Lines } from '../../src/ui/Line.tsx';
import { widthOf } from '../../src/ui/text.ts';
import { type ThemeName, themeNamed } from '../../src/ui/theme.ts';
import { openConsole } from '../support/console.ts';
import { renderScreen } from '../support/render.tsx';
import { sampleHub, snapshotOf } from '../support/snapshots.ts';

const sizes = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const looks: readonly ThemeName[] = ['dark', 'mono'];
const everySize = sizes.flatMap(([columns, rows]) => looks.map((theme) => ({ columns, rows, theme })));

const obstacles: readonly Obstacle[] = [
  { kind: 'no-program', install: known('sudo apt install wireguard-tools') },
  {
    kind: 'no-privilege',
    command: known('sudo /opt/node/bin/node /opt/meshtui/dist/meshtui.mjs --read-only'),
    reason: known('Operation not permitted'),
  },
  { kind: 'no-interface', wanted: undefined },
  { kind: 'no-interface', wanted: known('wg7') },
  { kind: 'failed', reason: known('wg did not answer within 5 s') },
];

/** The console on a terminal of this size. */
async function show(snapshot: Snapshot, columns: number, rows: number, themeName: ThemeName = 'dark', isAscii = false) {
  const console = openConsole(snapshot, { size: { columns, rows }, themeName });
  const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
  const screen = await renderScreen(<Console store={console.store} glyphs={glyphs} isDemo={false} />, {
    columns,
    rows,
    colour: themeName !== 'mono',
  });
  return { screen, console };
}

/** Every line of the console as it is composed, without looks. */
function composed(console: ReturnType<typeof openConsole>, glyphs = unicodeGlyphs): string[] {
  const look = { theme: themeNamed('dark'), glyphs };
  const { header, body, footer } = composeScreen(console.view, { look, isDemo: true, isReadOnly: false });
  return [...header, ...(body ?? []), ...footer].map((line) => line.replace(/\u001b\[[\d;]*m/g, ''));
}

/** Keys that lead to every kind of body. */
const ways: readonly (readonly [string, ...string[]])[] = [
  ['peers', ''],
  ['details', '\r'],
  ['help', '?'],
  ['palette', ':'],
  ['a palette with much in it', ':', 'x'.repeat(20), 'y'.repeat(20)],
  ['a filter', '/home'],
  ['a long filter', '/', '東京'.repeat(12), '東京'.repeat(12), 'x'.repeat(20), 'x'.repeat(20)],
  ['a filter in force, another order, one interface, paused', '/e\r', 'sSp', 'i'],
];

describe('the peers', () => {
  test.each(everySize)('at $columns×$rows, $theme', async ({ columns, rows, theme }) => {
    const { screen } = await show(sampleHub(), columns, rows, theme);
    const text = screen.text();
    expect(screen.lines()).toHaveLength(rows);
    expect(text).toMatch(/NAME .*STATE/);
    for (const shown of ['home', '東京オフィスの', 'Zoe\u0308 Mu\u0308ller', 'printer', 'old-phone']) {
      expect(text).toContain(shown);
    }
    for (const state of [
      '● active',
      '○ online',
      '○ idle 2 h',
      '! clock',
      '◌ knocking',
      '◌ calling',
      '· never',
      '– disabled',
    ]) {
      expect(text).toContain(state);
    }
    expect(screen.lines().filter((line) => line.startsWith('▸'))).toEqual([expect.stringMatching(/^▸ home/)]);
    expect(screen.lines().at(-1)).toMatch(/e edit.+q quit/);
  });

  test.each(everySize)('columns stay straight at $columns×$rows, $theme', async ({ columns, rows, theme }) => {
    const { screen } = await show(sampleHub(), columns, rows, theme);
    const lines = screen.lines();
    const at = widthOf((lines.find((line) => line.includes('STATE')) ?? '').split('STATE')[0] ?? '');
    const states = lines.filter((line) =>
      /[●○◌·–!] (active|online|idle|clock|knocking|calling|never|disabled)/.test(line),
    );
    expect(states).toHaveLength(8);
    for (const line of states) {
      expect(
        widthOf(line.split(/[●○◌·–!] (?=active|online|idle|clock|knocking|calling|never|disabled)/)[0] ?? ''),
      ).toBe(at);
    }
  });

  test('the selection is seen without colour, and moves', async () => {
    const { screen } = await show(sampleHub(), 80, 24, 'mono');
    await screen.send('j');
    expect(screen.lines().filter((line) => line.startsWith('▸'))).toEqual([expect.stringContaining('東京')]);
    expect(screen.raw()).not.toMatch(/\u001b\[(3[0-8]|4[0-8]|9\d)[;m]/);
  });

  test('a refresh that changes nothing writes nothing', async () => {
    const snapshot = sampleHub();
    const { screen, console } = await show(snapshot, 120, 40);
    const mark = screen.bytes();
    console.store.sampled({ ...snapshot });
    await screen.settle();
    expect(screen.bytesSince(mark)).toBe(0);
  });

  test('a hostile name does nothing to the terminal', async () => {
    const { screen, console } = await show(sampleHub(), 120, 40);
    console.type('jjj', '\r');
    await screen.settle();
    expect(screen.text()).toContain('eviltxt second line');
    expect(screen.raw()).not.toMatch(/owned|\u001b\]|\u202e|\u009b/);
    expect(screen.lines()).toHaveLength(40);
  });

  test('data that is old says how old', async () => {
    const stale = { ...sampleHub(), source: { status: 'stale', reason: known('wg hangs') } } as const;
    const { screen } = await show({ ...stale, now: stale.at + 14_000 }, 80, 24);
    expect(screen.lines()[0]).toContain('data is 14 s old: wg hangs');
    expect(screen.text()).toContain('home');
  });

  test('the own connection is marked, however long its name', async () => {
    const session = {
      kind: 'tunnel',
      peer: sampleHub().interfaces[0]?.peers[1]?.id ?? ('' as never),
      address: '10.8.0.2',
    } as const;
    const { screen } = await show(sampleHub({ session }), 120, 40);
    expect(screen.text()).toContain('東京オフィス… (you)');
  });
});

describe('every line', () => {
  const widths = [60, 61, 79, 80, 100, 120, 163, 164, 200];

  test.each(ways)('of %s fits the terminal', (_what, ...keys) => {
    for (const columns of widths) {
      const console = openConsole(sampleHub({ secondInterface: true }), { size: { columns, rows: 24 } });
      console.type(...keys);
      const lines = composed(console);
      expect(lines.length).toBeLessThanOrEqual(24);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  test.each(ways)('of %s is ASCII where nothing else can be drawn', (_what, ...keys) => {
    const plain = sampleHub({ secondInterface: true });
    const interfaces = plain.interfaces.map((one) => ({
      ...one,
      peers: one.peers.filter(({ label }) => /^[ -~]*$/.test(label)),
    }));
    const console = openConsole({ ...plain, interfaces }, { size: { columns: 120, rows: 40 } });
    console.type(...keys.map((text) => text.replaceAll(/\P{ASCII}/gu, 'x')));
    expect(composed(console, asciiGlyphs).join('')).toMatch(/^[ -~]*$/);
  });
});

describe('where the peers cannot be shown', () => {
  const cases = obstacles.flatMap((obstacle) => sizes.map(([columns, rows]) => ({ obstacle, columns, rows })));

  test.each(cases)(
    '$obstacle.kind at $columns×$rows: why, what to do, and the demo',
    async ({ obstacle, columns, rows }) => {
      const links = [{ name: 'wg0' as never, kind: 'kernel', rxBytes: 2_048, txBytes: undefined } as const];
      const { screen } = await show(
        snapshotOf({ source: { status: 'blocked', obstacle }, links }),
        columns,
        rows,
        'mono',
      );
      await screen.waitFor('wg0');
      const text = screen.text().replaceAll(/\s+/g, ' ');
      expect(text).toMatch(/not installed|needs root|no WireGuard interface|could not be read/);
      expect(text).toContain('d opens a demo');
      if (obstacle.kind === 'no-program') expect(text).toContain(obstacle.install);
      if (obstacle.kind === 'no-privilege') expect(text).toContain(obstacle.command);
      if (obstacle.kind === 'failed') expect(text).toContain(obstacle.reason);
      if (obstacle.kind === 'no-interface' && obstacle.wanted !== undefined) expect(text).toContain('"wg7"');
      expect(screen.lines().at(-1)).toContain('q quit');
    },
  );
});

describe('a terminal that is too small', () => {
  test('says what is needed, and all is there once it is larger', async () => {
    const { screen, console } = await show(sampleHub(), 40, 10);
    expect(screen.text().trim()).toBe('meshtui needs 60x15, this is 40x10');
    console.store.dispatch([{ type: 'resized', size: { columns: 80, rows: 24 } }]);
    await screen.resize(80, 24);
    expect(screen.text()).toContain('home');
  });
});

describe('for a screen reader', () => {
  const speak = async (...keys: string[]) => {
    const { store } = openConsole(sampleHub());
    const { lastFrame, stdin, unmount } = render(
      <ScreenReaderConsole store={store} glyphs={unicodeGlyphs} isDemo={false} />,
    );
    for (const key of keys) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      stdin.write(key);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
    const text = (lastFrame() ?? '').replaceAll(/\s+/g, ' ');
    unmount();
    return text;
  };

  test('there are sentences, and nothing is drawn', async () => {
    const text = await speak();
    expect(text).toContain('Hub edge, interface wg0: 2 of 7 peers online.');
    expect(text).toContain(
      'home, 10.8.0.1, active, receiving 11.2 megabits per second, sending 2.8 megabits per second.',
    );
    expect(text).not.toMatch(/[\u2500-\u259f●○◌▸]/);
  });

  test('the selection is spoken as it moves', async () => {
    expect(await speak('j')).toMatch(/Selected: 東京オフィスの複合機, 10\.8\.0\.2, online/);
  });

  test('a second that passes is not spoken of; what r asked for is', async () => {
    const first = sampleHub();
    const { store } = openConsole(first);
    const { lastFrame, stdin, unmount } = render(
      <ScreenReaderConsole store={store} glyphs={unicodeGlyphs} isDemo={false} />,
    );
    const later = (minutes: number) => store.sampled({ ...first, now: first.now + minutes * 60_000 });
    const spoken = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return /idle \d+ h/.exec(lastFrame() ?? '')?.[0];
    };
    await spoken();
    later(60);
    expect(await spoken()).toBe('idle 2 h');
    stdin.write('r');
    await spoken();
    later(120);
    expect(await spoken()).toBe('idle 4 h');
    later(180);
    expect(await spoken()).toBe('idle 4 h');
    unmount();
  });

  test('help and the palette are spoken too', async () => {
    expect(await speak('?')).toContain('q or Ctrl-C: Quit.');
    expect(await speak(':', 'rev')).toContain('Command: rev. Enter runs: Reverse.');
  });
});

describe('lines', () => {
  test('stand one below another, an empty one too', () => {
    const { lastFrame } = render(<Lines lines={['one', '', 'three']} />);
    expect(
      lastFrame()
        ?.split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(['one', '', 'three']);
  });

  test('a line is one line, however long', () => {
    const { lastFrame } = render(<Line text={'x'.repeat(300)} />);
    expect(lastFrame()?.split('\n')).toHaveLength(1);
  });
});
