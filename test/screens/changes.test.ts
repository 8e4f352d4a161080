import { describe, expect, test } from 'vitest';
import type { ChangeRecord, ChangeState } from '../../src/change/results.ts';
import { known } from '../../src/host/printable.ts';
import { type Changes, changesLines } from '../../src/screens/changes/changes-lines.ts';
import { asciiGlyphs, unicodeGlyphs } from '../../src/ui/glyphs.ts';
import { widthOf } from '../../src/ui/text.ts';
import { themeNamed } from '../../src/ui/theme.ts';
import { nameOf, noon } from '../support/snapshots.ts';

const look = { theme: themeNamed('mono'), glyphs: unicodeGlyphs };

function change(number: number, state: ChangeState, fields: Pick<Partial<ChangeRecord>, 'steps'> = {}): ChangeRecord {
  return {
    version: 1,
    id: `20261123-1200${String(number).padStart(2, '0')}-00ff`,
    title: known(`Disable laptop ${number}`),
    interfaceName: nameOf('wg0'),
    at: noon - number * 60_000,
    by: { user: known('anna'), uid: 1000, from: known('10.8.0.4') },
    process: { pid: 1, startedAt: 1 },
    bootId: 'boot',
    steps: [
      {
        kind: 'file',
        path: '/etc/wireguard/wg0.conf',
        before: { sha256: '0'.repeat(64), mode: 0o600 },
        after: { sha256: '1'.repeat(64), mode: 0o600 },
        diff: [
          { kind: 'remove', line: 3, text: known('[Peer]') },
          { kind: 'add', line: 3, text: known('#! [Peer]') },
        ],
      },
    ],
    affected: [{ label: known('laptop'), how: known('is cut off at once') }],
    risk: { level: 'safe' },
    vaults: [],
    uptimeMs: 1_000,
    state,
    ...fields,
  };
}

const states: readonly ChangeState[] = [
  { kind: 'applying' },
  { kind: 'pending', deadline: noon + 80_000, sinceMs: 1_000 },
  { kind: 'done' },
  { kind: 'reverted', reason: known('nobody confirmed it in time'), at: noon },
  { kind: 'undone', by: '20261123-130000-00aa' },
  { kind: 'interrupted' },
  { kind: 'rebooted' },
  { kind: 'stuck', reason: known('wg0.conf was changed since') },
];

const all: Changes = { records: states.map((state, index) => change(index, state)), notices: [] };

function lines(changes: Changes | undefined, options: { width?: number; height?: number; details?: boolean } = {}) {
  const { width = 120, height = 20, details = false } = options;
  return changesLines({
    changes,
    selection: changes?.records[0]?.id,
    viewport: { top: 0, cursor: 0 },
    height,
    width,
    details: details ? { at: 'bottom', height: 14 } : undefined,
    now: noon,
    look,
  }).map((line) => line.replace(/\u001b\[[\d;]*m/g, ''));
}

describe('the changes', () => {
  test('are listed newest first, each with who, from where, and what became of it', () => {
    const shown = lines(all);
    expect(shown[0]).toMatch(/WHEN +WHAT +STATE +WHO +FROM +ID/);
    expect(shown[1]).toMatch(/^▸ 12:00:00 +Disable laptop 0 +being applied +anna +10\.8\.0\.4/);
    const words = [
      'being applied',
      'unconfirmed, 1 m',
      'done',
      'taken back',
      'undone',
      'interrupted',
      'cut by a restart',
    ];
    for (const [index, word] of words.entries()) expect(shown[index + 1]).toContain(word);
    expect(shown[8]).toContain('half taken back');
  });

  test.each([60, 80, 100, 120, 200])('keep within %i columns, with what and state always there', (width) => {
    for (const line of lines(all, { width })) expect(widthOf(line)).toBeLessThanOrEqual(width);
    expect(lines(all, { width })[0]).toMatch(/WHAT.+STATE/);
  });

  test('that are selected show their steps and the lines that they changed', () => {
    const changes = { records: [change(0, { kind: 'reverted', reason: known('wg failed'), at: noon })], notices: [] };
    const text = lines(changes, { details: true }).join('\n');
    expect(text).toContain('taken back: wg failed');
    expect(text).toContain('laptop is cut off at once.');
    expect(text).toContain('~ /etc/wireguard/wg0.conf');
    expect(text).toContain('- [Peer]');
    expect(text).toContain('+ #! [Peer]');
  });

  test('that are not over say so in the words of the notice', () => {
    const record = change(0, { kind: 'interrupted' });
    const notice = {
      change: record,
      sentence: known('It was interrupted, and nothing reverted it.'),
      choices: ['undo'] as const,
    };
    const text = lines({ records: [record], notices: [notice] }, { details: true }).join('\n');
    expect(text).toContain('It was interrupted, and nothing reverted it.');
  });

  test('say that they are read, and that there are none', () => {
    expect(lines(undefined).join('\n')).toContain('Reading the journal');
    expect(lines({ records: [], notices: [] }).join('\n')).toContain('Nothing was changed by meshtui here yet');
  });

  test('are drawn without Unicode too', () => {
    const shown = changesLines({
      changes: all,
      selection: all.records[0]?.id,
      viewport: { top: 0, cursor: 0 },
      height: 20,
      width: 100,
      details: undefined,
      now: noon,
      look: { theme: themeNamed('mono'), glyphs: asciiGlyphs },
    }).join('\n');
    expect(shown.replace(/\u001b\[[\d;]*m/g, '')).toMatch(/^[\n -~]*$/);
  });
});
