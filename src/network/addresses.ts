import type { Printable } from '../host/printable.ts';
import { type AddressBits, type Family, parseAddress } from './address.ts';
import { type Fields, type Parsed, parseIpJson } from './ip-json.ts';
import { bitsOf, type ParsedPrefix, prefixOf } from './prefix.ts';

/** One address of an interface as `ip -j addr` prints it. */
export interface InterfaceAddress {
  readonly dev: Printable;
  readonly family: Family;
  readonly address: AddressBits;
  /** The text of the address, without a length. */
  readonly text: Printable;
  /** The prefix that it makes directly reachable; on a point-to-point link that of the other end. */
  readonly onLink: ParsedPrefix;
  /** `global`, `link` (IPv6 fe80::/64), `host`, … */
  readonly scope: Printable | undefined;
  /** IPv6: not usable before it was made sure that nobody else has it. */
  readonly tentative: boolean;
  /** IPv6: somebody else has it, so that it is not used. */
  readonly dadFailed: boolean;
  /** The kernel made no route for the prefix. */
  readonly noPrefixRoute: boolean;
}

/** Parses `ip -j addr`. Never throws. */
export function parseAddresses(text: string): Parsed<InterfaceAddress> {
  return parseIpJson(text, 'interface', (fields) => {
    const dev = fields.text('ifname');
    if (dev === undefined) return 'it has no name ("ifname")';
    const read = fields.objects('addr_info').map((info) => readAddress(dev, info));
    const wrong = read.find((each) => typeof each === 'string');
    if (wrong !== undefined) fields.complain(wrong);
    return read.filter((each) => typeof each !== 'string');
  });
}

function readAddress(dev: Printable, info: Fields): InterfaceAddress | string {
  const text = info.text('local');
  const address = text === undefined ? undefined : parseAddress(text);
  if (text === undefined || address === undefined) return `an address of ${dev} is none: ${text?.slice(0, 60)}`;
  const peer = info.text('address');
  const length = info.count('prefixlen') ?? bitsOf(address.family);
  return {
    dev,
    family: address.family,
    address,
    text,
    onLink: prefixOf((peer === undefined ? undefined : parseAddress(peer)) ?? address, length),
    scope: info.text('scope'),
    tentative: info.has('tentative'),
    dadFailed: info.has('dadfailed'),
    noPrefixRoute: info.has('noprefixroute'),
  };
}
