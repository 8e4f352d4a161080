import type { RunResult } from '../host.ts';
import { hub } from './cast.ts';
import {
  addAddress,
  addRoute,
  type DemoAddress,
  type DemoKernel,
  type DemoRoute,
  isSix,
  removeAddress,
  routeTo,
} from './kernel.ts';
import { plainPrefix } from './prefixes.ts';

const eth0 = {
  ifindex: 2,
  ifname: 'eth0',
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  operstate: 'UP',
};
const wg0 = {
  ifindex: 3,
  ifname: hub.interface,
  flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
  mtu: 1420,
  operstate: 'UNKNOWN',
};
const links = [eth0, wg0];
const counters = { packets: 1_000, bytes: 1_000_000, errors: 0, dropped: 0 };
const stats64 = { rx: { ...counters, frame_errors: 0 }, tx: counters };
const rules = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32_766, src: 'all', table: 'main' },
  { priority: 32_767, src: 'all', table: 'default' },
];

/** `ip` on the simulated hub: what it prints or changes; undefined where that is not simulated. */
export function ip(kernel: DemoKernel, args: readonly string[]): RunResult | undefined {
  const words = args.join(' ');
  const six = args.includes('-6');
  if (words === '-j -s -s -d link') {
    return json([
      { ...eth0, stats64 },
      { ...wg0, linkinfo: { info_kind: 'wireguard' }, stats64 },
    ]);
  }
  if (/^-j -[46] rule$/.test(words)) return json(six ? rules.slice(0, 2) : rules);
  return showAddresses(kernel, words) ?? showRoutes(kernel, words, six) ?? changeKernel(kernel, args);
}

function showAddresses(kernel: DemoKernel, words: string): RunResult | undefined {
  const match = /^-j addr(?: show dev (\S+))?$/.exec(words);
  if (match === null) return undefined;
  const shown = links.filter(({ ifname }) => match[1] === undefined || ifname === match[1]);
  if (shown.length === 0) return said(1, `Device "${match[1]}" does not exist.`);
  return json(
    shown.map((link) => ({
      ...link,
      addr_info: kernel.addresses
        .filter(({ dev }) => dev === link.ifname)
        .map(({ family, local, prefixlen }) => ({ family, local, prefixlen, scope: 'global' })),
    })),
  );
}

function showRoutes(kernel: DemoKernel, words: string, six: boolean): RunResult | undefined {
  const get = /^-j (?:-[46] )?route get (\S+)/.exec(words)?.[1];
  if (get !== undefined) return json([{ ...wayTo(kernel, get), flags: [], uid: 0, cache: [] }]);
  const match = /^-j -[46] route show table all match (\S+)$/.exec(words)?.[1];
  if (match !== undefined) return json([routeTo(kernel, match)]);
  const all = /^-j -[46] route show table all(?: dev (\S+))?$/.exec(words);
  if (all === null) return undefined;
  const [, dev] = all;
  const routes = kernel.routes.filter((route) => isSix(route) === six && (dev === undefined || route.dev === dev));
  // Asked for one device, ip does not name it.
  return json(dev === undefined ? routes : routes.map(({ dev: _, ...rest }) => rest));
}

function wayTo(kernel: DemoKernel, address: string) {
  if (kernel.addresses.some(({ local }) => local === address)) return { type: 'local', dst: address, dev: 'lo' };
  const route = routeTo(kernel, address);
  const family = address.includes(':') ? 'inet6' : 'inet';
  const source = kernel.addresses.find((each) => each.dev === route?.dev && each.family === family);
  return {
    dst: address,
    ...(route?.gateway === undefined ? {} : { gateway: route.gateway }),
    dev: route?.dev,
    prefsrc: source?.local,
  };
}

/** `ip [-4|-6] route|address add|del|replace … dev DEV …`, with the answers of the real one. */
function changeKernel(kernel: DemoKernel, args: readonly string[]): RunResult | undefined {
  const [object = '', verb = '', target = '', ...settings] = args.filter((word) => !/^-[46]$/.test(word));
  const pairs = new Map<string, string>();
  for (let index = 0; index < settings.length; index += 2) pairs.set(settings[index] ?? '', settings[index + 1] ?? '');
  if (!['add', 'del', 'replace'].includes(verb) || ![...pairs.keys()].every((key) => known.has(key))) return undefined;
  const dev = pairs.get('dev') ?? '';
  if (!links.some(({ ifname }) => ifname === dev)) return said(1, `Cannot find device "${dev}"`);
  if (/^addr(ess)?$/.test(object)) return changeAddress(kernel, verb, target, dev);
  return object === 'route' ? changeRoute(kernel, verb, target, dev, pairs) : undefined;
}

const known = new Set(['dev', 'table', 'metric', 'proto']);

function changeRoute(
  kernel: DemoKernel,
  verb: string,
  target: string,
  dev: string,
  pairs: ReadonlyMap<string, string>,
): RunResult {
  const prefix = plainPrefix(target);
  if (prefix === undefined) return said(1, `Error: any valid prefix is expected rather than "${target}".`);
  const six = prefix.includes(':');
  const [table, protocol] = [pairs.get('table'), pairs.get('proto')];
  const metric = pairs.has('metric') ? Number(pairs.get('metric')) : undefined;
  const route: DemoRoute = {
    dst: prefix.replace(six ? /\/128$/ : /\/32$/, ''),
    dev,
    ...(table === undefined || table === 'main' ? {} : { table }),
    ...(protocol === undefined || protocol === 'boot' ? {} : { protocol }),
    ...(six ? { metric: metric ?? 1024 } : { scope: 'link', ...(metric === undefined ? {} : { metric }) }),
    flags: [],
    ...(six ? { pref: 'medium' } : {}),
  };
  const isMeant = (other: DemoRoute) =>
    other.dst === route.dst &&
    other.table === route.table &&
    (metric === undefined || other.metric === metric) &&
    (protocol === undefined || other.protocol === route.protocol);
  const found = kernel.routes.find((other) => isMeant(other) && (verb === 'replace' || other.dev === dev));
  if (verb === 'del' && found === undefined) return said(2, 'RTNETLINK answers: No such process');
  if (verb !== 'add') kernel.routes = kernel.routes.filter((other) => other !== found);
  if (verb !== 'del' && !addRoute(kernel, route)) return said(2, 'RTNETLINK answers: File exists');
  return said(0, '');
}

function changeAddress(kernel: DemoKernel, verb: string, target: string, dev: string): RunResult {
  const [local = '', length] = target.split('/');
  if (plainPrefix(target) === undefined) {
    return said(1, `Error: any valid prefix is expected rather than "${target}".`);
  }
  const six = local.includes(':');
  const address: DemoAddress = {
    dev,
    family: six ? 'inet6' : 'inet',
    local,
    prefixlen: Number(length ?? (six ? 128 : 32)),
  };
  const found = kernel.addresses.find(
    (other) => other.dev === dev && other.local === local && other.prefixlen === address.prefixlen,
  );
  if (verb === 'del') {
    if (found === undefined) return said(2, `Error: ${six ? 'ipv6: address' : 'ipv4: Address'} not found.`);
    removeAddress(kernel, found);
  } else if (found === undefined) {
    addAddress(kernel, address);
  } else if (verb === 'add') {
    return said(2, `Error: ${six ? 'ipv6: address' : 'ipv4: Address'} already assigned.`);
  }
  return said(0, '');
}

function json(value: unknown): RunResult {
  return { outcome: 'exited', code: 0, stdout: `${JSON.stringify(value)}\n`, stderr: '' };
}

function said(code: number, words: string): RunResult {
  return { outcome: 'exited', code, stdout: '', stderr: words === '' ? '' : `${words}\n` };
}

/** The kernel's switches for forwarding, as /proc/sys shows them. */
export function networkFiles(): readonly (readonly [path: string, text: string])[] {
  const root = '/proc/sys/net';
  const interfaces = ['all', 'default', 'eth0', hub.interface];
  return [
    [`${root}/ipv4/ip_forward`, '1\n'],
    ...interfaces.flatMap((name): [string, string][] => [
      [`${root}/ipv4/conf/${name}/forwarding`, '1\n'],
      [`${root}/ipv4/conf/${name}/rp_filter`, '0\n'],
      [`${root}/ipv4/conf/${name}/src_valid_mark`, '0\n'],
      [`${root}/ipv6/conf/${name}/forwarding`, '1\n'],
      [`${root}/ipv6/conf/${name}/disable_ipv6`, '0\n'],
    ]),
  ];
}
