import { readTableNumbers } from '../change/table-numbers.ts';
import type { Argv, Host } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import type { Family } from '../network/address.ts';
import { parseAddresses } from '../network/addresses.ts';
import type { Parsed } from '../network/ip-json.ts';
import { parseLinks } from '../network/links.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import { parseRules } from '../network/rules.ts';
import { parseSysctls, type Sysctls, sysctlPaths, sysctlRoot } from '../network/sysctl.ts';
import type { TableNumbers } from '../network/tables.ts';
import { type FileInterface, readConfInterface } from '../wg/conf-interface.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { FactPart } from '../wg/routing-facts.ts';
import type { NetworkFacts } from './network-facts.ts';

/** `ip` is given up after this long. 10,000 routes take it a fraction of a second. */
const limits = { timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 } as const;

/** What one source gave. */
interface Reading<T> {
  readonly value: T;
  /** A sentence where it could not be read to its end. */
  readonly problem: Printable | undefined;
}

/**
 * Reads what the kernel and the files say about where packets go, every source beside the others. One that fails leaves
 * its part empty, is in `incomplete`, and has one sentence in `problems`. Never throws.
 */
export async function readNetworkFacts(host: Host, interfaces: readonly InterfaceName[]): Promise<NetworkFacts> {
  const at = host.now();
  const tables = readTableNumbers(host);
  const [addresses, routes4, routes6, rules4, rules6, links, sysctls, files] = await Promise.all([
    readIp(host, ['ip', '-j', 'addr'], parseAddresses),
    tables.then((numbers) => readRoutes(host, 'v4', numbers)),
    tables.then((numbers) => readRoutes(host, 'v6', numbers)),
    tables.then((numbers) => readRules(host, 'v4', numbers)),
    tables.then((numbers) => readRules(host, 'v6', numbers)),
    readIp(host, ['ip', '-j', '-s', '-s', '-d', 'link'], parseLinks),
    readSysctls(host, interfaces),
    readFiles(host, interfaces),
  ]);
  // Without IPv6 some versions of `ip` print nothing for it, and some fail; there is nothing to be read then.
  const ofV6 = (reading: Reading<unknown>) => (sysctls.value.hasIpv6 ? reading.problem : undefined);
  const problemByPart: readonly (readonly [FactPart, Printable | undefined])[] = [
    ['addresses', addresses.problem],
    ['routes4', routes4.problem],
    ['routes6', ofV6(routes6)],
    ['rules4', rules4.problem],
    ['rules6', ofV6(rules6)],
    ['links', links.problem],
    ['sysctls', sysctls.problem],
    ['files', files.problem],
  ];
  return {
    at,
    addresses: addresses.value,
    routes: [...routes4.value, ...routes6.value],
    rules: [...rules4.value, ...rules6.value],
    links: links.value,
    sysctls: sysctls.value,
    files: files.value,
    incomplete: new Set(problemByPart.flatMap(([part, problem]) => (problem === undefined ? [] : [part]))),
    problems: [...new Set(problemByPart.flatMap(([, problem]) => problem ?? []))],
  };
}

function readRoutes(host: Host, family: Family, tables: TableNumbers) {
  const argv: Argv = ['ip', '-j', option(family), 'route', 'show', 'table', 'all'];
  const parse = (text: string) =>
    parseOnce(host, family, [text, ...tables].join('\n'), () => parseRoutes(text, family, tables));
  return readIp(host, argv, parse, isEmptyTable);
}

/** What was last parsed of each family. */
const parsedBefore = new WeakMap<Host, Map<Family, ParsedRoutes>>();

interface ParsedRoutes {
  readonly text: string;
  readonly parsed: Parsed<Route>;
}

/** Thousands of routes take a tenth of a second to parse, and seldom change. */
function parseOnce(host: Host, family: Family, text: string, parse: () => Parsed<Route>): Parsed<Route> {
  const byFamily = parsedBefore.get(host) ?? new Map<Family, ParsedRoutes>();
  parsedBefore.set(host, byFamily);
  const before = byFamily.get(family);
  if (before?.text === text) return before.parsed;
  const parsed = parse();
  byFamily.set(family, { text, parsed });
  return parsed;
}

function readRules(host: Host, family: Family, tables: TableNumbers) {
  return readIp(host, ['ip', '-j', option(family), 'rule'], (text) => parseRules(text, family, tables));
}

function option(family: Family): string {
  return family === 'v4' ? '-4' : '-6';
}

/** `ip -j route` prints nothing, rather than an empty list, where there is no route. */
function isEmptyTable(text: string): boolean {
  return text.trim() === '';
}

/** Runs `ip` and parses what it prints. */
async function readIp<T>(
  host: Host,
  argv: Argv,
  parse: (text: string) => Parsed<T>,
  isNothing: (text: string) => boolean = () => false,
): Promise<Reading<readonly T[]>> {
  const command = argv.join(' ');
  const result = await host.run(argv, limits);
  switch (result.outcome) {
    case 'missing':
      return { value: [], problem: known('The program ip is missing (install iproute2): routes cannot be read.') };
    case 'timed-out':
      return { value: [], problem: printable(`${command} did not answer within ${result.afterMs / 1000} s.`) };
    case 'failed':
      return { value: [], problem: printable(`${command} failed: ${result.reason}.`) };
    case 'exited': {
      if (result.code === 0 && isNothing(result.stdout)) return { value: [], problem: undefined };
      const parsed = result.stdout === '' && result.code !== 0 ? undefined : parse(result.stdout);
      if (result.code !== 0)
        return { value: parsed?.items ?? [], problem: failure(command, result.code, result.stderr) };
      return { value: parsed?.items ?? [], problem: unreadable(command, parsed?.problems ?? []) };
    }
  }
}

function failure(command: string, code: number, stderr: string): Printable {
  const words = stderr.split('\n').find((line) => line.trim() !== '') ?? `it ended with status ${code}`;
  const isOld = /Option "-j" is unknown/.test(stderr);
  return printable(
    isOld
      ? `${command} failed: this ip knows no -j (iproute2 before 4.14).`
      : `${command} failed: ${words.trim().replace(/\.$/, '').slice(0, 200)}.`,
  );
}

function unreadable(command: string, problems: readonly Printable[]): Printable | undefined {
  const [first, ...others] = problems;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return printable(`What ${command} prints could not be read whole: ${first}${more}.`);
}

/** A file that is not there is no problem: some are new, some go with their interface. */
async function readSysctls(host: Host, interfaces: readonly InterfaceName[]): Promise<Reading<Sysctls>> {
  const paths = sysctlPaths(interfaces);
  const read = await Promise.all(paths.map((path) => host.readFile(`${sysctlRoot}/${path}`)));
  const files = new Map<string, string>();
  const problems: string[] = [];
  read.forEach((one, index) => {
    const path = paths[index] ?? '';
    if (one.outcome === 'read') files.set(path, one.value);
    if (one.outcome === 'denied') problems.push(`no permission to read ${sysctlRoot}/${path}`);
    if (one.outcome === 'failed') problems.push(`${sysctlRoot}/${path} could not be read: ${one.reason}`);
  });
  if (files.size === 0 && problems.length === 0) problems.push(`there is nothing below ${sysctlRoot}`);
  const value = parseSysctls(files, interfaces);
  const [first, ...others] = [...problems, ...value.problems];
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return {
    value,
    problem: first === undefined ? undefined : printable(`Sysctls may be missing: ${first}${more}.`),
  };
}

const confDirectories = ['/etc/wireguard', '/etc/amnezia/amneziawg'] as const;

/** The first file of each interface's name. */
async function readFiles(
  host: Host,
  interfaces: readonly InterfaceName[],
): Promise<Reading<ReadonlyMap<InterfaceName, FileInterface>>> {
  const denied: string[] = [];
  const found = await Promise.all(
    interfaces.map(async (name) => {
      for (const directory of confDirectories) {
        const path = `${directory}/${name}.conf`;
        const read = await host.readFile(path);
        if (read.outcome === 'read') return [[name, readConfInterface(path, read.value)] as const];
        if (read.outcome !== 'absent') denied.push(path);
      }
      return [];
    }),
  );
  const problem = denied.length === 0 ? undefined : printable(`${denied.join(', ')} could not be read.`);
  return { value: new Map(found.flat()), problem };
}
