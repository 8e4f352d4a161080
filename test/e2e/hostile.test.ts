/** Names that would do harm on a real hub, and nothing of them that reaches the terminal but letters. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Lab, labObstacle } from '../lab/lab.ts';
import { overlay } from '../lab/topology.ts';
import { withLab } from '../lab/with-lab.ts';
import { launch } from '../support/terminal.ts';

const id = `h${process.pid}`;
const obstacle = await labObstacle();

const esc = '\u001b';
/** What is written before each peer's section. A line break in a comment ends it, so the last resort is the return. */
const names = [
  `csi${esc}[2J${esc}[31m${esc}[10;10Hpwned`,
  `osc${esc}]0;owned\u0007${esc}]52;c;cHduZWQ=${esc}\\ and ${esc}]8;;http://evil.example${esc}\\link`,
  `c1\u009b2J\u009d0;owned\u009c\u0090q\u009c`,
  `dcs${esc}P$q"p${esc}\\ ris${esc}c shift\u000e\u000f bell\u0007`,
  'back\u0008\u0008\u0008\u0008\u007f line\rfeed\u000bvt\u000cff\u0085nel\u2028ls\u2029ps',
  'bidi\u202etxt.exe\u2066x\u2069\u200f\u061c',
  `long ${'0123456789'.repeat(1024)}`,
  '東京オフィスの複合機と長い名前の機械',
  'Zoe\u0308 Mu\u0308ller',
  'nul\u0000tag\u{e0041}zero\u200bwidth\ufeffbom',
];

/** Every sequence that the program itself uses: cursor, erase, styles and the modes it sets; nothing else begins with ESC. */
const own = /\u001b\[(?:[\d;]*[ABCDEGHJKm]|\?(?:25|1049|2004|2026)[hl])/g;
/** Control characters that are left once the program's own sequences are taken out; it breaks lines with CR LF. */
const foreign =
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2060-\u2069\u200b\u200e\u200f\u061c\ufeff]|[\u{e0000}-\u{e007f}]/gu;

describe.skipIf(obstacle !== undefined)('names in the lab', () => {
  let lab: Lab;
  let conf = '';

  withLab(id, (up) => {
    lab = up;
  });

  beforeAll(async () => {
    conf = (await lab.must('edge', ['cat', '/etc/wireguard/wg0.conf'])).stdout;
  });

  test('each peer is called by its name, and by its new one within five seconds', async () => {
    const terminal = launch(lab.meshtuiArgv('edge'), { columns: 120, rows: 40 });
    const rowOf = (text: string, address: string) =>
      text.split('\n').find((line) => line.includes(`${address} `)) ?? '';
    await terminal.waitFor(overlay.home.v4, 10_000);
    for (const peer of ['home', 'laptop', 'phone'] as const) {
      expect(rowOf(terminal.text(), overlay[peer].v4)).toMatch(new RegExp(`^..${peer}\\b`));
    }
    const renamed = conf.replace(/^(#.*?)\blaptop\b/m, '$1anna-laptop');
    expect(renamed).not.toBe(conf);
    await lab.writeFile('edge', '/etc/wireguard/wg0.conf', renamed);
    await terminal.waitFor((text) => rowOf(text, overlay.laptop.v4).includes('anna-laptop'), 5000);
    await lab.writeFile('edge', '/etc/wireguard/wg0.conf', conf);
    await terminal.waitFor((text) => !text.includes('anna-laptop'), 5000);
  });

  test.each([
    [80, 24],
    [200, 60],
  ])('hostile ones do nothing at %i×%i', async (columns, rows) => {
    const keys = await lab.addPeers(names.length);
    const sections = keys.map((key, index) => `\n# ${names[index]}\n[Peer]\nPublicKey = ${key}\n`);
    await lab.writeFile('edge', '/etc/wireguard/wg0.conf', conf + sections.join(''));
    const terminal = launch(lab.meshtuiArgv('edge'), { columns, rows });
    const text = await terminal.waitFor(
      (now) => /\bcsi/.test(now) && /long 0123/.test(now) && /you: /.test(now),
      10_000,
    );
    // Every state begins in the same cell.
    const { active } = terminal.xterm.buffer;
    const header = terminal.lines().findIndex((line) => line.includes('STATE'));
    const column = terminal.lines()[header]?.indexOf('STATE') ?? -1;
    for (let row = header + 1; row <= header + 3 + names.length; row += 1) {
      const cells = [column - 1, column].map((x) =>
        active
          .getLine(active.baseY + row)
          ?.getCell(x)
          ?.getChars(),
      );
      expect(cells[0]).toMatch(/^ ?$/);
      expect(cells[1]).toMatch(/^[●○◌·✗–!]$/);
    }
    expect(text.split('\n').filter((line) => line.startsWith(' meshtui'))).toHaveLength(1);
    // Through the details of each peer.
    for (let peer = 0; peer < 3 + names.length; peer += 1) terminal.send(peer === 0 ? '\r' : 'j');
    await terminal.settle(300);
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
    const left = terminal.raw().replace(own, '').replaceAll('\r\n', '');
    expect(left.match(foreign) ?? []).toEqual([]);
    expect(left).not.toContain('\r');
    expect(terminal.xterm.buffer.active.type).toBe('normal');
  });
});
