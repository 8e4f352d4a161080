/** The built console on a real hub: where packets go, what of it is broken, and who talks. */
import { describe, expect, test } from 'vitest';
import { type Lab, labObstacle } from '../lab/lab.ts';
import { type HostName, lanSubnet, overlay, secondLan, underlay } from '../lab/topology.ts';
import { traffic } from '../lab/traffic.ts';
import { withLab } from '../lab/with-lab.ts';
import { openConsole } from './lab-console.ts';

const id = `s${process.pid}`;
const obstacle = await labObstacle();
/** How soon a change of the hub's routes must be on the screen. */
const soonMs = 10_000;

describe.skipIf(obstacle !== undefined)('where packets go, on a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const console = (columns?: number, rows?: number) => openConsole(lab, columns, rows);
  /** What follows a word at the beginning of a line. */
  const rowOf = (text: string, word: string) =>
    text
      .split('\n')
      .find((line) => line.replace('▸', ' ').trimStart().startsWith(`${word} `))
      ?.replace(/^[▸ ]*\S+ +/, '') ?? '';

  test('Routes: every prefix is ok, over both protocols', async () => {
    const terminal = await console();
    terminal.send('2');
    await terminal.waitFor('11 prefixes  0 broken  0 to look at', soonMs);
    const text = terminal.text();
    const prefixes: readonly (readonly [string, HostName])[] = [
      [lanSubnet, 'home'],
      [secondLan.v4, 'home'],
      [secondLan.v6, 'home'],
      ...(['home', 'laptop', 'phone', 'roamer'] as const).flatMap((peer) => [
        [`${overlay[peer].v4}/32`, peer] as const,
        [`${overlay[peer].v6}/128`, peer] as const,
      ]),
    ];
    expect(prefixes).toHaveLength(11);
    for (const [prefix, owner] of prefixes) expect(rowOf(text, prefix)).toMatch(new RegExp(`^${owner} +ok .*dev wg0`));
  });

  test('Routes: one that was deleted is broken, is its peer’s, and is well again, each within ten seconds', async () => {
    const terminal = await console();
    terminal.send('2');
    await terminal.waitFor(' 0 broken', soonMs);
    await lab.must('edge', ['ip', 'route', 'del', secondLan.v4, 'dev', 'wg0']);
    try {
      await terminal.waitFor(' 1 broken', soonMs);
      expect(terminal.text()).toContain(`no route into the tunnel for ${secondLan.v4}`);
      expect(rowOf(terminal.text(), secondLan.v4)).toMatch(/^home +no route into the tunnel .*dev eth0/);
      expect(rowOf(terminal.text(), lanSubnet)).toMatch(/^home +ok .*dev wg0/);
    } finally {
      await lab.must('edge', ['ip', 'route', 'add', secondLan.v4, 'dev', 'wg0']);
    }
    await terminal.waitFor(' 0 broken', soonMs);
    expect(rowOf(terminal.text(), secondLan.v4)).toMatch(/^home +ok .*dev wg0/);
  });

  test('a path is explained: to the NAS, and to the service that speaks IPv6 only', async () => {
    const terminal = await console();
    terminal.send('2');
    await terminal.waitFor(' 0 broken', soonMs);
    for (const [from, to] of [
      [overlay.laptop.v4, underlay.nas.v4],
      [overlay.laptop.v6, underlay.printer.v6],
    ] as const) {
      terminal.send('e');
      await terminal.waitFor('Names of peers, addresses');
      terminal.send(`laptop ${to}`);
      await terminal.waitFor(`laptop ${to}`);
      terminal.send('\r');
      await terminal.waitFor('should pass', soonMs);
      const sentence = terminal.text().slice(terminal.text().indexOf('Packets from'));
      expect(sentence).toContain(`from laptop (${from}) to`);
      expect(sentence).toContain(to);
      expect(terminal.text()).toMatch(/^ +pass +wg0 sends \S+ to home,/m);
      expect(terminal.text()).not.toContain(' STOP ');
      terminal.send('\u001b');
      await terminal.waitFor(' 0 broken');
    }
  });

  test('Traffic: the chart rises and the talkers are those who talk', async () => {
    const terminal = await console();
    terminal.send('3');
    await terminal.waitFor('TOP TALKERS', soonMs);
    expect(rowOf(terminal.text(), 'laptop')).not.toContain('Mb/s');
    const stream = traffic(lab, { from: 'laptop', to: 'printer', seconds: 8, megabitsPerSecond: 8 });
    const talks = (peer: HostName) => /\d\.\d+ Mb\/s .*\b[45]\d % +█/.test(rowOf(terminal.text(), peer));
    await terminal.waitFor(() => talks('laptop') && talks('home'), soonMs);
    await stream;
    const lines = terminal.lines();
    // Full braille cells over an axis with its unit.
    expect(lines.some((line) => /\b(?:5|10) Mb\/s │/.test(line))).toBe(true);
    expect(lines.filter((line) => /│.*⣿{3}/.test(line)).length).toBeGreaterThan(4);
    expect(rowOf(terminal.text(), 'phone')).not.toContain('Mb/s');
    expect(terminal.text()).toMatch(/^ +today +↓ [\d.]+ MiB +↑ [\d.]+ MiB/m);
  });

  test.each([
    [80, 24],
    [120, 40],
  ])('Map at %i×%i: the hub, its peers, and the LANs behind home', async (columns, rows) => {
    const terminal = await console(columns, rows);
    terminal.send('7');
    // The addresses are read after the peers, and the box grows with them.
    await terminal.waitFor((text) => hubBox(text)?.includes(underlay.edge.v4) ?? false, soonMs);
    const text = terminal.text();
    expect(text).toMatch(/^ +internet$/m);
    for (const part of ['edge', 'wg0 :51820', '4 of 4 online']) expect(hubBox(text)).toContain(part);
    const lines = text.split('\n');
    const home = lines.findIndex((line) => /[○●].* ▸?home\b/.test(line));
    expect(lines[home + 1]).toContain(`LAN ${lanSubnet}, ${secondLan.v4}`);
    for (const peer of ['laptop', 'phone', 'roamer'])
      expect(lines.some((line) => new RegExp(`[○●].* ${peer} `).test(line))).toBe(true);
  });
});

/** What is written in the box of the hub; undefined where its right side is not straight. */
function hubBox(text: string): string | undefined {
  const lines = text.split('\n');
  const top = lines.findIndex((line) => line.startsWith(' ╭'));
  const bottom = lines.findIndex((line) => line.startsWith(' ╰'));
  const side = lines[top]?.indexOf('╮') ?? -1;
  const inside = lines.slice(top + 1, bottom);
  if (side < 0 || lines[bottom]?.[side] !== '╯' || inside.some((line) => !/[│├]/.test(line[side] ?? '')))
    return undefined;
  return inside.map((line) => line.slice(2, side).trim()).join('\n');
}
