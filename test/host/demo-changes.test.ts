/** Changes of the simulated hub, as the flows make them. */
import { describe, expect, test } from 'vitest';
import { demoHost } from '../../src/host/demo/demo-host.ts';
import type { Argv, RunOptions } from '../../src/host/host.ts';

const startedAt = Date.UTC(2026, 10, 23, 12, 0, 0);
const secret = 'kJ8Ymw2l0Q9S1wYIuW8oQk1t3zq2S3vFqXwzC7m5n0I=';
const stranger = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

function demo() {
  const time = { now: startedAt };
  const host = demoHost({ startedAt, clock: () => time.now });
  const said = async (argv: Argv, options?: RunOptions) => {
    const result = await host.run(argv, options);
    return result.outcome === 'exited' ? `${result.code} ${result.stdout}${result.stderr}`.trim() : result.outcome;
  };
  const set = (...words: string[]) =>
    said(['wg', 'set', 'wg0', ...words], { secretFile: { placeholder: 'FILE', text: secret } });
  /** The fields of each peer, the key first. */
  const peers = async () => {
    const rows = (await said(['wg', 'show', 'wg0', 'dump'])).split('\n').slice(1);
    return rows.map((row) => {
      const [key = '', psk = '', endpoint, allowedIps, handshake, rx, tx, keepalive] = row.split('\t');
      return {
        key,
        psk,
        endpoint,
        allowedIps,
        handshake: Number(handshake),
        rx: Number(rx),
        tx: Number(tx),
        keepalive,
      };
    });
  };
  const peer = async (address: string) => {
    const found = (await peers()).find(({ allowedIps }) => allowedIps?.includes(`${address}/32`));
    if (found === undefined) throw new Error(`no peer has ${address}`);
    return found;
  };
  const json = async (...words: string[]) => {
    const result = await host.run(['ip', '-j', ...words]);
    return result.outcome === 'exited' ? JSON.parse(result.stdout) : result;
  };
  return { host, time, said, set, peers, peer, json };
}

describe('wg set', () => {
  test('changes what it names of a peer, and nothing else of it or of others', async () => {
    const { set, peers, peer } = demo();
    const [before, laptop] = [await peers(), await peer('10.8.0.4')];
    expect(
      await set(
        'peer',
        laptop.key,
        'allowed-ips',
        '10.8.0.4/32,10.99.0.7/16',
        'persistent-keepalive',
        '25',
        'preshared-key',
        'FILE',
      ),
    ).toBe('0');
    const changed = { ...laptop, allowedIps: '10.8.0.4/32,10.99.0.0/16', keepalive: '25', psk: secret };
    expect(await peers()).toEqual(before.map((each) => (each.key === laptop.key ? changed : each)));
    await set('peer', laptop.key, 'persistent-keepalive', '0', 'preshared-key', '/dev/null');
    expect(await peer('10.8.0.4')).toMatchObject({ keepalive: 'off', psk: '(none)' });
  });

  test('takes an allowed IP from who had it', async () => {
    const { set, peer } = demo();
    const home = await peer('10.8.0.3');
    await set('peer', stranger, 'allowed-ips', '192.168.1.0/24');
    expect((await peer('10.8.0.3')).allowedIps).toBe(home.allowedIps?.replace(',192.168.1.0/24', ''));
  });

  test('removes a peer; added again it has no counters, until its client is heard from', async () => {
    const { set, peers, peer, time } = demo();
    const laptop = await peer('10.8.0.4');
    await set('peer', laptop.key, 'remove');
    expect((await peers()).some(({ key }) => key === laptop.key)).toBe(false);
    time.now += 60_000;
    await set('peer', laptop.key, 'allowed-ips', laptop.allowedIps ?? '');
    expect(await peer('10.8.0.4')).toMatchObject({ rx: 0, tx: 0, handshake: 0, endpoint: '(none)', psk: '(none)' });
    time.now += 5_000;
    const back = await peer('10.8.0.4');
    expect(back).toMatchObject({ endpoint: laptop.endpoint, handshake: time.now / 1000 });
    expect(back.rx).toBeGreaterThan(0);
    expect(back.rx).toBeLessThan(1_000_000);
    time.now += 3_000;
    expect((await peer('10.8.0.4')).handshake).toBe(back.handshake);
  });

  test('adds a peer that nobody has been heard from, with an endpoint', async () => {
    const { set, peers, time } = demo();
    await set('peer', stranger, 'endpoint', '203.0.113.9:51820', 'allowed-ips', '10.8.0.20,fd08::14');
    time.now += 60_000;
    expect((await peers()).at(-1)).toEqual({
      key: stranger,
      psk: '(none)',
      endpoint: '203.0.113.9:51820',
      allowedIps: '10.8.0.20/32,fd08::14/128',
      handshake: 0,
      rx: 0,
      tx: 0,
      keepalive: 'off',
    });
  });

  test('sets an endpoint until its peer is heard from elsewhere', async () => {
    const { set, peer, time } = demo();
    const [home, tablet] = [await peer('10.8.0.3'), await peer('10.8.0.7')];
    for (const { key } of [home, tablet]) await set('peer', key, 'endpoint', '203.0.113.9:1');
    expect([(await peer('10.8.0.3')).endpoint, (await peer('10.8.0.7')).endpoint]).toEqual(
      Array(2).fill('203.0.113.9:1'),
    );
    time.now += 10_000;
    expect([(await peer('10.8.0.3')).endpoint, (await peer('10.8.0.7')).endpoint]).toEqual([
      home.endpoint,
      '203.0.113.9:1',
    ]);
  });

  test('changes the interface', async () => {
    const { set, said } = demo();
    await set('listen-port', '443', 'fwmark', '0xca6c');
    expect((await said(['wg', 'show', 'all', 'dump'])).split('\n')[0]?.split('\t').slice(3)).toEqual(['443', '0xca6c']);
  });

  test('changes nothing where it is wrong, and says so as wg does', async () => {
    const { set, peers, said } = demo();
    const before = await peers();
    const key = before[0]?.key ?? '';
    expect(await set('peer', 'short', 'remove')).toMatch(/^1 Key is not the correct length/);
    expect(await set('peer', key, 'allowed-ips', '10.0.0.0/99')).toMatch(/^1 Unable to parse IP address/);
    expect(await set('peer', key, 'allowed-ips', '', 'persistent-keepalive', 'x')).toMatch(/^1 /);
    expect(await set('peer', key, 'preshared-key', '/etc/secret')).toMatch(/^1 fopen/);
    expect(await set('peer', key, 'colour', 'red')).toBe('failed');
    expect(await set('peer')).toMatch(/^1 /);
    expect(await said(['wg', 'set', 'wg9', 'listen-port', '1'])).toBe('1 Unable to modify interface: No such device');
    expect(await said(['wg', 'show', 'wg9', 'dump'])).toBe('1 Unable to access interface: No such device');
    expect(await peers()).toEqual(before);
  });
});

describe('ip', () => {
  const lan = '192.168.40.0/24';

  test('adds and removes a route, which leads the packets then', async () => {
    const { said, json } = demo();
    const way = async () => (await json('route', 'get', '192.168.40.7'))[0].dev;
    expect(await way()).toBe('eth0');
    expect(await said(['ip', '-4', 'route', 'add', lan, 'dev', 'wg0'])).toBe('0');
    expect(await said(['ip', '-4', 'route', 'add', lan, 'dev', 'wg0'])).toBe('2 RTNETLINK answers: File exists');
    expect(await way()).toBe('wg0');
    expect(await json('-4', 'route', 'show', 'table', 'all', 'dev', 'wg0')).toContainEqual({
      dst: lan,
      scope: 'link',
      flags: [],
    });
    expect(await said(['ip', '-4', 'route', 'del', lan, 'dev', 'wg0', 'metric', '7'])).toMatch(/^2 .*No such process/);
    expect(await said(['ip', '-4', 'route', 'del', lan, 'dev', 'wg0'])).toBe('0');
    expect(await said(['ip', '-4', 'route', 'del', lan, 'dev', 'wg0'])).toMatch(/^2 .*No such process/);
    expect(await way()).toBe('eth0');
  });

  test('adds routes of IPv6, of other tables and with a protocol as the kernel shows them', async () => {
    const { said, json } = demo();
    await said(['ip', '-6', 'route', 'add', 'fd99::/64', 'dev', 'wg0']);
    await said([
      'ip',
      '-4',
      'route',
      'add',
      '10.5.0.1/32',
      'dev',
      'wg0',
      'table',
      '77',
      'metric',
      '5',
      'proto',
      'static',
    ]);
    expect(await json('-6', 'route', 'show', 'table', 'all')).toContainEqual({
      dst: 'fd99::/64',
      dev: 'wg0',
      metric: 1024,
      flags: [],
      pref: 'medium',
    });
    expect(await json('-4', 'route', 'show', 'table', 'all')).toContainEqual({
      dst: '10.5.0.1',
      dev: 'wg0',
      table: '77',
      protocol: 'static',
      scope: 'link',
      metric: 5,
      flags: [],
    });
    await said(['ip', '-4', 'route', 'replace', '10.5.0.1/32', 'dev', 'eth0', 'table', '77', 'metric', '5']);
    expect((await json('-4', 'route', 'show', 'table', 'all', 'dev', 'eth0')).at(-1)).toMatchObject({
      dst: '10.5.0.1',
    });
    expect(await said(['ip', '-6', 'route', 'del', 'fd99::/64', 'dev', 'wg0', 'metric', '1024'])).toBe('0');
  });

  test('adds and removes an address with its routes', async () => {
    const { said, json } = demo();
    const before = [await json('addr'), await json('-4', 'route', 'show', 'table', 'all')];
    expect(await said(['ip', '-4', 'address', 'add', '10.9.0.1/24', 'dev', 'wg0'])).toBe('0');
    expect(await said(['ip', '-4', 'address', 'add', '10.9.0.1/24', 'dev', 'wg0'])).toMatch(/^2 .*already assigned/);
    expect((await json('addr', 'show', 'dev', 'wg0'))[0].addr_info.at(-1)).toMatchObject({
      local: '10.9.0.1',
      prefixlen: 24,
    });
    expect((await json('route', 'get', '10.9.0.5'))[0]).toMatchObject({ dev: 'wg0' });
    expect(await said(['ip', '-4', 'address', 'del', '10.9.0.1/24', 'dev', 'wg0'])).toBe('0');
    expect(await said(['ip', '-4', 'address', 'del', '10.9.0.1/24', 'dev', 'wg0'])).toMatch(/^2 .*not found/);
    expect([await json('addr'), await json('-4', 'route', 'show', 'table', 'all')]).toEqual(before);
  });

  test('says what it cannot do', async () => {
    const { said } = demo();
    expect(await said(['ip', '-4', 'route', 'add', lan, 'dev', 'tun7'])).toBe('1 Cannot find device "tun7"');
    expect(await said(['ip', '-4', 'route', 'add', 'x', 'dev', 'wg0'])).toMatch(/^1 Error: any valid prefix/);
    expect(await said(['ip', '-4', 'route', 'add', lan, 'via', '10.8.0.3', 'dev', 'wg0'])).toBe('failed');
    expect(await said(['ip', '-j', 'addr', 'show', 'dev', 'tun7'])).toBe('1 Device "tun7" does not exist.');
  });
});

test('the lock is always free, and what would outlive the console is accepted', async () => {
  const { host, said } = demo();
  const [one, other] = [await host.lock('/run/lock', 'a'), await host.lock('/run/lock', 'b')];
  expect([one.outcome, other.outcome]).toEqual(['locked', 'locked']);
  expect(await host.startDetached(['sh', '/x'])).toMatchObject({ outcome: 'started' });
  expect(await said(['conntrack', '-D', '-f', 'ipv4', '-s', '10.8.0.4'])).toMatch(/^0 .*have been deleted/);
});
