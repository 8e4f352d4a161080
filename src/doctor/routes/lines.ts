import { known, type Printable } from '../../host/printable.ts';
import { type Family, formatAddress } from '../../network/address.ts';
import { bitsOf, type ParsedPrefix } from '../../network/prefix.ts';
import type { NextHop, Route } from '../../network/routes.ts';
import { tableKey } from '../../network/tables.ts';

/** The command that shows all routes of a family. */
export function routesCommand(family: Family): Printable {
  return known(`ip -${familyDigit(family)} route show table all`);
}

/** `4` or `6`, as the options of `ip` have them. */
export function familyDigit(family: Family): '4' | '6' {
  return family === 'v4' ? '4' : '6';
}

/** A prefix as `ip` prints it: `default` for everything, a single address without its length. */
export function shortPrefix({ family, length, text }: ParsedPrefix): string {
  if (length === 0) return 'default';
  return length === bitsOf(family) ? text.slice(0, text.lastIndexOf('/')) : text;
}

/** A route as `ip route show table all` prints it, as far as it is read. */
export function routeLine(route: Route): Printable {
  const { type, prefix, table, nextHops, protocol, scope, metric } = route;
  const words = [
    ...(type === 'unicast' ? [] : [type]),
    shortPrefix(prefix),
    ...nextHops.flatMap(nextHopWords),
    ...(tableKey(table) === mainTable ? [] : ['table', table.name]),
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...(scope === undefined ? [] : ['scope', scope]),
    ...(metric === 0 ? [] : ['metric', String(metric)]),
  ];
  return known(words.join(' '));
}

const mainTable = '254';

function nextHopWords({ dev, via }: NextHop): string[] {
  return [...(via === undefined ? [] : ['via', formatAddress(via)]), ...(dev === undefined ? [] : ['dev', dev])];
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(items: readonly string[], most = 3): string {
  const shown = items.length <= most ? items : items.slice(0, most - 1);
  const left = items.length - shown.length;
  const parts = left === 0 ? shown : [...shown, `${left} more`];
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
