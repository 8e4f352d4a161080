/** The built program on a real hub: what it says is what `wg` says, within two seconds of each change. */
import { describe, expect, test } from 'vitest';
import { type Lab, labObstacle } from '../lab/lab.ts';
import { sshArgv } from '../lab/ssh.ts';
import { overlay, type PeerHost, underlay } from '../lab/topology.ts';
import { traffic } from '../lab/traffic.ts';
import { withLab } from '../lab/with-lab.ts';
import { launch } from '../support/terminal.ts';
import { openConsole } from './lab-console.ts';

const id = `e${process.pid}`;
const obstacle = await labObstacle();
const peers: readonly PeerHost[] = ['home', 'laptop', 'phone', 'roamer'];
/** How soon a change must be on the screen. */
const soonMs = 2000;

describe.skipIf(obstacle !== undefined)('on a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const console = (columns?: number, rows?: number) => openConsole(lab, columns, rows);
  const rowOf = (text: string, peer: PeerHost) =>
    text.split('\n').find((line) => new RegExp(`${overlay[peer].v4.replaceAll('.', '\\.')}\\b`).test(line)) ?? '';

  test.each([
    [80, 24],
    [200, 60],
  ])('the console at %i×%i shows each peer', async (columns, rows) => {
    const terminal = await console(columns, rows);
    for (const peer of peers) expect(rowOf(terminal.text(), peer)).toMatch(/active|online/);
    expect(terminal.lines()[0]).toMatch(/edge · wg0 :51820 .*4 of 4 online/);
  });

  test('peers that go and come are seen within two seconds', async () => {
    const terminal = await console();
    await lab.removePeer('laptop');
    await terminal.waitFor((text) => rowOf(text, 'laptop') === '', soonMs);
    await lab.restorePeer('laptop');
    await terminal.waitFor((text) => rowOf(text, 'laptop') !== '', soonMs);
    await lab.redial('laptop');
    await lab.waitForHandshakes(['laptop']);
    await terminal.waitFor((text) => /active|online/.test(rowOf(text, 'laptop')), soonMs);
  });

  test('traffic is seen within two seconds, and then at its rate', async () => {
    const terminal = await console();
    const stream = traffic(lab, { from: 'laptop', to: 'nas', seconds: 6, megabitsPerSecond: 8 });
    // iperf3 takes a moment to start, which is not the console's.
    await terminal.waitFor((text) => rowOf(text, 'laptop').includes('Mb/s'), soonMs + 1000);
    await terminal.waitFor((text) => /\b(7|8|9)(\.\d+)? Mb\/s/.test(rowOf(text, 'laptop')), 3000);
    await stream;
  });

  test('the interface that goes and comes is seen within two seconds', async () => {
    const terminal = await console();
    await lab.removeInterface('edge');
    await terminal.waitFor((text) => !text.includes(overlay.home.v4), soonMs);
    await lab.restoreInterface('edge');
    await terminal.waitFor(overlay.home.v4, soonMs);
    await Promise.all(peers.map((peer) => lab.redial(peer)));
    await lab.waitForHandshakes(peers);
  });

  test('an operator who came through the tunnel is marked, one from outside is not', async () => {
    const through = launch(sshArgv(lab, 'laptop', 'tunnel', ['meshtui']), { columns: 120, rows: 40 });
    await through.waitFor((text) => rowOf(text, 'laptop').includes('(you)'), 10_000);
    const around = launch(sshArgv(lab, 'outsider', 'internet', ['meshtui']), { columns: 120, rows: 40 });
    await around.waitFor(overlay.home.v4, 10_000);
    await around.settle(300).catch(() => undefined);
    expect(around.text()).not.toContain('(you)');
    around.send('q');
    expect((await around.exit()).code).toBe(0);
  });

  test('status --json agrees with wg, and holds no secret', async () => {
    const { stdout, code } = await lab.exec('edge', ['meshtui', 'status', '--json']);
    expect(code).toBe(0);
    const status = JSON.parse(stdout) as {
      interfaces: { publicKey: string; peers: { publicKey: string; endpoint: string }[] }[];
    };
    expect(status.interfaces[0]?.publicKey).toBe(lab.publicKeys.edge);
    const keys = status.interfaces[0]?.peers.map(({ publicKey }) => publicKey).sort();
    expect(keys).toEqual(peers.map((peer) => lab.publicKeys[peer]).sort());
    expect(stdout).toContain(`[${underlay.laptop.v6}]`);
    const secrets = (await lab.must('edge', ['grep', '-hE', 'PrivateKey|PresharedKey', '/etc/wireguard/wg0.conf']))
      .stdout;
    for (const line of secrets.trim().split('\n')) expect(stdout).not.toContain(line.split(' = ')[1]);
  });
});
