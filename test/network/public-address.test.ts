import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { known } from '../../src/host/printable.ts';
import { formatAddress } from '../../src/network/address.ts';
import { type InterfaceAddress, parseAddresses } from '../../src/network/addresses.ts';
import { publicAddressOf } from '../../src/network/public-address.ts';
import { parseRoutes, type Route } from '../../src/network/routes.ts';
import { addresses as anyAddress } from './support.ts';

interface Info {
  readonly local: string;
  readonly scope?: string;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}

/** What `ip -j addr` says of a device with these addresses. */
function on(dev: string, ...infos: Info[]): InterfaceAddress[] {
  const addr_info = infos.map((info) => ({ prefixlen: info.local.includes(':') ? 64 : 24, scope: 'global', ...info }));
  const { items, problems } = parseAddresses(JSON.stringify([{ ifname: dev, addr_info }]));
  expect(problems).toEqual([]);
  return [...items];
}

/** What `ip -j route show table all` says of a default route. */
function via(dev: string, family: 'v4' | 'v6' = 'v4', more: object = {}): Route[] {
  const gateway = family === 'v4' ? '203.0.113.1' : 'fe80::1';
  const entry = { dst: 'default', gateway, dev, flags: [], ...(family === 'v6' ? { pref: 'medium' } : {}), ...more };
  const { items, problems } = parseRoutes(JSON.stringify([entry]), family);
  expect(problems).toEqual([]);
  return [...items];
}

const at = (address: string, isPrivate = false) => ({ address, isPrivate });
const wan = on('eth0', { local: '198.51.100.10' });
const lan = on('eth1', { local: '192.168.1.2' });
const wan6 = on('eth0', { local: 'fe80::5', scope: 'link' }, { local: '2001:db8::10' });

describe('the public address', () => {
  test.each<[string, InterfaceAddress[], Route[], ReturnType<typeof at> | undefined]>([
    ['is that of the device of the default route', [...lan, ...wan], via('eth0'), at('198.51.100.10')],
    ['is private behind NAT', [...lan, ...wan], via('eth1'), at('192.168.1.2', true)],
    ['is private behind carrier-grade NAT', on('eth0', { local: '100.64.0.3' }), via('eth0'), at('100.64.0.3', true)],
    [
      'is the source that the route names',
      [...lan, ...wan],
      via('eth1', 'v4', { prefsrc: '198.51.100.10' }),
      at('198.51.100.10'),
    ],
    [
      'is a public one before a private one of the device',
      [...on('eth0', { local: '10.0.0.4' }), ...wan],
      via('eth0'),
      at('198.51.100.10'),
    ],
    ['is IPv4 where there are both', [...wan6, ...wan], [...via('eth0', 'v6'), ...via('eth0')], at('198.51.100.10')],
    ['is IPv6 where there is nothing else, never the one of the link', wan6, via('eth0', 'v6'), at('2001:db8::10')],
    [
      'is public IPv6 before private IPv4',
      [...wan6, ...lan],
      [...via('eth1'), ...via('eth0', 'v6')],
      at('2001:db8::10'),
    ],
    [
      'is none that is not usable',
      on('eth0', { local: '2001:db8::1', tentative: true }, { local: '2001:db8::2', dadfailed: true }),
      via('eth0', 'v6'),
      undefined,
    ],
    [
      'follows the smaller metric',
      [...on('eth2', { local: '192.0.2.9' }), ...wan],
      [...via('eth2', 'v4', { metric: 200 }), ...via('eth0', 'v4', { metric: 100 })],
      at('198.51.100.10'),
    ],
    [
      'does not follow a dead route',
      [...on('eth2', { local: '192.0.2.9' }), ...wan],
      [...via('eth2', 'v4', { flags: ['dead', 'linkdown'] }), ...via('eth0', 'v4', { metric: 100 })],
      at('198.51.100.10'),
    ],
    [
      'does not follow another table, where wg-quick puts a full tunnel',
      [...on('wg9', { local: '192.0.2.9' }), ...wan],
      [...via('wg9', 'v4', { table: '51820' }), ...via('eth0')],
      at('198.51.100.10'),
    ],
    ['is found without a default route', [...lan, ...wan], [], at('198.51.100.10')],
    ['is not known where all addresses are private and no route leads out', lan, [], undefined],
    ['is not known on a host without addresses', [], via('eth0'), undefined],
  ])('%s', (_, addresses, routes, expected) => {
    expect(publicAddressOf(addresses, routes)).toEqual(expected);
  });

  test('is always one of the usable addresses', () => {
    const address = fc.record({ bits: anyAddress, dev: fc.constantFrom('eth0', 'eth1'), isUsable: fc.boolean() });
    const routes = fc.subarray([...via('eth0'), ...via('eth1', 'v4', { metric: 5 }), ...via('eth0', 'v6')]);
    const property = fc.property(fc.array(address), routes, (given, chosen) => {
      const all = given.flatMap(({ bits, dev, isUsable }) =>
        on(dev, { local: formatAddress(bits), scope: isUsable ? 'global' : 'host' }),
      );
      const found = publicAddressOf(all, chosen);
      const usable = all.filter((each) => each.scope === 'global').map((each) => each.text);
      if (found !== undefined) expect(usable).toContain(known(found.address));
    });
    fc.assert(property);
  });
});
