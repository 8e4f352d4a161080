import type { Host } from '../host/host.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { InterfaceNames } from './names.ts';
import type { Manager } from './snapshot.ts';

/** Names that control-plane agents give to their interfaces. */
const agentNames = /^(wt\d|netbird|netmaker$|nm-|kubespan$|cilium_wg|flannel-wg|wireguard\.cali$|wg-v6\.cali$)/;

/** Who keeps each interface's configuration, as far as files tell: the first of the proofs below. */
export async function findManagers(
  host: Host,
  interfaces: readonly InterfaceName[],
  names: ReadonlyMap<InterfaceName, InterfaceNames>,
): Promise<ReadonlyMap<InterfaceName, Manager>> {
  const [networkd, netplan, networkManager, ifupdown] = await Promise.all([
    matching(host, ['/etc/systemd/network', '/run/systemd/network', '/usr/lib/systemd/network'], /\.netdev$/),
    matching(host, ['/etc/netplan'], /\.ya?ml$/),
    matching(host, ['/etc/NetworkManager/system-connections'], /./),
    matching(host, ['/etc/network', '/etc/network/interfaces.d'], /^(interfaces$|[\w-]+(\.cfg)?$)/),
  ]);
  return new Map(
    interfaces.map((name): [InterfaceName, Manager] => {
      const word = new RegExp(`(^|[^\\w.-])${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}($|[^\\w.-])`, 'm');
      if (agentNames.test(name)) return [name, 'agent'];
      const confPath = names.get(name)?.confPath;
      if (confPath?.startsWith('/etc/amnezia/')) return [name, 'awg-quick'];
      if (confPath !== undefined) return [name, 'wg-quick'];
      if (netplan.some((text) => text.includes('wireguard') && word.test(text))) return [name, 'netplan'];
      if (networkd.some((text) => /^\s*Kind\s*=\s*wireguard/m.test(text) && word.test(text))) {
        return [name, 'systemd-networkd'];
      }
      if (networkManager.some((text) => /^\s*type\s*=\s*wireguard/m.test(text) && word.test(text))) {
        return [name, 'NetworkManager'];
      }
      if (ifupdown.some((text) => /wireguard|wg-quick|wg setconf/.test(text) && word.test(text)))
        return [name, 'ifupdown'];
      return [name, 'unknown'];
    }),
  );
}

async function matching(host: Host, directories: readonly string[], pattern: RegExp): Promise<string[]> {
  const texts = await Promise.all(
    directories.map(async (directory) => {
      const names = await host.listDirectory(directory);
      const wanted = names.outcome === 'read' ? names.value.filter((name) => pattern.test(name)) : [];
      const files = await Promise.all(wanted.map((name) => host.readFile(`${directory}/${name}`)));
      return files.flatMap((file) => (file.outcome === 'read' ? [file.value] : []));
    }),
  );
  return texts.flat();
}
