import { describe, expect, test } from 'vitest';
import { explain } from '../../src/cli/explain-path.ts';
import type { RunResult } from '../../src/host/host.ts';
import { pathText } from '../../src/screens/path/path-lines.ts';
import { type Differences, failed, keys, pathHub } from '../support/path-hub.ts';
import { peerWith } from '../support/snapshots.ts';

async function look(source: string, destination: string, differences: Differences = {}, probe = false) {
  const { host, snapshot } = pathHub(differences);
  const found = await explain(host, snapshot, { source, destination }, { probe });
  if ('error' in found) throw new Error(found.error);
  return { ...found, last: found.hops.at(-1), ran: host.world.ran };
}

async function refusal(source: string, destination: string, differences: Differences = {}) {
  const { host, snapshot } = pathHub(differences);
  const found = await explain(host, snapshot, { source, destination });
  return 'error' in found ? found.error : 'no error';
}

const missing: RunResult = { outcome: 'missing', program: 'ip' };

describe('a path that nothing stops', () => {
  test.each([
    ['laptop', 'nas', 'laptop (10.8.0.4)', 'nas (192.168.60.50)'],
    ['LAPTOP', 'nas:445/tcp', 'laptop (10.8.0.4)', 'nas (192.168.60.50)'],
    ['laptop', keys.home, 'laptop (10.8.0.4)', 'home (10.8.0.3)'],
    ['10.8.0.4', '192.168.60.50:445/tcp', '10.8.0.4', '192.168.60.50'],
    ['[fd08::4]', '[fd08::3]:443/tcp', 'fd08::4', 'fd08::3'],
    ['fd08::4', 'home', 'fd08::4', 'home (fd08::3)'],
    ['laptop', 'hub', 'laptop (10.8.0.4)', 'the hub (10.8.0.1)'],
    ['edge', 'laptop', 'the hub', 'laptop (10.8.0.4)'],
    ['198.51.100.10', 'laptop', 'the hub (198.51.100.10)', 'laptop (10.8.0.4)'],
    ['laptop', '198.51.100.10', 'laptop (10.8.0.4)', 'the hub (198.51.100.10)'],
    ['phone', '9.9.9.9', 'phone (10.8.0.5)', '9.9.9.9'],
    ['9.9.9.9', 'phone', '9.9.9.9', 'phone (10.8.0.5)'],
  ])('%s to %s', async (from, to, source, destination) => {
    const found = await look(from, to);
    expect(found).toMatchObject({ source, destination, passes: true });
    expect(found.hops.map(({ hop }) => hop)).toEqual([
      'ends',
      'client',
      'ingress',
      'forwarding',
      'lookup',
      'owner',
      'firewall',
      'return',
    ]);
    expect(found.sentence).toMatch(
      /^Packets from .* should pass, as far as the hub can tell \(.*the firewall is not judged yet\)\.$/,
    );
  });

  test('a client that was issued something is not known to have the destination', async () => {
    const { hops, sentence } = await look('laptop', 'nas');
    expect(hops[1]).toMatchObject({ hop: 'client', verdict: 'unknown' });
    expect(sentence).toContain("the client's own AllowedIPs are not known");
  });

  test('only asks, unless a probe is wanted', async () => {
    const { ran } = await look('laptop', 'nas:445/tcp');
    expect(ran.map((argv) => argv[0])).toEqual(ran.map(() => 'ip'));
    expect(ran).toContainEqual(['ip', '-j', 'route', 'get', '192.168.60.50', 'from', '10.8.0.4', 'iif', 'wg0']);
    expect(ran).toContainEqual(['ip', '-j', 'route', 'get', '10.8.0.4', 'from', '192.168.60.50', 'iif', 'wg0']);
  });

  test('an address that the internet owns leaves in the clear', async () => {
    const { hops } = await look('laptop', '9.9.9.9');
    expect(hops[4]?.says).toBe('The kernel sends 9.9.9.9 out by eth0 via 198.51.100.1, in the clear.');
  });
});

describe('a path that stops', () => {
  const cases: readonly [what: string, from: string, to: string, Differences, hop: string, says: RegExp][] = [
    [
      'the sender is not its own address any more',
      'laptop',
      'nas',
      { allowedIps: { laptop: ['fd08::4/128'], phone: ['10.8.0.5/32', '10.8.0.4/32'] } },
      'ingress',
      /10\.8\.0\.4 belongs to phone, .* drops what laptop sends from it; \/etc\/wireguard\/wg0\.conf gives 10\.8\.0\.4\/32 to laptop/,
    ],
    [
      'nobody has the sender',
      'laptop',
      'nas',
      { allowedIps: { laptop: [] } },
      'ingress',
      /No peer of wg0 has 10\.8\.0\.4/,
    ],
    [
      "an address that leads into the tunnel and is nobody's",
      '10.8.0.99',
      'nas',
      {},
      'ingress',
      /no peer has it in its allowed IPs/,
    ],
    [
      'never connected',
      'laptop',
      'nas',
      { states: { laptop: { state: 'never' } } },
      'ingress',
      /laptop has not connected/,
    ],
    ['lost', 'laptop', 'nas', { states: { laptop: { state: 'lost', since: 5 } } }, 'ingress', /laptop is lost/],
    [
      'knocking',
      'laptop',
      'nas',
      { states: { laptop: { state: 'knocking', knocks: 3 } } },
      'ingress',
      /never complete/,
    ],
    [
      'not answering',
      'laptop',
      'nas',
      { states: { laptop: { state: 'calling', calls: 3, ongoing: true } } },
      'ingress',
      /laptop does not answer/,
    ],
    [
      'disabled',
      'laptop',
      'nas',
      { states: { laptop: { state: 'disabled' } } },
      'ingress',
      /No peer of wg0 has 10\.8\.0\.4/,
    ],
    [
      'forwarding off',
      'laptop',
      'nas',
      { sysctls: { 'ipv4/ip_forward': '0', 'ipv4/conf/wg0/forwarding': '0' } },
      'forwarding',
      /Forwarding of IPv4 is off \(net\.ipv4\.ip_forward is 0\)/,
    ],
    [
      'forwarding off for the interface',
      'laptop',
      'nas',
      { sysctls: { 'ipv4/conf/wg0/forwarding': '0' } },
      'forwarding',
      /it is off for wg0 alone/,
    ],
    [
      'forwarding of IPv6 off',
      'fd08::4',
      'fd08::3',
      { sysctls: { 'ipv6/conf/all/forwarding': '0' } },
      'forwarding',
      /net\.ipv6\.conf\.all\.forwarding is 0/,
    ],
    [
      'no IPv6',
      'fd08::4',
      'fd08::3',
      { sysctls: { 'ipv6/conf/wg0/disable_ipv6': '1' } },
      'forwarding',
      /There is no IPv6 on wg0/,
    ],
    [
      'strict rp_filter',
      'laptop',
      'nas',
      {
        sysctls: { 'ipv4/conf/wg0/rp_filter': '1' },
        routes: { '10.8.0.4': { dev: 'eth0' }, '192.168.60.50 from 10.8.0.4 iif wg0': 'Invalid cross-device link' },
      },
      'forwarding',
      /Strict rp_filter on wg0 drops packets from 10\.8\.0\.4: its way back there is by eth0/,
    ],
    [
      'loose rp_filter without any way back',
      'laptop',
      'hub',
      {
        sysctls: { 'ipv4/conf/all/rp_filter': '2' },
        routes: { '10.8.0.4': 'Network is unreachable', '10.8.0.1 from 10.8.0.4 iif wg0': 'Invalid cross-device link' },
      },
      'forwarding',
      /no way back there at all/,
    ],
    [
      'the route is missing',
      'laptop',
      'nas',
      { routes: { '192.168.60.50 from 10.8.0.4 iif wg0': { dev: 'eth0', gateway: '198.51.100.1' } } },
      'lookup',
      /out by eth0 via 198\.51\.100\.1, in the clear, not into wg0, where home is: the kernel has no route for 192\.168\.60\.0\/24 by wg0/,
    ],
    [
      'the route is in another table',
      'laptop',
      'nas',
      {
        routes: { '192.168.60.50 from 10.8.0.4 iif wg0': { dev: 'eth0' } },
        covering: [{ dst: '192.168.60.0/24', dev: 'wg0', table: '51820' }],
      },
      'lookup',
      /the route for 192\.168\.60\.0\/24 by wg0 in table 51820 is not the one that is used/,
    ],
    [
      'no route at all',
      'laptop',
      'nas',
      { routes: { '192.168.60.50 from 10.8.0.4 iif wg0': 'No route to host' } },
      'lookup',
      /no route to 192\.168\.60\.50 \(No route to host\)/,
    ],
    [
      'a route that refuses',
      'laptop',
      'nas',
      {
        routes: { '192.168.60.50 from 10.8.0.4 iif wg0': 'Invalid argument' },
        covering: [
          { dst: '192.168.60.0/24', dev: 'wg0' },
          { type: 'blackhole', dst: '192.168.60.50' },
        ],
      },
      'lookup',
      /A blackhole route for 192\.168\.60\.50\/32 in table main refuses/,
    ],
    [
      'a source that the kernel refuses',
      'laptop',
      'nas',
      { routes: { '192.168.60.50 from 10.8.0.4 iif wg0': 'Invalid cross-device link' } },
      'lookup',
      /refuses a packet from 10\.8\.0\.4 that comes in by wg0/,
    ],
    [
      'a broadcast address',
      'laptop',
      '10.8.0.255',
      { routes: { '10.8.0.255 from 10.8.0.4 iif wg0': { type: 'broadcast', dev: 'lo' } } },
      'lookup',
      /for a broadcast address/,
    ],
    [
      'the destination was taken over',
      'laptop',
      'nas',
      { allowedIps: { home: ['10.8.0.3/32'], phone: ['192.168.60.0/24'] } },
      'owner',
      /goes to phone, .* not to home; .* gives 192\.168\.60\.0\/24 to home/,
    ],
    ["the destination is nobody's", 'laptop', '10.8.0.99', {}, 'owner', /No peer of wg0 has 10\.8\.0\.99/],
    ['no endpoint', 'laptop', 'nas', { homeless: ['home'] }, 'owner', /home has no endpoint/],
    [
      'the destination is lost',
      'laptop',
      'nas',
      { states: { home: { state: 'lost', since: 5 } } },
      'owner',
      /home is lost/,
    ],
    [
      'answers leave by another device',
      'laptop',
      'nas',
      { routes: { '10.8.0.4 from 192.168.60.50 iif wg0': { dev: 'eth0' } } },
      'return',
      /10\.8\.0\.4 goes out by eth0, not into wg0/,
    ],
    [
      'answers have no way',
      'laptop',
      'nas',
      { routes: { '10.8.0.4 from 192.168.60.50 iif wg0': 'Network is unreachable' } },
      'return',
      /do not get back/,
    ],
  ];

  test.each(cases)('%s', async (_what, from, to, differences, hop, says) => {
    const found = await look(from, to, differences);
    expect(found.passes).toBe(false);
    expect(found.last).toMatchObject({ hop, verdict: 'stop', says: expect.stringMatching(says) });
    expect(found.hops.filter(({ verdict }) => verdict === 'stop')).toHaveLength(1);
    expect(found.sentence).toContain(found.last?.says.slice(10));
    for (const { command, line } of found.last?.evidence ?? []) expect([command, line]).not.toContain('');
    // Healthy, the same path passes or stops for lack of an owner alone.
    if (!/99|255/.test(from + to)) expect((await look(from, to)).passes).toBe(true);
  });

  test('the thief is shown by the row that wg prints', async () => {
    const { last } = await look('laptop', 'nas', { allowedIps: { laptop: [], phone: ['10.8.0.4/32'] } });
    expect(last?.evidence).toEqual([
      { command: 'wg show wg0 allowed-ips', line: `${keys.phone} 10.8.0.4/32` },
      { command: 'wg show wg0 allowed-ips', line: `${keys.laptop} (none)` },
    ]);
  });

  test('a peer is asked for by the address that its client was told, whatever the kernel gives it', async () => {
    const { source, last } = await look('phone', 'nas', { allowedIps: { laptop: [], phone: ['10.8.0.4/32'] } });
    expect(source).toBe('phone (10.8.0.5)');
    expect(last?.says).toContain('No peer of wg0 has 10.8.0.5');
  });

  test('a prefix that the file gives to a disabled peer, or to two, is not taken over by the one that has it', async () => {
    const disabled = await look('laptop', 'nas', {
      states: { phone: { state: 'disabled' } },
      fileIps: { phone: ['192.168.60.50/32'] },
    });
    expect(disabled.passes).toBe(true);
    const twice = await look('laptop', 'nas', { fileIps: { laptop: ['10.8.0.4/32', '192.168.60.0/24'] } });
    expect(twice.passes).toBe(true);
  });

  test('what is idle or may be away is not said to be connected', async () => {
    const { hops, passes, sentence } = await look('laptop', 'nas', {
      states: { home: { state: 'idle', since: undefined }, laptop: { state: 'clock', handshakeAt: 1e15 } },
    });
    expect(passes).toBe(true);
    expect(hops.filter(({ verdict }) => verdict === 'unknown').map(({ hop }) => hop)).toEqual([
      'client',
      'ingress',
      'owner',
    ]);
    expect(sentence).toContain('whether the destination is connected is not known');
  });
});

describe('what cannot be read', () => {
  test('without a kernel lookup it cannot be told', async () => {
    for (const result of [
      failed('Cannot find device "wg0"\n', 1),
      { outcome: 'timed-out', afterMs: 2000 } as const,
      '[',
      '[]',
      '[{"dst":1}]',
    ]) {
      const { passes, last, sentence } = await look('laptop', 'nas', {
        programs: (argv) => (argv[4]?.startsWith('192') === true ? result : undefined),
      });
      expect([passes, last?.hop, last?.verdict]).toEqual([false, 'lookup', 'unknown']);
      expect(sentence).toMatch(/^It cannot be told whether packets from laptop/);
    }
  });

  test('forwarding that cannot be read is unknown, not on', async () => {
    const { hops } = await look('laptop', 'nas', { sysctls: { 'ipv4/conf/wg0/forwarding': undefined } });
    expect(hops[3]).toMatchObject({ hop: 'forwarding', verdict: 'unknown' });
  });

  test('without ip there is no answer but a sentence', async () => {
    expect(await refusal('laptop', 'nas', { programs: () => missing })).toBe(
      "The hub's addresses could not be read: ip -j addr: the program ip is not installed",
    );
  });
});

describe('words that mean no path', () => {
  test.each([
    ['nobody', 'nas', '"nobody" is no address, no peer and no name in /etc/hosts'],
    ['laptop', 'nas:445', 'The protocol is missing: a port is written like :443/tcp or :51820/udp'],
    ['laptop', 'laptop', 'laptop and laptop are the same host: there is no path between them'],
    ['hub', 'edge', 'hub and edge are the same host: there is no path between them'],
    ['10.8.0.4', 'fd08::3', '10.8.0.4 and fd08::3 have no addresses of one family'],
    ['\u001b[2Jx', 'nas', '"x" is no address, no peer and no name in /etc/hosts'],
  ])('%j to %s', async (from, to, sentence) => {
    expect(await refusal(from, to)).toBe(sentence);
  });

  test('a name of two peers', async () => {
    const { host, snapshot } = pathHub();
    const interfaces = snapshot.interfaces.map((one) => ({
      ...one,
      peers: one.peers.map((peer) => peerWith(peer, { label: one.peers[0]?.label ?? peer.label })),
    }));
    const found = await explain(host, { ...snapshot, interfaces }, { source: 'laptop', destination: 'nas' });
    expect('error' in found && found.error).toMatch(
      /^"laptop" is the name of 3 peers: laptop \(.{8} on wg0\), .*; use an address$/,
    );
  });
});

describe('the probe', () => {
  const answers = (ping: RunResult | string | undefined, nc: RunResult | string | undefined): Differences => ({
    programs: ([program]) => (program === 'ping' ? ping : program === 'nc' ? nc : undefined),
  });
  const received = '3 packets transmitted, 3 received, 0% packet loss, time 2ms\n';
  const none: RunResult = {
    outcome: 'exited',
    code: 1,
    stdout: '3 packets transmitted, 0 received, 100% packet loss\n',
    stderr: '',
  };

  test.each([
    ['nas:445/tcp', received, '', 'pass', 'ping was answered, the TCP port accepted a connection'],
    ['nas:445/tcp', none, '', 'pass', 'ping was not answered, the TCP port accepted a connection'],
    [
      'nas:445/tcp',
      received,
      failed('nc: connect failed: Connection refused\n', 1),
      'stop',
      'the TCP port accepted no connection',
    ],
    ['nas:445/tcp', received, undefined, 'unknown', 'the TCP port could not be tried'],
    ['nas:445/tcp', received, failed('nc: unrecognized option: z\n', 1), 'unknown', 'the TCP port could not be tried'],
    ['nas:53/udp', received, undefined, 'pass', 'ping was answered.'],
    ['nas', none, undefined, 'stop', 'ping was not answered.'],
    [
      'nas',
      failed('ping: socktype: SOCK_RAW: Operation not permitted\n'),
      undefined,
      'unknown',
      'ping could not be tried',
    ],
    ['nas', failed('ping: connect: Network is unreachable\n'), undefined, 'stop', 'ping was not answered'],
  ])('%s: %j, %j', async (to, ping, nc, verdict, says) => {
    const { hops, passes } = await look('laptop', to, answers(ping, nc), true);
    const last = hops.at(-1);
    expect(last).toMatchObject({ hop: 'probe', verdict, says: expect.stringContaining(says) });
    expect(last?.says).toMatch(/^Sent from the hub, not from the sender: /);
    // What the hub reaches itself says nothing about the sender.
    expect(passes).toBe(true);
  });
});

test('as text: a paragraph a hop, evidence whole and indented, the sentence last', async () => {
  const { host, snapshot } = pathHub({ allowedIps: { laptop: [], phone: ['10.8.0.4/32'] } });
  const found = await explain(host, snapshot, { source: 'laptop', destination: 'nas' });
  if ('error' in found) throw new Error(found.error);
  const text = pathText(found, 72);
  expect(text.split('\n\n')).toHaveLength(found.hops.length + 1);
  expect(text).toContain(`3. Into the tunnel: STOP\n   10.8.0.4 belongs to phone`);
  expect(text).toContain(`\n     $ wg show wg0 allowed-ips\n       ${keys.phone} 10.8.0.4/32\n`);
  expect(text.replaceAll('\n', ' ').endsWith(found.sentence)).toBe(true);
  for (const line of text.split('\n')) if (!line.startsWith('     ')) expect(line.length).toBeLessThanOrEqual(72);
});
