/** The port that a path ends at. */
export interface Port {
  readonly number: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Where a path is to lead: a name or an address, and perhaps a port there. */
export interface Target {
  readonly host: string;
  readonly port: Port | undefined;
}

const withPort = /^(?<host>.+):(?<number>[^:/]*)(?:\/(?<protocol>[^:/]*))?$/s;

/**
 * Reads `laptop`, `10.8.0.4`, `192.168.1.50:445/tcp`, `fd08::5`, `[fd08::5]`, `[fd08::5]:443/tcp`. Gives a sentence
 * where the text is none of these.
 */
export function parseTarget(text: string): Target | string {
  const bracketed = /^\[(?<host>[^[\]]*)\](?<rest>.*)$/s.exec(text)?.groups;
  if (bracketed !== undefined) {
    const { host = '', rest = '' } = bracketed;
    if (!host.includes(':')) return 'Only an IPv6 address stands in brackets';
    return rest === '' ? { host, port: undefined } : portOf(host, withPort.exec(`x${rest}`)?.groups, rest);
  }
  if (text.trim() === '') return 'The name or the address is empty';
  const colons = text.split(':').length - 1;
  if (colons === 0) return { host: text, port: undefined };
  if (colons > 1) {
    if (!text.includes('/')) return { host: text, port: undefined };
    return 'An IPv6 address with a port is written like [fd08::5]:443/tcp';
  }
  const groups = withPort.exec(text)?.groups;
  return portOf(groups?.['host'] ?? '', groups, text);
}

function portOf(host: string, groups: Readonly<Record<string, string>> | undefined, given: string): Target | string {
  const example = 'a port is written like :443/tcp or :51820/udp';
  const { number: digits = '', protocol } = groups ?? {};
  if (host === '' || !/^\d{1,5}$/.test(digits)) return `There is no port in "${given}": ${example}`;
  const number = Number(digits);
  if (number < 1 || number > 65_535) return `There is no port ${digits}: ports are 1 to 65535`;
  if (protocol === undefined) return `The protocol is missing: ${example}`;
  if (protocol !== 'tcp' && protocol !== 'udp') return `"${protocol}" is no protocol of a port: ${example}`;
  return { host, port: { number, protocol } };
}
