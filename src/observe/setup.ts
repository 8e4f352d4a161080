/** What has to be known of a host before a hub can be set up on it. */
import type { ConfigurationFile, InitFacts, Taken, WireGuardWay } from '../change/plans/init-facts.ts';
import { settingsPath } from '../change/plans/init-forwarding.ts';
import { confDirectories } from '../change/read-hub.ts';
import { hasSystemd } from '../change/watchdog.ts';
import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { type AddressBits, parseAddress } from '../network/address.ts';
import { bitsOf, parsePrefix, prefixOf } from '../network/prefix.ts';
import { publicAddressOf } from '../network/public-address.ts';
import { readConfInterface } from '../wg/conf-interface.ts';
import { Secret } from '../wg/secret.ts';
import { readLinks } from './links.ts';
import { readNetworkFacts } from './network.ts';
import type { NetworkFacts } from './network-facts.ts';
import { installCommand, sudoCommand } from './obstacle.ts';
import { readAnnounced, readForwarding } from './setup-forwarding.ts';
import type { Session } from './snapshot.ts';

/** Programs are given up after this long. */
const limits = { timeoutMs: 5_000 } as const;

/** What a hub needs, and a question that each answers without doing anything. */
const needed = [
  ['wg', '--version'],
  ['wg-quick', '--help'],
  ['ip', '-V'],
  ['sysctl', '--version'],
] as const;

/**
 * Reads all of it; `words` are those that started this program, for the line that starts it as root. What cannot be read
 * is a problem or a missing program, never an exception.
 */
export async function readSetup(host: Host, session: Session, words: readonly string[]): Promise<InitFacts> {
  const [missing, way, hasUnit, network, links, files, sockets, nameservers, settingsFile] = await Promise.all([
    missingPrograms(host),
    wireGuardWay(host),
    hasWgQuickUnit(host),
    readNetworkFacts(host, []),
    readLinks(host),
    readConfigurations(host),
    readUdpPorts(host),
    readNameservers(host),
    readSettingsFile(host),
  ]);
  const devices = [...new Set([...network.links.map(({ name }) => name), ...network.addresses.map(({ dev }) => dev)])];
  return {
    isRoot: host.facts.uid === 0,
    rootCommand: sudoCommand(host, words),
    missing,
    install: await installCommand(host, missing.length === 0 ? undefined : missing),
    way,
    hasUnit,
    interfaces: devices,
    tunnels: links.map(({ name }) => name),
    configurations: files.map(({ configuration }) => configuration),
    ports: new Map([...files.flatMap(({ ports }) => ports), ...sockets.ports]),
    taken: [...takenOf(network), ...files.flatMap(({ taken }) => taken), ...nameservers],
    operator: operatorAddress(session),
    publicAddress: publicAddressOf(network.addresses, network.routes),
    hasIpv6: network.sysctls.hasIpv6,
    forwarding: await readForwarding(host, network.sysctls.hasIpv6),
    announced: await readAnnounced(host, network.routes),
    settingsFile,
    problems: [...network.problems, ...(sockets.problem === undefined ? [] : [sockets.problem])],
  };
}

async function missingPrograms(host: Host): Promise<string[]> {
  const found = await Promise.all(
    needed.map(async (argv) => ((await host.run(argv, limits)).outcome === 'missing' ? [argv[0]] : [])),
  );
  return found.flat();
}

/** Asked without trying: an interface that is made to see whether one can be is an interface that is made. */
async function wireGuardWay(host: Host): Promise<WireGuardWay> {
  const [module, device] = await Promise.all([host.stat('/sys/module/wireguard'), host.stat('/dev/net/tun')]);
  if (module.outcome === 'read') return { kind: 'kernel' };
  const info = await host.run(['modinfo', 'wireguard'], limits);
  if (info.outcome === 'exited' && info.code === 0) return { kind: 'kernel' };
  const daemon = await host.run(['wireguard-go', '--version'], limits);
  if (daemon.outcome !== 'missing') {
    return device.outcome === 'absent'
      ? {
          kind: 'none',
          reason: known('The kernel has no WireGuard, and wireguard-go needs /dev/net/tun, which is not there.'),
        }
      : { kind: 'wireguard-go' };
  }
  if (info.outcome === 'missing') return { kind: 'unknown' };
  return {
    kind: 'none',
    reason: known(
      'The kernel has no WireGuard (no module of that name), and the program wireguard-go is not installed: install one of them.',
    ),
  };
}

async function hasWgQuickUnit(host: Host): Promise<boolean> {
  if (!(await hasSystemd(host))) return false;
  const result = await host.run(['systemctl', 'cat', 'wg-quick@.service'], limits);
  return result.outcome === 'exited' && result.code === 0;
}

interface Configuration {
  readonly configuration: ConfigurationFile;
  readonly ports: readonly (readonly [number, Printable])[];
  readonly taken: readonly Taken[];
}

/** Interfaces that do not run may be brought up again: what their files say is theirs. */
async function readConfigurations(host: Host): Promise<Configuration[]> {
  const directory = confDirectories.wg;
  const names = await host.listDirectory(directory);
  const files = names.outcome === 'read' ? names.value.filter((name) => name.endsWith('.conf')) : [];
  return Promise.all(
    files.map(async (name) => {
      const path = `${directory}/${name}`;
      const read = await host.readFile(path);
      const text = read.outcome === 'read' ? read.value : '';
      const port = /^[ \t]*ListenPort[ \t]*=[ \t]*(\d{1,5})[ \t]*(?:#.*)?\r?$/im.exec(text)?.[1];
      const by = printable(`${path} has it`);
      return {
        configuration: { interfaceName: name.slice(0, -'.conf'.length), path },
        ports: port === undefined ? [] : [[Number(port), by] as const],
        taken: readConfInterface(path, text).addresses.flatMap((address) => {
          const prefix = parsePrefix(address)?.prefix;
          return prefix === undefined
            ? []
            : [{ prefix, by: printable(`${path} has ${address}`), kind: 'own' as const }];
        }),
      };
    }),
  );
}

interface UdpPorts {
  readonly ports: readonly (readonly [number, Printable])[];
  readonly problem: Printable | undefined;
}

/** `ss -l -u`: also the sockets of the kernel's own WireGuard, which no process holds. */
async function readUdpPorts(host: Host): Promise<UdpPorts> {
  const result = await host.run(['ss', '-H', '-l', '-u', '-n', '-p'], limits);
  if (result.outcome !== 'exited' || result.code !== 0) {
    return { ports: [], problem: known('Which UDP ports are in use cannot be read: ss failed (install iproute2).') };
  }
  return { ports: parseUdpPorts(result.stdout), problem: undefined };
}

/** The ports of `ss -H -l -u -n -p`, each with who has it. */
export function parseUdpPorts(text: string): readonly (readonly [number, Printable])[] {
  return text.split('\n').flatMap((line) => {
    const [, port, rest = ''] = /^\S+\s+\d+\s+\d+\s+\S+:(\d{1,5})\s+\S+(.*)$/.exec(line.trim()) ?? [];
    if (port === undefined) return [];
    const program = /users:\(\("([^"]*)"/.exec(rest)?.[1];
    return [[Number(port), printable(program === undefined ? 'the kernel has it' : `${program} has it`)] as const];
  });
}

/** Addresses and routes of every table, but those that lead everywhere. */
function takenOf({ addresses, routes }: NetworkFacts): Taken[] {
  return [
    ...addresses.flatMap(({ onLink, address, dev }): Taken[] => [
      { prefix: onLink, by: known(`${dev} has ${onLink.text}`), kind: 'own' },
      // On a point-to-point link the prefix is that of the other end.
      { prefix: prefixOf(address, bitsOf(address.family)), by: known(`${dev} has it`), kind: 'own' },
    ]),
    ...routes
      .filter(({ prefix, type }) => prefix.length > 1 && type !== 'multicast')
      .map(({ prefix, nextHops: [{ dev }], type }): Taken => {
        const how = dev === undefined ? `${prefix.text} is ${type}` : `${prefix.text} is routed to ${dev}`;
        return { prefix, by: known(how), kind: 'route' };
      }),
  ];
}

/** Without its name servers a host finds nothing, wherever they are. */
async function readNameservers(host: Host): Promise<Taken[]> {
  const file = await host.readFile('/etc/resolv.conf');
  const lines = file.outcome === 'read' ? file.value.split('\n') : [];
  return lines.flatMap((line) => {
    const text = /^\s*nameserver\s+(\S+)/.exec(line)?.[1];
    const address = text === undefined ? undefined : parseAddress(text);
    if (address === undefined) return [];
    const prefix = prefixOf(address, bitsOf(address.family));
    return [{ prefix, by: printable(`the name server ${text} is in it`), kind: 'own' as const }];
  });
}

function operatorAddress(session: Session): AddressBits | undefined {
  return session.kind === 'outside' || session.kind === 'tunnel' ? parseAddress(session.address) : undefined;
}

async function readSettingsFile(host: Host): Promise<InitFacts['settingsFile']> {
  const [text, stat] = await Promise.all([host.readFile(settingsPath), host.stat(settingsPath)]);
  if (text.outcome !== 'read' || stat.outcome !== 'read') return undefined;
  return { text: new Secret(text.value), mode: stat.value.mode };
}
