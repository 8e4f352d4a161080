/** Who keeps an interface: by files alone, and by what stand-ins of the programs say to exactly the right words. */
import { describe, expect, test } from 'vitest';
import { fakeHost } from '../../src/host/fake.ts';
import type { Argv, RunResult } from '../../src/host/host.ts';
import type { InterfaceNames } from '../../src/observe/names.ts';
import { findHubsElsewhere, OwnerReader, type Ownership } from '../../src/observe/ownership.ts';
import { nameOf } from '../support/snapshots.ts';

type Files = Record<string, string>;
/** Words of a command line to what it prints. */
type Programs = Record<string, string | RunResult>;

const netdev = (name: string) => `[NetDev]\nName=${name}\nKind=wireguard\n`;
const keyfile = (name: string) => `[connection]\ntype=wireguard\ninterface-name=${name}\n`;
const conf: Partial<InterfaceNames> = { confPath: '/etc/wireguard/wg0.conf' };

const questions = {
  wgQuick: 'systemctl show -p ActiveState,UnitFileState wg-quick@wg0',
  awgQuick: 'systemctl show -p ActiveState,UnitFileState awg-quick@wg0',
  networkd: 'systemctl show -p ActiveState systemd-networkd',
  networkctl: 'networkctl --no-pager --full status wg0',
  nmcli: 'nmcli -t -f NAME,TYPE,DEVICE,FILENAME con show --active',
  nft: 'nft list tables',
  docker: 'docker ps --no-trunc --format {{.Names}}\t{{.Image}}\t{{.Networks}}\t{{.Ports}}',
  podman: 'podman ps --no-trunc --format {{.Names}}\t{{.Image}}\t{{.Networks}}\t{{.Ports}}',
} as const;

function machine(files: Files, programs: Programs) {
  return fakeHost({ files: new Map(Object.entries(files)), programs: (argv: Argv) => programs[argv.join(' ')] });
}

function namesOf(names: Partial<InterfaceNames> | undefined) {
  return new Map(names === undefined ? [] : [[nameOf('wg0'), { saveConfig: false, peers: new Map(), ...names }]]);
}

async function byFiles(files: Files, names?: Partial<InterfaceNames>, name = 'wg0'): Promise<Ownership | undefined> {
  const host = machine(files, {});
  const found = await new OwnerReader(host).look([nameOf(name)], namesOf(names));
  expect(host.world.ran).toEqual([]);
  return found.get(nameOf(name));
}

async function asked(
  programs: Programs,
  files: Files = {},
  names?: Partial<InterfaceNames>,
): Promise<Ownership | undefined> {
  const found = await new OwnerReader(machine(files, programs)).ask([nameOf('wg0')], namesOf(names));
  return found.get(nameOf('wg0'));
}

describe('by files, without any program', () => {
  test.each<[string, Files, Partial<InterfaceNames> | undefined, string, string]>([
    ['wg-quick', {}, conf, 'wg-quick', '/etc/wireguard/wg0.conf'],
    ['AmneziaWG', {}, { confPath: '/etc/amnezia/amneziawg/wg0.conf' }, 'awg-quick', '/etc/amnezia/amneziawg/wg0.conf'],
    ['networkd', { '/etc/systemd/network/50-x.netdev': netdev('wg0') }, undefined, 'systemd-networkd', '50-x.netdev'],
    ['netplan', { '/etc/netplan/a.yaml': 'tunnels:\n  wg0:\n    mode: wireguard\n' }, undefined, 'netplan', 'a.yaml'],
    [
      'netplan, by the file that it makes for networkd',
      { '/run/systemd/network/10-netplan-wg0.netdev': netdev('wg0') },
      undefined,
      'netplan',
      '10-netplan-wg0.netdev',
    ],
    [
      'netplan, by the file that it makes for NetworkManager',
      { '/run/NetworkManager/system-connections/netplan-wg0.nmconnection': keyfile('wg0') },
      undefined,
      'netplan',
      'netplan-wg0.nmconnection',
    ],
    [
      'NetworkManager',
      { '/etc/NetworkManager/system-connections/x': keyfile('wg0') },
      undefined,
      'NetworkManager',
      '/etc/NetworkManager/system-connections/x',
    ],
    [
      'ifupdown',
      { '/etc/network/interfaces': 'iface wg0\n  pre-up wg setconf wg0 /x\n' },
      undefined,
      'ifupdown',
      'interfaces',
    ],
    [
      'wg-quick, started by ifupdown',
      { '/etc/network/interfaces': 'iface wg0\n up wg-quick up wg0\n' },
      conf,
      'wg-quick',
      'wg0.conf',
    ],
    ['nobody that is known', {}, undefined, 'unknown', 'No file'],
    [
      'networkd, of another interface',
      { '/etc/systemd/network/50-x.netdev': netdev('wg01') },
      undefined,
      'unknown',
      'No file',
    ],
    [
      "NetworkManager's note of what somebody else made",
      { '/run/NetworkManager/system-connections/wg0.nmconnection': keyfile('wg0') },
      undefined,
      'unknown',
      'No file',
    ],
  ])('%s', async (_what, files, names, manager, proof) => {
    expect(await byFiles(files, names)).toMatchObject({ manager, proof: expect.stringContaining(proof), warnings: [] });
  });

  test.each([
    ['wt0', 'NetBird'],
    ['netmaker', 'Netmaker'],
    ['kubespan', 'KubeSpan'],
    ['cilium_wg0', 'Cilium'],
    ['flannel-wg', 'Flannel'],
    ['wireguard.cali', 'Calico'],
  ])('an agent, by the name %s', async (name, agent) => {
    expect(await byFiles({}, undefined, name)).toMatchObject({
      manager: 'agent',
      proof: expect.stringContaining(agent),
      writable: false,
      reason: expect.stringContaining('An agent keeps'),
    });
  });

  test('a name that is no pattern', async () => {
    expect(await byFiles({ '/etc/netplan/a.yaml': 'wireguard' }, undefined, 'wg(0[')).toMatchObject({
      manager: 'unknown',
    });
  });
});

describe('what may be written', () => {
  test('a file of wg-quick', async () => {
    expect(await byFiles({}, conf)).toMatchObject({ writable: true });
  });

  test.each<[string, Files, Partial<InterfaceNames> | undefined, RegExp]>([
    [
      'not what another tool writes',
      {},
      { ...conf, managedElsewhere: 'wg-easy' as never },
      /^wg-easy writes .*wg0\.conf/,
    ],
    [
      'not what wg-quick writes itself',
      {},
      { ...conf, saveConfig: true },
      /SaveConfig = true.*Take that line out first\.$/,
    ],
    [
      'not what networkd reads',
      { '/etc/systemd/network/x.netdev': netdev('wg0') },
      undefined,
      /networkctl reload may drop/,
    ],
    ['not what netplan makes files of', { '/etc/netplan/a.yaml': 'wg0: wireguard' }, undefined, /netplan apply\.$/],
    ['not before it was asked whose it is', {}, undefined, /has not been asked yet/],
  ])('%s', async (_what, files, names, reason) => {
    expect(await byFiles(files, names)).toMatchObject({ writable: false, reason: expect.stringMatching(reason) });
  });
});

describe('by programs', () => {
  test('asks each of them once, in these words', async () => {
    const host = machine({}, {});
    await new OwnerReader(host).ask([nameOf('wg0')], new Map());
    expect(host.world.ran.map((argv) => argv.join(' ')).toSorted()).toEqual(Object.values(questions).toSorted());
  });

  test.each<[string, Programs, string, string]>([
    ['an active unit', { [questions.wgQuick]: 'ActiveState=active\nUnitFileState=enabled\n' }, 'wg-quick', 'is active'],
    [
      'an enabled unit',
      { [questions.wgQuick]: 'ActiveState=inactive\nUnitFileState=enabled\n' },
      'wg-quick',
      'is enabled',
    ],
    [
      "AmneziaWG's unit",
      { [questions.awgQuick]: 'ActiveState=active\nUnitFileState=\n' },
      'awg-quick',
      'awg-quick@wg0',
    ],
    [
      "wg-quick's firewall table",
      { [questions.nft]: 'table ip filter\ntable ip wg-quick-wg0\n' },
      'wg-quick',
      'wg-quick-wg0',
    ],
    [
      'networkd',
      {
        [questions.networkctl]:
          '● 3: wg0\n   Link File: n/a\n   Network File: /etc/systemd/network/50-wg0.network\n   State: routable (configured)\n',
      },
      'systemd-networkd',
      '/etc/systemd/network/50-wg0.network',
    ],
    [
      'netplan behind networkd',
      {
        [questions.networkctl]:
          '  Network File: /run/systemd/network/10-netplan-wg0.network\n  State: routable (configured)\n',
      },
      'netplan',
      '10-netplan',
    ],
    [
      'NetworkManager',
      { [questions.nmcli]: 'a\\:b:wireguard:wg0:/etc/NetworkManager/system-connections/a\\:b.nmconnection\n' },
      'NetworkManager',
      '/etc/NetworkManager/system-connections/a:b.nmconnection',
    ],
    [
      "a container on the host's own network",
      { [questions.docker]: 'wg-easy\tghcr.io/wg-easy/wg-easy:15\thost\t\nweb\tnginx\thost\t\n' },
      'container',
      'wg-easy',
    ],
    ['nobody', {}, 'nobody', 'no program says'],
    ['nobody, where all fail', { [questions.nmcli]: { outcome: 'timed-out', afterMs: 3_000 } }, 'nobody', 'no program'],
    [
      'nobody, where networkd leaves it alone',
      { [questions.networkctl]: '  Network File: n/a\n  State: routable (unmanaged)\n' },
      'nobody',
      '',
    ],
    [
      'nobody, where NetworkManager only looks on',
      { [questions.nmcli]: 'wg0:wireguard:wg0:/run/NetworkManager/system-connections/wg0.nmconnection\n' },
      'nobody',
      '',
    ],
    ['nobody, where another table is', { [questions.nft]: 'table ip wg-quick-wg01\n' }, 'nobody', ''],
    [
      'nobody, where a container has a network of its own',
      { [questions.docker]: 'wg-easy\twg-easy\tbridge\t0.0.0.0:51820->51820/udp\n' },
      'nobody',
      '',
    ],
  ])('%s', async (_what, programs, manager, proof) => {
    expect(await asked(programs)).toMatchObject({ manager, proof: expect.stringContaining(proof) });
  });

  test('what nobody keeps can be adopted', async () => {
    expect(await asked({})).toMatchObject({
      writable: false,
      reason: expect.stringContaining('meshtui drift adopt wg0/no-file'),
    });
  });

  test('who runs it counts more than a file that is left over, and the other one is named', async () => {
    const running = { [questions.nmcli]: 'x:wireguard:wg0:/etc/NetworkManager/system-connections/x\n' };
    expect(await asked(running, {}, conf)).toMatchObject({
      manager: 'NetworkManager',
      warnings: [expect.stringMatching(/^wg-quick has wg0 too \(\/etc\/wireguard\/wg0\.conf\)/)],
    });
  });

  test('what programs said stays when only files are looked at', async () => {
    const reader = new OwnerReader(machine({}, {}));
    await reader.ask([nameOf('wg0')], new Map());
    expect((await reader.look([nameOf('wg0')], new Map())).get(nameOf('wg0'))).toMatchObject({ manager: 'nobody' });
    expect(reader.knows([nameOf('wg0')])).toBe(true);
    expect(reader.knows([nameOf('wg1')])).toBe(false);
  });
});

describe('networkd beside wg-quick', () => {
  const active = { [questions.networkd]: 'ActiveState=active\n' };
  const dropIn = '/etc/systemd/networkd.conf.d/10-x.conf';

  test.each<[string, Programs, Files, string[]]>([
    ['does not run', { [questions.networkd]: 'ActiveState=inactive\n' }, {}, []],
    [
      'takes routes and rules of others away',
      active,
      {},
      ['ManageForeignRoutes=no and ManageForeignRoutingPolicyRules=no'],
    ],
    [
      'takes only rules',
      active,
      { [dropIn]: '[Network]\nManageForeignRoutes=no\n' },
      ['set ManageForeignRoutingPolicyRules=no in'],
    ],
    [
      'leaves them alone',
      active,
      { [dropIn]: '[Network]\nManageForeignRoutes=false\nManageForeignRoutingPolicyRules = off\n' },
      [],
    ],
    [
      'is told twice, and the last counts',
      active,
      {
        '/etc/systemd/networkd.conf': '[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n',
        '/usr/lib/systemd/networkd.conf.d/90-vendor.conf': '[Network]\nManageForeignRoutes=yes\n',
      },
      ['set ManageForeignRoutes=no in'],
    ],
  ])('%s', async (_what, programs, files, warnings) => {
    const found = await asked(programs, files, conf);
    expect(found).toMatchObject({ manager: 'wg-quick', writable: true });
    expect(found?.warnings).toEqual(warnings.map((text) => expect.stringContaining(text)));
  });
});

test('a hub in a container is found by its port', async () => {
  const host = machine(
    {},
    {
      [questions.podman]:
        'wg-easy\twg-easy:15\tpodman\t0.0.0.0:51820->51820/udp, [::]:51820->51820/udp\nweb\tnginx\tx\t:443->443/udp\n',
    },
  );
  expect(await findHubsElsewhere(host)).toMatchObject([
    { name: 'wg-easy', says: expect.stringContaining('UDP port 51820') },
  ]);
});
