import { type Printable, printable } from '../host/printable.ts';
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

/**
 * Reads one row of `wg show all dump` (wg(8), show.c:dump_print), told by its number of fields: 5 for an interface, 9 for
 * a peer, more for an AmneziaWG interface.
 */
export function readRow(line: string): DumpRow {
  const fields = line.split('\t');
  if (fields.length === 9) {
    const peer = readPeer(fields);
    return typeof peer === 'string' ? { kind: 'problem', problem: peer } : { kind: 'peer', peer };
  }
  const head = fields.length === 5 || fields.length > 9 ? readInterface(fields) : `it has ${fields.length} fields`;
  return typeof head === 'string' ? { kind: 'problem', problem: head } : { kind: 'interface', head };
}

const decimal = /^\d{1,20}$/;

function readPeer(fields: readonly string[]): DumpPeer | string {
  // One by one: taking a list apart runs its iterator, and this runs 10,000 times before the first paint.
  const name = fields[0] ?? '';
  const key = fields[1] ?? '';
  const preshared = fields[2] ?? '';
  const endpoint = fields[3] ?? '';
  const allowed = fields[4] ?? '';
  const handshake = fields[5] ?? '';
  const rx = fields[6] ?? '';
  const tx = fields[7] ?? '';
  const keepalive = fields[8] ?? '';
  if (name === '') return 'field 1 is no interface name';
  if (parsePublicKey(key) === undefined) return 'field 2 is no public key';
  if (!decimal.test(handshake)) return 'field 6 is no time';
  if (!decimal.test(rx) || !decimal.test(tx)) return 'fields 7 and 8 are no byte counters';
  const interval = readKeepalive(keepalive);
  if (Number.isNaN(interval)) return 'field 9 is no keepalive interval';
  const interfaceName = nameOf(name);
  const publicKey = key as PublicKey;
  return {
    id: peerId(interfaceName, publicKey),
    interfaceName,
    publicKey,
    presharedKey: readPresharedKey(preshared),
    endpoint: readEndpoint(endpoint),
    allowedIps: readAllowedIps(allowed),
    latestHandshake: Number(handshake) === 0 ? undefined : Number(handshake) * 1000,
    rxBytes: Number(rx),
    txBytes: Number(tx),
    persistentKeepalive: interval,
  };
}

/** What the field of the preshared key says. */
export function readPresharedKey(text: string): Secret | undefined {
  return text === '(none)' ? undefined : new Secret(text);
}

/** What the field of the endpoint says. */
export function readEndpoint(text: string): Printable | undefined {
  return text === '(none)' ? undefined : printable(text);
}

/** What the field of the allowed IPs says. */
export function readAllowedIps(text: string): readonly Printable[] {
  if (text === '(none)' || text === '') return [];
  return text.includes(',') ? text.split(',').map(printable) : [printable(text)];
}

/** The name that was read last: thousands of rows have the same. */
let lastName = { text: '', name: '' as InterfaceName };

function nameOf(text: string): InterfaceName {
  if (lastName.text !== text) lastName = { text, name: printable(text) as string as InterfaceName };
  return lastName.name;
}

/** Seconds, undefined for `off`, NaN for what is neither. AmneziaWG prints ranges such as `25-30`. */
function readKeepalive(text: string): number | undefined {
  if (text === 'off') return undefined;
  const match = /^(?:\d{1,5}-)?(\d{1,5})$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]);
}

function readInterface(fields: readonly string[]): InterfaceHead | string {
  const [name = '', privateKey = '', publicKey = '', listenPort = ''] = fields;
  const fwmark = fields.at(-1) ?? '';
  const key = parsePublicKey(publicKey);
  if (name === '') return 'field 1 is no interface name';
  if (key === undefined && publicKey !== '(none)') return 'field 3 is no public key';
  if (!/^\d{1,5}$/.test(listenPort)) return 'field 4 is no port';
  if (fwmark !== 'off' && !/^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(fwmark)) return 'the last field is no fwmark';
  return {
    name: nameOf(name),
    flavour: fields.length === 5 ? 'wireguard' : 'amneziawg',
    publicKey: key === undefined ? undefined : (key as PublicKey),
    privateKey: privateKey === '(none)' ? undefined : new Secret(privateKey),
    listenPort: Number(listenPort),
    fwmark: fwmark === 'off' ? undefined : Number(fwmark),
  };
}
