/** What is written for clients, beside the programs that read it: wg, wg-quick, NetworkManager and systemd-networkd. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import type { KeyedProfile } from '../../src/wg/profile/check-profile.ts';
import { writeProfile } from '../../src/wg/profile/formats.ts';
import { endpointOf, isFullTunnel } from '../../src/wg/profile/profile.ts';
import { compactText } from '../../src/wg/profile/write-wg-quick.ts';
import { prefix } from '../network/support.ts';
import { gatewayProfile, keyed, plainProfile, randomProfile } from '../wg/profile/random-profile.ts';
import { resolvableHosts, resolvedAddress } from './conf-judge.ts';
import { randomOf } from './kernel-world.ts';
import { missingPackages } from './packages.ts';
import {
  applyByNetworkd,
  complaintsOfNetworkd,
  judgeByNetworkManager,
  judgeByWg,
  judgeGateway,
  type NamedText,
} from './profile-judges.ts';
import { unpack } from './unpacked.ts';

const programs = {
  wg: 'wireguard-tools',
  'wg-quick': 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
  nft: 'nftables',
};
const isRoot = process.getuid?.() === 0;
const canRun = isRoot && missingPackages(programs).length === 0;
const hasNetworkd = canRun && existsSync('/lib/systemd/systemd-networkd');
const networkManager = isRoot && canRun ? unpack('network-manager') : undefined;
const isFull = process.env['MESHTUI_FULL'] === '1';
const timeout = isFull ? 900_000 : 300_000;

const hosts = ['home.example.net', 'vpn'].filter((name) => resolvableHosts.some((host) => host === name));

function profiles(count: number): readonly KeyedProfile[] {
  return Array.from({ length: count }, (_, index) => randomProfile(randomOf(index * 7 + 1), index, hosts));
}

/** Of a format with one file. */
function fileOf(profile: KeyedProfile, format: Parameters<typeof writeProfile>[1]): NamedText {
  const [file] = writeProfile(profile, format);
  if (file === undefined) throw new Error('the test has no file');
  return { fileName: file.fileName, text: file.text.reveal() };
}

describe.skipIf(!canRun)('wg-quick and wg', () => {
  const count = 500;

  test(`take ${2 * count} configurations, and set what was meant`, { timeout }, async () => {
    const all = profiles(count);
    // The text of the QR code and the file (of a gateway with its hooks) of each.
    const files = all.flatMap((profile) => {
      const file = fileOf(profile, 'wg-quick');
      return [
        file,
        { fileName: `Q${file.fileName.slice(0, -5).slice(-14)}.conf`, text: compactText(profile).reveal() },
      ];
    });
    const verdicts = await judgeByWg(files, timeout);
    const wrong = verdicts.flatMap(({ isTaken, said, rows }, index) => {
      const profile = all[index >> 1];
      const read = rows.map((row) => row.join(' '));
      const meant = profile === undefined ? [] : meantRows(profile);
      const isSame = isTaken && said === '' && JSON.stringify(sortedRows(rows)) === JSON.stringify(meant);
      return isSame ? [] : [{ file: files[index]?.fileName, said, read, meant }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(verdicts).toHaveLength(2 * count);
  });

  test('refuse what is not written so, for the judge to be one', async () => {
    const profile = keyed(plainProfile());
    const text = fileOf(profile, 'wg-quick').text;
    const broken = [
      ['a.conf', text.replace('AllowedIPs', 'AllowedIP')],
      ['b.conf', text.replace('10.8.0.0/24', '10.8.0.0/33')],
      ['c.conf', text.replace('[Peer]', '[Peers]')],
    ] as const;
    const verdicts = await judgeByWg(
      broken.map(([fileName, of]) => ({ fileName, text: of })),
      60_000,
    );
    expect(verdicts.map(({ isTaken }) => isTaken)).toEqual([false, false, false]);
  });

  test.each(['nat', 'static-route'] as const)(
    'bring a gateway up and down: %s',
    { timeout: 60_000 },
    async (variant) => {
      const profile = keyed(
        gatewayProfile({ variant, lans: ['192.168.1.0/24', 'fd99::/64'].map((text) => prefix(text).text) }),
      );
      const states = await judgeGateway(
        fileOf({ ...profile, hub: { ...profile.hub, host: '203.0.113.5' } }, 'wg-quick'),
        60_000,
      );
      expect(states.forwarding).toBe('1\n1\n');
      expect(states.again).toBe(states.up);
      expect(states.down).toBe('');
      expect(states.up.match(/maxseg size set rt mtu/g)).toHaveLength(2);
      expect(states.up.match(/masquerade/g) ?? []).toHaveLength(variant === 'nat' ? 2 : 0);
      expect(states.up.includes('oifname "eth0" ip saddr 10.8.0.0/24 ip daddr 192.168.1.0/24 masquerade')).toBe(
        variant === 'nat',
      );
    },
  );
});

/** The rows of a dump as wg prints them for a profile, without what it learns later. */
function meantRows(profile: KeyedProfile): readonly string[] {
  const { hub, presharedKey, allowedIps, persistentKeepalive } = profile;
  const host = hosts.includes(hub.host) ? resolvedAddress : hub.host;
  const peer = [
    hub.publicKey,
    presharedKey?.reveal() ?? '(none)',
    endpointOf({ ...hub, host }),
    allowedIps.toSorted().join(','),
    `${persistentKeepalive ?? 'off'}`,
  ];
  return [profile.privateKey.reveal(), peer.join(' ')];
}

function sortedRows([own, ...peers]: readonly (readonly string[])[]): readonly string[] {
  return [
    own?.[0] ?? '',
    ...peers.map(([key, psk, endpoint, allowed = '', , , , keepalive]) =>
      [key, psk, endpoint, allowed.split(',').toSorted().join(','), keepalive].join(' '),
    ),
  ];
}

const nmRoot = networkManager?.outcome === 'ready' ? networkManager.root : undefined;

describe.skipIf(nmRoot === undefined)('NetworkManager', () => {
  const count = isFull ? 300 : 16;

  test(`imports ${count} configurations, and reads the same in our keyfiles`, { timeout }, async () => {
    // A gateway's hooks are not for NetworkManager; its import refuses what it does not know.
    const all = profiles(count).map((profile) => keyed({ ...profile, kind: 'laptop', gateway: undefined }));
    const pairs = all.map((profile) => ({
      name: profile.name,
      conf: fileOf(profile, 'wg-quick').text,
      keyfile: fileOf(profile, 'networkmanager').text,
    }));
    const verdicts = await judgeByNetworkManager(pairs, nmRoot ?? '', timeout);
    const wrong = verdicts.filter(
      ({ imported, copied }) => imported === undefined || settings(imported) !== settings(copied),
    );
    expect(wrong.slice(0, 2)).toEqual([]);
    expect(verdicts).toHaveLength(count);
  });

  test('refuses what is not written so, for the judge to be one', { timeout }, async () => {
    const profile = keyed(plainProfile());
    const [conf, keyfile] = [fileOf(profile, 'wg-quick').text, fileOf(profile, 'networkmanager').text];
    const verdicts = await judgeByNetworkManager(
      [
        {
          name: 'a',
          conf: conf.replace('AllowedIPs', 'AllowedIP'),
          keyfile: keyfile.replaceAll('laptop', 'a').replace(/private-key=.*/, 'private-key=x'),
        },
        { name: 'b', conf, keyfile: keyfile.replaceAll('laptop', 'b').replace('10.8.0.0/24', '10.9.0.0/24') },
      ],
      nmRoot ?? '',
      timeout,
    );
    const [first, second] = verdicts;
    expect(first).toMatchObject({ imported: undefined });
    expect(settings(first?.copied)).not.toContain('private-key=x');
    expect(second?.imported !== undefined && settings(second.imported) !== settings(second.copied)).toBe(true);
  });
});

/** The lines of a keyfile but those that tell two connections apart, or a default from the same said. */
function settings(text: string | undefined): string {
  const differs = /^(id|uuid|timestamp|addr-gen-mode)=|^$|^\[proxy\]$/;
  return (text ?? 'none')
    .split('\n')
    .filter((line) => !differs.test(line))
    .join('\n');
}

describe.skipIf(!hasNetworkd)('systemd-networkd', () => {
  const files = (profile: KeyedProfile): readonly NamedText[] =>
    writeProfile(profile, 'networkd').map(({ fileName, text }) => ({ fileName, text: text.reveal() }));

  test('has no word against 100 clients', { timeout }, async () => {
    expect(await complaintsOfNetworkd(profiles(100).flatMap(files), timeout)).toEqual([]);
  });

  test('complains of what it does not know, for the judge to be one', { timeout }, async () => {
    const [netdev, network] = files(keyed(plainProfile()));
    if (netdev === undefined || network === undefined) throw new Error('the test has no files');
    const complaints = await complaintsOfNetworkd(
      [
        { ...netdev, text: netdev.text.replace('AllowedIPs', 'AllowedIP').replace(/PrivateKey=.*/, 'PrivateKey=x') },
        { ...network, text: network.text.replace('Scope=link', 'Scope=far') },
      ],
      timeout,
    );
    expect(
      complaints.filter((line) => /AllowedIP|PrivateKey|WireGuard key|Scope|far/i.test(line)).length,
    ).toBeGreaterThan(2);
  });

  test.each([
    ['the mesh', ['10.8.0.0/24', 'fd08::/64']],
    ['everything', ['0.0.0.0/0', '::/0']],
  ])('sends %s into the tunnel', { timeout: 60_000 }, async (_what, allowed) => {
    const profile = keyed({
      ...plainProfile(),
      name: known('nd0'),
      allowedIps: allowed.map((text) => prefix(text).text),
    });
    const network = files(profile)[1];
    if (network === undefined) throw new Error('the test has no file');
    const { addresses, routes, rules } = await applyByNetworkd(network, 'nd0', 60_000);
    expect(addresses).toContain('10.8.0.7/32');
    expect(addresses).toContain('fd08::7/128');
    const isFullOne = isFullTunnel(profile.allowedIps);
    const wanted = isFullOne
      ? [/^default table 51820 proto static scope link/m, /^default table 51820 proto static metric/m]
      : [/^10\.8\.0\.0\/24 proto static scope link/m, /^fd08::\/64 proto static metric/m];
    for (const route of wanted) expect(routes).toMatch(route);
    expect(rules.match(/not from all fwmark 0xca6c lookup 51820/g) ?? []).toHaveLength(isFullOne ? 2 : 0);
    expect(rules.match(/lookup main suppress_prefixlength 0/g) ?? []).toHaveLength(isFullOne ? 2 : 0);
  });
});

// Where a judge cannot be had, that is a fact to see and not a test that passed.
describe.skipIf(!isRoot)('the judges', () => {
  test('are all here', () => {
    const reasons = [
      ...missingPackages(programs),
      ...(networkManager?.outcome === 'missing' ? [networkManager.reason] : []),
      ...(hasNetworkd ? [] : ['systemd-networkd']),
    ];
    expect(reasons).toEqual([]);
  });
});
