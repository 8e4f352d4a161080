import { describe, expect, test } from 'vitest';
import { finding, found, gateway, judge, lan, peer, rowOf, subnet, wg0 } from './support.ts';

const lanPrefix = '192.168.60.0/24';
const rule = (priority: number, more: object) => ({ priority, src: 'all', ...more });
const kernelRules = [rule(0, { table: 'local' }), rule(32_766, { table: 'main' }), rule(32_767, { table: 'default' })];

describe('a healthy hub', () => {
  test('has nothing to complain about; the route of its subnet covers single addresses', () => {
    const judgement = judge();
    expect(judgement.findings).toEqual([]);
    expect(
      judgement.rows.map((row) => [row.prefix.text, row.owner?.label, row.route?.prefix.text, row.verdict]),
    ).toEqual([
      ['10.8.0.3/32', 'home', '10.8.0.0/24', 'ok'],
      ['10.8.0.4/32', 'laptop', '10.8.0.0/24', 'ok'],
      [lanPrefix, 'home', lanPrefix, 'ok'],
      ['fd08::3/128', 'home', 'fd08::/64', 'ok'],
      ['fd08::4/128', 'laptop', 'fd08::/64', 'ok'],
    ]);
  });

  test('may have no peers, no interfaces, peers without prefixes, and prefixes that are none', () => {
    expect(judge({ peers: [], routes4: [gateway, subnet] })).toEqual({ rows: [], findings: [] });
    expect(
      judge({ peers: [peer('a', '', ''), peer('b', '10.8.0.9/99 x', 'y')], routes4: [gateway, subnet] }).rows,
    ).toEqual([]);
  });

  test('has switched peers off, which carry nothing', () => {
    const off = { ...peer('off', '10.8.0.3/32', null), activity: { state: 'disabled' } };
    expect(judge({ peers: [off], routes4: [gateway, subnet] }).rows).toEqual([]);
  });
});

describe('the kernel route', () => {
  test('is missing: packets leave in the clear', () => {
    const judgement = judge({ routes4: [gateway, subnet] });
    expect(found(judgement)).toEqual([`route-missing ${lanPrefix}`]);
    expect(finding(judgement, 'route-missing')).toMatchObject({
      severity: 'bad',
      cause: `home has ${lanPrefix}, but the kernel has no route for it on wg0: packets leave by eth0 to 198.51.100.1, in the clear.`,
      fix: { command: `ip -4 route add ${lanPrefix} dev wg0` },
    });
    expect(rowOf(judgement, lanPrefix)).toMatchObject({ verdict: 'bad', route: { prefix: { length: 0 } } });
  });

  test.each([
    [[subnet], 'have no way at all'],
    [[subnet, { type: 'unreachable', dst: 'default' }], 'are refused (unreachable)'],
    [[subnet, { type: 'blackhole', dst: '192.168.0.0/16' }], 'are dropped without a word'],
    [[subnet, { dst: 'default', dev: 'wg9' }], 'leave by wg9, another tunnel'],
  ])('is missing: %j', (routes4, words) => {
    const judgement = judge({ routes4 });
    expect(found(judgement)[0]).toMatch(/^route-(missing|wrong-device) 192/);
    expect(judgement.findings[0]?.cause).toContain(words);
  });

  test('is missing for IPv6', () => {
    const judgement = judge({ routes6: [] });
    expect(found(judgement)).toEqual(['route-missing fd08::3/128', 'route-missing fd08::4/128']);
  });

  test('is on another device', () => {
    const judgement = judge({ routes4: [gateway, subnet, { ...lan, dev: 'eth0' }] });
    expect(found(judgement)).toEqual([`route-wrong-device ${lanPrefix}`]);
    expect(finding(judgement, 'route-wrong-device').fix.command).toBe(`ip -4 route replace ${lanPrefix} dev wg0`);
  });

  test('is narrower on another device than the one into the tunnel', () => {
    const judgement = judge({ routes4: [gateway, subnet, lan, { dst: '10.8.0.4', dev: 'eth0' }] });
    expect(found(judgement)).toEqual(['route-wrong-device 10.8.0.4/32']);
  });

  test('for a part of the prefix elsewhere says nothing about the prefix', () => {
    const judgement = judge({ routes4: [gateway, subnet, lan, { dst: '192.168.60.1', dev: 'eth0' }] });
    expect(found(judgement)).toEqual([]);
    expect(rowOf(judgement, lanPrefix)?.route?.prefix.text).toBe(lanPrefix);
  });

  test('is one of several ways, not all into the tunnel', () => {
    const nexthops = [
      { dev: 'wg0', weight: 1 },
      { dev: 'eth0', weight: 1 },
    ];
    expect(found(judge({ routes4: [gateway, subnet, { dst: lanPrefix, nexthops }] }))).toEqual([
      `route-wrong-device ${lanPrefix}`,
    ]);
  });

  test('is in a table that no rule looks up, and in one that a rule does', () => {
    const routes4 = [gateway, subnet, { ...lan, table: '100' }];
    const judgement = judge({ routes4, conf: '[Interface]\nTable = 100\n' });
    expect(found(judgement)).toEqual([`route-wrong-table ${lanPrefix}`]);
    expect(finding(judgement, 'route-wrong-table').cause).toContain('(/etc/wireguard/wg0.conf says Table = 100)');
    expect(found(judge({ routes4, rules4: [...kernelRules, rule(100, { table: '100' })] }))).toEqual([]);
    const late = judge({ routes4, rules4: [...kernelRules, rule(40_000, { table: '100' })] });
    expect(finding(late, 'route-wrong-table').cause).toContain('priority 40000');
  });

  test('is not made because Table = off', () => {
    const judgement = judge({ routes4: [gateway, subnet], conf: '[interface]\nTABLE=off\n' });
    expect(found(judgement)).toEqual([`table-off ${lanPrefix}`]);
    expect(finding(judgement, 'table-off').severity).toBe('bad');
    expect(found(judge({ conf: '[Interface]\nTable = off\n' }))).toEqual([]);
  });

  test('does not matter where the host itself has the address, or it is for a whole subnet', () => {
    const mine = judge({ peers: [peer('a', '10.8.0.1/32')] });
    expect(finding(mine, 'own-address').title).toBe('10.8.0.1/32 is an address of this host');
    const broadcast = { type: 'broadcast', dst: '10.8.0.255', dev: 'wg0', table: 'local', protocol: 'kernel' };
    const all = judge({ peers: [peer('a', '10.8.0.255/32')], routes4: [gateway, subnet, broadcast] });
    expect(finding(all, 'own-address').title).toBe('10.8.0.255/32 is a broadcast address here');
  });

  test('is not missed where the default route may stay outside', () => {
    const judgement = judge({ peers: [peer('exit', '0.0.0.0/0')], conf: '[Interface]\nTable = off\n' });
    expect(judgement.findings.map(({ id, severity }) => [id, severity])).toEqual([['table-off', 'info']]);
  });

  test('leads to no peer', () => {
    const judgement = judge({ routes4: [gateway, subnet, lan, { dst: '192.168.77.0/24', dev: 'wg0', scope: 'link' }] });
    expect(found(judgement)).toEqual(['route-without-peer 192.168.77.0/24']);
    expect(rowOf(judgement, '192.168.77.0/24')).toMatchObject({ owner: undefined, verdict: 'warn' });
  });

  test('is wider than what peers have, which is no fault unless it is the default', () => {
    const wide = { dst: '192.168.0.0/16', dev: 'wg0', scope: 'link' };
    expect(found(judge({ routes4: [gateway, subnet, wide] }))).toEqual([]);
    const through = { dst: 'default', dev: 'wg0', scope: 'link' };
    expect(found(judge({ routes4: [through, subnet, lan] }))).toEqual(['route-without-peer 0.0.0.0/0']);
  });

  test('could not be read: nobody is blamed', () => {
    const judgement = judge({ routes4: [], routes6: [], facts: { incomplete: new Set(['routes4', 'rules6']) } });
    expect(judgement.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['not-judged', 'info'],
      ['not-judged', 'info'],
    ]);
    expect(rowOf(judgement, lanPrefix)).toMatchObject({ verdict: 'info', route: undefined, owner: { label: 'home' } });
  });
});

describe('the owner', () => {
  const home = (allowed: string, inFile?: string | null) => peer('home', allowed, inFile);

  test('has lost its prefix to another peer', () => {
    const judgement = judge({
      peers: [
        home('10.8.0.3/32', '10.8.0.3/32, 192.168.60.0/24'.replace(',', '')),
        peer('phone', `10.8.0.5/32 ${lanPrefix}`, '10.8.0.5/32'),
      ],
    });
    expect(found(judgement)).toEqual([`prefix-taken ${lanPrefix}`]);
    const { fix, severity, title } = finding(judgement, 'prefix-taken');
    expect(severity).toBe('bad');
    expect(title).toBe(`phone has taken ${lanPrefix} from home`);
    expect(fix.command).toMatch(/^wg set wg0 peer homex+A= allowed-ips 10\.8\.0\.3\/32,192\.168\.60\.0\/24$/);
  });

  test('is one of two in the file: host bits make no difference', () => {
    const judgement = judge({
      peers: [home('10.8.0.3/32', `10.8.0.3/32 ${lanPrefix}`), peer('phone', lanPrefix, '192.168.60.7/24')],
    });
    expect(found(judgement)).toEqual([`prefix-taken ${lanPrefix}`]);
    expect(finding(judgement, 'prefix-taken').severity).toBe('warn');
  });

  test('is in the file alone, or in the kernel alone, or in neither', () => {
    expect(found(judge({ peers: [home('10.8.0.3/32', `10.8.0.3/32 ${lanPrefix}`)] }))).toEqual([
      `prefix-not-applied ${lanPrefix}`,
    ]);
    const running = judge({ peers: [home(`10.8.0.3/32 ${lanPrefix}`, '10.8.0.3/32')] });
    expect(found(running)).toEqual([`prefix-not-in-file ${lanPrefix}`]);
    expect(running.findings[0]?.severity).toBe('info');
    expect(found(judge({ peers: [home(`10.8.0.3/32 ${lanPrefix}`, null)] }))).toEqual([]);
  });

  test('has prefixes within its own, and another one has', () => {
    const wide = home(`10.8.0.0/24 10.8.0.3/32 ${lanPrefix}`);
    expect(found(judge({ peers: [wide] }))).toEqual([]);
    const judgement = judge({ peers: [wide, peer('laptop', '10.8.0.4/32'), peer('phone', '10.8.0.128/25')] });
    expect(found(judgement)).toEqual(['prefix-nested 10.8.0.0/24']);
    expect(finding(judgement, 'prefix-nested')).toMatchObject({
      severity: 'info',
      cause:
        'The narrowest prefix wins: 10.8.0.4/32 (laptop) and 10.8.0.128/25 (phone) get their own packets, and home the rest of 10.8.0.0/24.',
    });
    expect(rowOf(judgement, '10.8.0.0/24')?.verdict).toBe('info');
  });

  test('has a LAN that many clients have, too', () => {
    const routes4 = [gateway, subnet, { ...lan, dst: '192.168.1.0/24' }];
    const judgement = judge({ peers: [home('192.168.1.0/24')], routes4 });
    expect(found(judgement)).toEqual(['lan-collides 192.168.1.0/24']);
    expect(finding(judgement, 'lan-collides')).toMatchObject({ severity: 'info' });
    expect(found(judge({ peers: [home('192.168.1.3/32')], routes4 }))).toEqual([]);
  });
});

describe('the host', () => {
  test('does not forward, which every row of the family suffers from', () => {
    const four = judge({ sysctls: { 'ipv4/ip_forward': 0, 'ipv4/conf/wg0/forwarding': 0 } });
    expect(found(four)).toEqual(['forwarding-off']);
    expect(four.findings[0]?.fix.command).toBe('sysctl -w net.ipv4.ip_forward=1');
    expect(four.rows.map(({ verdict }) => verdict)).toEqual(['bad', 'bad', 'bad', 'ok', 'ok']);
    const one = judge({ sysctls: { 'ipv4/conf/wg0/forwarding': 0 } });
    expect(one.findings[0]?.fix.command).toBe('sysctl -w net.ipv4.conf.wg0.forwarding=1');
    const six = judge({ sysctls: { 'ipv6/conf/all/forwarding': 0 } });
    expect(six.rows.map(({ verdict }) => verdict)).toEqual(['ok', 'ok', 'ok', 'bad', 'bad']);
  });

  test('need not forward for a single peer', () => {
    const sysctls = { 'ipv4/ip_forward': 0, 'ipv4/conf/wg0/forwarding': 0 };
    expect(
      found(judge({ sysctls, peers: [peer('hub', '10.8.0.0/16')], routes4: [{ ...lan, dst: '10.8.0.0/16' }] })),
    ).toEqual([]);
  });

  test('filters strictly, which bites only where the way back leads elsewhere', () => {
    const strict = { 'ipv4/conf/wg0/rp_filter': 1 };
    expect(found(judge({ sysctls: strict }))).toEqual([]);
    const routes4 = [gateway, subnet];
    expect(found(judge({ sysctls: strict, routes4 }))).toEqual([
      `route-missing ${lanPrefix}`,
      `reverse-path-strict ${lanPrefix}`,
    ]);
    const loose = { ...strict, 'ipv4/conf/all/rp_filter': 2 };
    expect(found(judge({ sysctls: loose, routes4 }))).toEqual([`route-missing ${lanPrefix}`]);
    expect(found(judge({ sysctls: loose, routes4: [subnet] }))).toContain(`reverse-path-strict ${lanPrefix}`);
    const rules4 = [...kernelRules, rule(100, { table: '100', iif: 'wg0' })];
    const there = [gateway, subnet, { ...lan, table: '100' }];
    expect(found(judge({ routes4: there, rules4 }))).toEqual([]);
    expect(found(judge({ routes4: there, rules4, sysctls: strict }))).toEqual([]);
  });

  test('has the interface down: that alone is said', () => {
    const judgement = judge({ up: false, routes4: [gateway] });
    expect(found(judgement)).toEqual(['interface-down']);
    expect(judgement.rows.every(({ verdict }) => verdict === 'bad')).toBe(true);
  });

  test('lacks an address of the file, or has another length, or one more', () => {
    const six = { local: 'fd08::1', prefixlen: 64 };
    const gone = judge({ addresses: [six] });
    expect(gone.findings.map(({ id, severity }) => [id, severity])).toEqual([['address-missing', 'bad']]);
    expect(gone.findings[0]?.about).toEqual({ interfaceName: wg0 });
    const narrow = judge({ addresses: [six, { local: '10.8.0.1', prefixlen: 32 }] });
    expect(narrow.findings.map(({ id, severity }) => [id, severity])).toEqual([
      ['address-missing', 'warn'],
      ['address-not-in-file', 'info'],
    ]);
    expect(found(judge({ addresses: [], conf: undefined }))).toEqual([]);
    expect(found(judge({ addresses: [], facts: { incomplete: new Set(['addresses']) } }))).toEqual([]);
  });
});
