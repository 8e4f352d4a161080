/** Changes of routes: what wg-quick would make of the new allowed IPs is there then, and nothing of others is touched. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import { PrefixTable } from '../../src/network/lookup.ts';
import type { Route } from '../../src/network/routes.ts';
import { type RouteChanges, routeChanges, wantedRoutes } from '../../src/network/wg-quick-routes.ts';
import { routeInto } from '../change/random-hub.ts';
import { prefix } from './support.ts';

const routing = { addresses: ['10.8.0.1/24'], table: undefined, fwmark: undefined };
const wanted = (...allowedIps: string[]) => wantedRoutes({ ...routing, allowedIps });
const texts = ({ add, remove, policy }: RouteChanges) =>
  [add, remove, policy].map((routes) => routes.map(({ prefix: { text } }) => text));

describe('the routes that wg-quick makes', () => {
  test.each<[Parameters<typeof wantedRoutes>[0], string[]]>([
    [{ ...routing, allowedIps: ['10.8.0.2/32', '10.8.0.0/24', '10.8.0.0/16'] }, ['10.8.0.0/16 main']],
    [
      { ...routing, allowedIps: ['10.1.0.0/16', '10.1.2.0/24', '10.1.2.0/24'] },
      ['10.1.2.0/24 main', '10.1.0.0/16 main'],
    ],
    [{ ...routing, allowedIps: ['nonsense', '10.1.0.7/16'] }, ['10.1.0.0/16 main']],
    [{ ...routing, addresses: ['10.8.0.1'], allowedIps: ['10.8.0.2'] }, ['10.8.0.2/32 main']],
    [{ ...routing, table: 'off', allowedIps: ['10.1.0.0/16', '0.0.0.0/0'] }, []],
    [{ ...routing, table: '7', allowedIps: ['10.8.0.2/32', '0.0.0.0/0'] }, ['10.8.0.2/32 7', '0.0.0.0/0 7']],
    [{ ...routing, allowedIps: ['0.0.0.0/0', '::/0'] }, ['0.0.0.0/0 51820', '::/0 51820']],
    [{ ...routing, fwmark: 77, allowedIps: ['0.0.0.0/0'] }, ['0.0.0.0/0 77']],
  ])('%j', (input, expected) => {
    expect(wantedRoutes(input).map((route) => `${route.prefix.text} ${route.table}`)).toEqual(expected);
  });

  test('of everything are for wg-quick alone, but in a table of ones own', () => {
    expect(wanted('0.0.0.0/0', '10.1.0.0/16').map(({ isPolicy }) => isPolicy)).toEqual([false, true]);
    expect(wantedRoutes({ ...routing, table: '7', allowedIps: ['0.0.0.0/0'] }).map(({ isPolicy }) => isPolicy)).toEqual(
      [false],
    );
  });
});

describe('what a change means for the routes', () => {
  const lan = routeInto('10.1.0.0/16');
  const foreign: readonly Route[] = [
    { ...lan, protocol: known('bird') },
    { ...lan, metric: 7 },
    { ...lan, prefSrc: known('10.8.0.1') },
    { ...lan, nextHops: [{ ...lan.nextHops[0], via: prefix('10.8.0.9/32') }] },
  ];

  test('a prefix that comes, and one that goes', () => {
    expect(texts(routeChanges(wanted('10.1.0.0/16'), wanted('10.2.0.0/16'), [lan]))).toEqual([
      ['10.2.0.0/16'],
      ['10.1.0.0/16'],
      [],
    ]);
  });

  test.each(foreign)('a route of somebody else stays: $protocol $metric $prefSrc', (route) => {
    expect(texts(routeChanges(wanted('10.1.0.0/16'), [], [route]))).toEqual([[], [], []]);
    expect(texts(routeChanges([], wanted('10.1.0.0/16'), [route]))).toEqual([[], [], []]);
  });

  test('what was missing before stays so, unless only a removed route carried it', () => {
    expect(texts(routeChanges(wanted('10.1.2.0/24', '10.3.0.0/16'), wanted('10.1.2.0/24'), []))).toEqual([[], [], []]);
    const both = wanted('10.1.2.0/24', '10.1.0.0/16');
    expect(texts(routeChanges(both, wanted('10.1.2.0/24'), [lan]))).toEqual([['10.1.2.0/24'], ['10.1.0.0/16'], []]);
  });

  test('a narrower one stays when the wider comes or goes', () => {
    const narrow = routeInto('10.1.2.0/24');
    expect(texts(routeChanges(wanted('10.1.2.0/24'), wanted('10.1.2.0/24', '10.1.0.0/16'), [narrow]))).toEqual([
      ['10.1.0.0/16'],
      [],
      [],
    ]);
    expect(texts(routeChanges(wanted('10.1.2.0/24', '10.1.0.0/16'), wanted('10.1.2.0/24'), [narrow, lan]))).toEqual([
      [],
      ['10.1.0.0/16'],
      [],
    ]);
  });

  test('a default route is only told', () => {
    expect(texts(routeChanges([], wanted('0.0.0.0/0'), []))).toEqual([[], [], ['0.0.0.0/0']]);
    expect(texts(routeChanges(wanted('::/0'), [], [routeInto('::/0', '51820')]))).toEqual([[], [], ['::/0']]);
  });

  test('a table by name or number is the same', () => {
    const named: Route = { ...lan, table: { name: known('vpn'), number: 7 } };
    for (const table of ['vpn', '7']) {
      const after = wantedRoutes({ ...routing, table, allowedIps: ['10.1.0.0/16'] });
      expect(texts(routeChanges([], after, [named]))).toEqual([[], [], []]);
    }
  });

  test('whatever was carried into the tunnel and is still wanted, is still carried', () => {
    const some = fc.subarray([
      '10.0.0.0/8',
      '10.1.0.0/16',
      '10.1.2.0/24',
      '10.1.2.3/32',
      '10.2.0.0/16',
      'fd00::/16',
      'fd00:1::/32',
    ]);
    fc.assert(
      fc.property(some, some, some, (before, after, there) => {
        const changes = routeChanges(
          wanted(...before),
          wanted(...after),
          there.map((text) => routeInto(text)),
        );
        const removed = new Set(changes.remove.map(({ prefix: { text } }) => text as string));
        const added = changes.add.map(({ prefix: { text } }) => text as string);
        const now = [...there.filter((text) => !removed.has(text)), ...added];
        const table = (list: readonly string[]) =>
          new PrefixTable(list.map((text) => ({ prefix: prefix(text), value: true })));
        const isCarried = (list: readonly string[], text: string) =>
          table(list)
            .findAll(prefix(text))
            .some((entry) => entry.prefix.length <= prefix(text).length);
        for (const text of after) {
          if (isCarried(there, text) || !before.includes(text)) expect(isCarried(now, text)).toBe(true);
        }
        for (const text of removed) expect(before.includes(text) && !after.includes(text)).toBe(true);
        for (const text of added) expect(there).not.toContain(text);
      }),
    );
  });
});
