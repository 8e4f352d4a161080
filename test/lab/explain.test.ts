/** `meshtui explain` on the hub of a real network, healthy and broken in the ways that networks break. */
import { describe, expect, test } from 'vitest';
import type { explainDocument } from '../../src/cli/explain-json.ts';
import { bundle, type Lab, labObstacle } from './lab.ts';
import { overlay, underlay } from './topology.ts';
import { withLab } from './with-lab.ts';

const id = `x${process.pid}`;
const obstacle = await labObstacle();

type Explained = ReturnType<typeof explainDocument>;

describe.skipIf(obstacle !== undefined)('meshtui explain on a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const run = (...args: string[]) => lab.exec('edge', [process.execPath, bundle, 'explain', ...args]);
  const explain = async (...args: string[]) => {
    const { code, stdout, stderr } = await run('--json', ...args);
    expect(stderr).toBe('');
    const document = JSON.parse(stdout) as Explained;
    expect(code).toBe(document.passes ? 0 : 1);
    return { ...document, last: document.hops.at(-1) };
  };
  const edge = (...argv: string[]) => lab.must('edge', argv);
  /** Breaks something, looks, and mends it again whatever was seen. */
  const whileBroken = async (
    broken: () => Promise<unknown>,
    mended: () => Promise<unknown>,
    look: () => Promise<void>,
  ) => {
    await broken();
    try {
      await look();
    } finally {
      await mended();
    }
  };

  test('by names: the laptop gets to the NAS', async () => {
    const { passes, sentence, hops } = await explain('laptop', 'nas:445/tcp');
    expect(sentence).toContain(`from laptop (${overlay.laptop.v4}) to nas (${underlay.nas.v4}) should pass`);
    expect(passes).toBe(true);
    expect(hops.map(({ hop, verdict }) => `${hop} ${verdict}`)).toEqual([
      'ends pass',
      'client unknown',
      'ingress pass',
      'forwarding pass',
      'lookup pass',
      'owner pass',
      'firewall not-judged',
      'return pass',
    ]);
    expect(hops.find(({ hop }) => hop === 'owner')?.says).toContain('it lies behind home');
  });

  test('by addresses, over IPv6, from and to the hub, and out to the internet', async () => {
    for (const [from, to] of [
      [overlay.laptop.v4, underlay.nas.v4],
      [underlay.nas.v4, overlay.laptop.v4],
      [overlay.laptop.v6, `[${overlay.home.v6}]:443/tcp`],
      [overlay.laptop.v6, overlay.home.v6],
      ['laptop', 'hub'],
      ['hub', 'laptop'],
      ['hub', underlay.nas.v4],
      ['laptop', underlay.outsider.v4],
      [underlay.outsider.v4, 'laptop'],
    ] as const) {
      const { passes, sentence } = await explain(from, to);
      expect([passes, sentence]).toEqual([true, expect.stringContaining('should pass')]);
    }
  });

  test('as text: a paragraph a hop, the sentence last', async () => {
    const { code, stdout } = await run('laptop', 'nas');
    expect(code).toBe(0);
    const paragraphs = stdout.trim().split('\n\n');
    expect(paragraphs).toHaveLength(9);
    expect(paragraphs[4]).toMatch(
      /^5\. Kernel lookup: pass\n.*\n {5}\$ ip -j route get 192\.168\.60\.50 from 10\.8\.0\.4 iif wg0\n/,
    );
    expect(paragraphs[8]?.replaceAll('\n', ' ')).toMatch(/^Packets from laptop .* should pass/);
  });

  test('the probe says that it was sent from the hub', async () => {
    const { hops } = await explain('laptop', 'nas:22/tcp', '--probe');
    const probe = hops.at(-1);
    expect(probe?.hop).toBe('probe');
    expect(probe?.says).toMatch(/^Sent from the hub, not from the sender: ping was answered, the TCP port/);
    expect(probe?.evidence.map(({ command }) => command.split(' ')[0])).toEqual(['ping', 'nc']);
    expect((await explain('laptop', 'nas')).hops.some(({ hop }) => hop === 'probe')).toBe(false);
  });

  test('without its route the packet leaves in the clear', () =>
    whileBroken(
      () => edge('ip', 'route', 'del', '192.168.60.0/24', 'dev', 'wg0'),
      () => edge('ip', 'route', 'add', '192.168.60.0/24', 'dev', 'wg0'),
      async () => {
        const { last, sentence } = await explain('laptop', 'nas');
        expect([last?.hop, last?.verdict]).toEqual(['lookup', 'stop']);
        expect(sentence).toContain(`out by eth0 via ${underlay.net.v4}, in the clear`);
        expect(sentence).toContain('the kernel has no route for 192.168.60.0/24 by wg0, which home has');
        expect(last?.evidence[0]?.line).toContain('"dev":"eth0"');
      },
    ));

  test('a route that refuses is named', () =>
    whileBroken(
      () => edge('ip', 'route', 'add', 'prohibit', `${underlay.nas.v4}/32`),
      () => edge('ip', 'route', 'del', 'prohibit', `${underlay.nas.v4}/32`),
      async () => {
        const { last, sentence } = await explain('laptop', 'nas');
        expect(last?.hop).toBe('lookup');
        expect(sentence).toContain(`a prohibit route for ${underlay.nas.v4}/32 in table main refuses`);
      },
    ));

  const stolen = (prefix: string) => () =>
    edge('wg', 'set', 'wg0', 'peer', lab.publicKeys.phone, 'allowed-ips', `10.8.0.5/32,fd08::5/128,${prefix}`);
  const givenBack = async () => {
    await edge('wg', 'set', 'wg0', 'peer', lab.publicKeys.phone, 'allowed-ips', '10.8.0.5/32,fd08::5/128');
    await edge('wg', 'set', 'wg0', 'peer', lab.publicKeys.laptop, 'allowed-ips', '10.8.0.4/32,fd08::4/128');
    await edge(
      'wg',
      'set',
      'wg0',
      'peer',
      lab.publicKeys.home,
      'allowed-ips',
      '10.8.0.3/32,fd08::3/128,192.168.60.0/24,192.168.61.0/24,fd08:61::/64',
    );
  };

  test("the thief of the sender's address is named", () =>
    whileBroken(stolen(`${overlay.laptop.v4}/32`), givenBack, async () => {
      const { last, sentence } = await explain('laptop', 'nas');
      expect([last?.hop, last?.verdict]).toEqual(['ingress', 'stop']);
      expect(sentence).toContain('10.8.0.4 belongs to phone');
      expect(sentence).toContain('/etc/wireguard/wg0.conf gives 10.8.0.4/32 to laptop');
      expect(last?.evidence[0]).toMatchObject({ command: 'wg show wg0 allowed-ips' });
      expect(last?.evidence[0]?.line).toContain(lab.publicKeys.phone);
      // The thief's own address is still the one that its client was told.
      expect((await explain('phone', 'nas')).source).toBe('phone (10.8.0.5)');
    }));

  test('the thief of the destination is named', () =>
    whileBroken(stolen('192.168.60.0/24'), givenBack, async () => {
      const { last, sentence } = await explain('laptop', 'nas');
      expect([last?.hop, last?.verdict]).toEqual(['owner', 'stop']);
      expect(sentence).toContain('goes to phone, which has 192.168.60.0/24 in its allowed IPs, not to home');
    }));

  test.each([
    ['v4', 'net.ipv4.ip_forward', 'nas'],
    ['v6', 'net.ipv6.conf.all.forwarding', overlay.home.v6],
  ])('forwarding off (%s)', (_family, name, destination) =>
    whileBroken(
      () => edge('sysctl', '-qw', `${name}=0`),
      () => edge('sysctl', '-qw', `${name}=1`),
      async () => {
        const { last, sentence } = await explain('laptop', destination);
        expect([last?.hop, last?.verdict]).toEqual(['forwarding', 'stop']);
        expect(sentence).toContain(`${name} is 0`);
        expect((await explain('laptop', 'hub')).passes).toBe(true);
      },
    ),
  );

  test('strict rp_filter is blamed where the way back is another one', () =>
    whileBroken(
      async () => {
        await edge('sysctl', '-qw', 'net.ipv4.conf.wg0.rp_filter=1');
        await edge('ip', 'route', 'add', `${overlay.laptop.v4}/32`, 'via', underlay.net.v4);
      },
      async () => {
        await edge('ip', 'route', 'del', `${overlay.laptop.v4}/32`);
        await edge('sysctl', '-qw', 'net.ipv4.conf.wg0.rp_filter=0');
      },
      async () => {
        const { last, sentence } = await explain('laptop', 'nas');
        expect([last?.hop, last?.verdict]).toEqual(['forwarding', 'stop']);
        expect(sentence).toContain(
          'strict rp_filter on wg0 drops packets from 10.8.0.4: its way back there is by eth0',
        );
      },
    ));

  test('answers that leave by another way are told', () =>
    whileBroken(
      () => edge('ip', 'route', 'add', `${overlay.laptop.v4}/32`, 'via', underlay.net.v4),
      () => edge('ip', 'route', 'del', `${overlay.laptop.v4}/32`),
      async () => {
        const { last } = await explain('laptop', 'nas');
        expect([last?.hop, last?.verdict]).toEqual(['return', 'stop']);
        expect(last?.says).toContain('goes out by eth0, not into wg0');
      },
    ));

  test('a peer that was removed from the running hub is missed', () =>
    whileBroken(
      () => lab.removePeer('home'),
      async () => {
        await lab.restorePeer('home');
        await lab.redial('home');
      },
      async () => {
        const { last } = await explain('laptop', underlay.nas.v4);
        expect([last?.hop, last?.verdict]).toEqual(['owner', 'stop']);
        expect(last?.says).toContain(`No peer of wg0 has ${underlay.nas.v4} in its allowed IPs`);
      },
    ));

  test.each([
    [['nobody', 'nas'], '"nobody" is no address, no peer and no name in /etc/hosts'],
    [['laptop', 'nas:445'], 'The protocol is missing'],
    [['laptop', `${overlay.home.v6}:443/tcp`], 'written like [fd08::5]:443/tcp'],
    [['edge', 'hub'], 'are the same host'],
    [[overlay.laptop.v4, overlay.home.v6], 'no addresses of one family'],
  ])('%j is wrong usage', async (words, reason) => {
    const { code, stdout, stderr } = await run(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
