/** Random routes and rules for a namespace, and what the real kernel makes of them. */
import { existsSync } from 'node:fs';
import { mustRun, run, until } from './run.ts';

export type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export type Family = 'v4' | 'v6';

/** Devices that go down for good while there are routes by them. */
export const mortals = ['d4', 'd5', 'd6', 'd7', 'd8'] as const;
/** `d3` has no carrier. */
const devices = ['d0', 'd1', 'd2', 'd3', ...mortals] as const;
const tables = ['100', '101', '102', '103'] as const;

/** The name of a namespace of this process. */
export function worldName(suffix: string): string {
  return `mt-kl-${process.pid}-${suffix}`;
}

/** Deletes the namespaces of this process, and those of earlier ones that were killed before they could. */
export async function removeWorlds(): Promise<void> {
  const { stdout } = await run(['ip', 'netns', 'list']);
  const names = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
  for (const name of names) {
    const owner = /^mt-kl-(\d+)-/.exec(name)?.[1];
    const isOurs = owner === String(process.pid) || (owner !== undefined && !existsSync(`/proc/${owner}`));
    if (isOurs) await run(['ip', 'netns', 'delete', name]);
  }
}

/** Makes a namespace with some interfaces, in which the kernel ignores routes to the one without carrier or not. */
export async function addWorld(namespace: string, ignoreLinkdown: boolean): Promise<void> {
  await mustRun(['ip', 'netns', 'add', namespace]);
  const lines = ['link set lo up'];
  for (const device of devices) {
    const number = device.slice(1);
    lines.push(
      `link add ${device} type veth peer name p${number}`,
      `link set ${device} up`,
      ...(device === 'd3' ? [] : [`link set p${number} up`]),
      `addr add 10.200.${number}.1/24 dev ${device}`,
      `addr add fd00:200:${number}::1/64 dev ${device} nodad`,
    );
  }
  await mustRun(['ip', '-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
  const settings = [
    'net.ipv4.ip_forward=1',
    'net.ipv6.conf.all.forwarding=1',
    ...['all', 'default', 'lo', ...devices].map((name) => `net.ipv4.conf.${name}.rp_filter=0`),
    ...['ipv4', 'ipv6'].map((each) => `net.${each}.conf.d3.ignore_routes_with_linkdown=${ignoreLinkdown ? 1 : 0}`),
  ];
  await mustRun(['ip', 'netns', 'exec', namespace, 'sysctl', '-qw', ...settings]);
  // The kernel learns of a carrier with a delay of up to a second (net/core/link_watch.c).
  await until('carriers', 5000, async () => {
    const { stdout } = await mustRun(['ip', '-n', namespace, '-brief', 'link', 'show', 'type', 'veth']);
    const waiting = stdout.split('\n').filter((line) => /^[dp]/.test(line) && !/^[dp]3@/.test(line));
    return waiting.every((line) => /@\S+\s+UP\s/.test(line));
  });
}

/** Replaces the routes and, if asked, the rules by random ones, of which the kernel may refuse some; then a device dies. */
export async function shuffleWorld(
  namespace: string,
  random: Random,
  withRules: boolean,
  dying: (typeof mortals)[number] | undefined,
): Promise<void> {
  for (const family of ['v4', 'v6'] as const) {
    const flushes = ['main', 'local', 'default', ...tables].map((table) => `route flush table ${table} proto static`);
    const routes = Array.from({ length: 10 + random(50) }, (_, index) => randomRoute(family, random, index, withRules));
    const rules = withRules ? ['rule flush', ...randomRules(family, random)] : [];
    await batch(namespace, [optionOf(family)], [...flushes, ...routes, ...rules]);
  }
  if (dying !== undefined) await mustRun(['ip', '-n', namespace, 'link', 'set', dying, 'down']);
}

function randomRoute(family: Family, random: Random, index: number, withRules: boolean): string {
  const table = withRules
    ? pick(random, ['main', 'main', 'local', 'default', ...tables])
    : pick(random, ['main', 'main', 'main', 'local', 'default']);
  const metric = random(3) === 0 ? ` metric ${1 + random(3) * 500}` : '';
  const prefix = randomPrefix(family, random, random(12) === 0);
  const end = `table ${table} proto static${metric}`;
  const type = random(20);
  if (type < 4) return `route add ${['blackhole', 'unreachable', 'prohibit', 'throw'][type]} ${prefix} ${end}`;
  // The sources of the questions must not become the host's own, for which there are other checks.
  const isTen = /^(10|fd00)[.:].*\/(?!([0-9])$)/.test(prefix);
  if (type === 4 && isTen) return `route add local ${prefix} dev lo ${end}`;
  if (type === 5 && isTen && family === 'v4') return `route add broadcast ${prefix} dev d0 ${end}`;
  const hop = (number: number) =>
    `via ${family === 'v4' ? `10.250.${number >> 8}.${number & 255}` : `fe80::${number.toString(16)}`} dev ${pick(random, devices)}`;
  if (type === 6) {
    const others = `nexthop ${hop(2 * index + 2000)} onlink nexthop ${hop(2 * index + 2001)} onlink`;
    return `route add ${prefix} ${end} ${others}`;
  }
  if (type === 7) return `route add ${prefix} dev ${pick(random, devices)} ${end}`;
  if (type === 8 && family === 'v6') {
    const own = maskText(randomBits(family, random), sourceSpecificLength);
    return `route add ${own} from fd00:200::/${pick(random, [32, 44, 48])} ${hop(index + 1)} ${end}`;
  }
  if (type === 9 && family === 'v4') return `route add ${prefix} tos 0x10 ${hop(index + 1)} onlink ${end}`;
  return `route add ${prefix} ${hop(index + 1)} onlink ${end}`;
}

function randomRules(family: Family, random: Random): string[] {
  // One more than the kernel began with: nobody can see that there had been others, see `KernelRouting.localAndMain`.
  const rules = ['lookup main priority 32766', 'lookup default priority 32767', 'nop priority 32765'].map(
    (rule) => `rule add ${rule}`,
  );
  for (let count = random(10); count > 0; count -= 1) {
    const words = [random(5) === 0 ? 'not' : ''];
    if (random(3) === 0) words.push(`from ${randomSource(family, random)}/${randomLength(family, random, 20)}`);
    // What a packet without a source has for one.
    else if (random(8) === 0) words.push(`from ${family === 'v4' ? '0.0.0.0/1' : '::/2'}`);
    if (random(4) === 0) words.push(`to ${randomPrefix(family, random, false)}`);
    if (random(4) === 0) words.push(`fwmark ${pick(random, ['1', '2', '51820', '0x1/0x3', '0/0x1'])}`);
    if (random(5) === 0) words.push(`iif ${pick(random, ['d0', 'd1', 'lo'])}`);
    if (random(12) === 0) words.push(pick(random, ['oif d0', 'ipproto tcp', 'tos 0x10']));
    const action = random(12);
    if (action === 0) words.push(pick(random, ['blackhole', 'unreachable', 'prohibit']));
    else if (action === 1) words.push(`goto ${pick(random, ['15000', '32766', '32767'])}`);
    else if (action === 2) words.push('nop');
    else words.push(`lookup ${pick(random, ['main', 'local', 'default', ...tables])}`);
    if (action > 2 && random(3) === 0) words.push(`suppress_prefixlength ${pick(random, [0, 0, 8, 24])}`);
    rules.push(
      `rule add ${words.join(' ')} priority ${pick(random, [15_000, 1 + random(32_000), 1 + random(32_000)])}`,
    );
  }
  return rules;
}

/** One question and the words for `ip route get` that ask it. */
export interface Question {
  readonly destination: string;
  readonly source: string | undefined;
  readonly iif: string | undefined;
  readonly mark: number | undefined;
}

export function randomQuestion(family: Family, random: Random, prefixes: readonly string[]): Question {
  const iif = random(2) === 0 ? pick(random, ['d0', 'd1', 'd2']) : undefined;
  const asks = iif !== undefined || random(3) === 0;
  return {
    destination: randomDestination(family, random, prefixes),
    // A packet that the host sends itself has one of its own addresses; one that comes in has none of them.
    source: asks ? (iif === undefined ? ownSource(family, random) : randomSource(family, random)) : undefined,
    iif,
    mark: random(3) === 0 ? pick(random, [1, 2, 3, 51_820]) : undefined,
  };
}

/** The kernel's answer: what `ip -j route get` printed, or the error that it answered. */
export type Answer =
  | { readonly kind: 'route'; readonly route: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: string };

/** Asks the kernel all questions in one process. `words` is what comes before the address, such as `fibmatch`. */
export async function askKernel(
  namespace: string,
  family: Family,
  questions: readonly Question[],
  words: string,
): Promise<Answer[]> {
  const lines = questions.map(({ destination, source, iif, mark }) =>
    [
      `route get ${words} ${destination}`,
      source === undefined ? '' : `from ${source}`,
      iif === undefined ? '' : `iif ${iif}`,
      mark === undefined ? '' : `mark ${mark}`,
    ].join(' '),
  );
  const result = await run(['ip', '-n', namespace, '-j', optionOf(family), '-force', '-batch', '-'], {
    input: `${lines.join('\n')}\n`,
    timeoutMs: 60_000,
  });
  const errors = new Map<number, string>();
  for (const match of result.stderr.matchAll(/^(.*)\nCommand failed -:(\d+)$/gm)) {
    errors.set(Number(match[2]), (match[1] ?? '').replace('RTNETLINK answers: ', ''));
  }
  const printed = result.stdout.split('\n').filter((line) => line.trim() !== '');
  return lines.map((_, index) => {
    const error = errors.get(index + 1);
    if (error !== undefined) return { kind: 'error', error };
    const [route] = JSON.parse(printed.shift() ?? '[]');
    return { kind: 'route', route: route ?? {} };
  });
}

export async function readWorld(namespace: string, family: Family) {
  const output = async (...words: string[]) =>
    (await mustRun(['ip', '-n', namespace, '-j', optionOf(family), ...words])).stdout;
  const [routes, rules] = await Promise.all([output('route', 'show', 'table', 'all'), output('rule')]);
  return { routes, rules };
}

function optionOf(family: Family): '-4' | '-6' {
  return family === 'v4' ? '-4' : '-6';
}

async function batch(namespace: string, options: readonly string[], lines: readonly string[]): Promise<void> {
  await run(['ip', '-n', namespace, ...options, '-force', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

function pick<T>(random: Random, choices: readonly [T, ...T[]] | readonly T[]): T {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new RangeError('nothing to choose from');
  return choice;
}

/** Few different bits, so that prefixes nest: one octet or group of four values after another. */
function randomBits(family: Family, random: Random): string {
  if (family === 'v4') {
    const octet = () => pick(random, [0, 1, 128, random(256)]);
    return `${pick(random, [10, 10, 172, 192, 1 + random(223)])}.${octet()}.${octet()}.${octet()}`;
  }
  const group = () => pick(random, [0, 0, 1, 0x8000, random(65_536)]).toString(16);
  return `${pick(random, ['fd00', 'fd00', '2001', '64'])}:${Array.from({ length: 7 }, group).join(':')}`;
}

function randomLength(family: Family, random: Random, least: number): number {
  const most = family === 'v4' ? 32 : 128;
  return least + random(most - least + 1);
}

/**
 * No other route has this length: up to Linux 6.18 the kernel does not find the plain routes of a prefix once there is
 * one for other sources (fib6_node_lookup_1, mended later).
 */
const sourceSpecificLength = 47;

function randomPrefix(family: Family, random: Random, everything: boolean): string {
  if (everything) return family === 'v4' ? '0.0.0.0/0' : '::/0';
  const length = pick(random, [randomLength(family, random, 1), 8, 16, 24, 32]);
  const isTaken = family === 'v6' && length === sourceSpecificLength;
  return maskText(randomBits(family, random), isTaken ? length + 1 : length);
}

/** `ip route add` refuses host bits; clears them by hand, octet by octet or group by group. */
function maskText(address: string, length: number): string {
  const isV4 = address.includes('.');
  const width = isV4 ? 8 : 16;
  const parts = address.split(isV4 ? '.' : ':').map((part) => Number.parseInt(part, isV4 ? 10 : 16));
  const masked = parts.map((part, index) => {
    const kept = Math.min(Math.max(length - index * width, 0), width);
    return (part >> (width - kept)) << (width - kept);
  });
  return `${masked.map((part) => part.toString(isV4 ? 10 : 16)).join(isV4 ? '.' : ':')}/${length}`;
}

/** An address inside of a prefix (its first, its last, or any), or anywhere; never multicast, loopback or unspecified. */
function randomDestination(family: Family, random: Random, prefixes: readonly string[]): string {
  for (;;) {
    const inside = random(5) > 0 && prefixes.length > 0 ? pick(random, prefixes) : undefined;
    const address = inside === undefined ? randomBits(family, random) : randomInside(family, random, inside);
    const first = Number.parseInt(address, family === 'v4' ? 10 : 16);
    if (family === 'v4' ? first > 0 && first !== 127 && first < 224 : first > 0 && first < 0xfe00) return address;
  }
}

function randomInside(family: Family, random: Random, prefix: string): string {
  const isV4 = family === 'v4';
  const width = isV4 ? 8 : 16;
  const [network = '', length = ''] = prefix.split('/');
  // The first address, the last, or any.
  const host = pick(random, ['first', 'last', 'any', 'any'] as const);
  const bits = () => (host === 'any' ? random(2 ** width) : host === 'last' ? 2 ** width - 1 : 0);
  const parts = (isV4 ? network.split('.') : expand(network)).map((part) => Number.parseInt(part, isV4 ? 10 : 16));
  return parts
    .map((part, index) => {
      const free = width - Math.min(Math.max(Number(length) - index * width, 0), width);
      return (part | (bits() & (2 ** free - 1))).toString(isV4 ? 10 : 16);
    })
    .join(isV4 ? '.' : ':');
}

/** The eight groups of an IPv6 address without a dotted tail. */
function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
}

function ownSource(family: Family, random: Random): string {
  const number = random(3);
  return family === 'v4' ? `10.200.${number}.1` : `fd00:200:${number}::1`;
}

/** Addresses that are never the host's own. */
function randomSource(family: Family, random: Random): string {
  return family === 'v4' ? `203.0.113.${1 + random(8)}` : `fd00:200:${10 + random(4)}::${1 + random(8)}`;
}
