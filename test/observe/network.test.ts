import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type FakeWorld, fakeHost } from '../../src/host/fake.ts';
import type { RunResult } from '../../src/host/host.ts';
import { known } from '../../src/host/printable.ts';
import { readNetworkFacts } from '../../src/observe/network.ts';
import type { InterfaceName } from '../../src/wg/key.ts';

const wg0 = 'wg0' as InterfaceName;
const fixture = (name: string) => readFileSync(`test/fixtures/network/${name}.json`, 'utf8');

const outputs: Readonly<Record<string, string>> = {
  'ip -j addr': fixture('addr'),
  'ip -j -4 route show table all': fixture('route-v4'),
  'ip -j -6 route show table all': fixture('route-v6'),
  'ip -j -4 rule': fixture('rule-v4'),
  'ip -j -6 rule': fixture('rule-v6'),
  'ip -j -s -s -d link': fixture('link-details'),
};

const sys = '/proc/sys/net';
const files = (): Map<string, string> =>
  new Map([
    [`${sys}/ipv4/ip_forward`, '1\n'],
    [`${sys}/ipv6/conf/all/forwarding`, '1\n'],
    [`${sys}/ipv4/conf/all/rp_filter`, '0\n'],
    [`${sys}/ipv4/conf/wg0/rp_filter`, '1\n'],
    [`${sys}/ipv4/conf/wg0/forwarding`, '1\n'],
    ['/etc/wireguard/wg0.conf', '[Interface]\nAddress = 10.8.0.1/24\nPrivateKey = x\n'],
  ]);

const exited = (code: number, stdout: string, stderr = ''): RunResult => ({ outcome: 'exited', code, stdout, stderr });

/** What is read where some commands answer otherwise. */
function read(other: Readonly<Record<string, RunResult | string | undefined>> = {}, world: Partial<FakeWorld> = {}) {
  const host = fakeHost({
    files: files(),
    programs: (argv) => {
      const command = argv.join(' ');
      return command in other ? other[command] : outputs[command];
    },
    ...world,
  });
  return readNetworkFacts(host, [wg0]);
}

const all = (result: RunResult | undefined) => Object.fromEntries(Object.keys(outputs).map((key) => [key, result]));

describe('readNetworkFacts', () => {
  test('reads all of it without a complaint', async () => {
    const facts = await read();
    expect(facts.problems).toEqual([]);
    expect(facts.incomplete).toEqual(new Set());
    expect(facts.addresses.length).toBeGreaterThan(1);
    expect(new Set(facts.routes.map(({ family }) => family))).toEqual(new Set(['v4', 'v6']));
    expect(new Set(facts.rules.map(({ family }) => family))).toEqual(new Set(['v4', 'v6']));
    expect(facts.links.some(({ counters }) => counters?.rxFrameErrors !== undefined)).toBe(true);
    expect(facts.sysctls).toMatchObject({ ipForward: true, hasIpv6: true });
    expect(facts.sysctls.interfaces.get(wg0)?.reversePathFilter).toBe('strict');
    expect(facts.files.get(wg0)).toEqual({
      path: '/etc/wireguard/wg0.conf',
      addresses: ['10.8.0.1/24'],
      table: undefined,
    });
  });

  test.each([
    ['empty output', '', 'could not be read whole: the output is empty.'],
    ['no JSON', 'nonsense', 'the output is no JSON.'],
    ['another JSON', '{}', 'the output is no JSON list'],
    ['an old ip', exited(255, '', 'Option "-j" is unknown, try "ip -help".\n'), 'this ip knows no -j'],
    [
      'a failing ip',
      exited(2, '', 'Cannot open netlink socket: \u001b[2JPermission denied\n'),
      'Cannot open netlink socket: Permission denied.',
    ],
    ['a killed ip', { outcome: 'timed-out', afterMs: 5000 } as const, 'did not answer within 5 s.'],
    ['too much', { outcome: 'failed', reason: known('it wrote too much') } as const, 'failed: it wrote too much.'],
  ])('says in one sentence what it could not read, and has the rest: %s', async (_what, answer, words) => {
    const facts = await read({ 'ip -j addr': answer, 'ip -j -4 rule': answer });
    expect(facts.problems).toHaveLength(2);
    expect(facts.problems[0]).toContain('ip -j addr');
    for (const problem of facts.problems) expect(problem).toContain(words);
    expect([...facts.incomplete].sort()).toEqual(['addresses', 'rules4']);
    expect(facts.addresses).toEqual([]);
    expect(facts.routes.length).toBeGreaterThan(0);
  });

  test('keeps what was printed before it broke off', async () => {
    const text = outputs['ip -j -4 route show table all'] ?? '';
    const whole = await read();
    const facts = await read({ 'ip -j -4 route show table all': text.slice(0, text.length - 30) });
    expect(facts.incomplete).toEqual(new Set(['routes4']));
    expect(facts.problems).toHaveLength(1);
    expect(facts.routes.length).toBeGreaterThan(whole.routes.length / 2);
  });

  test('without ip says so once', async () => {
    const facts = await read(all(undefined));
    expect(facts.problems).toEqual(['The program ip is missing (install iproute2): routes cannot be read.']);
    expect(facts.incomplete.size).toBe(6);
    expect(facts.files.size).toBe(1);
  });

  test('does not miss IPv6 where there is none', async () => {
    const without = files();
    without.delete(`${sys}/ipv6/conf/all/forwarding`);
    const broken = exited(2, '', 'RTNETLINK answers: Operation not supported\n');
    const facts = await read({ 'ip -j -6 rule': broken, 'ip -j -6 route show table all': '' }, { files: without });
    expect(facts.problems).toEqual([]);
    expect(facts.incomplete).toEqual(new Set());
    expect(facts.sysctls.hasIpv6).toBe(false);
  });

  test('takes no routes at all for none', async () => {
    const facts = await read({ 'ip -j -4 route show table all': '', 'ip -j -6 route show table all': '[]' });
    expect(facts.problems).toEqual([]);
    expect(facts.routes).toEqual([]);
  });

  test('knows nothing of an interface that has gone meanwhile', async () => {
    const gone = new Map([...files()].filter(([path]) => !path.includes('wg0')));
    const facts = await read({}, { files: gone });
    expect(facts.problems).toEqual([]);
    expect(facts.sysctls.interfaces.get(wg0)?.forwarding4).toBeUndefined();
    expect(facts.files.size).toBe(0);
  });

  test('says which files it may not read', async () => {
    const denied = new Set(['/etc/wireguard/wg0.conf', `${sys}/ipv4/ip_forward`]);
    const facts = await read({}, { denied });
    expect(facts.problems).toEqual([
      'Sysctls may be missing: no permission to read /proc/sys/net/ipv4/ip_forward.',
      '/etc/wireguard/wg0.conf could not be read.',
    ]);
    expect(facts.incomplete).toEqual(new Set(['sysctls', 'files']));
  });

  test('parses routes again only when they, or the names of tables, have changed', async () => {
    let output = outputs['ip -j -4 route show table all'] ?? '';
    const host = fakeHost({
      files: files(),
      programs: (argv) => (argv[2] === '-4' && argv[3] === 'route' ? output : outputs[argv.join(' ')]),
    });
    const first = (await readNetworkFacts(host, [wg0])).routes;
    expect((await readNetworkFacts(host, [wg0])).routes[0]).toBe(first[0]);
    output = JSON.stringify([{ dst: '192.0.2.0/24', dev: 'wg0', table: 'mine' }]);
    expect((await readNetworkFacts(host, [wg0])).routes[0]).toMatchObject({
      table: { name: 'mine', number: undefined },
    });
    host.world.files.set('/etc/iproute2/rt_tables', '4242 mine\n');
    expect((await readNetworkFacts(host, [wg0])).routes[0]).toMatchObject({ table: { name: 'mine', number: 4242 } });
  });

  test('reads the names of tables', async () => {
    const named = files().set('/etc/iproute2/rt_tables.d/mine.conf', '4242 mine\n');
    const route = JSON.stringify([{ dst: 'default', dev: 'wg0', table: 'mine' }]);
    const facts = await read(
      { 'ip -j -4 route show table all': route, 'ip -j -6 route show table all': '[]' },
      { files: named },
    );
    expect(facts.routes[0]?.table).toEqual({ name: 'mine', number: 4242 });
  });
});
