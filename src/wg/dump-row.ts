import { printable } from '../host/printable.ts';
import type { DumpInterface, DumpPeer } from './dump.ts';
import { type InterfaceName, type PublicKey, parsePublicKey } from './key.ts';
import { peerId } from './peer.ts';
import { Secret } from './secret.ts';

/** What the interface's own row says. */
export type InterfaceHead = Omit<DumpInterface, 'peers'>;

/** One row of a dump, or what is wrong with it: never its text, which may hold a key. */
export type DumpRow =
  | { readonly kind: 'peer'; readonly peer: DumpPeer }
  | { readonly kind: 'interface'; readonly head: InterfaceHead }
  | { readonly kind: 'problem'; readonly problem: string };

/** How a piece of the row is kept: as it is, or as a copy that does not keep what it was cut from alive, as V8's slices do. */
export type Keep = (text: string) => string;

/**
 * Reads one row of `wg show all dump` (wg(8), show.c:dump_print), told by its number of fields: 5 for an interface, 9 for
 * a peer, more for an AmneziaWG interface.
 */
export function readRow(line: string, keep: Keep): DumpRow {
  const fields = line.split('\t');
  if (fields.length === 9) {
    const peer = readPeer(fields, keep);
    return typeof peer === 'string' ? { kind: 'problem', problem: peer } : { kind: 'peer', peer };
  }
  const head =
    fields.length === 5 || fields.length > 9 ? readInterface(fields, keep) : `it has ${fields.length} fields`;
  return typeof head === 'string' ? { kind: 'problem', problem: head } : { kind: 'interface', head };
}

const decimal = /^\d{1,20}$/;

function readPeer(fields: readonly string[], keep: Keep): DumpPeer | string {
  const [
    name = '',
    key = '',
    preshared = '',
    endpoint = '',
    allowed = '',
    handshake = '',
    rx = '',
    tx = '',
    keepalive = '',
  ] = fields;
  if (name === '') return 'field 1 is no interface name';
  if (parsePublicKey(key) === undefined) return 'field 2 is no public key';
  if (!decimal.test(handshake)) return 'field 6 is no time';
  if (!decimal.test(rx) || !decimal.test(tx)) return 'fields 7 and 8 are no byte counters';
  const interval = readKeepalive(keepalive);
  if (Number.isNaN(interval)) return 'field 9 is no keepalive interval';
  const interfaceName = nameOf(name, keep);
  const publicKey = keep(key) as PublicKey;
  return {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: preshared === '(none)' ? undefined : new Secret(keep(preshared)),
    endpoint: endpoint === '(none)' ? undefined : printable(keep(endpoint)),
    allowedIps: allowed === '(none)' || allowed === '' ? [] : allowed.split(',').map((ip) => printable(keep(ip))),
    latestHandshake: handshake === '0' ? undefined : Number(handshake) * 1000,
    rxBytes: Number(rx),
    txBytes: Number(tx),
    persistentKeepalive: interval,
  };
}

/** The name that was read last: thousands of rows have the same. */
let lastName = { text: '', name: '' as InterfaceName };

function nameOf(text: string, keep: Keep): InterfaceName {
  if (lastName.text !== text) {
    const kept = keep(text);
    lastName = { text: kept, name: printable(kept) as string as InterfaceName };
  }
  return lastName.name;
}

/** Seconds, undefined for `off`, NaN for what is neither. AmneziaWG prints ranges such as `25-30`. */
function readKeepalive(text: string): number | undefined {
  if (text === 'off') return undefined;
  const match = /^(?:\d{1,5}-)?(\d{1,5})$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]);
}

function readInterface(fields: readonly string[], keep: Keep): InterfaceHead | string {
  const [name = '', privateKey = '', publicKey = '', listenPort = ''] = fields;
  const fwmark = fields.at(-1) ?? '';
  const key = parsePublicKey(publicKey);
  if (name === '') return 'field 1 is no interface name';
  if (key === undefined && publicKey !== '(none)') return 'field 3 is no public key';
  if (!/^\d{1,5}$/.test(listenPort)) return 'field 4 is no port';
  if (fwmark !== 'off' && !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(fwmark)) return 'the last field is no fwmark';
  return {
    name: nameOf(name, keep),
    flavour: fields.length === 5 ? 'wireguard' : 'amneziawg',
    publicKey: key === undefined ? undefined : (keep(key) as PublicKey),
    privateKey: privateKey === '(none)' ? undefined : new Secret(keep(privateKey)),
    listenPort: Number(listenPort),
    fwmark: fwmark === 'off' ? undefined : Number(fwmark),
  };
}
