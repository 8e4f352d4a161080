/**
 * A phone is added in the built console on a real hub: the code is read out of a picture of the terminal, carried to the
 * phone, brought up there, and the console says that it works.
 */
import { describe, expect, test } from 'vitest';
import { type Lab, labObstacle } from '../lab/lab.ts';
import { overlay } from '../lab/topology.ts';
import { withLab } from '../lab/with-lab.ts';
import { screenToPgm } from '../support/picture.ts';
import type { Terminal } from '../support/terminal.ts';
import { readQrCodes } from '../support/zbar.ts';
import { openConsole } from './lab-console.ts';

const id = `a${process.pid}`;
const obstacle = await labObstacle();

describe.skipIf(obstacle !== undefined)('adding a phone', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  /** Goes through the flow until the configuration is on the screen. */
  const add = async (terminal: Terminal, name: string): Promise<void> => {
    terminal.send('a');
    await terminal.waitFor('Add a client to wg0', 5000);
    await terminal.waitFor('Dials', 5000);
    terminal.send(name);
    await terminal.waitFor(name, 2000);
    terminal.send('\r');
    await terminal.waitFor('Nothing has happened yet', 10_000);
    terminal.send('\r');
  };

  const codesOn = (terminal: Terminal): readonly string[] =>
    readQrCodes([{ ending: 'pgm', content: screenToPgm(terminal.xterm, 'dark', { width: 6, height: 12 }) }])[0] ?? [];

  test('from the picture of the terminal to packets that go both ways', async () => {
    const terminal = await openConsole(lab, 120, 60);
    await add(terminal, 'new-phone');
    await terminal.waitFor('waiting', 15_000);
    const [configuration = ''] = codesOn(terminal);
    expect(configuration).toMatch(/^\[Interface\]\nPrivateKey=/);

    await lab.must('phone', ['wg-quick', 'down', 'wg0']);
    await lab.writeFile('phone', '/etc/wireguard/wg9.conf', configuration);
    await lab.must('phone', ['wg-quick', 'up', 'wg9']);
    await lab.exec('phone', ['ping', '-c', '3', '-i', '0.3', '-W', '2', overlay.edge.v4]);
    await terminal.waitFor('proven', 20_000);

    const before = terminal.text();
    terminal.send('\u001b');
    await terminal.waitFor('stored nowhere', 5000);
    terminal.send('\r');
    await terminal.waitFor('new-phone', 5000);
    expect(terminal.text()).not.toBe(before);
    expect(codesOn(terminal)).toEqual([]);
    const { stdout } = await lab.must('edge', ['wg', 'show', 'wg0', 'dump']);
    expect(stdout.split('\n').filter((row) => row.includes('10.8.0.2/32'))).toHaveLength(1);
    const privateKey = /PrivateKey=(\S+)/.exec(configuration)?.[1] ?? 'none';
    const found = await lab.exec('edge', [
      'grep',
      '-rlF',
      privateKey,
      '/var/lib/meshtui',
      '/etc/wireguard',
      '/root',
      '/run',
    ]);
    expect(found.stdout).toBe('');
  });

  test('at 80×24 the refusal names the size that it needs, and at that size the code is there and is read', async () => {
    const terminal = await openConsole(lab, 80, 24);
    await add(terminal, 'tiny');
    await terminal.waitFor('The QR code needs', 15_000);
    const [, columns, rows] = /needs (\d+) columns and\s+(\d+) rows/.exec(terminal.text()) ?? [];
    expect(Number(columns)).toBeGreaterThan(40);
    expect(Number(rows)).toBeGreaterThan(24);
    terminal.resize(Number(columns), Number(rows) - 1);
    await terminal.waitFor('The QR code needs', 5000);
    terminal.resize(Number(columns), Number(rows));
    // Not before all of it is painted.
    await terminal.waitFor(() => codesOn(terminal).length === 1, 5000);
    expect(codesOn(terminal)[0]).toMatch(/^\[Interface\]\n/);
    for (const [width, height] of [
      [100, 50],
      [200, 60],
    ] as const) {
      terminal.resize(width, height);
      await terminal.waitFor(() => codesOn(terminal).length === 1, 5000);
    }
  });
});
