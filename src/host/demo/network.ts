import { hub } from './cast.ts';

/** The router of the simulated internet. */
const gateway = '198.51.100.1';
const gateway6 = '2001:db8:10::1';
const publicAddress6 = '2001:db8:10::10';

/**
 * What `ip -j …` prints on the simulated hub; undefined where it is not simulated. The LAN behind `cabin-router` has no
 * route, as after a reload that made none: the demo has something to find.
 */
export function ipOutput(args: readonly string[]): string | undefined {
  const words = args.join(' ');
  const answer = plainAnswers[words];
  if (answer !== undefined) return json(answer);
  const match =
    /^-j (?:-[46] )?route get (\S+)/.exec(words) ?? /^-j -[46] route show table all match (\S+)$/.exec(words);
  const address = match?.[1];
  if (address === undefined) return undefined;
  return words.includes(' get ')
    ? json([{ ...routeTo(address), flags: [], uid: 0, cache: [] }])
    : json([covering(address)]);
}

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
const counters = { packets: 1_000, bytes: 1_000_000, errors: 0, dropped: 0 };
const stats64 = { rx: { ...counters, frame_errors: 0 }, tx: counters };

const routes4 = [
  { dst: 'default', gateway, dev: 'eth0', flags: [] },
  { dst: '10.8.0.0/24', dev: hub.interface, protocol: 'kernel', scope: 'link', prefsrc: '10.8.0.1', flags: [] },
  { dst: '192.168.1.0/24', dev: hub.interface, scope: 'link', flags: [] },
  { dst: '198.51.100.0/24', dev: 'eth0', protocol: 'kernel', scope: 'link', prefsrc: hub.publicAddress, flags: [] },
  { type: 'local', dst: '10.8.0.1', dev: hub.interface, table: 'local', protocol: 'kernel', scope: 'host', flags: [] },
  { type: 'local', dst: hub.publicAddress, dev: 'eth0', table: 'local', protocol: 'kernel', scope: 'host', flags: [] },
];
const routes6 = [
  { dst: 'fd08::/64', dev: hub.interface, protocol: 'kernel', metric: 256, flags: [], pref: 'medium' },
  { dst: '2001:db8:10::/64', dev: 'eth0', protocol: 'kernel', metric: 256, flags: [], pref: 'medium' },
  { dst: 'default', gateway: gateway6, dev: 'eth0', metric: 1024, flags: [], pref: 'medium' },
  { type: 'local', dst: 'fd08::1', dev: hub.interface, table: 'local', protocol: 'kernel', metric: 0, flags: [] },
];
const rules4 = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32_766, src: 'all', table: 'main' },
  { priority: 32_767, src: 'all', table: 'default' },
];

const plainAnswers: Readonly<Record<string, unknown>> = {
  '-j addr': [
    {
      ...eth0,
      addr_info: [
        { family: 'inet', local: hub.publicAddress, prefixlen: 24, scope: 'global' },
        { family: 'inet6', local: publicAddress6, prefixlen: 64, scope: 'global' },
      ],
    },
    {
      ...wg0,
      addr_info: [
        { family: 'inet', local: '10.8.0.1', prefixlen: 24, scope: 'global' },
        { family: 'inet6', local: 'fd08::1', prefixlen: 64, scope: 'global' },
      ],
    },
  ],
  '-j -s -s -d link': [
    { ...eth0, stats64 },
    { ...wg0, linkinfo: { info_kind: 'wireguard' }, stats64 },
  ],
  '-j -4 route show table all': routes4,
  '-j -6 route show table all': routes6,
  '-j -4 rule': rules4,
  '-j -6 rule': rules4.slice(0, 2),
};

function isInside(address: string): boolean {
  return /^(10\.8\.0\.|192\.168\.1\.|fd08::)/.test(address);
}

function routeTo(address: string) {
  if (address === '10.8.0.1' || address === 'fd08::1') return { type: 'local', dst: address, dev: 'lo' };
  if (isInside(address))
    return { dst: address, dev: hub.interface, prefsrc: address.includes(':') ? 'fd08::1' : '10.8.0.1' };
  return address.includes(':')
    ? { dst: address, gateway: gateway6, dev: 'eth0', prefsrc: publicAddress6 }
    : { dst: address, gateway, dev: 'eth0', prefsrc: hub.publicAddress };
}

/** The most specific route of the main table that covers the address. */
function covering(address: string): unknown {
  const routes = address.includes(':') ? routes6 : routes4;
  const start = ['10.8.0.', '192.168.1.', 'fd08::'].find((prefix) => address.startsWith(prefix));
  return (
    routes.find(({ dst }) => start !== undefined && dst.startsWith(start)) ??
    routes.find(({ dst }) => dst === 'default')
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
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
