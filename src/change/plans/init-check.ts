/** What is said of a new hub, each answer checked against the host: usable while it is typed, and before a plan is made. */
import { printable } from '../../host/printable.ts';
import { type AddressBits, formatAddress, parseAddress } from '../../network/address.ts';
import { addressAt } from '../../network/pool-range.ts';
import { contains, containsPrefix, overlaps, type ParsedPrefix, parsePrefix } from '../../network/prefix.ts';
import type { InterfaceName } from '../../wg/key.ts';
import { problemOfHub } from '../../wg/profile/check-profile.ts';
import type { InitFacts } from './init-facts.ts';

/** An answer that can be used, or a sentence about why not. */
export type Checked<T> =
  | { readonly outcome: 'ok'; readonly value: T }
  | { readonly outcome: 'problem'; readonly reason: string };

const ok = <T>(value: T): Checked<T> => ({ outcome: 'ok', value });
const problem = (reason: string): Checked<never> => ({ outcome: 'problem', reason });

/** The port that clients expect (wireguard.com). */
const usualPort = 51_820;

/** What was typed, short enough for a sentence. */
function shown(text: string): string {
  const plain = printable(text);
  return `"${plain.length > 40 ? `${plain.slice(0, 40)}…` : plain}"`;
}

/** The first of wg0, wg1, … that neither an interface nor a file has. */
export function freeInterface({ interfaces, configurations }: InitFacts): string {
  const taken = new Set([...interfaces, ...configurations.map(({ interfaceName }) => interfaceName)]);
  for (let number = 0; ; number += 1) if (!taken.has(`wg${number}`)) return `wg${number}`;
}

/** The usual port, or the next one that nobody has. */
export function freePort({ ports }: Pick<InitFacts, 'ports'>): number {
  for (let port = usualPort; port < 65_536; port += 1) if (!ports.has(port)) return port;
  return usualPort;
}

/** Words that wg(8), ip(8) or the kernel take for something else than a name. */
const reservedNames = /^(all|default|interfaces|lo)$/;
/** systemd would take it for a unit of another kind. */
const unitSuffix = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope|snapshot)$/;

/** The name of an interface that is not there yet. */
export function checkInterface(text: string, facts: InitFacts): Checked<InterfaceName> {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(text)) {
    return problem(
      `${shown(text)} is no name for an interface: 1 to 15 letters, digits, _, - and dots, the first a letter or digit.`,
    );
  }
  if (reservedNames.test(text) || unitSuffix.test(text)) return problem(`${shown(text)} means something else.`);
  const file = facts.configurations.find(({ interfaceName }) => interfaceName === text);
  const isThere = facts.interfaces.includes(text);
  const other = `Another name is free: ${freeInterface(facts)}.`;
  if (isThere && facts.tunnels.includes(text)) {
    return problem(`The WireGuard interface ${text} is there already: meshtui shows it. ${other}`);
  }
  if (isThere) return problem(`There is an interface ${text} already. ${other}`);
  if (file !== undefined) {
    return problem(
      `${printable(file.path)} is there already, and ${text} does not run: wg-quick up ${text} brings it up. ${other}`,
    );
  }
  return ok(text as InterfaceName);
}

/** A UDP port that nobody has. */
export function checkPort(text: string, facts: Pick<InitFacts, 'ports'>): Checked<number> {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) return problem(`${shown(text)} is no port: a number from 1 to 65535.`);
  const holder = facts.ports.get(port);
  return holder === undefined
    ? ok(port)
    : problem(`UDP port ${port} is in use: ${holder}. Port ${freePort(facts)} is free.`);
}

/** What clients dial. */
interface DialledHost {
  /** An address without brackets, or a name. */
  readonly host: string;
  /** Undefined: the one that the hub listens on. */
  readonly port: number | undefined;
}

/** `HOST`, `HOST:PORT`, an IPv6 address with or without brackets. */
export function checkEndpoint(text: string): Checked<DialledHost> {
  const whole = parseAddress(text);
  const [, bracketed, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([1-9]\d{0,4}))?$/.exec(text) ?? [];
  const host = whole !== undefined ? text : (bracketed ?? name);
  if (host === undefined || host === '') {
    return problem(`${shown(text)} is no endpoint: an address or a name, and :PORT where it differs.`);
  }
  const port = whole !== undefined || digits === undefined ? undefined : Number(digits);
  const address = parseAddress(host);
  if (bracketed !== undefined && whole === undefined && address?.family !== 'v6') {
    return problem(`${shown(text)} is no endpoint: only IPv6 addresses stand in brackets.`);
  }
  const reason = problemOfHub(host, port ?? usualPort);
  if (reason !== undefined) return problem(reason);
  if (address !== undefined && !isDialled(address)) {
    return problem(`${formatAddress(address)} is no address that a client could dial.`);
  }
  return ok({ host: address === undefined ? host.replace(/\.$/, '') : formatAddress(address), port });
}

const neverDialled = prefixes('0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8');

function isDialled(address: AddressBits): boolean {
  return !neverDialled.some((prefix) => contains(prefix, address));
}

function prefixes(...texts: readonly string[]): ParsedPrefix[] {
  return texts.flatMap((text) => parsePrefix(text)?.prefix ?? []);
}

/** A prefix for clients, and the hub's own address in it. */
export interface Pool {
  readonly prefix: ParsedPrefix;
  /** With its length, such as `10.66.7.1/24`. */
  readonly hub: string;
}

const unusable = prefixes('0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/8', 'fe80::/10', 'ff00::/8');

/** One prefix for clients: with host bits it says the hub's own address as well, else that is the first one. */
export function checkPool(text: string, facts: Pick<InitFacts, 'taken' | 'operator' | 'hasIpv6'>): Checked<Pool> {
  const reading = text.includes('/') ? parsePrefix(text) : undefined;
  if (reading === undefined) return problem(`${shown(text)} is no prefix such as 10.66.7.0/24 or fd12:3456:789a::/64.`);
  const { prefix, address, hostBitsSet } = reading;
  const [widest, narrowest] = prefix.family === 'v4' ? [8, 30] : [16, 126];
  if (prefix.length < widest || prefix.length > narrowest) {
    return problem(`${prefix.text} has the wrong size for clients: from /${widest} to /${narrowest}.`);
  }
  if (unusable.some((other) => overlaps(other, prefix))) return problem(`${prefix.text} cannot be given to clients.`);
  if (prefix.family === 'v6' && !facts.hasIpv6) return problem('This host has no IPv6.');
  const { operator } = facts;
  if (operator !== undefined && contains(prefix, operator)) {
    return problem(
      `${prefix.text} holds ${formatAddress(operator)}, from which you come: answers to you would go into the tunnel.`,
    );
  }
  const collision = facts.taken.find(({ prefix: other, kind }) => collides(prefix, other, kind === 'route'));
  if (collision !== undefined) return problem(`${prefix.text} is in use: ${collision.by}.`);
  const own = hostBitsSet ? address : addressAt(prefix, 1);
  if (own === undefined || isLast(own, prefix))
    return problem(`${printable(text)} is no address that a host can have.`);
  return ok({ prefix, hub: `${formatAddress(own)}/${prefix.length}` });
}

/** A wider route may lose a part; a part of the pool may not lead elsewhere. */
function collides(pool: ParsedPrefix, other: ParsedPrefix, isRoute: boolean): boolean {
  if (!overlaps(pool, other)) return false;
  return isRoute ? containsPrefix(pool, other) : true;
}

/** The broadcast address of IPv4. */
function isLast(address: AddressBits, prefix: ParsedPrefix): boolean {
  return prefix.family === 'v4' && (~address.a & (2 ** (32 - prefix.length) - 1)) === 0;
}

/** All prefixes for clients: at least one, none in another. */
export function checkPools(
  texts: readonly string[],
  facts: Pick<InitFacts, 'taken' | 'operator' | 'hasIpv6'>,
): Checked<readonly Pool[]> {
  if (texts.length === 0) return problem('A hub needs a prefix to give addresses from, such as 10.66.7.0/24.');
  if (texts.length > mostPools) return problem(`At most ${mostPools} prefixes.`);
  const pools: Pool[] = [];
  for (const text of texts) {
    const checked = checkPool(text, facts);
    if (checked.outcome === 'problem') return checked;
    const { prefix } = checked.value;
    const other = pools.find((pool) => overlaps(pool.prefix, prefix));
    if (other !== undefined) return problem(`${prefix.text} and ${other.prefix.text} share addresses.`);
    pools.push(checked.value);
  }
  return ok(pools);
}

const mostPools = 8;
