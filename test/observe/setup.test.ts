/** What is read of a host before a hub is set up on it. */
import { describe, expect, test } from 'vitest';
import { checkPool } from '../../src/change/plans/init-check.ts';
import { fakeHost } from '../../src/host/fake.ts';
import type { Argv, RunResult } from '../../src/host/host.ts';
import { parseUdpPorts, readSetup } from '../../src/observe/setup.ts';
import { parseSettings } from '../../src/observe/setup-forwarding.ts';

const failed = (code: number): RunResult => ({ outcome: 'exited', code, stdout: '', stderr: 'no' });
const address = (local: string, prefixlen: number, family = 'inet') => ({ family, local, prefixlen, scope: 'global' });

const answers: Readonly<Record<string, string>> = {
  'wg --version': 'wireguard-tools v1.0.20210914',
  'wg-quick --help': 'Usage: wg-quick',
  'ip -V': 'ip utility, iproute2-6.1.0',
  'sysctl --version': 'sysctl from procps-ng 4.0.2',
  'modinfo wireguard': 'filename: /lib/modules/wireguard.ko',
  'ip -j addr': JSON.stringify([
    { ifname: 'lo', addr_info: [address('127.0.0.1', 8)] },
    { ifname: 'eth0', addr_info: [address('192.168.1.5', 24), address('2001:db8::5', 64, 'inet6')] },
  ]),
  'ip -j -4 route show table all': JSON.stringify([
    { dst: 'default', gateway: '192.168.1.1', dev: 'eth0' },
    { dst: '10.20.0.0/16', gateway: '192.168.1.9', dev: 'eth0', table: '100' },
  ]),
  'ip -j -6 route show table all': JSON.stringify([
    { dst: 'default', gateway: 'fe80::1', dev: 'eth0', protocol: 'ra', metric: 1024 },
  ]),
  'ip -j -4 rule': '[]',
  'ip -j -6 rule': '[]',
  'ip -j -s -s -d link': '[]',
  'ss -H -l -u -n -p':
    'UNCONN 0      0      127.0.0.53%lo:53    0.0.0.0:*    users:(("systemd-resolve",pid=1,fd=1))\nUNCONN 0 0 [::]:51820 [::]:*\n',
};

function server(
  files: Readonly<Record<string, string>> = {},
  more: (argv: Argv) => RunResult | undefined = () => undefined,
) {
  return fakeHost({
    files: new Map(
      Object.entries({
        '/proc/sys/net/ipv4/ip_forward': '0\n',
        '/proc/sys/net/ipv6/conf/all/forwarding': '0\n',
        '/proc/sys/net/ipv6/conf/eth0/accept_ra': '1\n',
        '/proc/sys/net/ipv4/conf/all/accept_redirects': '0\n',
        '/proc/sys/net/ipv4/conf/eth0/forwarding': '1\n',
        '/etc/os-release': 'ID=debian\n',
        ...files,
      }),
    ),
    programs: (argv) => more(argv) ?? answers[argv.join(' ')],
  });
}

const local = { kind: 'local' } as const;

describe('a server', () => {
  test('has addresses, routes of every table, ports, and switches that move others', async () => {
    const facts = await readSetup(server(), local, ['init']);
    expect(facts).toMatchObject({
      isRoot: true,
      missing: [],
      way: { kind: 'kernel' },
      hasUnit: false,
      interfaces: ['lo', 'eth0'],
      tunnels: [],
      configurations: [],
      publicAddress: { address: '2001:db8::5', isPrivate: false },
      hasIpv6: true,
      announced: [{ dev: 'eth0', acceptRa: '1' }],
      problems: [],
    });
    expect(facts.forwarding).toEqual([
      {
        key: 'net.ipv4.ip_forward',
        value: '0',
        atBoot: undefined,
        moves: [
          { key: 'net/ipv4/conf/all/accept_redirects', value: '0' },
          { key: 'net/ipv4/conf/eth0/forwarding', value: '1' },
        ],
      },
      { key: 'net.ipv6.conf.all.forwarding', value: '0', atBoot: undefined, moves: [] },
    ]);
    expect([...facts.ports]).toEqual([
      [53, 'systemd-resolve has it'],
      [51820, 'the kernel has it'],
    ]);
    expect(checkPool('10.20.0.0/16', facts)).toMatchObject({
      reason: '10.20.0.0/16 is in use: 10.20.0.0/16 is routed to eth0.',
    });
    expect(checkPool('10.9.0.0/24', facts)).toMatchObject({ outcome: 'ok' });
  });

  test('may have files of interfaces that do not run, name servers, and somebody who comes over a network', async () => {
    const host = server({
      '/etc/wireguard/office.conf': '[Interface]\nAddress = 10.9.0.1/24 # office\nListenPort = 51900\nPrivateKey = x\n',
      '/etc/resolv.conf': 'nameserver 10.10.0.2\n',
    });
    const facts = await readSetup(host, { kind: 'outside', address: '10.11.0.7' }, []);
    expect(facts.configurations).toEqual([{ interfaceName: 'office', path: '/etc/wireguard/office.conf' }]);
    expect(facts.ports.get(51900)).toBe('/etc/wireguard/office.conf has it');
    for (const [pool, reason] of [
      ['10.9.0.0/16', /office\.conf has 10\.9\.0\.1\/24/],
      ['10.10.0.0/24', /the name server 10\.10\.0\.2/],
      ['10.11.0.0/24', /10\.11\.0\.7, from which you come/],
    ] as const) {
      expect(checkPool(pool, facts)).toMatchObject({ outcome: 'problem', reason: expect.stringMatching(reason) });
    }
  });

  test('forwards at boot as the last file says', async () => {
    const host = server({
      '/usr/lib/sysctl.d/50-default.conf': 'net.ipv4.ip_forward = 1\n',
      '/etc/sysctl.d/99-hardened.conf': '# no\n-net/ipv4/ip_forward=0\n',
      '/etc/sysctl.d/README': 'net.ipv4.ip_forward = 1\n',
    });
    const [v4] = (await readSetup(host, local, [])).forwarding;
    expect(v4?.atBoot).toEqual({ path: '/etc/sysctl.d/99-hardened.conf', value: '0' });
    expect(parseSettings('a.b = 1\n;c.d = 1\n#e.f=1\n g/h=2 \nbroken\n')).toEqual([
      ['a.b', '1'],
      ['g.h', '2'],
    ]);
  });

  test('has a unit for wg-quick where systemd runs and knows it', async () => {
    const host = server({ '/run/systemd/system/x': '' }, (argv) =>
      argv.join(' ') === 'systemctl cat wg-quick@.service' ? { ...failed(0), stdout: '[Unit]' } : undefined,
    );
    expect((await readSetup(host, local, [])).hasUnit).toBe(true);
    expect(
      (
        await readSetup(
          server({ '/run/systemd/system/x': '' }, () => undefined),
          local,
          [],
        )
      ).hasUnit,
    ).toBe(false);
  });

  test.each([
    ['debian', 'sudo apt install wireguard-tools iproute2 procps'],
    ['fedora', 'sudo dnf install wireguard-tools iproute procps-ng'],
    ['rocky', 'sudo dnf install epel-release && sudo dnf install wireguard-tools iproute procps-ng'],
    ['arch', 'sudo pacman -S wireguard-tools iproute2 procps-ng'],
    ['gentoo', 'sudo emerge net-vpn/wireguard-tools sys-apps/iproute2 sys-process/procps'],
  ])('of %s installs what is missing by its own command', async (id, install) => {
    const host = fakeHost({ files: new Map([['/etc/os-release', `ID=${id}\n`]]) });
    const facts = await readSetup(host, local, []);
    expect(facts).toMatchObject({ missing: ['wg', 'wg-quick', 'ip', 'sysctl'], install });
    expect(facts.problems.length).toBeGreaterThan(0);
  });

  test.each<[string, Readonly<Record<string, string>>, readonly string[], unknown]>([
    ['a module that is loaded', { '/sys/module/wireguard/version': '1' }, [], { kind: 'kernel' }],
    ['neither', {}, ['modinfo'], { kind: 'none', reason: expect.stringContaining('wireguard-go is not installed') }],
    ['the daemon', { '/dev/net/tun': '' }, ['modinfo', 'wireguard-go'], { kind: 'wireguard-go' }],
    [
      'the daemon without its device',
      {},
      ['modinfo', 'wireguard-go'],
      { kind: 'none', reason: expect.stringContaining('/dev/net/tun') },
    ],
    ['nobody to ask', {}, [], { kind: 'unknown' }],
  ])('can make an interface by %s', async (_by, files, programs, way) => {
    const host = fakeHost({
      files: new Map(Object.entries(files)),
      programs: ([program]) => (programs.includes(program) ? failed(program === 'modinfo' ? 1 : 0) : undefined),
    });
    expect((await readSetup(host, local, [])).way).toEqual(way);
    expect(host.world.ran.map((argv) => argv.join(' '))).not.toContain('ip link add');
  });
});

test('what ss prints that is no socket is passed over', () => {
  expect(parseUdpPorts('\nNetid State\nUNCONN 0 0 *:123 *:* users:(("a\u001b[31mb",pid=1,fd=2))\n')).toEqual([
    [123, 'ab has it'],
  ]);
});
