/** A hub's routes for tests of what shows them: plain data, judged by the real judge. */
import type { Printable } from '../../src/host/printable.ts';
import { parseAddresses } from '../../src/network/addresses.ts';
import { parseLinks } from '../../src/network/links.ts';
import { parseRoutes } from '../../src/network/routes.ts';
import { parseRules } from '../../src/network/rules.ts';
import { parseSysctls } from '../../src/network/sysctl.ts';
import { parseTableNumbers } from '../../src/network/tables.ts';
import type { NetworkFacts } from '../../src/observe/network-facts.ts';
import { nameOf } from './snapshots.ts';

const tables = parseTableNumbers([]);

/** A hub with the interfaces wg0 (10.8.0.1) and eth0, and routes to these prefixes through wg0. */
export function networkOf(prefixes: readonly string[], problems: readonly Printable[] = []): NetworkFacts {
  const address = (ifname: string, local: string) => ({
    ifname,
    addr_info: [{ family: 'inet', local, prefixlen: 24, scope: 'global' }],
  });
  const link = (ifname: string, ifindex: number) => ({
    ifname,
    ifindex,
    flags: ['UP', 'LOWER_UP'],
    mtu: 1420,
    operstate: 'UNKNOWN',
  });
  const routes = [
    { dst: 'default', gateway: '198.51.100.1', dev: 'eth0' },
    ...prefixes.map((dst) => ({ dst, dev: 'wg0', scope: 'link' })),
  ];
  const rules = [{ priority: 32766, src: 'all', table: 'main' }];
  return {
    at: 0,
    addresses: parseAddresses(JSON.stringify([address('wg0', '10.8.0.1'), address('eth0', '198.51.100.10')])).items,
    routes: parseRoutes(JSON.stringify(routes), 'v4', tables).items,
    rules: parseRules(JSON.stringify(rules), 'v4', tables).items,
    links: parseLinks(JSON.stringify([link('eth0', 2), link('wg0', 3)])).items,
    sysctls: parseSysctls(new Map([['ipv4/ip_forward', '1\n']]), [nameOf('wg0')]),
    files: new Map(),
    incomplete: new Set(),
    problems,
  };
}
