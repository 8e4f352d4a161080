import { known } from '../host/printable.ts';
import { formatAddress } from '../network/address.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { WantedInterface } from './conf/wanted.ts';
import { type DriftItem, type DriftSubject, type ItemOf, isSameSecret } from './drift-item.ts';
import type { DumpInterface } from './dump.ts';
import type { HubState } from './hub.ts';

const ofInterface: DriftSubject = { kind: 'interface' };

/** The item of an interface without a file. */
export function noFile({ name, peers }: DumpInterface, item: ItemOf): DriftItem {
  const count = `${peers.length} ${peers.length === 1 ? 'peer' : 'peers'}`;
  return item('no-file', 'warn', ofInterface, {
    what: known(`${name} runs with ${count} and has no configuration file: all of it is gone when it is taken down.`),
    running: known(count),
    canPush: false,
  });
}

/** What the kernel says of the interface as a link. */
export interface LinkState {
  /** Bytes. */
  readonly mtu: number | undefined;
  /** Set up by the administrator. */
  readonly isUp: boolean;
}

/** Settings of the interface itself. */
export function interfaceDrift(
  hub: HubState,
  wanted: WantedInterface,
  running: DumpInterface,
  link: LinkState | undefined,
  item: ItemOf,
): DriftItem[] {
  const { name } = running;
  const items: DriftItem[] = [];
  if (!isSameSecret(wanted.privateKey, running.privateKey)) {
    const what = known(
      `${name} runs with another private key than the file has: peers that know one refuse the other.`,
    );
    const [file, inUse] = [wanted.publicKey, running.publicKey].map((key) =>
      key === undefined ? undefined : known(`public key ${key}`),
    );
    items.push(item('private-key', 'bad', ofInterface, { what, file, running: inUse, canPush: false }));
  }
  if (wanted.listenPort !== undefined && wanted.listenPort !== running.listenPort) {
    const what = known(`${name} listens on port ${running.listenPort}, and the file says ${wanted.listenPort}.`);
    const [file, inUse] = [wanted.listenPort, running.listenPort].map((port) => known(`${port}`));
    items.push(item('listen-port', 'warn', ofInterface, { what, file, running: inUse }));
  }
  items.push(...fwmarkDrift(wanted, running, item));
  if (wanted.mtu !== undefined && link?.mtu !== undefined && wanted.mtu !== link.mtu) {
    const what = known(`${name} has an MTU of ${link.mtu}, and the file says ${wanted.mtu}.`);
    const [file, inUse] = [wanted.mtu, link.mtu].map((mtu) => known(`${mtu}`));
    items.push(item('mtu', 'warn', ofInterface, { what, file, running: inUse, canPush: false }));
  }
  if (link?.isUp === false) {
    const what = known(
      `${hub.interfaceName} is set down: nothing goes through it, and its routes and IPv6 addresses are gone.`,
    );
    items.push(item('interface-down', 'bad', ofInterface, { what, canPush: false, canAdopt: false }));
  }
  return items;
}

function fwmarkDrift(wanted: WantedInterface, running: DumpInterface, item: ItemOf): DriftItem[] {
  if (wanted.fwmark === running.fwmark) return [];
  // For a peer of everything wg-quick sets a mark itself, and many hooks do, too.
  const isSetByQuick = wanted.fwmark === undefined && wantsPolicy(wanted);
  if (isSetByQuick || wanted.hooks.some(({ command }) => command.includes('fwmark'))) return [];
  const [file, inUse] = [wanted.fwmark, running.fwmark].map((mark) => known(mark === undefined ? 'off' : hex(mark)));
  const what = known(`${running.name} has the fwmark ${inUse}, and the file says ${file}.`);
  return [item('fwmark', 'warn', ofInterface, { what, file, running: inUse })];
}

/** Whether wg-quick makes rules and a mark for a default route. */
function wantsPolicy({ table, peers }: WantedInterface): boolean {
  if (table !== undefined) return false;
  for (const { allowedIps } of peers.values()) if (allowedIps.some((prefix) => prefix.endsWith('/0'))) return true;
  return false;
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}

/** Addresses that are only in one of both. */
export function addressDrift(
  { interfaceName, addresses }: HubState,
  wanted: WantedInterface,
  item: ItemOf,
): DriftItem[] {
  const asked = new Set(wanted.addresses.flatMap((text) => addressText(text) ?? []));
  // The kernel gives itself link-local ones.
  const there = addresses.map(({ text, onLink, scope }) => ({ text: `${text}/${onLink.length}`, scope }));
  const has = new Set(there.map(({ text }) => text));
  const inHook = (text: string) => wanted.hooks.some(({ command }) => command.includes(text));
  return [
    ...[...asked]
      .filter((text) => !has.has(text))
      .map((address) =>
        item(
          'address-missing',
          'bad',
          { kind: 'address', address },
          {
            what: known(`${interfaceName} lacks the address ${address} that the file gives it.`),
            file: known(address),
          },
        ),
      ),
    ...there
      .filter(({ text, scope }) => `${scope}` !== 'link' && !asked.has(text) && !inHook(text))
      .map(({ text: address }) =>
        item(
          'address-extra',
          'warn',
          { kind: 'address', address },
          {
            what: known(`${interfaceName} has the address ${address}, which is not in the file.`),
            running: known(address),
          },
        ),
      ),
  ];
}

/** The address as `ip` prints it: without a length it is a single one. Undefined for what is none. */
function addressText(text: string): string | undefined {
  const reading = parsePrefix(text);
  return reading === undefined ? undefined : `${formatAddress(reading.address)}/${reading.prefix.length}`;
}
