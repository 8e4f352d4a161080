/** New clients on a real hub: from `meshtui add` to a device that works, and to none where something is wrong. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Lab, labObstacle } from './lab.ts';
import { type Result, until } from './run.ts';
import type { HostName } from './topology.ts';
import { withLab } from './with-lab.ts';

const obstacle = await labObstacle();
const isFull = process.env['MESHTUI_FULL'] === '1';
const source = join(import.meta.dirname, '..', '..', 'bin', 'meshtui.ts');
const id = `a${process.pid}`;

describe.skipIf(obstacle !== undefined)('adding clients to a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  /** Over ssh from the internet: of whoever sits nowhere, meshtui would not know what cuts them off. */
  const meshtui = (...words: string[]): Promise<Result> =>
    lab.exec('outsider', ['ssh', 'edge-public', [process.execPath, source, ...words].join(' ')], {
      timeoutMs: 120_000,
    });
  const must = async (host: HostName, ...argv: string[]) => (await lab.must(host, argv)).stdout;
  const shell = (host: HostName, script: string) => lab.exec(host, ['sh', '-c', script]);
  const file = () => must('edge', 'cat', '/etc/wireguard/wg0.conf');
  const written = async (path: string) => {
    await until(path, 30_000, async () => (await lab.exec('edge', ['test', '-s', path])).code === 0);
    return must('edge', 'cat', path);
  };
  const reaches = async (host: HostName, address: string) =>
    (await lab.exec(host, ['ping', '-n', '-q', '-c', '3', '-i', '0.2', '-W', '1', address])).code === 0;

  test('a phone that gets the file connects, and the wait ends well', async () => {
    const adding = meshtui('add', 'newphone', '--kind', 'phone', '--out', '/root/out', '--yes', '--wait', '20');
    const text = await written('/root/out/newphone.conf');
    await lab.writeFile('phone', '/etc/wireguard/newphone.conf', text);
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'newphone');
    await reaches('phone', '10.8.0.1');
    const { code, stdout, stderr } = await adding;
    expect(`${stdout}${stderr}`).toMatch(
      /newphone reached the hub from 203\.0\.113\.200:\d+\.\nPackets go both ways\.\nnewphone works/,
    );
    expect(code).toBe(0);
    await must('phone', 'wg-quick', 'down', 'newphone');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('without a device the wait ends, and says what was seen', async () => {
    const { code, stderr } = await meshtui('add', 'ghost', '--out', '/root/out', '--yes', '--wait', '3');
    expect(stderr).toMatch(/ghost has not proven itself within 3 s\. Nothing .*has arrived on UDP 51820 yet/);
    expect(code).toBe(1);
  });

  test('a device with another preshared key knocks, and that is said', async () => {
    const adding = meshtui('add', 'wrongpsk', '--out', '/root/out', '--yes', '--wait', '12');
    const text = await written('/root/out/wrongpsk.conf');
    await lab.writeFile('phone', '/etc/wireguard/wrongpsk.conf', text.replace(/^PresharedKey.*\n/m, ''));
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'wrongpsk');
    await shell('phone', 'ping -q -c 1 -W 1 10.8.0.1');
    const { code, stderr } = await adding;
    expect(stderr).toMatch(/Its handshakes arrive from 203\.0\.113\.200:\d+ and are answered, but never complete/);
    expect(code).toBe(1);
    await must('phone', 'wg-quick', 'down', 'wrongpsk');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('a device that dials another port is noticed by its packets', async () => {
    const adding = meshtui('add', 'wrongport', '--out', '/root/out', '--yes', '--wait', '8');
    const text = await written('/root/out/wrongport.conf');
    await lab.writeFile('phone', '/etc/wireguard/wrongport.conf', text.replace(':51820', ':51899'));
    await must('phone', 'wg-quick', 'down', 'wg0');
    await must('phone', 'wg-quick', 'up', 'wrongport');
    await shell('phone', 'ping -q -c 1 -W 1 10.8.0.1');
    const { stderr } = await adding;
    expect(stderr).toMatch(/UDP packets? came to a port that nobody listens on: see whether the device dials 51820/);
    await must('phone', 'wg-quick', 'down', 'wrongport');
    await must('phone', 'wg-quick', 'up', 'wg0');
  });

  test('two programs that add at the same time give out different addresses', { timeout: 300_000 }, async () => {
    const rounds = isFull ? 20 : 4;
    let anew = 0;
    for (let round = 0; round < rounds; round += 1) {
      const names = [`left${round}`, `right${round}`];
      const both = await Promise.all(
        names.map((name) => meshtui('add', name, '--out', '/root/out', '--yes', '--json')),
      );
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      for (const { stderr } of both) {
        for (const line of stderr.split('\n').filter((each) => each !== '')) {
          // The other's change is at it right now, or came first.
          expect(line).toMatch(
            /^(?:meshtui: "Add (?:left|right)\d+" |Another change came first: (?:left|right)\d+ has )/,
          );
          if (line.startsWith('Another')) anew += 1;
        }
      }
      const given = both.flatMap(({ stdout }) => JSON.parse(stdout).clients[0].addresses as string[]);
      expect(new Set(given).size).toBe(4);
      for (const [index, name] of names.entries()) {
        const [v4] = JSON.parse(both[index]?.stdout ?? '').clients[0].addresses;
        expect(await must('edge', 'cat', `/root/out/${name}.conf`)).toContain(`Address = ${v4}/32`);
        expect(await file()).toContain(`### Client ${name}`);
      }
    }
    // Or they never met.
    expect(anew).toBeGreaterThan(0);
    const prefixes = [...(await file()).matchAll(/^AllowedIPs = (.*)$/gm)].flatMap(([, list = '']) => list.split(', '));
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  /** Takes a peer off the hub by hand, with its routes. */
  const forget = async (name: string) => {
    const sections = (await file()).split(/^(?=### Client )/m);
    const own = sections.find((each) => each.startsWith(`### Client ${name}\n`));
    const key = /^PublicKey = (\S+)$/m.exec(own ?? '')?.[1];
    if (key === undefined) return;
    await lab.writeFile('edge', '/etc/wireguard/wg0.conf', sections.filter((each) => each !== own).join(''));
    await must('edge', 'wg', 'set', 'wg0', 'peer', key, 'remove');
    await shell('edge', 'for lan in 192.168.60.0/24 192.168.61.0/24 fd08:61::/64; do ip route del $lan dev wg0; done');
  };

  /** What was printed to do at a place, by the words of its heading. */
  const commandsOf = (stdout: string, place: string, title: RegExp): string[] => {
    const steps = stdout.split(/^(?=\d+\. On )/m).filter((each) => each.startsWith(each.match(/^\d+\. /)?.[0] ?? '!'));
    const found = steps.find((each) => each.includes(`On ${place}: `) && title.test(each.split('\n')[0] ?? ''));
    return [...(found ?? '').matchAll(/^ {5}(\S.*)$/gm)].map(([, command = '']) => command);
  };

  test.each(['nat', 'static-route'] as const)(
    'a gateway is made of nothing by what was printed, and its LAN is reached: %s',
    { timeout: 120_000 },
    async (variant) => {
      const name = variant === 'nat' ? 'homenat' : 'homeroute';
      // Home as a host that has never had a tunnel.
      await shell(
        'home',
        'for i in wg0 homenat homeroute; do wg-quick down $i; done; rm -f /etc/wireguard/*; nft flush ruleset',
      );
      await must('home', 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=0');
      for (const old of ['home', 'homenat']) await forget(old);
      await shell('nat', 'ip route del 10.8.0.0/24');
      expect(await reaches('laptop', '192.168.60.50')).toBe(false);

      const adding = meshtui(
        'add',
        name,
        '--gateway-lan',
        '192.168.60.0/24',
        '--variant',
        variant,
        '--lan-interface',
        'eth0',
        '--lan-host',
        '192.168.60.50',
        '--out',
        '/root/out',
        '--yes',
        '--wait',
        '60',
      );
      const text = await written(`/root/out/${name}.conf`);
      const dry = await meshtui('add', 'other', '--gateway-lan', '192.168.77.0/24', '--dry-run');
      expect(dry.code).toBe(0);
      // The words are there before the wait ends only for whoever looks at the terminal; here they are read from the end.
      await lab.writeFile('home', `/etc/wireguard/${name}.conf`, text);
      await must('home', 'wg-quick', 'up', name);
      if (variant === 'static-route') await must('nat', 'ip', 'route', 'add', '10.8.0.0/24', 'via', '192.168.60.3');
      const { code, stdout, stderr } = await adding;
      expect(`${stdout}${stderr}`).toMatch(/192\.168\.60\.50 in the LAN behind home\w+ answers\./);
      expect(code).toBe(0);

      // What was done above by hand is what was printed, word for word.
      const put = commandsOf(stdout, 'the gateway', /Put the configuration/);
      expect(put).toEqual(['umask 077', `cat > /etc/wireguard/${name}.conf`]);
      const start = commandsOf(stdout, 'the gateway', /Start it/);
      expect(start).toEqual([`systemctl enable --now wg-quick@${name}`, `wg-quick up ${name}`]);
      const route = commandsOf(stdout, "the LAN's router", /way to the mesh/);
      expect(route.filter((each) => !each.includes('::'))).toEqual(
        variant === 'nat' ? [] : ['ip route add 10.8.0.0/24 via ADDRESS_OF_THE_GATEWAY'],
      );
      expect(await reaches('laptop', '192.168.60.50')).toBe(true);
    },
  );

  test('after many additions no private key is anywhere but where it was asked for', { timeout: 400_000 }, async () => {
    const [single, listed] = isFull ? [20, 30] : [3, 9];
    const words = new Set<string>();
    await must('edge', 'touch', '/root/begun');
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        const { stdout } = await shell(
          'edge',
          'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
        );
        for (const line of stdout.split('\n')) words.add(line);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    let said = '';
    for (let index = 0; index < single; index += 1) {
      const { code, stdout, stderr } = await meshtui('add', `one${index}`, '--out', '/root/keys', '--yes');
      expect(code).toBe(0);
      said += stdout + stderr;
    }
    const csv = ['name,kind,tags', ...Array.from({ length: listed }, (_, index) => `many${index},phone,staff`)].join(
      '\n',
    );
    await lab.writeFile('edge', '/root/list.csv', csv);
    const bulk = await meshtui('add', '--from', '/root/list.csv', '--out', '/root/keys', '--yes');
    isOver = true;
    await watch;
    expect(bulk.code).toBe(0);
    said += bulk.stdout + bulk.stderr;
    const texts = await must('edge', 'sh', '-c', 'cat /root/keys/*.conf');
    const keys = [...texts.matchAll(/^PrivateKey = (\S+)$/gm)].map(([, key = '']) => key);
    expect(new Set(keys).size).toBe(single + listed);
    expect(words.size).toBeGreaterThan(10);
    const everywhere = [...words].join('\n') + said;
    expect(keys.filter((key) => everywhere.includes(key))).toEqual([]);
    await lab.writeFile('edge', '/root/keys.txt', `${keys.join('\n')}\n`);
    const { stdout: found } = await shell(
      'edge',
      "{ find /etc /root /run /var/lib/meshtui /var/log -xdev -type f ! -path '/root/keys*'; find /tmp /var/tmp -xdev -type f -newer /root/begun -size -1000k; } 2>/dev/null | xargs -d '\\n' grep -lF -f /root/keys.txt 2>/dev/null; journalctl --no-pager 2>/dev/null | grep -cF -f /root/keys.txt",
    );
    expect(found.split('\n').filter((line) => line !== '' && line !== '0')).toEqual([]);
  });
});
