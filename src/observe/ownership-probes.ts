import type { Argv, Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { Claim } from './manager.ts';

/** A program that does not answer within this time is as if it were not there. */
const limits = { timeoutMs: 3_000, maxBytes: 1024 * 1024 } as const;

/** What a program printed; undefined where it is missing, hangs or fails. */
async function ask(host: Host, ...argv: Argv): Promise<string | undefined> {
  const result = await host.run(argv, limits);
  return result.outcome === 'exited' && result.code === 0 ? result.stdout : undefined;
}

/** What programs say that is about the whole machine. */
export interface ProgramWords {
  /** `nft list tables`. */
  readonly nftTables: string;
  /** `nmcli`: the active connections. */
  readonly connections: readonly ActiveConnection[];
  readonly containers: readonly Container[];
  /** Set where systemd-networkd may take away routes and rules that others made. */
  readonly foreignRoutes: Printable | undefined;
}

interface ActiveConnection {
  readonly type: string;
  readonly device: string;
  readonly path: Printable;
}

/** A container that keeps a tunnel, by the name of its image. */
export interface Container {
  readonly name: Printable;
  readonly image: Printable;
  readonly usesHostNetwork: boolean;
  /** UDP ports of the host that lead into it. */
  readonly ports: readonly number[];
}

/** Asks the programs that know of every interface at once. They only read. Never throws. */
export async function askMachine(host: Host): Promise<ProgramWords> {
  const [tables, connections, docker, podman, foreignRoutes] = await Promise.all([
    ask(host, 'nft', 'list', 'tables'),
    ask(host, 'nmcli', '-t', '-f', 'NAME,TYPE,DEVICE,FILENAME', 'con', 'show', '--active'),
    ask(host, 'docker', ...listContainers),
    ask(host, 'podman', ...listContainers),
    foreignRoutesWarning(host),
  ]);
  return {
    nftTables: tables ?? '',
    connections: parseConnections(connections ?? ''),
    containers: [docker, podman].flatMap((text) => parseContainers(text ?? '')),
    foreignRoutes,
  };
}

/** What programs say of one interface: the surest first. They only read. Never throws. */
export async function claimsOfPrograms(
  host: Host,
  name: InterfaceName,
  words: ProgramWords,
): Promise<readonly Claim[]> {
  const [wgQuick, awgQuick, networkd] = await Promise.all([
    unitClaims(host, 'wg-quick', name),
    unitClaims(host, 'awg-quick', name),
    networkdClaims(host, name),
  ]);
  const table = `wg-quick-${name}`;
  const hasTable = words.nftTables.split('\n').some((line) => line.endsWith(` ${table}`));
  return [
    ...wgQuick,
    ...awgQuick,
    ...(hasTable ? [running('wg-quick', `wg-quick made the firewall table ${table}.`)] : []),
    ...networkd,
    ...words.connections.filter(({ device }) => device === name).flatMap(connectionClaims),
  ];
}

function running(manager: Claim['manager'], proof: string, path?: Printable): Claim {
  return { manager, proof: printable(proof), path, isRunning: true };
}

async function unitClaims(host: Host, manager: 'wg-quick' | 'awg-quick', name: InterfaceName): Promise<Claim[]> {
  const unit = `${manager}@${name}`;
  const shown = await ask(host, 'systemctl', 'show', '-p', 'ActiveState,UnitFileState', unit);
  if (shown === undefined) return [];
  if (/^ActiveState=active$/m.test(shown)) return [running(manager, `The unit ${unit} is active.`)];
  const isEnabled = /^UnitFileState=enabled/m.test(shown);
  return isEnabled ? [{ ...running(manager, `The unit ${unit} is enabled.`), isRunning: false }] : [];
}

async function networkdClaims(host: Host, name: InterfaceName): Promise<Claim[]> {
  const shown = await ask(host, 'networkctl', '--no-pager', '--full', 'status', name);
  if (shown === undefined || /^\s*State: .*\(unmanaged\)/m.test(shown)) return [];
  const network = fileOf(shown, 'Network File');
  const path = fileOf(shown, 'NetDev File') ?? network;
  if (path === undefined) return [];
  const isNetplan = path.includes('/10-netplan-');
  return [running(isNetplan ? 'netplan' : 'systemd-networkd', `networkctl says that ${path} configures it.`, path)];
}

function fileOf(shown: string, label: string): Printable | undefined {
  const path = new RegExp(`^\\s*${label}: *(/.*)$`, 'm').exec(shown)?.[1];
  return path === undefined ? undefined : printable(path.trim());
}

/** Lines of `nmcli -t`: fields behind `:`, in which `\` protects a `:`. */
function parseConnections(text: string): ActiveConnection[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.match(/(?:\\.|[^:\\])+|(?<=:)(?=:|$)|^(?=:)/g)?.map((field) => field.replace(/\\(.)/g, '$1'));
    const [, type = '', device = '', path = ''] = fields ?? [];
    return device === '' ? [] : [{ type, device, path: printable(path) }];
  });
}

function connectionClaims({ type, path }: ActiveConnection): Claim[] {
  if (type !== 'wireguard') return [];
  if (path.includes('/netplan-')) return [running('netplan', `NetworkManager runs it from ${path}.`, path)];
  // A file below /run that is nobody's is NetworkManager's note of an interface that somebody else made.
  if (path.startsWith('/run/')) return [];
  return [running('NetworkManager', `NetworkManager runs it${path === '' ? '' : ` from ${path}`}.`, path)];
}

const listContainers = ['ps', '--no-trunc', '--format', '{{.Names}}\t{{.Image}}\t{{.Networks}}\t{{.Ports}}'] as const;

const tunnelImages = /wireguard|wg-easy|wg-portal|amnezia|firezone|netbird|netmaker/i;

function parseContainers(text: string): Container[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', image = '', networks = '', ports = ''] = line.split('\t');
    if (!tunnelImages.test(`${name} ${image}`)) return [];
    return [
      {
        name: printable(name),
        image: printable(image),
        usesHostNetwork: networks.split(',').includes('host'),
        ports: [...new Set([...ports.matchAll(/:(\d{1,5})->\d{1,5}\/udp/g)].map(([, port]) => Number(port)))],
      },
    ];
  });
}

/**
 * systemd-networkd takes away routes and rules that it did not make when it starts or is upgraded, unless it is told not to
 * (networkd.conf(5): ManageForeignRoutes=, ManageForeignRoutingPolicyRules=; systemd#25451, #29716).
 */
async function foreignRoutesWarning(host: Host): Promise<Printable | undefined> {
  const shown = await ask(host, 'systemctl', 'show', '-p', 'ActiveState', 'systemd-networkd');
  if (shown === undefined || !/^ActiveState=active$/m.test(shown)) return undefined;
  const texts = await networkdConfTexts(host);
  const isOff = (key: string) => {
    const values = texts.flatMap((text) => [...text.matchAll(new RegExp(`^\\s*${key}\\s*=\\s*(\\S+)`, 'gm'))]);
    return /^(no|false|off|0|n|f)$/i.test(values.at(-1)?.[1] ?? '');
  };
  const wanted = ['ManageForeignRoutes', 'ManageForeignRoutingPolicyRules'].filter((key) => !isOff(key));
  if (wanted.length === 0) return undefined;
  const settings = wanted.map((key) => `${key}=no`).join(' and ');
  return known(
    `systemd-networkd may remove its routes and rules when it restarts: set ${settings} in /etc/systemd/networkd.conf.d/.`,
  );
}

const confHomes = ['/usr/lib/systemd', '/run/systemd', '/etc/systemd'] as const;

/** The main file, then what is dropped in, by file name; of two with one name that of /etc counts. */
async function networkdConfTexts(host: Host): Promise<readonly string[]> {
  const dropIns = new Map<string, string>();
  let main: string | undefined;
  for (const home of confHomes) {
    const own = await host.readFile(`${home}/networkd.conf`);
    if (own.outcome === 'read') main = own.value;
    const names = await host.listDirectory(`${home}/networkd.conf.d`);
    for (const name of names.outcome === 'read' ? names.value.filter((one) => one.endsWith('.conf')) : []) {
      const read = await host.readFile(`${home}/networkd.conf.d/${name}`);
      if (read.outcome === 'read') dropIns.set(name, read.value);
    }
  }
  const sorted = [...dropIns].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, text]) => text);
  return [...(main === undefined ? [] : [main]), ...sorted];
}
