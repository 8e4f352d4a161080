import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAddresses } from '../../src/network/addresses.ts';
import { parseLinks } from '../../src/network/links.ts';
import { parseRoutes } from '../../src/network/routes.ts';
import { defaultRules, parseRules } from '../../src/network/rules.ts';
import { parseTableNumbers, routingTable, tableKey } from '../../src/network/tables.ts';
import { address, prefix } from './support.ts';

/** Captured from iproute2 6.1 in a namespace where wg-quick had brought up a tunnel with a default route. */
const fixture = (name: string) => readFileSync(`test/fixtures/network/${name}.json`, 'utf8');

describe('ip -j route show table all', () => {
  const { items: routes, problems } = parseRoutes(fixture('route-v4'), 'v4');
  const route = (text: string, table = 'main') =>
    routes.find((each) => each.prefix.text === text && each.table.name === table);

  test('every route of both families is read', () => {
    expect(problems).toEqual([]);
    expect(routes).toHaveLength(25);
    const six = parseRoutes(fixture('route-v6'), 'v6');
    expect(six.problems).toEqual([]);
    expect(six.items).toHaveLength(25);
    expect(new Set([...routes, ...six.items].map(({ type }) => type))).toEqual(
      new Set('unicast local broadcast multicast anycast blackhole unreachable prohibit throw'.split(' ')),
    );
  });

  test('the default route, and that of wg-quick in its own table', () => {
    expect(route('0.0.0.0/0')?.nextHops).toEqual([
      { dev: 'eth0', via: address('198.51.100.1'), weight: 1, linkdown: false, dead: false },
    ]);
    expect(route('0.0.0.0/0', '51820')).toMatchObject({ table: { number: 51_820 }, nextHops: [{ dev: 'wg0' }] });
  });

  test('what the kernel made for an address', () => {
    expect(route('10.66.0.0/24')).toMatchObject({ protocol: 'kernel', scope: 'link', prefSrc: '10.66.0.1', metric: 0 });
    expect(route('10.66.0.1/32', 'local')).toMatchObject({ type: 'local', table: { number: 255 } });
  });

  test('a device without carrier, several next hops, a gateway of the other family, no device', () => {
    expect(route('10.40.0.0/24')?.nextHops[0]).toMatchObject({ dev: 'eth1', linkdown: true, dead: false });
    expect(route('10.20.0.0/16')?.nextHops).toMatchObject([
      { dev: 'eth0', via: address('198.51.100.2'), weight: 2 },
      { dev: 'wg0', via: undefined, weight: 1 },
    ]);
    expect(route('10.21.0.0/16')?.nextHops[0].via).toEqual(address('fe80::1'));
    expect(route('10.9.0.0/24')).toMatchObject({ type: 'blackhole', nextHops: [{ dev: undefined }] });
  });

  test('with -details it says the same', () => {
    const essence = (list: typeof routes) =>
      list.map(({ prefix: { text }, type, table, nextHops }) => ({ text, type, table, nextHops }));
    expect(essence(parseRoutes(fixture('route-v4-details'), 'v4').items)).toEqual(essence(routes));
  });

  test('both families in one output are told apart, the default routes too', () => {
    const both = fixture('route-both');
    expect(parseRoutes(both, 'v4').items).toEqual(routes);
    const six = parseRoutes(both, 'v6').items.filter(({ prefix: { length } }) => length === 0);
    expect(six.map(({ table, nextHops }) => [table.name, nextHops[0].dev])).toEqual([
      ['51820', 'wg0'],
      ['main', 'eth0'],
    ]);
  });

  test('IPv6: metrics, routes for some sources', () => {
    const { items } = parseRoutes(fixture('route-v6'), 'v6');
    const six = (text: string) => items.find((each) => each.prefix.text === text);
    expect(six('::/0')?.metric).toBe(1024);
    expect(six('::1/128')?.metric).toBe(0);
    expect(six('2001:db8:5::/64')?.from).toEqual(prefix('2001:db8::/64'));
    const [bare] = parseRoutes('[{"dst":"fd00::/8","dev":"wg0"}]', 'v6').items;
    expect(bare?.metric).toBe(1024);
  });

  test('a table by its name', () => {
    const numbers = parseTableNumbers(['#\n# reserved\n255\tlocal\n0x64  mesh # ours\n', '200 uplink\nbroken\n']);
    const [one] = parseRoutes('[{"dst":"default","dev":"x","table":"mesh"}]', 'v4', numbers).items;
    expect(one?.table).toEqual({ name: 'mesh', number: 100 });
    expect(routingTable('200', numbers)).toEqual({ name: 'uplink', number: 200 });
    expect(tableKey(routingTable('nobody-knows'))).toBe('nobody-knows');
  });

  test('what is wrong is told, the rest is read', () => {
    const text = JSON.stringify([
      { dst: '10.0.0.0/8', dev: 'wg0', metric: -1, surprise: { new: true } },
      { dst: '10.0.0.0/99', dev: 'wg0' },
      { dst: '10.2.0.0/16', type: 'sideways' },
      { dst: ['10.3.0.0/16'] },
      { dst: '10.4.0.0/16', dev: 7, flags: 'dead', nexthops: {} },
      { dst: '10.5.0.0/16', dev: 'wg\u001b]0;x\u00070' },
    ]);
    const { items, problems: told } = parseRoutes(text, 'v4');
    expect(items.map((each) => [each.prefix.text, each.nextHops[0].dev])).toEqual([
      ['10.0.0.0/8', 'wg0'],
      ['10.4.0.0/16', '7'],
      ['10.5.0.0/16', 'wg0'],
    ]);
    expect(told).toEqual([
      'route 1: "metric" is no number',
      'route 2: "dst" is no prefix: 10.0.0.0/99',
      'route 3: the type is not known: sideways',
      'route 4: "dst" is no text',
      'route 4: it has no destination ("dst")',
      'route 5: "nexthops" is no list',
      'route 5: "flags" is no list',
    ]);
  });

  test('an output that was cut off: the routes before the cut', () => {
    const whole = fixture('route-v4');
    const cut = whole.slice(0, whole.indexOf('"weight":2'));
    const { items, problems: told } = parseRoutes(cut, 'v4');
    expect(items).toEqual(routes.slice(0, items.length));
    expect(items).toHaveLength(6);
    expect(told).toEqual(['the output is no JSON to its end: only the first 6 entries could be read']);
  });

  // Some 8 ms on an idle machine once the code is warm.
  test('5,000 routes are read in under 15 ms', () => {
    const text = JSON.stringify(
      Array.from({ length: 5000 }, (_, index) => ({
        dst: `10.${index >> 8}.${index & 255}.0/24`,
        dev: 'wg0',
        protocol: 'static',
        scope: 'link',
        prefsrc: '10.66.0.1',
        flags: [],
      })),
    );
    const times = Array.from({ length: 12 }, () => {
      const start = performance.now();
      expect(parseRoutes(text, 'v4').items).toHaveLength(5000);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(15);
  });
});

describe('ip -j rule', () => {
  const { items: rules, problems } = parseRules(fixture('rule-v4'), 'v4');
  const at = (priority: number) => rules.find((rule) => rule.priority === priority);

  test("wg-quick's two rules", () => {
    expect(problems).toEqual([]);
    const main = { name: 'main', number: 254 };
    expect(at(32_764)?.action).toEqual({ kind: 'lookup', table: main, suppressPrefixLength: 0 });
    expect(at(32_765)).toMatchObject({
      not: true,
      fwmark: { value: 51_820, mask: 0xffff_ffff },
      action: { kind: 'lookup', table: { number: 51_820 } },
      unjudged: [],
    });
  });

  test('selectors and what is not judged', () => {
    expect(at(100)).toMatchObject({ not: false, from: prefix('10.66.0.3/32'), to: undefined, unjudged: [] });
    expect(at(101)).toMatchObject({
      from: prefix('10.66.0.0/24'),
      iif: 'wg0',
      oif: 'eth0',
      fwmark: { value: 0x10, mask: 0xff },
      unjudged: ['tos', 'uidrange', 'ipproto', 'dport'],
    });
    expect(at(108)?.unjudged).toEqual(['suppress_ifgroup']);
    expect(at(1000)?.unjudged).toEqual(['l3mdev']);
  });

  test('actions', () => {
    const kinds = [102, 103, 104, 105, 106, 107].map((priority) => at(priority)?.action);
    expect(kinds).toEqual([
      { kind: 'blackhole' },
      { kind: 'prohibit' },
      { kind: 'unreachable' },
      { kind: 'goto', priority: 32_766 },
      { kind: 'goto', priority: 32_000 },
      { kind: 'nop' },
    ]);
  });

  test('a condition that nobody has heard of is not judged; a rule that makes no sense is a problem', () => {
    const text = JSON.stringify([
      { priority: 1, src: '0', srclen: 1, table: 'main', moonphase: 'full' },
      { priority: 2, src: 'moon', table: 'main' },
      { priority: 3, src: 'all' },
      { src: 'all', table: 'main' },
      { priority: 5, src: 'fd00::', srclen: 8, table: 'main' },
      { priority: 6, src: 'all', action: 'masquerade' },
    ]);
    const { items, problems: told } = parseRules(text, 'v4');
    expect(items).toMatchObject([{ priority: 1, from: prefix('0.0.0.0/1'), unjudged: ['moonphase'] }]);
    expect(told).toEqual([
      'rule 2: "src" is no prefix',
      'rule 3: it has no action',
      'rule 4: it has no priority',
      'rule 5: "src" is no prefix',
      'rule 6: the action is not known: masquerade',
    ]);
  });

  test('the rules that the kernel begins with are what it prints', () => {
    const printed = '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]';
    expect(parseRules(printed, 'v6').items).toEqual(defaultRules('v6'));
    expect(defaultRules('v4').map(({ priority }) => priority)).toEqual([0, 32_766, 32_767]);
  });
});

describe('ip -j addr', () => {
  const { items, problems } = parseAddresses(fixture('addr'));

  test('the addresses of the tunnel, of both families', () => {
    expect(problems).toEqual([]);
    const own = items.filter(({ dev, scope }) => dev === 'wg0' && scope === 'global');
    expect(own.map(({ text, onLink }) => [text, onLink.text])).toEqual([
      ['10.66.0.1', '10.66.0.0/24'],
      ['fd00:66::1', 'fd00:66::/64'],
    ]);
  });

  test('a point-to-point address reaches the other end', () => {
    const point = items.find(({ text }) => text === '203.0.113.5');
    expect(point).toMatchObject({ onLink: { text: '203.0.113.6/32' }, tentative: false });
    expect(items.filter(({ tentative }) => tentative).map(({ dev }) => dev)).toEqual(['p0']);
  });

  test('interfaces that a filter left out are passed over', () => {
    const four = parseAddresses(fixture('addr-v4'));
    expect(four.problems).toEqual([]);
    expect(four.items).toEqual(items.filter(({ family }) => family === 'v4'));
  });

  test('one wrong address does not hide the others', () => {
    const info = [{ local: 'nonsense' }, { family: 'inet', local: '10.0.0.1', prefixlen: 24 }];
    const read = parseAddresses(JSON.stringify([{ ifname: 'wg0', addr_info: info }, { addr_info: info }]));
    expect(read.items.map(({ text }) => text)).toEqual(['10.0.0.1']);
    expect(read.problems).toEqual([
      'interface 1: an address of wg0 is none: nonsense',
      'interface 2: it has no name ("ifname")',
    ]);
  });
});

describe('ip -j -s -s -details link', () => {
  const { items, problems } = parseLinks(fixture('link-details'));

  test('the tunnel of wireguard-go: kind, flags, size, counters', () => {
    expect(problems).toEqual([]);
    expect(items.find(({ name }) => name === 'wg0')).toMatchObject({
      index: 6,
      kind: 'tun',
      up: true,
      noCarrier: false,
      mtu: 1420,
      counters: { rxErrors: 0, rxFrameErrors: 0, txErrors: 0, txBytes: 304, txPackets: 4 },
    });
  });

  test('no carrier, down', () => {
    const states = items.map(({ name, up, noCarrier }) => [name, up, noCarrier]);
    expect(states).toContainEqual(['eth1', true, true]);
    expect(states).toContainEqual(['p1', false, false]);
  });

  test('without -details there is no kind, without -s there are no counters', () => {
    const plain = parseLinks(fixture('link')).items;
    expect(plain.map((link) => ({ ...link, kind: undefined }))).toEqual(
      items.map((link) => ({ ...link, kind: undefined })),
    );
    expect(new Set(plain.map(({ kind }) => kind))).toEqual(new Set([undefined]));
    expect(parseLinks(fixture('addr')).items.every(({ counters }) => counters === undefined)).toBe(true);
  });
});
