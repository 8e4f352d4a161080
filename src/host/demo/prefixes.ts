import ipaddr from 'ipaddr.js';

/** A prefix as the kernel writes it: host bits cleared, `/32` or `/128` where no length is given. Undefined where it is none. */
export function plainPrefix(text: string): string | undefined {
  const parsed = parse(text);
  if (parsed === undefined) return undefined;
  const [address, length] = parsed;
  const network = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${network.networkAddressFromCIDR(`${address}/${length}`)}/${length}`;
}

/** How many bits of the prefix lead to the address; undefined where it does not. `default` covers its whole family. */
export function bitsCovering(prefix: string, address: string): number | undefined {
  if (prefix === 'default') return 0;
  const [range, target] = [parse(prefix), parse(address)];
  if (range === undefined || target === undefined || range[0].kind() !== target[0].kind()) return undefined;
  return target[0].match(range as [ipaddr.IPv4 & ipaddr.IPv6, number]) ? range[1] : undefined;
}

function parse(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}
