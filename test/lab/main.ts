/** `npm run lab`: the developer's hand on the lab. Exit codes: 0 done, 1 failed, 2 wrong usage; `exec` and `shell` hand on theirs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { bundle, downLab, type Lab, labIds, labObstacle, openLab, upLab } from './lab.ts';
import { LabError } from './run.ts';
import { type HostName, hosts, printPort, purposes, secondLan, underlay } from './topology.ts';
import { addressOf, everydayTraffic } from './traffic.ts';

const usage = `npm run lab -- [--id ID] COMMAND

  up                       build the network (default id: dev)
  down                     remove it, with all that runs in it
  status                   what is up: the hosts, and the hub's view of its peers
  shell HOST               a shell on a host: ${hosts.join(', ')}
  exec HOST -- COMMAND…    run a command on a host
  meshtui [ARGUMENTS…]     the built meshtui on edge (npm run build first)
  traffic [SECONDS]        a copy from the NAS and some pings, 30 s by default
  peers N                  add N peers that nobody is behind
  demo FAULT [HOST]        cut, mend (edge, nat, laptop, phone, roamer, outsider); wrong-key, remove, restore
                           (home, laptop, phone, roamer); interface-down, interface-up (the same, and edge)

Behind home are two LANs: nas is on the first, printer on the second (${secondLan.v4}, ${secondLan.v6}); printer's
service answers over IPv6 only: exec laptop -- nc ${underlay.printer.v6} ${printPort}. The roamer sends everything
through the hub: exec roamer -- ping outsider.
`;

class UsageError extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof LabError)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const { id, command, rest } = parse(argv);
  switch (command) {
    case 'up':
      return up(id);
    case 'down':
      await refuseWithout(await labObstacle());
      await downLab(id);
      return 0;
    case 'status':
      return status(id);
    case 'shell':
      return interactive(openLab(id).spawnArgv(hostNamed(rest[0]), ['bash', '--login', ...rest.slice(1)]));
    case 'exec': {
      const words = rest[1] === '--' ? rest.slice(2) : rest.slice(1);
      if (words.length === 0) throw new UsageError('exec needs a host and a command');
      return interactive(openLab(id).spawnArgv(hostNamed(rest[0]), words));
    }
    case 'meshtui':
      if (!existsSync(bundle)) throw new LabError('there is no bundle yet: npm run build');
      return interactive(openLab(id).meshtuiArgv('edge', rest));
    case 'traffic':
      await everydayTraffic(openLab(id), rest[0] === undefined ? 30 : wholeNumber(rest[0]));
      return 0;
    case 'peers':
      await openLab(id).addPeers(wholeNumber(rest[0]));
      return 0;
    case 'demo':
      await makeFault(openLab(id), rest[0], rest[1] ?? 'laptop');
      return 0;
    case undefined:
    case 'help':
    case '--help':
      process.stdout.write(usage);
      return command === undefined ? 2 : 0;
    default:
      throw new UsageError(`there is no command "${command}" (npm run lab -- help)`);
  }
}

/** `--id` is read before the command and right after it; all else belongs to the command. */
function parse(argv: readonly string[]): { id: string; command: string | undefined; rest: readonly string[] } {
  const words = [...argv];
  let id = 'dev';
  for (const place of [0, 1]) {
    if (words[place] !== '--id') continue;
    const [, value] = words.splice(place, 2);
    if (value === undefined) throw new UsageError('--id needs a value');
    id = value;
  }
  const [command, ...rest] = words;
  return { id, command, rest };
}

async function up(id: string): Promise<number> {
  const start = performance.now();
  await upLab({ id, owned: false });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(
    `lab "${id}" is up (${seconds} s). Try: npm run lab -- meshtui, … shell laptop (then: ssh edge)\n`,
  );
  return 0;
}

async function status(id: string): Promise<number> {
  await refuseWithout(await labObstacle());
  process.stdout.write(`labs here: ${labIds().join(', ') || 'none'}\n`);
  const lab = openLab(id);
  for (const host of hosts) {
    process.stdout.write(`  ${host.padEnd(9)} ${addressOf(host).padEnd(14)} ${purposes[host]}\n`);
  }
  process.stdout.write((await lab.exec('edge', ['wg', 'show'])).stdout);
  return 0;
}

async function makeFault(lab: Lab, fault: string | undefined, host: string): Promise<void> {
  const uplink = () => oneOf(host, ['edge', 'nat', 'laptop', 'phone', 'roamer', 'outsider'] as const);
  const peer = () => oneOf(host, ['home', 'laptop', 'phone', 'roamer'] as const);
  const withInterface = () => oneOf(host, ['edge', 'home', 'laptop', 'phone', 'roamer'] as const);
  const faults: Readonly<Record<string, () => Promise<void>>> = {
    cut: () => lab.cut(uplink()),
    mend: () => lab.mend(uplink()),
    remove: () => lab.removePeer(peer()),
    restore: () => lab.restorePeer(peer()),
    'wrong-key': () => lab.wrongPresharedKey(peer()),
    'interface-down': () => lab.removeInterface(withInterface()),
    'interface-up': () => lab.restoreInterface(withInterface()),
  };
  const make = faults[fault ?? ''];
  if (make === undefined) throw new UsageError(`there is no fault "${fault ?? ''}": ${Object.keys(faults).join(', ')}`);
  await make();
}

/** Runs a program with this terminal; its exit code. */
function interactive(argv: readonly string[]): number {
  const [program = '', ...args] = argv;
  // The shell and what runs in it decide about Ctrl-C, not this process.
  process.on('SIGINT', () => undefined);
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}

function hostNamed(name: string | undefined): HostName {
  return oneOf(name, hosts);
}

function oneOf<Name extends string>(name: string | undefined, names: readonly Name[]): Name {
  const found = names.find((known) => known === name);
  if (found === undefined)
    throw new UsageError(`${name === undefined ? 'a host is missing' : `"${name}" does not fit`}: ${names.join(', ')}`);
  return found;
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^\d{1,5}$/.test(text)) throw new UsageError('a whole number is missing (at most 99999)');
  return Number(text);
}

async function refuseWithout(obstacle: string | undefined): Promise<void> {
  if (obstacle !== undefined) throw new LabError(obstacle);
}
