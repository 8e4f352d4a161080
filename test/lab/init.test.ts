/** A hub from nothing, on a host that has no WireGuard: made, used by a client, taken back, and killed on the way. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ApplyResult, ChangeRecord } from '../../src/change/results.ts';
import type { InitOrder } from '../fixtures/changes/init-driver.ts';
import { launch } from '../support/terminal.ts';
import { type Lab, labObstacle } from './lab.ts';
import { until } from './run.ts';
import { withLab } from './with-lab.ts';

const id = `i${process.pid}`;
const obstacle = await labObstacle();
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'changes');

describe.skipIf(obstacle !== undefined)('a hub from nothing', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  beforeAll(async () => {
    // A hub that was hardened before: none of it may be lost by turning forwarding on and off.
    await host('sysctl', '-qw', 'net.ipv4.conf.all.accept_redirects=0', 'net.ipv4.conf.eth0.forwarding=1');
  });

  const host = async (...argv: string[]) => (await lab.must('outsider', argv)).stdout;
  const meshtui = (words: readonly string[], environment: readonly string[] = []) => {
    const argv = ['env', ...environment, process.execPath, join(fixtures, 'meshtui.ts'), ...words];
    return lab.exec('outsider', argv, { timeoutMs: 60_000 });
  };
  const drive = (order: InitOrder) =>
    lab.exec('outsider', [process.execPath, join(fixtures, 'init-driver.ts'), JSON.stringify(order)]);
  const ordered = async <T>(order: InitOrder): Promise<T> => {
    const { code, stdout, stderr } = await drive(order);
    if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  const changes = () => ordered<ChangeRecord[]>({ act: 'changes' });

  /** All that a hub is made of; what meshtui keeps for itself is left out. */
  const state = async () => ({
    files: await host(
      'sh',
      '-c',
      'find /etc/wireguard /etc/sysctl.d -name .meshtui -prune -o -type f -printf "%p %m %u %g " -exec sha256sum {} ";"',
    ),
    settings: await host(
      'sh',
      '-c',
      'grep . /proc/sys/net/ipv[46]/conf/*/forwarding /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/accept_redirects',
    ),
    addresses: (await host('ip', '-o', 'addr')).replace(/(valid|preferred)_lft \w+/g, ''),
    routes: await host('sh', '-c', 'ip route show table all; ip -6 route show table all'),
    rules: await host('sh', '-c', 'ip rule; ip -6 rule'),
    sockets: await host('ls', '/run/wireguard'),
    firewall: await host('nft', 'list', 'ruleset'),
  });

  /** A client by hand, from nothing but what `init --json` says and a peer that is added with `wg`. */
  const pings = async (hub: { publicKey: string; endpoint: string; addresses: readonly string[] }) => {
    const [address = '', address6 = ''] = hub.addresses.map((each) => each.replace(/\/\d+$/, ''));
    const client = address.replace(/\.1$/, '.9');
    const client6 = address6.replace(/::1$/, '::9');
    const privateKey = (await lab.must('laptop', ['wg', 'genkey'])).stdout;
    const publicKey = (await lab.must('laptop', ['wg', 'pubkey'], { input: privateKey })).stdout.trim();
    await host('wg', 'set', 'wg0', 'peer', publicKey, 'allowed-ips', `${client}/32,${client6}/128`);
    await lab.writeFile(
      'laptop',
      '/etc/wireguard/fresh.conf',
      `[Interface]\nPrivateKey = ${privateKey}Address = ${client}/32, ${client6}/128\n\n[Peer]\nPublicKey = ${hub.publicKey}\nEndpoint = ${hub.endpoint}\nAllowedIPs = ${address}/32, ${address6}/128\n`,
    );
    await lab.must('laptop', ['wg-quick', 'up', 'fresh']);
    try {
      await lab.must('laptop', ['ping', '-c', '2', '-i', '0.2', '-W', '3', address]);
      await lab.must('laptop', ['ping', '-c', '2', '-i', '0.2', '-W', '3', address6]);
    } finally {
      await lab.must('laptop', ['wg-quick', 'down', 'fresh']);
    }
    expect(await host('wg', 'show', 'wg0', 'latest-handshakes')).toMatch(/^.{44}\t[1-9]/m);
    await host('wg', 'set', 'wg0', 'peer', publicKey, 'remove');
  };

  test('is up, lets a client in, is made once, and its undo brings back every byte and setting', async () => {
    const old = await state();
    const planned = await meshtui(['init', '--dry-run']);
    expect(planned.code).toBe(0);
    expect(await state()).toEqual(old);
    const made = await meshtui(['init', '--yes', '--json']);
    expect(made.stderr).toBe('');
    const document = JSON.parse(made.stdout) as {
      outcome: string;
      id: string;
      hub: { publicKey: string; endpoint: string; addresses: string[]; port: number };
    };
    expect(document).toMatchObject({ outcome: 'done', hub: { port: 51820, endpoint: '198.18.0.66:51820' } });
    expect((await host('wg', 'show', 'wg0', 'public-key')).trim()).toBe(document.hub.publicKey);
    expect((await host('stat', '-c', '%a %u', '/etc/wireguard/wg0.conf')).trim()).toBe('600 0');
    expect(await host('sh', '-c', 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding')).toBe(
      '1\n1\n',
    );
    const key = (await host('cat', '/etc/wireguard/wg0.conf')).match(/^PrivateKey = (.*)$/m)?.[1] ?? 'none';
    expect(made.stdout + planned.stdout).not.toContain(key);
    expect(await host('sh', '-c', 'cat /var/lib/meshtui/changes/2*/*')).not.toContain(key);
    await pings(document.hub);

    const now = await state();
    const again = await meshtui(['init', '--yes']);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/interface already: wg0;.*--interface wg1$/m),
    });
    const named = await meshtui(['init', '--interface', 'wg0', '--yes']);
    expect(named).toMatchObject({ code: 1, stderr: expect.stringContaining('Another name is free: wg1.') });
    expect(await state()).toEqual(now);

    expect((await meshtui(['undo', '--yes'])).code).toBe(0);
    expect(await state()).toEqual(old);
  }, 120_000);

  test('is made in the console, which shows it then', async () => {
    const old = await state();
    const terminal = launch(lab.meshtuiArgv('outsider'), { columns: 100, rows: 40 });
    await terminal.waitFor('press n');
    terminal.send('n');
    await terminal.waitFor('198.18.0.66');
    terminal.send('\r');
    await terminal.waitFor('Enter applies it');
    expect(terminal.text()).toContain('wg-quick up wg0');
    terminal.send('\r');
    await terminal.waitFor('Done, and read back', 20_000);
    terminal.send('\r');
    await terminal.waitFor(/wg0 +:51820/, 10_000);
    terminal.send('q');
    expect((await terminal.exit()).code).toBe(0);
    expect(await meshtui(['undo', '--yes'])).toMatchObject({ code: 0, stderr: '' });
    expect(await state()).toEqual(old);
  }, 60_000);

  test('a second one beside it has another name, port and prefix', async () => {
    const old = await state();
    const first = await ordered<ApplyResult>({ act: 'init' });
    const second = await ordered<ApplyResult>({ act: 'init', wish: { interfaceName: 'office.2' } });
    expect([first.outcome, second.outcome]).toEqual(['done', 'done']);
    expect(await host('wg', 'show', 'office.2', 'listen-port')).toBe('51821\n');
    const pools = await host('sh', '-c', 'grep -h Address /etc/wireguard/*.conf | sort -u | wc -l');
    expect(pools.trim()).toBe('2');
    await ordered({ act: 'undo', id: 'id' in second ? second.id : '' });
    await ordered({ act: 'undo', id: 'id' in first ? first.id : '' });
    expect(await state()).toEqual(old);
  }, 60_000);

  test('refuses a port that somebody has and a prefix of the host, and writes nothing', async () => {
    const listen = "require('dgram').createSocket('udp4').bind(5353); setTimeout(() => process.exit(), 15_000)";
    const listener = lab.exec('outsider', [process.execPath, '-e', listen]);
    await until('the listener', 10_000, async () => (await host('ss', '-Hlun')).includes(':5353'));
    const old = await state();
    expect(await meshtui(['init', '--yes', '--port', '5353'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/UDP port 5353 is in use: .* has it. Port 51820 is free\./),
    });
    expect(await meshtui(['init', '--yes', '--pool', '198.18.0.0/16'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('198.18.0.0/16 is in use: eth0 has 198.18.0.0/24.'),
    });
    expect(await state()).toEqual(old);
    await listener;
  }, 60_000);

  test('where wg-quick fails in the middle, everything is as before', async () => {
    const old = await state();
    await host('mkdir', '-p', '/root/broken');
    // The interface is there, and then the program ends.
    const broken =
      '#!/bin/sh\n[ "$1" = up ] || exec /usr/bin/wg-quick "$@"\n/usr/bin/wg-quick "$@"\necho broken >&2; exit 1\n';
    await lab.writeFile('outsider', '/root/broken/wg-quick', broken, 0o755);
    const failed = await meshtui(['init', '--yes'], ['PATH=/root/broken:/usr/sbin:/usr/bin:/sbin:/bin']);
    await host('rm', '-r', '/root/broken');
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/Everything is as it was before/) });
    expect(await state()).toEqual(old);
  }, 60_000);

  /** systemd as far as one unit goes: enabled is a file, and the unit is wg-quick. */
  const systemctl = `#!/bin/sh
printf '%s\\n' "$*" >>/root/systemctl.log
unit=/root/enabled-wg0
case $* in
  'cat wg-quick@.service') ;;
  'is-enabled wg-quick@wg0') if [ -e $unit ]; then echo enabled; else echo disabled; exit 1; fi ;;
  'enable --now wg-quick@wg0') : >$unit; wg-quick up wg0; [ ! -e /root/fails ] ;;
  'disable --now wg-quick@wg0') rm $unit; wg-quick down wg0 ;;
  'disable wg-quick@wg0') rm $unit ;;
  'stop wg-quick@wg0') wg-quick down wg0 ;;
  'reset-failed wg-quick@wg0') ;;
  'stop meshtui-revert-'*) exit 5 ;;
  'show --property=ActiveState --value meshtui-revert-'*) echo inactive ;;
  *) exit 64 ;;
esac
`;
  const standIn = ['PATH=/root/standin:/usr/sbin:/usr/bin:/sbin:/bin'];
  /** What the stand-in was asked to change since the last time. */
  const asked = async () => {
    const log = await host('sh', '-c', 'cat /root/systemctl.log; : >/root/systemctl.log');
    return log.split('\n').filter((line) => /^(enable|disable|start|stop|reset-failed) (--now )?wg-quick/.test(line));
  };

  test('with systemd it is a unit that is enabled and started, and what fails there is taken back', async () => {
    await host('mkdir', '-p', '/run/systemd/system', '/root/standin');
    await lab.writeFile('outsider', '/root/standin/systemctl', systemctl, 0o755);
    const old = await state();
    const made = await meshtui(['init', '--yes'], standIn);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(await asked()).toEqual(['enable --now wg-quick@wg0']);
    expect(await host('wg', 'show', 'interfaces')).toBe('wg0\n');
    expect((await meshtui(['undo', '--yes'], standIn)).code).toBe(0);
    expect(await asked()).toEqual(['disable --now wg-quick@wg0']);
    expect(await state()).toEqual(old);

    await host('touch', '/root/fails');
    const failed = await meshtui(['init', '--yes'], standIn);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/Everything is as it was before/) });
    expect(await asked()).toEqual([
      'enable --now wg-quick@wg0',
      'disable wg-quick@wg0',
      'stop wg-quick@wg0',
      'reset-failed wg-quick@wg0',
    ]);
    expect(await state()).toEqual(old);
    await host('rm', '-r', '/run/systemd', '/root/standin', '/root/fails');
  }, 60_000);

  test('after a restart of the machine what is whole stays, and of anything else nothing does', async () => {
    const old = await state();
    /** As if the machine had been restarted before the mark of the end: only files and what they bring up are left. */
    const restarted = async (id: string) => {
      const directory = `/var/lib/meshtui/changes/${id}`;
      await host('rm', `${directory}/done`);
      await host('sed', '-i', 's/"bootId": "[^"]*"/"bootId": "another"/', `${directory}/record.json`);
    };
    const whole = await ordered<ApplyResult>({ act: 'init' });
    await restarted('id' in whole ? whole.id : '');
    expect((await changes())[0]?.state.kind).toBe('rebooted');
    const other = await ordered<ApplyResult>({ act: 'init', wish: { interfaceName: 'wg1' } });
    expect((await changes()).slice(0, 2).map((change) => change.state.kind)).toEqual(['done', 'done']);
    await ordered({ act: 'undo', id: 'id' in other ? other.id : '' });

    await restarted('id' in whole ? whole.id : '');
    await host('wg-quick', 'down', 'wg0');
    const taken = await meshtui(['undo', 'id' in whole ? whole.id : '', '--yes']);
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining('everything is as it was before') });
    expect(await state()).toEqual(old);
  }, 60_000);

  /** What came of the newest change, once it came to an end; undefined where it is still the one before. */
  const end = async (before: string | undefined) => {
    let change: ChangeRecord | undefined;
    await until('the end of the change', 30_000, async () => {
      [change] = await changes();
      return change === undefined || ['reverted', 'done', 'undone'].includes(change.state.kind);
    });
    return change?.id === before ? undefined : change;
  };
  const newest = async () => (await changes())[0]?.id;

  const isFull = process.env['MESHTUI_FULL'] === '1';

  test('killed anywhere in the middle, everything is old or everything is new', async () => {
    const old = await state();
    const kinds = new Set<string>();
    for (let dieAt = isFull ? 1 : 10; dieAt < 80; dieAt += isFull ? 1 : 9) {
      const before = await newest();
      const { code } = await drive({ act: 'init', dieAt });
      const change = await end(before);
      kinds.add(change?.state.kind ?? 'none');
      if (change?.state.kind === 'done') {
        expect(await host('wg', 'show', 'interfaces')).toBe('wg0\n');
        await ordered({ act: 'undo', id: change.id });
      }
      await until('the daemon', 2_000, async () => (await state()).sockets === old.sockets);
      expect(await state(), `killed at ${dieAt}`).toEqual(old);
      if (code === 0) break;
    }
    // Before its record is written there is no change at all.
    kinds.delete('none');
    expect([...kinds].sort()).toEqual(['done', 'reverted']);
  }, 1_200_000);

  test('killed while wg-quick is at work, it is awaited and then taken back', async () => {
    const old = await state();
    const before = await newest();
    await host('mkdir', '-p', '/root/slow');
    const slow = '#!/bin/sh\n[ $1 != up ] || { echo $PPID >/root/slow/begun; sleep 3; }\nexec /usr/bin/wg-quick "$@"\n';
    await lab.writeFile('outsider', '/root/slow/wg-quick', slow, 0o755);
    const killed = meshtui(['init', '--yes'], ['PATH=/root/slow:/usr/sbin:/usr/bin:/sbin:/bin']);
    await until(
      'wg-quick',
      20_000,
      async () => (await lab.exec('outsider', ['test', '-s', '/root/slow/begun'])).code === 0,
    );
    await host('sh', '-c', 'kill -KILL $(cat /root/slow/begun)');
    expect((await killed).code).not.toBe(0);
    expect((await end(before))?.state).toMatchObject({
      kind: 'reverted',
      reason: expect.stringMatching(/in the middle of it/),
    });
    await host('rm', '-r', '/root/slow');
    expect(await state()).toEqual(old);
  }, 60_000);

  test('an undo that is killed anywhere in the middle leaves the hub as it was, or none', async () => {
    const none = await state();
    const made = await ordered<ApplyResult>({ act: 'init' });
    const change = 'id' in made ? made.id : '';
    const hub = async () => {
      const { files, settings, addresses, routes } = await state();
      // An interface that comes back has a number and a link-local address of its own.
      const steady = (text: string) =>
        text
          .split('\n')
          .filter((line) => !line.includes('fe80::') && !line.includes('ff00::'))
          .map((line) => line.replace(/^\d+: /, ''))
          .sort();
      return { files, settings, addresses: steady(addresses), routes: steady(routes) };
    };
    const old = await hub();
    let reverted = 0;
    for (let dieAt = isFull ? 8 : 12; dieAt < 80; dieAt += isFull ? 1 : 10) {
      const before = await newest();
      const { code } = await drive({ act: 'undo', id: change, dieAt });
      const undone = await end(before);
      if (undone?.state.kind === 'done') break;
      reverted += undone === undefined ? 0 : 1;
      expect(await hub(), `killed at ${dieAt}`).toEqual(old);
      expect(code).not.toBe(0);
    }
    expect(reverted).toBeGreaterThan(0);
    expect(await state()).toEqual(none);
  }, 1_200_000);
});
