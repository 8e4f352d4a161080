/** `meshtui routes` on a real hub: nothing to complain about while it is healthy, and each fault is named and then gone. */
import { describe, expect, test } from 'vitest';
import type { routesDocument } from '../../src/cli/routes-json.ts';
import type { FindingId } from '../../src/doctor/finding.ts';
import { type Lab, labObstacle } from './lab.ts';
import { lanSubnet, overlay, underlay } from './topology.ts';
import { ping } from './traffic.ts';
import { withLab } from './with-lab.ts';

type Document = ReturnType<typeof routesDocument>;

const id = `r${process.pid}`;
const obstacle = await labObstacle();

describe.skipIf(obstacle !== undefined)('routes of a real hub', () => {
  let lab: Lab;

  withLab(id, (up) => {
    lab = up;
  });

  const routes = async (): Promise<Document> => {
    const { stdout } = await lab.must('edge', ['meshtui', 'routes', '--json']);
    return JSON.parse(stdout) as Document;
  };
  const edge = (...argv: string[]) => lab.must('edge', argv);
  const rowOf = ({ rows }: Document, prefix: string) => rows.find((row) => row.prefix === prefix);
  const grave = ({ findings }: Document) => findings.filter(({ severity }) => severity !== 'info');
  const find = ({ findings }: Document, name: FindingId, prefix?: string) =>
    findings.find((finding) => finding.id === name && (prefix === undefined || finding.about.prefix === prefix));

  /** Breaks the hub, looks, mends it, and looks again: only what was broken was wrong. */
  const broken = async (breakIt: () => Promise<unknown>, mendIt: () => Promise<unknown>): Promise<Document> => {
    await breakIt();
    const document = await routes().finally(mendIt);
    expect(grave(await routes())).toEqual([]);
    return document;
  };

  test('has nothing above info while all is well, and names the owner and the route of each prefix', async () => {
    const document = await routes();
    expect(grave(document)).toEqual([]);
    expect(document.warnings).toEqual([]);
    expect(document.rows.every(({ verdict }) => verdict === 'ok' || verdict === 'info')).toBe(true);
    expect(rowOf(document, lanSubnet)).toMatchObject({
      owner: { publicKey: lab.publicKeys.home, label: 'home' },
      route: { prefix: lanSubnet, nextHops: [{ device: 'wg0', gateway: null }] },
    });
    expect(rowOf(document, `${overlay.laptop.v4}/32`)).toMatchObject({
      owner: { label: 'laptop' },
      route: { prefix: '10.8.0.0/24' },
      verdict: 'ok',
    });
    expect(rowOf(document, `${overlay.phone.v6}/128`)).toMatchObject({ owner: { label: 'phone' }, verdict: 'ok' });
  });

  test('names the route that was deleted, where packets go instead, and the command that mends it', async () => {
    let command: string | null = null;
    const document = await broken(
      async () => {
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0');
        command = find(await routes(), 'route-missing', lanSubnet)?.fix.command ?? null;
      },
      () => edge(...(command ?? 'false').split(' ')),
    );
    const finding = find(document, 'route-missing', lanSubnet);
    expect(finding?.severity).toBe('bad');
    expect(finding?.cause).toContain(`leave by eth0 to ${underlay.net.v4}, in the clear`);
    expect(finding?.evidence[0]?.line).toContain(`default via ${underlay.net.v4} dev eth0`);
    expect(rowOf(document, lanSubnet)?.verdict).toBe('bad');
    expect(grave(document)).toHaveLength(1);
  });

  test('names a prefix that another peer has stolen, and the command that gives it back', async () => {
    let command: string | null = null;
    const steal = ['wg', 'set', 'wg0', 'peer', lab.publicKeys.phone, 'allowed-ips'];
    const phone = [`${overlay.phone.v4}/32`, `${overlay.phone.v6}/128`];
    const document = await broken(
      async () => {
        await edge(...steal, [...phone, lanSubnet].join(','));
        command = find(await routes(), 'prefix-taken', lanSubnet)?.fix.command ?? null;
      },
      async () => {
        await edge(...(command ?? 'false').split(' '));
        // That took the prefix from the phone.
        expect((await edge('wg', 'show', 'wg0', 'allowed-ips')).stdout).toMatch(
          new RegExp(`^${lab.publicKeys.home.replaceAll(/[+/]/g, '.')}\t.*${lanSubnet}`, 'm'),
        );
      },
    );
    const finding = find(document, 'prefix-taken', lanSubnet);
    expect(finding).toMatchObject({ severity: 'bad', about: { publicKey: lab.publicKeys.phone } });
    expect(finding?.cause).toContain('gives 192.168.60.0/24 to home, but on the running interface phone has it');
    expect(rowOf(document, lanSubnet)?.owner?.label).toBe('phone');
  });

  test('names forwarding that is off, for each protocol', async () => {
    const four = await broken(
      () => edge('sysctl', '-w', 'net.ipv4.ip_forward=0'),
      () => edge('sysctl', '-w', 'net.ipv4.ip_forward=1'),
    );
    expect(grave(four).map(({ title }) => title)).toEqual(['IPv4 forwarding is off']);
    expect(rowOf(four, lanSubnet)?.findings).toContain('forwarding-off');
    expect(rowOf(four, `${overlay.laptop.v6}/128`)?.findings).toEqual([]);
    const six = await broken(
      () => edge('sysctl', '-w', 'net.ipv6.conf.all.forwarding=0'),
      () => edge('sysctl', '-w', 'net.ipv6.conf.all.forwarding=1'),
    );
    expect(grave(six).map(({ title }) => title)).toEqual(['IPv6 forwarding is off']);
  });

  test('names the strict reverse path filter only where the way back leads elsewhere', async () => {
    const strict = () => edge('sysctl', '-w', 'net.ipv4.conf.wg0.rp_filter=1');
    const off = () => edge('sysctl', '-w', 'net.ipv4.conf.wg0.rp_filter=0');
    await edge('sysctl', '-w', 'net.ipv4.conf.all.rp_filter=0');
    expect(grave(await broken(strict, off))).toEqual([]);
    const route = ['route', 'replace', lanSubnet];
    // How many packets the kernel has dropped for it.
    const filtered = async () =>
      Number(/IPReversePathFilter +(\d+)/.exec((await edge('nstat', '-asz', 'TcpExtIPReversePathFilter')).stdout)?.[1]);
    const document = await broken(
      async () => {
        await strict();
        const before = await filtered();
        await ping(lab, 'nas', 'laptop', 1);
        expect(await filtered()).toBe(before);
        await edge('ip', ...route, 'via', underlay.net.v4, 'dev', 'eth0');
        await ping(lab, 'nas', 'laptop', 1);
        expect(await filtered()).toBeGreaterThan(before);
      },
      async () => {
        await off();
        await edge('ip', ...route, 'dev', 'wg0');
      },
    );
    expect(find(document, 'reverse-path-strict', lanSubnet)?.cause).toContain(
      'what home sends from 192.168.60.0/24 is dropped',
    );
    expect(find(document, 'route-wrong-device', lanSubnet)?.severity).toBe('bad');
    expect(grave(document)).toHaveLength(2);
  });

  test('knows that a rule for what comes in by the tunnel leads back to it as well, as the kernel does', async () => {
    const reaches = async () => (await ping(lab, 'laptop', 'nas')).received > 0;
    const document = await broken(
      async () => {
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0');
        await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0', 'table', '100');
        await edge('ip', 'rule', 'add', 'iif', 'wg0', 'lookup', '100', 'priority', '1000');
        expect(await reaches()).toBe(true);
        expect(grave(await routes())).toEqual([]);
        await edge('sysctl', '-w', 'net.ipv4.conf.wg0.rp_filter=1');
        expect(await reaches()).toBe(true);
      },
      async () => {
        await edge('sysctl', '-w', 'net.ipv4.conf.wg0.rp_filter=0');
        await edge('ip', 'rule', 'del', 'priority', '1000');
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0', 'table', '100');
        await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0');
      },
    );
    expect(grave(document)).toEqual([]);
  });

  test('names the table in which nobody looks', async () => {
    const document = await broken(
      async () => {
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0');
        await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0', 'table', '100');
      },
      async () => {
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0', 'table', '100');
        await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0');
      },
    );
    expect(grave(document)).toHaveLength(1);
    expect(find(document, 'route-wrong-table', lanSubnet)?.cause).toContain(
      'in table 100, and no rule looks that table up',
    );
  });

  test('says that Table = off makes no routes', async () => {
    const file = '/etc/wireguard/wg0.conf';
    const document = await broken(
      async () => {
        await edge('sed', '-i', 's/^\\[Interface\\]$/&\\ntable=Off # by hand/', file);
        expect(grave(await routes())).toEqual([]);
        await edge('ip', 'route', 'del', lanSubnet, 'dev', 'wg0');
      },
      async () => {
        await edge('sed', '-i', '/^table=/d', file);
        await edge('ip', 'route', 'add', lanSubnet, 'dev', 'wg0');
      },
    );
    expect(grave(document).map((finding) => finding.id)).toEqual(['table-off']);
  });

  test('names an address that was removed before the routes that went with it, and one that the file does not have', async () => {
    const document = await broken(
      async () => {
        await edge('ip', 'addr', 'del', `${overlay.edge.v4}/24`, 'dev', 'wg0');
        await edge('ip', 'addr', 'add', '10.99.0.1/24', 'dev', 'wg0');
      },
      async () => {
        await edge('ip', 'addr', 'add', `${overlay.edge.v4}/24`, 'dev', 'wg0');
        await edge('ip', 'addr', 'del', '10.99.0.1/24', 'dev', 'wg0');
        // With its last IPv4 address the interface lost every IPv4 route; what is said to mend that does.
        const lost = (await routes()).findings.filter((finding) => finding.id === 'route-missing');
        expect(lost.map(({ about }) => about.prefix)).toContain(lanSubnet);
        for (const { fix } of lost) await edge(...(fix.command ?? 'false').split(' '));
      },
    );
    expect(grave(document)[0]).toMatchObject({ id: 'address-missing', severity: 'bad' });
    expect(find(document, 'route-missing', `${overlay.laptop.v4}/32`)).toBeDefined();
    expect(find(document, 'address-not-in-file')?.title).toContain('10.99.0.1/24');
  });

  test('names a route that leads to no peer', async () => {
    const document = await broken(
      () => edge('ip', 'route', 'add', '192.168.77.0/24', 'dev', 'wg0'),
      () => edge('ip', 'route', 'del', '192.168.77.0/24', 'dev', 'wg0'),
    );
    expect(grave(document).map((finding) => [finding.id, finding.about.prefix])).toEqual([
      ['route-without-peer', '192.168.77.0/24'],
    ]);
    expect(rowOf(document, '192.168.77.0/24')).toMatchObject({ owner: null, verdict: 'warn' });
  });

  test('prints the same as text', async () => {
    const { stdout } = await edge('meshtui', 'routes');
    expect(stdout).toMatch(/^wg0 +192\.168\.60\.0\/24 +home +192\.168\.60\.0\/24 dev wg0 scope link +ok$/m);
  });

  test('says what it could not read where ip is too old, shows the rest, and blames nobody', async () => {
    await lab.writeFile(
      'edge',
      '/root/bin/ip',
      '#!/bin/sh\necho "Option \\"-j\\" is unknown, try \\"ip -help\\"." >&2\nexit 255\n',
      0o755,
    );
    const { stdout } = await lab
      .must('edge', ['env', 'PATH=/root/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'meshtui', 'routes', '--json'])
      .finally(() => edge('rm', '/root/bin/ip'));
    const document = JSON.parse(stdout) as Document;
    expect(document.warnings.join('\n')).toContain('this ip knows no -j');
    expect(grave(document)).toEqual([]);
    expect(find(document, 'not-judged')).toBeDefined();
    expect(rowOf(document, lanSubnet)).toMatchObject({ owner: { label: 'home' }, route: null, verdict: 'info' });
  });
});
