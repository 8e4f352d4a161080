/** What the built program sends to terminals and readers of every kind, byte by byte. */
import { describe, expect, test } from 'vitest';
import { addressOf, dumpOf, fakeHub } from '../support/fake-hub.ts';
import { sleep } from '../support/screen.ts';
import type { Terminal } from '../support/terminal.ts';

const size = { columns: 100, rows: 30 };
const quiet = dumpOf([{}, { keepalive: 25 }, {}]);
/** Long enough for several readings of the hub. */
const watchedMs = process.env['MESHTUI_FULL'] === '1' ? 15_000 : 3_500;

/** Every parameter of every SGR sequence (ECMA-48 §8.3.117). */
function styles(raw: string): number[] {
  return [...raw.matchAll(/\u001b\[([\d;:]*)m/g)].flatMap(([, list = '']) => list.split(/[;:]/).map(Number));
}

const isColour = (code: number) => (code >= 30 && code <= 49) || (code >= 90 && code <= 107) || code === 58;

/** Visits every kind of screen. */
async function walk(terminal: Terminal): Promise<void> {
  await terminal.waitFor((text) => text.includes('10.8.0.3') && /you: /.test(text), 10_000);
  terminal.send('j');
  await terminal.waitFor(/^(▸|>).*10\.8\.0\.[24]\b/m);
  terminal.send('\r');
  await terminal.waitFor('public key');
  terminal.send('\u001b');
  await terminal.waitFor((text) => !text.includes('public key'));
  terminal.send('?');
  await terminal.waitFor('Select the row below');
  terminal.send('\u001b');
  await terminal.waitFor('10.8.0.3');
  terminal.send(':red');
  await terminal.waitFor('Redraw');
  terminal.send('\u001b');
  await terminal.waitFor((text) => !text.includes('Redraw'));
  terminal.send('/zzz');
  await terminal.waitFor((text) => !text.includes('10.8.0.3'));
  terminal.send('\u001b');
  await terminal.waitFor('10.8.0.3');
}

async function quit(terminal: Terminal): Promise<void> {
  terminal.send('q');
  expect((await terminal.exit()).code).toBe(0);
}

/** The rows of the list whose first cell is drawn inverse. */
function inverseRows(terminal: Terminal): string[] {
  const { active } = terminal.xterm.buffer;
  return terminal.lines().filter(
    (_, row) =>
      active
        .getLine(active.baseY + row)
        ?.getCell(0)
        ?.isInverse() !== 0,
  );
}

describe('colour', () => {
  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, []],
    ['NO_COLOR beside FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '3' }, []],
    ['--no-color', {}, ['--no-color']],
  ])('%s: none at all, and the selected row is told by its mark and inverse', async (_name, env, args) => {
    const hub = fakeHub();
    hub.answer(quiet);
    const terminal = hub.start([...args, '--theme', 'light'], { ...size, env });
    await walk(terminal);
    expect(inverseRows(terminal)).toEqual([expect.stringMatching(/^▸.*10\.8\.0\.[123]\b/)]);
    await quit(terminal);
    const codes = styles(terminal.raw());
    expect(codes).toContain(7);
    expect(codes.filter(isColour)).toEqual([]);
  });

  test('is there otherwise, whatever FORCE_COLOR and CI say', async () => {
    const environments = [{}, { FORCE_COLOR: '0' }, { CI: 'true' }, { CI: 'false', CONTINUOUS_INTEGRATION: '1' }];
    const screens: string[] = [];
    for (const env of environments) {
      const hub = fakeHub();
      hub.answer(quiet);
      const terminal = hub.start([], { ...size, env });
      await walk(terminal);
      expect(terminal.isAlternate()).toBe(true);
      screens.push(terminal.text());
      await quit(terminal);
      expect(styles(terminal.raw()).filter(isColour).length).toBeGreaterThan(10);
    }
    expect(new Set(screens).size).toBe(1);
  });
});

describe('characters', () => {
  test.each([
    ['--ascii', ['demo', '--ascii'], {}],
    ['LANG=C', ['demo'], { LANG: 'C' }],
    ['LC_ALL=POSIX over a UTF-8 LANG', ['demo'], { LC_ALL: 'POSIX' }],
  ])('%s: ASCII only', async (_name, args, env) => {
    const terminal = fakeHub().start(args, { ...size, env });
    await walk(terminal);
    await quit(terminal);
    expect([...terminal.raw()].filter((character) => character > '\u007e')).toEqual([]);
  });

  test('status is ASCII only too', async () => {
    const { stdout, code } = await fakeHub().exec(['status', '--ascii']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[ -~\n]+$/);
  });
});

describe('no terminal that can draw', () => {
  test('TERM=dumb: the status as plain text', async () => {
    const terminal = fakeHub().start([], { columns: 200, rows: 30, env: { TERM: 'dumb' } });
    expect((await terminal.exit()).code).toBe(0);
    expect(terminal.text()).toContain('10.8.0.3');
    expect(terminal.raw()).not.toContain('\u001b');
  });

  test('a screen reader: sentences below one another, and silence while nothing happens', async () => {
    const hub = fakeHub();
    hub.answer(quiet);
    const terminal = hub.start(['--screen-reader'], { columns: 200, rows: 30 });
    await terminal.waitFor('10.8.0.3', 10_000);
    await terminal.settle(500);
    const before = terminal.bytes();
    await sleep(watchedMs);
    expect(terminal.bytes() - before).toBe(0);
    expect(terminal.isAlternate()).toBe(false);
    terminal.send('j');
    await terminal.waitFor(/Selected: .*10\.8\.0\.2/);
    await quit(terminal);
    expect(terminal.raw()).not.toContain('\u001b[?1049h');
    expect(terminal.raw()).not.toMatch(/[\u2500-\u259f\u2800-\u28ff]/);
  });
});

describe('a hub on which nothing changes', () => {
  test('costs no byte', async () => {
    const hub = fakeHub();
    hub.answer(quiet);
    const terminal = hub.start([], size);
    await terminal.waitFor((text) => text.includes('10.8.0.3') && /you: /.test(text), 10_000);
    await terminal.settle(1_500);
    const before = terminal.bytes();
    await sleep(watchedMs);
    expect(terminal.bytes() - before).toBe(0);
  });
});

describe('input that is no key', () => {
  const peers = dumpOf(Array.from({ length: 50 }, () => ({})));
  /** What would quit, move, sort, open and close if it were taken for keys. */
  const nasty = 'qjG\rsS/x?\u001bq\u001b[Bd\n:\t'.repeat(300);

  async function shown(): Promise<Terminal> {
    const hub = fakeHub();
    hub.answer(peers);
    const terminal = hub.start([], size);
    await terminal.waitFor((text) => text.includes('10.8.0.3') && /you: /.test(text), 10_000);
    return terminal;
  }

  test('a paste in browse mode runs nothing', async () => {
    const terminal = await shown();
    const before = terminal.text();
    expect(nasty.length).toBeGreaterThan(5_000);
    terminal.send(`\u001b[200~${nasty}\u001b[201~`);
    await terminal.settle(300);
    expect(terminal.text()).toBe(before);
    terminal.send('j');
    await terminal.waitFor(/^▸.*10\.8\.0\.2\b/m);
    await quit(terminal);
  });

  test('a paste in the filter is text', async () => {
    const terminal = await shown();
    terminal.send('/');
    terminal.send('\u001b[200~10.8.0.\n17q\u001b[31m\u001b[201~');
    await terminal.waitFor(/10\.8\.0\. 17q/);
    terminal.send('\u0015\u001b[200~10.8.0.17\u001b[201~');
    await terminal.waitFor((text) => text.includes(addressOf(17)) && !text.includes('10.8.0.18'));
    terminal.send('\r');
    await quit(terminal);
    expect(terminal.raw()).not.toContain('q\u001b[31m');
  });

  test.each([200, 4_100, 5_000])(
    'a paste of %i characters that the terminal does not mark runs nothing',
    async (length) => {
      const terminal = await shown();
      const before = terminal.text();
      terminal.send('jGsq?d:/'.repeat(length / 8 + 1).slice(0, length));
      await terminal.settle(300);
      expect(terminal.text()).toBe(before);
      terminal.send('j');
      await terminal.waitFor(/^▸.*10\.8\.0\.2\b/m);
      await quit(terminal);
    },
  );
});
