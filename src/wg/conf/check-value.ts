import { type AddressBits, formatAddress, parseAddress } from '../../network/address.ts';
import { type ParsedPrefix, prefixOf } from '../../network/prefix.ts';

/** The key of zeros: to wg(8) no key at all. */
export const zeroKey = `${'A'.repeat(43)}=`;

/** An endpoint as wg(8) reads it. */
export interface EndpointReading {
  /** A name is looked up once, when the file is applied. */
  readonly kind: 'address' | 'name';
  /** `address:port`, `[address]:port` or `name:port`, as wg(8) prints it. */
  readonly text: string;
  readonly host: string;
  readonly port: number;
}

/** One item of AllowedIPs. */
export interface AllowedIpReading {
  /** With its host bits cleared, as the kernel keeps it. */
  readonly prefix: ParsedPrefix;
  readonly address: AddressBits;
  readonly hostBitsSet: boolean;
}

/**
 * A port as getaddrinfo(3) of glibc reads it, cut to 16 bits: 65537 is 1, which is hardly meant. Undefined for others.
 * Service names of /etc/services, which wg(8) would take too, are refused: what they mean is not in the file.
 */
export function readPort(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^[+-]/, ''));
  if (value >= 1n << 64n) return undefined;
  const number = Number(BigInt.asIntN(32, text.startsWith('-') ? -value : value));
  return number < 0 ? undefined : number & 0xffff;
}

/** A firewall mark; 0 is off. Undefined for what wg(8) refuses (config.c: parse_fwmark). */
export function readFwmark(text: string): number | undefined {
  if (/^off$/i.test(text)) return 0;
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || text.startsWith('0X')) return undefined;
  const value = BigInt(text.startsWith('0x') ? text : text.replace(/^0+(?=\d)/, ''));
  return value > 0xffff_ffffn ? undefined : Number(value);
}

/** Seconds, 0 is off. Undefined for what wg(8) refuses (config.c: parse_persistent_keepalive). */
export function readKeepalive(text: string): number | undefined {
  if (/^off$/i.test(text)) return 0;
  if (!/^\d+$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds > 65_535 ? undefined : seconds;
}

/** One item of AllowedIPs; a length may have leading zeros, an address may not (config.c: parse_allowedips). */
export function readAllowedIp(item: string): AllowedIpReading | undefined {
  const slash = item.indexOf('/');
  const address = parseAddress(slash === -1 ? item : item.slice(0, slash));
  if (address === undefined) return undefined;
  const most = address.family === 'v4' ? 32 : 128;
  const digits = slash === -1 ? `${most}` : item.slice(slash + 1);
  if (!/^\d+$/.test(digits) || Number(digits) > most) return undefined;
  const prefix = prefixOf(address, Number(digits));
  const { a, b, c, d } = address;
  return {
    prefix,
    address,
    hostBitsSet: a !== prefix.a || b !== prefix.b || c !== prefix.c || d !== prefix.d,
  };
}

/**
 * An endpoint: brackets are needed only to tell an IPv6 address from its port, which is after the last colon (config.c:
 * parse_endpoint). Names are not looked up; one that no resolver could find is refused.
 */
export function readEndpoint(text: string): EndpointReading | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : undefined;
  if (bracket === -1) return undefined;
  const colon = bracket === undefined ? text.lastIndexOf(':') : bracket + 1;
  if (colon === -1 || text[colon] !== ':') return undefined;
  const host = bracket === undefined ? text.slice(0, colon) : text.slice(1, bracket);
  const port = readPort(text.slice(colon + 1));
  if (port === undefined) return undefined;
  const v4 = readLooseV4(host);
  if (v4 !== undefined) return { kind: 'address', host: v4, port, text: `${v4}:${port}` };
  const v6 = readScopedV6(host);
  if (v6 !== undefined) return { kind: 'address', host: v6, port, text: `[${v6}]:${port}` };
  return isHostName(host) ? { kind: 'name', host, port, text: `${host}:${port}` } : undefined;
}

/** An IPv4 address as inet_aton(3) reads it: one to four numbers, decimal, octal or hexadecimal, the last fills the rest. */
function readLooseV4(host: string): string | undefined {
  const parts = host.split('.');
  if (parts.length > 4) return undefined;
  let bits = 0;
  for (const [index, part] of parts.entries()) {
    const value = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)
      ? Number(part.replace(/^0+([0-7]+)$/, '0o$1'))
      : Number.NaN;
    const isLast = index === parts.length - 1;
    const room = isLast ? 2 ** (8 * (5 - parts.length)) : 256;
    if (Number.isNaN(value) || value >= room) return undefined;
    bits += isLast ? value : value * 2 ** (24 - 8 * index);
  }
  return formatAddress({ family: 'v4', a: bits, b: 0, c: 0, d: 0 });
}

/** An IPv6 address, with a scope where one is given: the name of an interface for a link-local address, else a number. */
function readScopedV6(host: string): string | undefined {
  const percent = host.indexOf('%');
  const address = parseAddress(percent === -1 ? host : host.slice(0, percent));
  if (address === undefined || address.family !== 'v6') return undefined;
  const text = formatAddress(address);
  if (percent === -1) return text;
  const scope = host.slice(percent + 1);
  const isLinkLocal = address.a >>> 22 === 0x3fa || (address.a >>> 24 === 0xff && ((address.a >>> 16) & 15) === 2);
  const isNumber = /^\d+$/.test(scope) && Number(scope) <= 0xffff_ffff;
  const isName = isLinkLocal && /^[^\s/:%]{1,15}$/.test(scope);
  return isNumber || isName ? `${text}%${scope}` : undefined;
}

/** Labels of letters, digits, hyphens and underscores; the last is no number. `*` is the machine itself (getaddrinfo). */
function isHostName(host: string): boolean {
  if (host === '*') return true;
  const labels = host.replace(/\.$/, '').split('.');
  return (
    host.length <= 254 &&
    labels.every((label) => /^[A-Za-z0-9_-]{1,63}$/.test(label)) &&
    !/^(0x[0-9a-f]*|\d+)$/i.test(labels.at(-1) ?? '')
  );
}
