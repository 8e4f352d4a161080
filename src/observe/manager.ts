import type { Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { InterfaceNames } from './names.ts';
import type { Manager } from './snapshot.ts';

/** A sign that somebody keeps an interface. */
export interface Claim {
  readonly manager: Manager;
  /** What shows it, a sentence. */
  readonly proof: Printable;
  /** The file in which it is configured, where that is known. */
  readonly path: Printable | undefined;
  /** A running program says that it runs the interface; a file may be a remainder. */
  readonly isRunning: boolean;
}

/** A configuration file of some network manager, as it was read. */
interface ManagerFile {
  readonly path: string;
  readonly text: string;
}

/** The files of all managers but wg-quick, whose files are known already. */
export interface ManagerFiles {
  readonly networkd: readonly ManagerFile[];
  readonly netplan: readonly ManagerFile[];
  readonly networkManager: readonly ManagerFile[];
  readonly ifupdown: readonly ManagerFile[];
}

/** Reads them. What cannot be read is as if it were not there. Never throws. */
export async function readManagerFiles(host: Host): Promise<ManagerFiles> {
  const [networkd, netplan, networkManager, ifupdown] = await Promise.all([
    matching(host, ['/etc/systemd/network', '/run/systemd/network', '/usr/lib/systemd/network'], /\.netdev$/),
    matching(host, ['/etc/netplan', '/run/netplan', '/lib/netplan'], /\.ya?ml$/),
    matching(host, ['/etc/NetworkManager/system-connections', '/run/NetworkManager/system-connections'], /./),
    matching(host, ['/etc/network', '/etc/network/interfaces.d'], /^(interfaces$|[\w-]+(\.cfg)?$)/),
  ]);
  return { networkd, netplan, networkManager, ifupdown };
}

async function matching(host: Host, directories: readonly string[], pattern: RegExp): Promise<ManagerFile[]> {
  const found = await Promise.all(
    directories.map(async (directory) => {
      const names = await host.listDirectory(directory);
      const wanted = names.outcome === 'read' ? names.value.filter((name) => pattern.test(name)) : [];
      const files = await Promise.all(
        wanted.map(async (name) => ({
          path: `${directory}/${name}`,
          read: await host.readFile(`${directory}/${name}`),
        })),
      );
      return files.flatMap(({ path, read }) => (read.outcome === 'read' ? [{ path, text: read.value }] : []));
    }),
  );
  return found.flat();
}

/** Who keeps an interface as far as files and its name tell: the surest first. Pure. */
export function claimsOfFiles(
  name: InterfaceName,
  names: InterfaceNames | undefined,
  { networkd, netplan, networkManager, ifupdown }: ManagerFiles,
): readonly Claim[] {
  const word = new RegExp(`(^|[^\\w.-])${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}($|[^\\w.-])`, 'm');
  const about = (files: readonly ManagerFile[], kind: RegExp) =>
    files.filter(({ text }) => kind.test(text) && word.test(text));
  const netdevs = about(networkd, /^\s*Kind\s*=\s*wireguard/m);
  const keyfiles = about(networkManager, /^\s*type\s*=\s*wireguard/m);
  const { confPath } = names ?? {};
  // Many run wg-quick from here; that file is about when, not about what.
  const ownConf = confPath === undefined ? /wireguard|wg-quick|wg setconf/ : /wireguard|wg setconf/;
  return [
    ...(confPath === undefined
      ? []
      : [fileClaim(confPath.startsWith('/etc/amnezia/') ? 'awg-quick' : 'wg-quick', confPath)]),
    ...[
      ...about(netplan, /wireguard/),
      ...netdevs.filter(({ path }) => path.includes('/10-netplan-')),
      ...keyfiles.filter(({ path }) => path.includes('/netplan-')),
    ].map(({ path }) => fileClaim('netplan', path)),
    ...netdevs
      .filter(({ path }) => !path.includes('/10-netplan-'))
      .map(({ path }) => fileClaim('systemd-networkd', path)),
    ...keyfiles.filter(({ path }) => path.startsWith('/etc/')).map(({ path }) => fileClaim('NetworkManager', path)),
    ...about(ifupdown, ownConf).map(({ path }) => fileClaim('ifupdown', path)),
    ...agentClaims(name),
  ];
}

function fileClaim(manager: Manager, path: string): Claim {
  const shown = printable(path);
  return { manager, proof: known(`${shown} configures it.`), path: shown, isRunning: false };
}

/** Names that control-plane agents give to their interfaces. */
const agents: readonly (readonly [RegExp, string])[] = [
  [/^(wt\d|netbird)/, 'NetBird'],
  [/^(netmaker$|nm-)/, 'Netmaker'],
  [/^kubespan$/, 'KubeSpan'],
  [/^cilium_wg/, 'Cilium'],
  [/^flannel-wg/, 'Flannel'],
  [/^(wireguard|wg-v6)\.cali$/, 'Calico'],
];

function agentClaims(name: InterfaceName): readonly Claim[] {
  return agents
    .filter(([pattern]) => pattern.test(name))
    .map(([, agent]) => ({
      manager: 'agent',
      proof: known(`${agent} gives its interfaces such names.`),
      path: undefined,
      isRunning: false,
    }));
}
