import type { Argv, Host, RunResult } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { Family } from '../network/address.ts';
import { type InterfaceAddress, parseAddresses } from '../network/addresses.ts';
import { parseRoutes, type Route } from '../network/routes.ts';
import { parseConf } from '../wg/conf/conf-file.ts';
import { decodeConf } from '../wg/conf/decode.ts';
import { type DumpInterface, parseDump } from '../wg/dump.ts';
import type { HubConf, HubState } from '../wg/hub.ts';
import type { InterfaceName } from '../wg/key.ts';
import { readTableNumbers } from './table-numbers.ts';

/** `wg` and `ip` are given up after this long. */
const limits = { timeoutMs: 10_000, maxBytes: 64 * 1024 * 1024 } as const;

/** Where each program's `-quick` looks for its files. */
export const confDirectories = { wg: '/etc/wireguard', awg: '/etc/amnezia/amneziawg' } as const;

export type HubReading =
  | { readonly outcome: 'read'; readonly hub: HubState }
  /** A part of it could not be read; nothing may be decided then. */
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** A part that could not be read. The message is one printable sentence. */
class Unreadable extends Error {}

/**
 * Reads one interface as it is now: its file, what runs, its routes and addresses. All of it or nothing: whoever
 * compares must not take what could not be read for what is not there. Never throws.
 */
export async function readHubState(host: Host, interfaceName: InterfaceName): Promise<HubReading> {
  try {
    const running = await readRunning(host, interfaceName);
    const program = running?.program ?? ((await exists(host, 'awg', interfaceName)) ? 'awg' : 'wg');
    const [conf, routes, addresses] = await Promise.all([
      readConf(host, `${confDirectories[program]}/${interfaceName}.conf`),
      running === undefined ? [] : readRoutes(host, interfaceName),
      running === undefined ? [] : readAddresses(host, interfaceName),
    ]);
    return {
      outcome: 'read',
      hub: { interfaceName, program, conf, running: running?.state, routes, addresses },
    };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { outcome: 'failed', reason: printable(error.message) };
  }
}

/** Only where the other program has no file of that name does AmneziaWG's make the interface its own. */
async function exists(host: Host, program: 'wg' | 'awg', interfaceName: InterfaceName): Promise<boolean> {
  const [standard, asked] = await Promise.all(
    (['wg', program] as const).map((each) => host.stat(`${confDirectories[each]}/${interfaceName}.conf`)),
  );
  return standard?.outcome === 'absent' && asked?.outcome === 'read';
}

interface Running {
  readonly program: 'wg' | 'awg';
  readonly state: DumpInterface;
}

/** What runs; undefined where neither program knows the interface. */
async function readRunning(host: Host, interfaceName: InterfaceName): Promise<Running | undefined> {
  const refusals: string[] = [];
  for (const program of ['wg', 'awg'] as const) {
    const result = await host.run([program, 'show', interfaceName, 'dump'], limits);
    if (result.outcome === 'missing') continue;
    if (result.outcome === 'exited' && result.code === 0) {
      return { program, state: parseRunning(program, interfaceName, result.stdout) };
    }
    if (!isNotThere(result)) refusals.push(failure(`${program} show ${interfaceName} dump`, result));
  }
  if (refusals[0] !== undefined) throw new Unreadable(refusals[0]);
  return undefined;
}

/** ENODEV; EOPNOTSUPP for an interface of another kind; EPROTONOSUPPORT and ENOENT where the kernel has no WireGuard. */
function isNotThere(result: RunResult): boolean {
  return (
    result.outcome === 'exited' &&
    /No such device|Operation not supported|Protocol not supported|No such file/.test(result.stderr)
  );
}

/** Of one interface, `dump` leaves out the column that names it. */
function parseRunning(program: string, interfaceName: InterfaceName, text: string): DumpInterface {
  const rows = text.split('\n').filter((row) => row !== '');
  const dump = parseDump(rows.map((row) => `${interfaceName}\t${row}\n`).join(''));
  const [problem] = dump.problems;
  if (problem !== undefined) {
    throw new Unreadable(
      `${program} show ${interfaceName} dump: row ${problem.line} cannot be read: ${problem.problem}.`,
    );
  }
  const [state] = dump.interfaces;
  if (state === undefined) throw new Unreadable(`${program} show ${interfaceName} dump printed nothing.`);
  return state;
}

/** The file with its symbolic links followed. */
async function readConf(host: Host, path: string): Promise<HubConf | undefined> {
  const real = await host.realPath(path);
  if (real.outcome === 'absent') return undefined;
  if (real.outcome !== 'read') throw new Unreadable(`${path} cannot be read${because(real)}.`);
  const [bytes, stat] = await Promise.all([host.readBytes(real.value), host.stat(real.value)]);
  if (bytes.outcome === 'absent' || stat.outcome === 'absent') return undefined;
  if (bytes.outcome !== 'read') throw new Unreadable(`${path} cannot be read${because(bytes)}.`);
  if (stat.outcome !== 'read') throw new Unreadable(`${path} cannot be read${because(stat)}.`);
  if (stat.value.kind !== 'file') throw new Unreadable(`${path} is no file.`);
  return { path: real.value, mode: stat.value.mode, file: parseConf(decodeConf(bytes.value)) };
}

function because(result: { readonly outcome: string; readonly reason?: Printable }): string {
  if (result.outcome === 'denied') return ': permission denied';
  return result.reason === undefined ? '' : `: ${result.reason}`;
}

async function readRoutes(host: Host, interfaceName: InterfaceName): Promise<readonly Route[]> {
  const tables = await readTableNumbers(host);
  const read = async (family: Family): Promise<readonly Route[]> => {
    const option = family === 'v4' ? '-4' : '-6';
    const argv: Argv = ['ip', '-j', option, 'route', 'show', 'table', 'all', 'dev', interfaceName];
    const text = await ask(host, argv);
    if (text.trim() === '') return [];
    const { items, problems } = parseRoutes(text, family, tables);
    if (problems[0] !== undefined) throw new Unreadable(`${argv.join(' ')}: ${problems[0]}.`);
    return items.filter(({ protocol }) => protocol !== 'kernel').map((route) => withDevice(route, interfaceName));
  };
  const [v4, v6] = await Promise.all([read('v4'), read('v6')]);
  return [...v4, ...v6];
}

/** Asked for one device, `ip` does not print it. */
function withDevice(route: Route, interfaceName: InterfaceName): Route {
  const [first, ...others] = route.nextHops;
  return { ...route, nextHops: [{ ...first, dev: first.dev ?? printable(interfaceName) }, ...others] };
}

async function readAddresses(host: Host, interfaceName: InterfaceName): Promise<readonly InterfaceAddress[]> {
  const argv: Argv = ['ip', '-j', 'addr', 'show', 'dev', interfaceName];
  const { items, problems } = parseAddresses(await ask(host, argv));
  if (problems[0] !== undefined) throw new Unreadable(`${argv.join(' ')}: ${problems[0]}.`);
  return items;
}

async function ask(host: Host, argv: Argv): Promise<string> {
  const result = await host.run(argv, limits);
  if (result.outcome === 'exited' && result.code === 0) return result.stdout;
  throw new Unreadable(failure(argv.join(' '), result));
}

/** Why a run gave nothing, in a sentence. */
export function failure(command: string, result: RunResult): string {
  switch (result.outcome) {
    case 'missing':
      return `The program ${result.program} is missing.`;
    case 'timed-out':
      return `${command} did not answer within ${result.afterMs / 1000} s.`;
    case 'failed':
      return `${command} failed: ${result.reason}.`;
    case 'exited': {
      const words = result.stderr.split('\n').find((line) => line.trim() !== '') ?? `it ended with ${result.code}`;
      return `${command} failed: ${words.trim().replace(/\.$/, '').slice(0, 200)}.`;
    }
  }
}
