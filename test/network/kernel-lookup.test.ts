/** What the kernel itself answers is asked in test/lab/kernel-lookup.test.ts; here is what it does not tell: the evidence. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decideRoute, kernelRouting, type RoutingQuestion } from '../../src/network/kernel-lookup.ts';
import { parseRoutes } from '../../src/network/routes.ts';
import { defaultRules, parseRules } from '../../src/network/rules.ts';
import { address } from './support.ts';

const fixture = (name: string) => readFileSync(`test/fixtures/network/${name}.json`, 'utf8');

const hub = {
  v4: kernelRouting('v4', {
    routes: parseRoutes(fixture('route-v4'), 'v4').items,
    rules: parseRules(fixture('rule-v4'), 'v4').items,
  }),
  v6: kernelRouting('v6', {
    routes: parseRoutes(fixture('route-v6'), 'v6').items,
    rules: parseRules(fixture('rule-v6'), 'v6').items,
  }),
} as const;

type Options = Omit<RoutingQuestion, 'destination' | 'source'> & { readonly from?: string };

function ask(destination: string, { from, ...options }: Options = {}) {
  const routing = hub[destination.includes(':') ? 'v6' : 'v4'];
  return decideRoute(routing, {
    destination: address(destination),
    source: from === undefined ? undefined : address(from),
    ...options,
  });
}

/** The routing of a text of `ip`-like entries, under the rules that the kernel begins with. */
function plain(entries: readonly Readonly<Record<string, unknown>>[]) {
  return kernelRouting('v4', { routes: parseRoutes(JSON.stringify(entries), 'v4').items, rules: [] });
}

describe('a hub with a default route of wg-quick', () => {
  test('a LAN behind the tunnel: its route in main', () => {
    expect(ask('192.168.1.50', { from: '10.66.0.4', iif: 'wg0' })).toMatchObject({
      outcome: 'forwarded',
      rule: { priority: 32_764 },
      route: { prefix: { text: '192.168.1.0/24' } },
      nextHops: [{ dev: 'wg0' }],
    });
  });

  test('anything else: into the tunnel, unless it has its mark', () => {
    expect(ask('192.168.77.1')).toMatchObject({
      outcome: 'forwarded',
      rule: { priority: 32_765 },
      route: { table: { number: 51_820 } },
      nextHops: [{ dev: 'wg0' }],
    });
    expect(ask('192.168.77.1', { mark: 51_820 })).toMatchObject({
      outcome: 'forwarded',
      rule: { priority: 32_766 },
      nextHops: [{ dev: 'eth0', via: address('198.51.100.1') }],
    });
    expect(ask('2001:db8:77::1', { mark: 51_820 })).toMatchObject({ nextHops: [{ dev: 'eth0' }] });
    expect(ask('2001:db8:77::1')).toMatchObject({ nextHops: [{ dev: 'wg0' }] });
  });

  test('the rules that did not decide are told, with the route that was suppressed', () => {
    expect(ask('192.168.77.1').passed).toMatchObject([
      { rule: { priority: 0 }, because: 'nothing-found', route: undefined },
      { rule: { priority: 108 }, because: 'nothing-found' },
      { rule: { priority: 32_764 }, because: 'suppressed', route: { prefix: { text: '0.0.0.0/0' } } },
    ]);
  });

  test('a throw route goes on with the next rule', () => {
    const decision = ask('10.9.3.1', { from: '10.66.0.3' });
    expect(decision.passed).toContainEqual(
      expect.objectContaining({ because: 'throw', rule: expect.objectContaining({ priority: 100 }) }),
    );
    expect(decision).toMatchObject({ outcome: 'forwarded', rule: { priority: 32_765 } });
  });

  test.each([
    ['10.9.0.1', 'blackhole', 32_764, 'blackhole'],
    ['10.9.1.1', 'unreachable', 32_764, 'unreachable'],
    ['10.9.2.1', 'prohibit', 32_764, 'prohibit'],
    ['10.99.0.1', 'blackhole', 102, undefined],
    ['10.98.0.1', 'prohibit', 103, undefined],
    ['10.97.0.1', 'unreachable', 104, undefined],
    ['fd09:1::1', 'unreachable', 32_764, 'unreachable'],
  ])('%s is refused: %s', (destination, by, priority, type) => {
    const decision = ask(destination);
    expect(decision).toMatchObject({ outcome: 'refused', by, rule: { priority } });
    expect(decision.outcome === 'refused' && decision.route?.type).toBe(type);
  });

  test('goto leaves out rules, unless its target does not exist', () => {
    expect(ask('10.96.0.1')).toMatchObject({ rule: { priority: 32_766 }, nextHops: [{ dev: 'eth0' }] });
    expect(ask('10.95.0.1')).toMatchObject({ rule: { priority: 32_765 }, nextHops: [{ dev: 'wg0' }] });
  });

  test.each([
    ['10.66.0.1', 'local'],
    ['10.66.0.255', 'broadcast'],
    ['fd00:66::', 'anycast'],
    ['ff02::1', 'multicast'],
  ])('%s stays here: %s', (destination, type) => {
    expect(ask(destination)).toMatchObject({ outcome: 'local', route: { type }, rule: { priority: 0 } });
  });

  test('a rule for one port is not judged but told, if the rest of it meets the packet', () => {
    const text = '[{"priority":5,"src":"10.66.0.0","srclen":24,"ipproto":"tcp","dport":80,"table":"52"}]';
    const rules = [...parseRules(text, 'v4').items, ...defaultRules('v4')];
    const routing = kernelRouting('v4', { routes: [], rules });
    const from = (source: string) =>
      decideRoute(routing, { destination: address('1.1.1.1'), source: address(source), iif: 'wg0' });
    expect(from('10.66.0.3').unjudged).toMatchObject([{ priority: 5, unjudged: ['ipproto', 'dport'] }]);
    expect(from('10.67.0.3').unjudged).toEqual([]);
  });

  test('IPv6: a route for some sources is for those alone', () => {
    expect(ask('2001:db8:5::1', { from: '2001:db8::10' })).toMatchObject({ nextHops: [{ dev: 'eth0' }] });
    expect(ask('2001:db8:5::1', { from: 'fd00:66::3', iif: 'wg0' })).toMatchObject({ nextHops: [{ dev: 'wg0' }] });
  });
});

describe('rules that could not be read', () => {
  test('are those that the kernel begins with', () => {
    const routing = plain([{ dst: 'default', gateway: '192.0.2.1', dev: 'eth0' }]);
    expect(decideRoute(routing, { destination: address('1.1.1.1') })).toMatchObject({
      outcome: 'forwarded',
      rule: { priority: 32_766 },
    });
    expect(decideRoute(plain([]), { destination: address('1.1.1.1') })).toMatchObject({
      outcome: 'no-route',
      passed: [{ rule: { priority: 0 } }, { rule: { priority: 32_766 } }, { rule: { priority: 32_767 } }],
    });
  });

  test('the smaller metric wins, a dead next hop is not taken, one without carrier is', () => {
    const routing = plain([
      { dst: '10.0.0.0/8', dev: 'a', metric: 20 },
      { dst: '10.0.0.0/8', dev: 'b', metric: 10 },
      { dst: '10.1.0.0/16', dev: 'c', flags: ['dead', 'linkdown'] },
      { dst: '10.2.0.0/16', dev: 'd', flags: ['linkdown'] },
      { dst: '10.3.0.0/16', nexthops: [{ dev: 'e', flags: ['dead'] }, { dev: 'f' }] },
    ]);
    const devices = ['10.0.0.1', '10.1.0.1', '10.2.0.1', '10.3.0.1'].map((destination) => {
      const decision = decideRoute(routing, { destination: address(destination) });
      return decision.outcome === 'forwarded' ? decision.nextHops.map(({ dev }) => dev) : decision.outcome;
    });
    expect(devices).toEqual([['b'], ['b'], ['d'], ['f']]);
  });

  test('the rule is that of the table in which the route is', () => {
    const routing = plain([
      { type: 'local', dst: '10.0.0.0/8', dev: 'lo', table: 'local' },
      { dst: '10.1.0.0/16', dev: 'eth0' },
    ]);
    const rules = ['10.0.0.1', '10.1.0.1'].map((destination) => {
      const decision = decideRoute(routing, { destination: address(destination) });
      return decision.outcome === 'no-route' ? undefined : decision.rule.priority;
    });
    expect(rules).toEqual([0, 32_766]);
  });
});
