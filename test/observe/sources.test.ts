/** The small sources beside the dump's rows: programs, obstacles and links. */
import { describe, expect, test, vi } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import type { RunResult } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import { DumpSource } from '../../src/observe/dump-source.ts';
import { readLinks } from '../../src/observe/links.ts';
import { installCommand, sudoCommand } from '../../src/observe/obstacle.ts';
import { parseDump } from '../../src/wg/dump.ts';
import { keyOf } from '../support/snapshots.ts';

const secret = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const row = (name: string) => `${name}\t${secret}\t${keyOf(1)}\t51820\toff\n`;
const awgRow = (name: string) => `${name}\t${secret}\t${keyOf(1)}\t51820${'\t5'.repeat(12)}\toff\n`;
const exited = (code: number, stdout: string, stderr = ''): RunResult => ({ outcome: 'exited', code, stdout, stderr });
const failed: RunResult = { outcome: 'failed', reason: known('it was killed') };
const hung: RunResult = { outcome: 'timed-out', afterMs: 5_000 };
const denied = exited(1, '', 'Unable to access interface wg0: Operation not permitted\n');

/** A machine on which `wg` and `awg` answer so; undefined: not installed. */
function machine(answers: { wg?: RunResult | string; awg?: RunResult | string }) {
  return fakeHost({ programs: ([program]) => (program === 'wg' || program === 'awg' ? answers[program] : undefined) });
}

describe('reading the hub', () => {
  test.each<[string, Parameters<typeof machine>[0], object]>([
    ['neither program', {}, { outcome: 'no-program' }],
    ['wg only', { wg: row('wg0') }, { outcome: 'read', interfaces: [{ name: 'wg0' }], problems: [] }],
    ['awg only', { awg: awgRow('awg0') }, { outcome: 'read', interfaces: [{ name: 'awg0', flavour: 'amneziawg' }] }],
    ['both', { wg: '', awg: awgRow('awg0') }, { outcome: 'read', interfaces: [{ name: 'awg0' }] }],
    ['no interface', { wg: '', awg: '' }, { outcome: 'read', interfaces: [] }],
    ['wg hangs', { wg: hung }, { outcome: 'failed', reason: 'wg did not answer within 5 s' }],
    ['wg cannot be started', { wg: failed }, { outcome: 'failed', reason: 'it was killed' }],
    ['not root', { wg: denied }, { outcome: 'denied', reason: expect.stringContaining('not permitted') }],
    ['status without words', { wg: exited(3, '') }, { outcome: 'failed', reason: 'wg ended with status 3' }],
    ['wg fails, awg works', { wg: failed, awg: awgRow('awg0') }, { outcome: 'read', problems: ['it was killed'] }],
    ['wg fails, awg has nothing', { wg: failed, awg: '' }, { outcome: 'failed' }],
    ['wg works, awg is denied', { wg: '', awg: denied }, { outcome: 'denied' }],
    [
      'one of two interfaces cannot be read',
      { wg: exited(0, row('wg0'), 'Unable to access interface wg1: No such device\n') },
      { outcome: 'read', interfaces: [{ name: 'wg0' }], problems: ['Unable to access interface wg1: No such device'] },
    ],
    [
      'nonsense',
      { wg: 'Usage:\u001b[2J wg <cmd>\n' },
      { outcome: 'failed', reason: expect.stringMatching(/^wg[ -~]+row 1[ -~]+$/) },
    ],
  ])('%s', async (_what, answers, expected) => {
    expect(await new DumpSource(machine(answers)).read()).toMatchObject(expected);
  });

  test('a wg that hangs is asked again beside the first, and the first answer counts', async () => {
    vi.useFakeTimers();
    try {
      const host = machine({ wg: row('wg0') });
      let asked = 0;
      const hanging = new Promise<never>(() => undefined);
      const source = new DumpSource({
        ...host,
        runBytes: (argv, options) => {
          asked += 1;
          return asked <= 2 ? hanging : host.runBytes(argv, options);
        },
      });
      const reading = source.read();
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await reading).toMatchObject({ outcome: 'read', interfaces: [{ name: 'wg0' }] });
      expect([asked, vi.getTimerCount()]).toEqual([3, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('text without end that is no dump is left alone', () => {
    expect(parseDump('y\n'.repeat(100_000)).problems).toHaveLength(1_000);
  });

  test('beside a working wg, awg is asked after the first reading and then every ten seconds', async () => {
    const host = machine({ wg: row('wg0'), awg: '' });
    const source = new DumpSource(host);
    const asked = () => host.world.ran.filter(([program]) => program === 'awg').length;
    const counts: number[] = [];
    for (const wait of [0, 1_000, 1_000, 7_000, 3_000]) {
      host.world.now += wait;
      await source.read();
      counts.push(asked());
    }
    expect(counts).toEqual([0, 1, 1, 1, 2]);
  });

  test('an AmneziaWG interface beside a standard one is read each time', async () => {
    const host = machine({ wg: row('wg0'), awg: awgRow('awg0') });
    const source = new DumpSource(host);
    await source.read();
    for (let times = 0; times < 2; times += 1) {
      host.world.now += 1_000;
      expect(await source.read()).toMatchObject({ interfaces: [{ name: 'wg0' }, { name: 'awg0' }] });
    }
  });

  test('only the wanted interface', async () => {
    const source = new DumpSource(machine({ wg: row('wg0') + row('wg1') }));
    source.only = 'wg1';
    expect(await source.read()).toMatchObject({ interfaces: [{ name: 'wg1' }] });
  });

  test('what went wrong holds no key', async () => {
    const torn = `wg0\t${secret}\t${secret.slice(0, 9)}\n`;
    expect(JSON.stringify(await new DumpSource(machine({ wg: torn })).read())).not.toContain(secret.slice(0, 9));
  });
});

describe('the way out', () => {
  test.each([
    ['ID=debian\n', 'sudo apt install wireguard-tools'],
    ['NAME=x\nID="ubuntu"\nID_LIKE=debian\n', 'sudo apt install wireguard-tools'],
    ['ID=fedora\n', 'sudo dnf install wireguard-tools'],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'sudo dnf install epel-release && sudo dnf install wireguard-tools'],
    ['ID=alpine\n', 'sudo apk add wireguard-tools'],
    ['ID=endeavouros\nID_LIKE=arch\n', 'sudo pacman -S wireguard-tools'],
    ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'sudo zypper install wireguard-tools'],
    ['ID=void\n', 'sudo xbps-install wireguard-tools'],
    ['ID=gentoo\n', 'sudo emerge net-vpn/wireguard-tools'],
    ['ID=nixos\n', 'nix-shell -p wireguard-tools'],
    ['VERSION_ID=debian\n', 'package manager of your distribution'],
    ['', 'package manager of your distribution'],
  ])('with %j in os-release', async (release, expected) => {
    const host = fakeHost({ files: new Map([['/etc/os-release', release]]) });
    expect(await installCommand(host)).toContain(expected);
  });

  test('without os-release', async () => {
    expect(await installCommand(fakeHost())).toContain('wireguard-tools');
  });

  test.each<[string[], string[], string]>([
    [['meshtui'], [], 'sudo meshtui'],
    [['/usr/bin/node', '/opt/meshtui.mjs'], ['status', '--json'], 'sudo /usr/bin/node /opt/meshtui.mjs status --json'],
    [['/home/a b/meshtui'], [''], "sudo '/home/a b/meshtui' ''"],
    [['meshtui'], ["it's", '$(reboot)', 'a;b'], `sudo meshtui 'it'\\''s' '$(reboot)' 'a;b'`],
    [['meshtui'], ['x\u001b[2J'], "sudo meshtui 'x'"],
  ])('%j with %j is run as root by %s', (commandLine, words, expected) => {
    expect(sudoCommand(fakeHost({}, { commandLine }), words)).toBe(expected);
  });
});

describe('links that anyone may see', () => {
  const statistics = (name: string, which: string) => `/sys/class/net/${name}/statistics/${which}`;

  test('kernel and userspace, with their counters where they can be read', async () => {
    const host = fakeHost({
      files: new Map([
        ['/sys/class/net/eth0/uevent', 'INTERFACE=eth0\n'],
        ['/sys/class/net/wg0/uevent', 'DEVTYPE=wireguard\nINTERFACE=wg0\n'],
        [statistics('wg0', 'rx_bytes'), '12\n'],
        [statistics('wg0', 'tx_bytes'), '34\n'],
        ['/sys/class/net/utun3/uevent', 'INTERFACE=utun3\n'],
        [statistics('utun3', 'rx_bytes'), 'nonsense'],
        ['/run/wireguard/utun3.sock', ''],
      ]),
    });
    expect(await readLinks(host)).toEqual([
      { name: 'utun3', kind: 'userspace', rxBytes: undefined, txBytes: undefined },
      { name: 'wg0', kind: 'kernel', rxBytes: 12, txBytes: 34 },
    ]);
  });

  test('none where nothing can be read', async () => {
    expect(await readLinks(fakeHost({ denied: new Set(['/sys/class/net', '/run/wireguard']) }))).toEqual([]);
  });
});
