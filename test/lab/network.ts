/** Namespaces, cables, addresses and routes: everything below WireGuard. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mustRun, run, until } from './run.ts';
import {
  cables,
  carrierAddress,
  type HostName,
  hosts,
  namespaceOf,
  namespacePrefix,
  overlay,
  secondLan,
  underlay,
} from './topology.ts';

const namespaceDirectory = '/run/netns';
/** `ip netns add` makes (and mounts) {@link namespaceDirectory}; who did it first leaves this, and the last lab undoes it. */
const madeDirectory = '.made-run-netns';

/** Makes the namespaces of a lab. `shared` is the directory of all labs. */
export async function addNamespaces(id: string, shared: string): Promise<void> {
  if (!existsSync(namespaceDirectory)) writeFileSync(join(shared, madeDirectory), '');
  await batch(
    [],
    hosts.map((host) => `netns add ${namespaceOf(id, host)}`),
  );
}

/** Lays the cables and gives addresses and routes. The routers' rules are {@link routerRules}. */
export async function connect(id: string): Promise<void> {
  const name = (host: HostName) => namespaceOf(id, host);
  await batch(
    [],
    cables.map(
      ({ router, port, host, interfaceName }) =>
        `link add ${port} netns ${name(router)} type veth peer name ${interfaceName} netns ${name(host)}`,
    ),
  );
  await Promise.all(hosts.map((host) => batch(['-n', name(host)], addressing(host))));
}

/** The commands of `ip` that configure a host. */
function addressing(host: HostName): string[] {
  const commands = host === 'nat' ? bridge() : [];
  for (const cable of cables) {
    if (cable.host === host) commands.push(...ownEnd(host, cable.interfaceName, cable.gateway));
    if (cable.router === host && host !== 'nat') {
      commands.push(
        `link set ${cable.port} up`,
        `addr add ${cable.gateway.v4}/24 dev ${cable.port}`,
        `addr add ${cable.gateway.v6}/64 dev ${cable.port} nodad`,
      );
    }
  }
  if (host === 'net') commands.push(`route add 2001:db8:60::/64 via ${underlay.nat.v6}`);
  return commands;
}

function ownEnd(
  host: HostName,
  interfaceName: string,
  gateway: { readonly v4: string; readonly v6: string },
): string[] {
  return [
    `link set ${interfaceName} up`,
    `addr add ${underlay[host].v4}/24 dev ${interfaceName}`,
    `addr add ${underlay[host].v6}/64 dev ${interfaceName} nodad`,
    `route add default via ${gateway.v4}`,
    `route add default via ${gateway.v6}`,
  ];
}

/** The household's router: its LAN ports are one bridge, and it knows that the tunnel's addresses and the second LAN are behind `home`. */
function bridge(): string[] {
  const ports = cables.filter(({ router }) => router === 'nat').map(({ port }) => port);
  return [
    'link add lan type bridge',
    'link set lan up',
    'addr add 192.168.60.1/24 dev lan',
    'addr add 2001:db8:60::1/64 dev lan nodad',
    ...ports.flatMap((port) => [`link set ${port} master lan`, `link set ${port} up`]),
    `route add 10.8.0.0/24 via ${underlay.home.v4}`,
    `route add ${secondLan.v4} via ${underlay.home.v4}`,
  ];
}

/** Address translation: the household's, the phone carrier's, and the hub's for who sends everything through it. */
export const routerRules: Readonly<Record<'net' | 'nat' | 'edge', string>> = {
  edge: `table inet full-tunnel { chain out { type nat hook postrouting priority srcnat; oifname "eth0" ip saddr ${overlay.roamer.v4} masquerade; oifname "eth0" ip6 saddr ${overlay.roamer.v6} masquerade; }; }`,
  nat: 'table ip nat { chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }; }',
  net: `table ip nat { chain out { type nat hook postrouting priority srcnat; ip saddr 100.64.0.0/10 oifname "to-edge" snat to ${carrierAddress}; }; }`,
};

/** The names of the namespaces that a lab has now. */
export function namespacesOf(id: string): string[] {
  if (!existsSync(namespaceDirectory)) return [];
  return readdirSync(namespaceDirectory).filter((name) => name.startsWith(namespacePrefix(id)));
}

/** Kills every process in the namespaces of a lab and deletes them. Harmless where there are none. */
export async function removeNamespaces(id: string, shared: string): Promise<void> {
  const names = namespacesOf(id);
  await until('processes of the lab that do not die', 5000, () => {
    const alive = processesIn(id);
    for (const pid of alive) kill(pid);
    return alive.length === 0;
  });
  if (names.length > 0)
    await batch(
      [],
      names.map((name) => `netns delete ${name}`),
    );
  const marker = join(shared, madeDirectory);
  if (existsSync(marker) && existsSync(namespaceDirectory) && readdirSync(namespaceDirectory).length === 0) {
    await run(['umount', namespaceDirectory]);
    rmdirSync(namespaceDirectory);
    rmSync(marker);
  }
}

/** The ids of the processes that run in a lab's namespaces. */
export function processesIn(id: string): number[] {
  const inodes = new Set(namespacesOf(id).map((name) => statSync(join(namespaceDirectory, name)).ino));
  if (inodes.size === 0) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => inodes.has(networkNamespaceOf(entry)))
    .map(Number);
}

/** Whether a process still holds a host of a lab (its id may have been given to another one since). */
export function holds(pid: number, id: string, host: HostName): boolean {
  const path = join(namespaceDirectory, namespaceOf(id, host));
  return existsSync(path) && networkNamespaceOf(String(pid)) === statSync(path).ino;
}

/** The inode of a process's network namespace; NaN for one that has ended. */
function networkNamespaceOf(pid: string): number {
  try {
    if (/^\S+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return Number.NaN;
    return Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
  } catch {
    return Number.NaN;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** Runs many commands of `ip` in one process. */
async function batch(options: readonly string[], commands: readonly string[]): Promise<void> {
  await mustRun(['ip', ...options, '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
