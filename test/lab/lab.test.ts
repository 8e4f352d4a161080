import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch } from '../support/terminal.ts';
import { downLab, type Lab, labIds, labObstacle, openLab, sweepLabs, upLab } from './lab.ts';
import { namespacesOf, processesIn } from './network.ts';
import { printGreeting } from './print-service.ts';
import { run, until } from './run.ts';
import { sshArgv } from './ssh.ts';
import { type HostName, namespacePrefix, overlay, type PeerHost, printPort, underlay } from './topology.ts';
import { ping, traffic } from './traffic.ts';

const id = `t${process.pid}`;
const everyPeer: readonly PeerHost[] = ['home', 'laptop', 'phone', 'roamer'];
const obstacle = await labObstacle();

/** In /run, and there as long as any lab is, such as a developer's beside this one. */
const ofAllLabs = new Set(['netns', 'meshtui-lab']);

/** What of the machine a lab could damage. */
async function machineState() {
  const output = async (...argv: string[]) => (await run(argv)).stdout;
  return {
    hadNamespaces: existsSync('/run/netns'),
    firewall: await output('nft', 'list', 'ruleset'),
    routes: await output('ip', 'route', 'show', 'table', 'all'),
    routes6: await output('ip', '-6', 'route', 'show', 'table', 'all'),
    links: await output('ip', '-brief', 'link'),
    forwarding: readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8'),
    hostname: readFileSync('/proc/sys/kernel/hostname', 'utf8'),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => !line.includes('/run/netns')),
    files: ['/etc', '/etc/wireguard', '/etc/ssh', '/var/lib', '/run', '/run/wireguard', '/root'].map((path) =>
      existsSync(path)
        ? readdirSync(path)
            .filter((name) => !ofAllLabs.has(name))
            .sort()
        : 'absent',
    ),
  };
}

describe.skipIf(obstacle !== undefined)('the lab', () => {
  let lab: Lab;
  let upMs = 0;
  let before: Awaited<ReturnType<typeof machineState>>;

  beforeAll(async () => {
    await sweepLabs();
    before = await machineState();
    const start = performance.now();
    lab = await upLab({ id });
    upMs = performance.now() - start;
  });

  afterAll(async () => {
    await downLab(id);
  });

  const reaches = async (from: HostName, to: HostName | { readonly address: string }) =>
    (await ping(lab, from, to)).received > 0;
  const ruleset = async (host: HostName) => (await lab.must(host, ['nft', 'list', 'ruleset'])).stdout;

  test('is up in less than fifteen seconds, with a handshake of every peer', async () => {
    expect(upMs).toBeLessThan(15_000);
    await lab.waitForHandshakes(everyPeer, { ms: 0 });
    expect(openLab(id).publicKeys).toEqual(lab.publicKeys);
  });

  test('peers reach one another and the LAN through the hub, over both protocols', async () => {
    expect(await reaches('laptop', 'nas')).toBe(true);
    expect(await reaches('phone', 'laptop')).toBe(true);
    expect(await reaches('nas', 'laptop')).toBe(true);
    expect(await reaches('phone', { address: overlay.laptop.v6 })).toBe(true);
    expect(await reaches('laptop', { address: underlay.edge.v6 })).toBe(true);
  });

  test('peers reach the LAN that only home has a cable to, and it reaches them', async () => {
    expect(await reaches('laptop', 'printer')).toBe(true);
    expect(await reaches('laptop', { address: underlay.printer.v6 })).toBe(true);
    expect(await reaches('printer', 'laptop')).toBe(true);
    expect(await reaches('outsider', 'printer')).toBe(false);
  });

  test('the service that speaks IPv6 only answers through the tunnel, over IPv6 only', async () => {
    const connect = (address: string) => lab.exec('laptop', ['nc', '-nv', '-w', '3', address, String(printPort)]);
    expect(await connect(underlay.printer.v6)).toMatchObject({ code: 0, stdout: printGreeting });
    const overIPv4 = await connect(underlay.printer.v4);
    expect(overIPv4).toMatchObject({ code: 1, stdout: '' });
    expect(overIPv4.stderr).toContain('refused');
  });

  test('the roamer gets to the internet through the hub and not directly', async () => {
    const refusing = async (address: string) => {
      const rules = `chain in { type filter hook input priority 0; ip saddr ${address} drop; };`;
      await lab.must('outsider', ['nft', '-f', '-'], { input: `table inet refuse { ${rules} }\n` });
      const reached = await reaches('roamer', 'outsider');
      await lab.must('outsider', ['nft', 'delete', 'table', 'inet', 'refuse']);
      return reached;
    };
    expect(await reaches('roamer', { address: underlay.outsider.v6 })).toBe(true);
    expect(await refusing(underlay.roamer.v4)).toBe(true);
    expect(await refusing(underlay.edge.v4)).toBe(false);
    await lab.removeInterface('roamer');
    expect(await refusing(underlay.edge.v4)).toBe(true);
    expect(await refusing(underlay.roamer.v4)).toBe(false);
    await lab.restoreInterface('roamer');
    expect(await refusing(underlay.roamer.v4)).toBe(true);
    expect(await reaches('roamer', 'printer')).toBe(true);
  });

  test('the hub sees endpoints of every kind', async () => {
    const { stdout } = await lab.must('edge', ['wg', 'show', 'wg0', 'endpoints']);
    const endpoints = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t') as [string, string]),
    );
    expect(endpoints.get(lab.publicKeys.home)).toMatch(/^203\.0\.113\.20:\d+$/);
    expect(endpoints.get(lab.publicKeys.laptop)).toMatch(/^\[2001:db8:2::11\]:\d+$/);
    expect(endpoints.get(lab.publicKeys.phone)).toMatch(/^203\.0\.113\.200:\d+$/);
  });

  test('the outsider reaches the hub and nothing behind it', async () => {
    expect(await reaches('outsider', { address: underlay.edge.v4 })).toBe(true);
    expect(await reaches('outsider', 'edge')).toBe(false);
    expect(await reaches('outsider', 'nas')).toBe(false);
    expect(await reaches('outsider', { address: overlay.laptop.v6 })).toBe(false);
  });

  test("each host has files of its own, and keys are nobody else's to read", async () => {
    const file = await lab.must('edge', ['cat', '/etc/wireguard/wg0.conf']);
    expect(file.stdout).toMatch(/### Client laptop\n\[Peer\]/);
    expect((await lab.must('edge', ['stat', '-c', '%a %U', '/etc/wireguard/wg0.conf'])).stdout).toBe('600 root\n');
    expect((await lab.must('nas', ['ls', '-A', '/etc/wireguard', '/root/.ssh'])).stdout).not.toContain('wg0.conf');
    await lab.must('phone', ['mkdir', '-p', '/var/lib/meshtui', '/run/meshtui', '/root/.config/meshtui']);
    expect((await lab.exec('edge', ['ls', '/var/lib/meshtui'])).code).not.toBe(0);
    expect(existsSync('/run/meshtui')).toBe(false);
    expect((await lab.must('home', ['hostname'])).stdout).toBe('home\n');
    expect((await lab.exec('edge', ['ls', '/run/systemd'])).code).not.toBe(0);
  });

  test('a person logs in to the hub through the tunnel and around it', async () => {
    const command = ['echo from $SSH_CONNECTION; hostname'];
    const through = launch(sshArgv(lab, 'laptop', 'tunnel', command));
    await through.waitFor(`from ${overlay.laptop.v4} `, 10_000);
    const around = launch(sshArgv(lab, 'outsider', 'internet', command));
    await around.waitFor(`from ${underlay.outsider.v4} `, 10_000);
    await through.waitFor(/^edge$/m);
  });

  test('traffic is real and bounded', async () => {
    const counters = async () => {
      const { stdout } = await lab.must('edge', ['wg', 'show', 'wg0', 'transfer']);
      const row = stdout.split('\n').find((line) => line.startsWith(lab.publicKeys.laptop)) ?? '';
      return row
        .split('\t')
        .slice(1)
        .map(Number)
        .reduce((sum, bytes) => sum + bytes, 0);
    };
    const start = await counters();
    const bytes = await traffic(lab, { from: 'laptop', to: 'nas', seconds: 2, megabitsPerSecond: 8 });
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(4_000_000);
    expect((await counters()) - start).toBeGreaterThan(bytes);
  });

  test('a cut uplink carries nothing until it is mended', async () => {
    await lab.cut('phone');
    expect(await reaches('phone', 'edge')).toBe(false);
    await lab.mend('phone');
    expect(await reaches('phone', 'edge')).toBe(true);
    expect(await ruleset('net')).not.toContain('cut-phone');
  });

  test('a peer is removed from the running hub, and comes back', async () => {
    await lab.removePeer('laptop');
    expect((await lab.must('edge', ['wg', 'show', 'wg0', 'peers'])).stdout).not.toContain(lab.publicKeys.laptop);
    expect(await reaches('laptop', 'edge')).toBe(false);
    await lab.restorePeer('laptop');
    await lab.redial('laptop');
    await lab.waitForHandshakes(['laptop']);
    expect(await reaches('laptop', 'nas')).toBe(true);
  });

  test('with the wrong preshared key no handshake completes', async () => {
    await lab.wrongPresharedKey('laptop');
    await lab.redial('laptop');
    expect(await reaches('laptop', 'edge')).toBe(false);
    await lab.restorePeer('laptop');
    await lab.redial('laptop');
    await lab.waitForHandshakes(['laptop']);
    expect(await reaches('laptop', 'edge')).toBe(true);
  });

  test('the hub takes many peers that nobody is behind', async () => {
    const keys = await lab.addPeers(500);
    const known = (await lab.must('edge', ['wg', 'show', 'wg0', 'peers'])).stdout.trim().split('\n');
    expect(known).toHaveLength(504);
    expect(known).toEqual(expect.arrayContaining([...keys]));
  });

  test('the hub loses its interface and gets it back, with the peers of its file', async () => {
    await lab.removeInterface('edge');
    expect((await lab.must('edge', ['wg', 'show', 'all', 'dump'])).stdout).toBe('');
    await lab.restoreInterface('edge');
    await Promise.all(everyPeer.map((peer) => lab.redial(peer)));
    await lab.waitForHandshakes(everyPeer);
    expect(await reaches('laptop', 'home')).toBe(true);
  });

  test('two labs live beside one another, and one is up again after a crash', async () => {
    const other = await upLab({ id: `${id}b` });
    try {
      const names = new Set(namespacesOf(`${id}b`));
      expect(names.size).toBe(namespacesOf(id).length);
      // A crash: the holders are gone, everything else is left.
      for (const pid of processesIn(`${id}b`)) process.kill(pid, 'SIGKILL');
      await until('the crash', 5000, () => processesIn(`${id}b`).length === 0);
      expect(() => openLab(`${id}b`)).toThrow('has lost');
      await upLab({ id: `${id}b` });
      expect((await ping(other, 'laptop', 'edge')).received).toBe(0);
      expect((await ping(openLab(`${id}b`), 'laptop', 'nas')).received).toBeGreaterThan(0);
    } finally {
      await other.down();
    }
    expect(await reaches('laptop', 'edge')).toBe(true);
  });

  test('leaves nothing behind, and the machine as it was', async () => {
    const pids = processesIn(id);
    expect(pids.length).toBeGreaterThan(8);
    expect((await machineState()).firewall).toBe(before.firewall);
    const stray = lab.exec('nas', ['sleep', '100']);
    await lab.down();
    expect((await stray).code).not.toBe(0);
    expect(namespacesOf(id)).toEqual([]);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`) && commandOf(pid) !== '')).toEqual([]);
    expect({ ...(await machineState()), hadNamespaces: before.hadNamespaces }).toEqual(before);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(namespacePrefix(id));
    if (labIds().length === 0) expect(existsSync('/run/netns')).toBe(before.hadNamespaces);
    expect(() => openLab(id)).toThrow('there is no lab');
    await downLab(id);
  });
});

/** The command line of a process; empty for one that has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test.skipIf(obstacle !== undefined)('a bad id is refused before anything is touched', async () => {
  await expect(upLab({ id: '../x' })).rejects.toThrow('is no id of a lab');
  await expect(downLab('')).rejects.toThrow('is no id of a lab');
});
