/** Whether a host passes packets on, now and after its next start. */
import type { Announced, ForwardingFact } from '../change/plans/init-facts.ts';
import type { Host } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { Route } from '../network/routes.ts';

/** Where settings are read from at boot, the first directory in which a name is found counts (sysctl.d(5)). */
const directories = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d'];

/** The switches of both families, or of IPv4 alone where there is no IPv6. */
export async function readForwarding(host: Host, hasIpv6: boolean): Promise<ForwardingFact[]> {
  const settings = await readBootSettings(host);
  const families = hasIpv6 ? (['ipv4', 'ipv6'] as const) : (['ipv4'] as const);
  const facts = await Promise.all(
    families.map(async (family): Promise<ForwardingFact | undefined> => {
      const key = family === 'ipv4' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
      const value = await readValue(host, `/proc/sys/${key.replaceAll('.', '/')}`);
      if (value === undefined) return undefined;
      return { key, value, atBoot: settings.get(key), moves: value === '0' ? await movedSettings(host, family) : [] };
    }),
  );
  return facts.filter((fact) => fact !== undefined);
}

async function readValue(host: Host, path: string): Promise<string | undefined> {
  const read = await host.readFile(path);
  return read.outcome === 'read' ? read.value.trim() : undefined;
}

/**
 * What turning the switch on and off again would not bring back: interfaces that forward already (devinet.c and
 * addrconf.c write all of them), and redirects that are refused, which IPv4's switch would turn on.
 */
async function movedSettings(host: Host, family: 'ipv4' | 'ipv6'): Promise<ForwardingFact['moves']> {
  const directory = `net/${family}/conf`;
  const names = await host.listDirectory(`/proc/sys/${directory}`);
  const others = names.outcome === 'read' ? names.value.filter((name) => name !== 'all') : [];
  const keys = [
    ...(family === 'ipv4' ? [{ key: `${directory}/all/accept_redirects`, moved: '0' }] : []),
    ...others.map((name) => ({ key: `${directory}/${name}/forwarding`, moved: '1' })),
  ];
  const read = await Promise.all(
    keys.map(async ({ key, moved }) => ({ key, moved, value: await readValue(host, `/proc/sys/${key}`) })),
  );
  return read.flatMap(({ key, moved, value }) => (value === moved ? [{ key, value }] : []));
}

/** What files of sysctl.d(5) set, by its key with dots; the last one counts. */
async function readBootSettings(host: Host): Promise<ReadonlyMap<string, { path: Printable; value: string }>> {
  const listed = await Promise.all(
    directories.map(async (directory) => {
      const names = await host.listDirectory(directory);
      return names.outcome === 'read' ? names.value.map((name) => [name, `${directory}/${name}`] as const) : [];
    }),
  );
  const byName = new Map<string, string>();
  for (const [name, path] of listed.flat()) if (name.endsWith('.conf') && !byName.has(name)) byName.set(name, path);
  const paths = [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, path]) => path);
  const settings = new Map<string, { path: Printable; value: string }>();
  for (const path of [...paths, '/etc/sysctl.conf']) {
    const read = await host.readFile(path);
    if (read.outcome !== 'read') continue;
    for (const [key, value] of parseSettings(read.value)) settings.set(key, { path: printable(path), value });
  }
  return settings;
}

/** The lines `key = value` of a file of sysctl.d(5), keys with dots, also those after a `-`. */
export function parseSettings(text: string): (readonly [key: string, value: string])[] {
  return text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*-?([A-Za-z][^\s=#;]*)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key.replaceAll('/', '.'), value] as const];
  });
}

/** The interfaces whose default route of IPv6 is a router's announcement, with whether the kernel listens to it. */
export async function readAnnounced(host: Host, routes: readonly Route[]): Promise<Announced[]> {
  const devices = new Set(
    routes
      .filter(({ family, prefix, protocol }) => family === 'v6' && prefix.length === 0 && protocol === 'ra')
      .flatMap(({ nextHops }) => nextHops.flatMap(({ dev }) => dev ?? [])),
  );
  const read = await Promise.all(
    [...devices].map(async (dev) => ({
      dev,
      acceptRa: await readValue(host, `/proc/sys/net/ipv6/conf/${dev}/accept_ra`),
    })),
  );
  return read.flatMap(({ dev, acceptRa }) => (acceptRa === undefined ? [] : [{ dev, acceptRa }]));
}
