import { hub } from './cast.ts';
import { bitsCovering, plainPrefix } from './prefixes.ts';

/** A route, with the names that `ip -j route` gives its parts. */
export interface DemoRoute {
  readonly type?: 'local';
  /** Without a length where it is a single address. */
  readonly dst: string;
  readonly gateway?: string;
  readonly dev: string;
  /** Undefined: the main table. */
  readonly table?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly flags: readonly string[];
  readonly pref?: string;
}

/** An address of an interface, with the names that `ip -j addr` gives its parts. */
export interface DemoAddress {
  readonly dev: string;
  readonly family: 'inet' | 'inet6';
  readonly local: string;
  readonly prefixlen: number;
}

/** What the simulated kernel knows of routes and addresses, in the kernel's order. It can be changed. */
export interface DemoKernel {
  routes: readonly DemoRoute[];
  addresses: readonly DemoAddress[];
}

/** The router of the simulated internet. */
const gateway = '198.51.100.1';
const gateway6 = '2001:db8:10::1';

const given: readonly DemoAddress[] = [
  { dev: 'eth0', family: 'inet', local: hub.publicAddress, prefixlen: 24 },
  { dev: 'eth0', family: 'inet6', local: '2001:db8:10::10', prefixlen: 64 },
  { dev: hub.interface, family: 'inet', local: '10.8.0.1', prefixlen: 24 },
  { dev: hub.interface, family: 'inet6', local: 'fd08::1', prefixlen: 64 },
];

/**
 * The kernel of the hub at its start. The LAN behind `cabin-router` has no route, as after a reload that made none: the
 * demo has something to find.
 */
export function demoKernel(): DemoKernel {
  const kernel: DemoKernel = {
    routes: [
      { dst: 'default', gateway, dev: 'eth0', flags: [] },
      { dst: '192.168.1.0/24', dev: hub.interface, scope: 'link', flags: [] },
      { dst: 'default', gateway: gateway6, dev: 'eth0', metric: 1024, flags: [], pref: 'medium' },
    ],
    addresses: [],
  };
  for (const address of given) addAddress(kernel, address);
  return kernel;
}

/** Remembers all routes and addresses; what it gives brings them back. */
export function rememberKernel(kernel: DemoKernel): () => void {
  const { routes, addresses } = kernel;
  return () => {
    kernel.routes = routes;
    kernel.addresses = addresses;
  };
}

/** Adds a route where the kernel would. False where there is one of the same prefix, table and metric. */
export function addRoute(kernel: DemoKernel, route: DemoRoute): boolean {
  if (kernel.routes.some((other) => isSameRoute(other, route))) return false;
  kernel.routes = [...kernel.routes, route];
  return true;
}

function isSameRoute(one: DemoRoute, other: DemoRoute): boolean {
  return (
    one.dst === other.dst && one.table === other.table && one.metric === other.metric && isSix(one) === isSix(other)
  );
}

/** A default route is of the family of its gateway. */
export function isSix({ dst, gateway: via }: DemoRoute): boolean {
  return (dst === 'default' ? (via ?? '') : dst).includes(':');
}

/** Adds an address, with the routes that come with it. */
export function addAddress(kernel: DemoKernel, address: DemoAddress): void {
  kernel.addresses = [...kernel.addresses, address];
  for (const route of ownRoutes(address)) addRoute(kernel, route);
}

/** Removes an address, with the routes that came with it and that no other address brings. */
export function removeAddress(kernel: DemoKernel, address: DemoAddress): void {
  kernel.addresses = kernel.addresses.filter((other) => other !== address);
  const needed = kernel.addresses.flatMap(ownRoutes);
  const gone = ownRoutes(address).filter((route) => !needed.some((other) => isSameRoute(other, route)));
  kernel.routes = kernel.routes.filter((route) => !gone.some((other) => isSameRoute(other, route)));
}

/** What the kernel makes by itself for an address: the way to its network, and that it is here. */
function ownRoutes({ dev, family, local, prefixlen }: DemoAddress): readonly DemoRoute[] {
  const network = plainPrefix(`${local}/${prefixlen}`) ?? local;
  const own = { type: 'local', dst: local, dev, table: 'local', protocol: 'kernel' } as const;
  if (family === 'inet6') {
    return [
      { dst: network, dev, protocol: 'kernel', metric: 256, flags: [], pref: 'medium' },
      { ...own, metric: 0, flags: [], pref: 'medium' },
    ];
  }
  const connected: DemoRoute = { dst: network, dev, protocol: 'kernel', scope: 'link', prefsrc: local, flags: [] };
  return [...(prefixlen === 32 ? [] : [connected]), { ...own, scope: 'host', prefsrc: local, flags: [] }];
}

/** The most specific route of the main table to an address. */
export function routeTo(kernel: DemoKernel, address: string): DemoRoute | undefined {
  const candidates = kernel.routes
    .filter((route) => route.table === undefined && isSix(route) === address.includes(':'))
    .map((route) => ({ route, bits: bitsCovering(route.dst, address) }))
    .filter(({ bits }) => bits !== undefined);
  return candidates.sort((one, other) => (other.bits ?? 0) - (one.bits ?? 0))[0]?.route;
}
