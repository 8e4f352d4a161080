import type { Host } from '../host/host.ts';
import { printable } from '../host/printable.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { LinkView } from './snapshot.ts';

const network = '/sys/class/net';

/** The WireGuard interfaces that sysfs and the userspace sockets show, which needs no privilege for the former. */
export async function readLinks(host: Host): Promise<LinkView[]> {
  const [names, sockets] = await Promise.all([host.listDirectory(network), host.listDirectory('/run/wireguard')]);
  const socketNames =
    sockets.outcome === 'read' ? sockets.value.flatMap((name) => /^(.+)\.sock$/.exec(name)?.[1] ?? []) : [];
  const candidates = names.outcome === 'read' ? names.value : [];
  const links = await Promise.all(candidates.map((name) => readLink(host, name, socketNames)));
  return links.filter((link) => link !== undefined);
}

async function readLink(host: Host, name: string, sockets: readonly string[]): Promise<LinkView | undefined> {
  const uevent = await host.readFile(`${network}/${name}/uevent`);
  const isKernel = uevent.outcome === 'read' && /^DEVTYPE=(wireguard|amneziawg)$/m.test(uevent.value);
  if (!isKernel && !sockets.includes(name)) return undefined;
  const [rxBytes, txBytes] = await Promise.all([counter(host, name, 'rx_bytes'), counter(host, name, 'tx_bytes')]);
  return {
    name: printable(name) as string as InterfaceName,
    kind: isKernel ? 'kernel' : 'userspace',
    rxBytes,
    txBytes,
  };
}

async function counter(host: Host, name: string, which: string): Promise<number | undefined> {
  const file = await host.readFile(`${network}/${name}/statistics/${which}`);
  return file.outcome === 'read' && /^\d+\s*$/.test(file.value) ? Number(file.value) : undefined;
}
