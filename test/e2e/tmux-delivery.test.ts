/** What carries a configuration away, on its way through a real tmux. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clipboardSequence } from '../../src/flows/deliver/clipboard.ts';
import { showAlone, takeAway } from '../../src/flows/deliver/screen.ts';
import { unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { qrLines } from '../../src/ui/qr/lines.ts';
import { qrSymbol } from '../../src/ui/qr/symbol.ts';
import { missingPackages } from '../lab/packages.ts';
import { screenToPgm } from '../support/picture.ts';
import { launch, type Terminal } from '../support/terminal.ts';
import { readQrCodes } from '../support/zbar.ts';
import { configurationOf } from '../ui/qr/texts.ts';

const canRun = missingPackages({ tmux: 'tmux', zbarimg: 'zbar-tools' }).length === 0;
const server = `meshtui-${process.pid}`;
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meshtui-tmux-'));
});
afterEach(() => {
  try {
    tmux('kill-server');
  } catch {
    // It ended with its session.
  }
  rmSync(directory, { recursive: true });
});

function tmux(...args: readonly string[]): string {
  return execFileSync('tmux', ['-L', server, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A tmux whose only program writes each text after a key. */
function launchWriting(texts: readonly string[], settings: string): Terminal {
  const configuration = join(directory, 'tmux.conf');
  writeFileSync(configuration, `set -g status off\n${settings}\n`);
  const writes = texts.map((text, index) => {
    writeFileSync(join(directory, `${index}`), text);
    return `cat ${join(directory, `${index}`)}; read -r _`;
  });
  const script = join(directory, 'script');
  writeFileSync(script, `stty -echo; printf ready; read -r _\n${writes.join('\n')}\n`);
  return launch(['tmux', '-L', server, '-f', configuration, 'new-session', `sh ${script}`], { columns: 80, rows: 40 });
}

describe.skipIf(!canRun)('inside tmux', () => {
  test.each([
    ['with allow-passthrough the terminal', 'set -g allow-passthrough on', 1],
    ['without it nothing', 'set -g set-clipboard on', 0],
  ])('the clipboard: %s is given the text, and tmux keeps none of it', async (_what, settings, times) => {
    const text = configurationOf(729);
    const result = clipboardSequence(text, { TMUX: 'set' });
    if (result.outcome !== 'sequence') throw new Error(result.reason);
    const terminal = launchWriting([`${result.sequence.reveal()}written`], settings);
    const taken: string[] = [];
    terminal.xterm.parser.registerOscHandler(52, (data) => {
      taken.push(Buffer.from(data.slice(data.indexOf(';') + 1), 'base64').toString('utf8'));
      return true;
    });
    await terminal.waitFor('ready');
    terminal.send('\r');
    await terminal.waitFor('written');
    await terminal.settle();
    expect(taken).toEqual(Array.from({ length: times }, () => text.reveal()));
    expect(tmux('list-buffers')).toBe('');
  });

  test('the code is read from its picture, and tmux has it no more after it was taken away', async () => {
    const result = await qrSymbol(configurationOf(272));
    if (result.outcome !== 'made') throw new Error(result.outcome);
    const drawing = qrLines(result.symbol, { columns: 80, rows: 40 }, unicodeGlyphs);
    if (drawing.outcome !== 'drawn') throw new Error(drawing.outcome);
    const terminal = launchWriting([showAlone(drawing.lines), `${takeAway(40)}written`], '');
    await terminal.waitFor('ready');
    terminal.send('\r');
    await terminal.waitFor('▄');
    await terminal.settle();
    const content = screenToPgm(terminal.xterm, 'light', { width: 4, height: 8 });
    expect(readQrCodes([{ ending: 'pgm', content }])).toEqual([[configurationOf(272).reveal()]]);
    expect(tmux('capture-pane', '-p')).toContain('▄');

    terminal.send('\r');
    await terminal.waitFor('written');
    await terminal.settle();
    expect(terminal.text()).not.toMatch(/[▀▄]/);
    expect(tmux('capture-pane', '-p', '-S', '-')).not.toMatch(/[▀▄]/);
  });
});
