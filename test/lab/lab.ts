/**
 * A real WireGuard network in network namespaces, for tests and for developers (`npm run lab`).
 *
 *     const lab = await upLab({ id: 't1' });
 *     await lab.exec('edge', ['wg', 'show', 'all', 'dump']);
 *     await lab.down();
 *
 * Several labs live beside one another, each with an id. A lab touches only namespaces and files that it made.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Faults, faultsOf } from './faults.ts';
import { enter, plainEnvironment, startHolder } from './machine.ts';
import { addNamespaces, connect, holds, removeNamespaces, routerRules } from './network.ts';
import { installMissingPackages } from './packages.ts';
import { startPrintService } from './print-service.ts';
import { LabError, mustRun, type Result, type RunOptions, readingStdin, run, until } from './run.ts';
import { startSsh } from './ssh.ts';
import { type HostName, hosts, type PeerHost, type WireGuardHost, wireguardHosts } from './topology.ts';
import { ping } from './traffic.ts';
import { configure, fakePeers } from './wireguard.ts';

const labsDirectory = '/run/meshtui-lab';
/** The built product, which `npm run build` makes. */
export const bundle = join(import.meta.dirname, '..', '..', 'dist', 'meshtui.mjs');

export interface LabOptions {
  /** One to twelve small letters and digits. Default `dev`. */
  readonly id?: string;
  /** Whether the lab belongs to this process: {@link sweepLabs} removes it once the process is gone. Default true. */
  readonly owned?: boolean;
}

/** A network that is up. */
export interface Lab extends Faults {
  readonly id: string;
  readonly publicKeys: Readonly<Record<WireGuardHost, string>>;
  /** Runs a program on a host to its end, as root in /root, without a terminal. */
  exec(host: HostName, argv: readonly string[], options?: RunOptions): Promise<Result>;
  /** Like `exec`, but throws a {@link LabError} where the program fails. */
  must(host: HostName, argv: readonly string[], options?: RunOptions): Promise<Result>;
  /** The words that run a program on a host, for a pseudo-terminal. */
  spawnArgv(host: HostName, argv: readonly string[]): string[];
  /** The words that run the built meshtui on a host. */
  meshtuiArgv(host: HostName, args?: readonly string[]): string[];
  /** Writes a file of a host. Default mode: 0600. */
  writeFile(host: HostName, path: string, text: string, mode?: number): Promise<void>;
  /** Adds peers that nobody is behind to the hub's running interface; their public keys. */
  addPeers(count: number): Promise<readonly string[]>;
  /** Resolves once the hub has had a handshake with each of these peers after a time (seconds since the epoch, default: ever). */
  waitForHandshakes(
    peers: readonly PeerHost[],
    options?: { readonly since?: number; readonly ms?: number },
  ): Promise<void>;
  /** Kills every process in the lab and removes all that it made. */
  down(): Promise<void>;
}

/** What `up` leaves for later commands. It holds no secret. */
interface State {
  /** The process that the lab belongs to; 0 for none. */
  readonly owner: number;
  readonly holders: Readonly<Record<HostName, number>>;
  readonly publicKeys: Readonly<Record<WireGuardHost, string>>;
}

/** Why there can be no lab here, in a sentence; undefined where there can. */
export async function labObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'the lab needs Linux';
  if (process.getuid?.() !== 0) return 'the lab needs root: it makes network namespaces (sudo npm run lab -- up)';
  const packages = installMissingPackages();
  if (packages.outcome === 'missing') return `the lab needs ${packages.missing.join(', ')}: ${packages.reason}`;
  const trial = await run([
    'unshare',
    '--net',
    '--mount',
    '--uts',
    '--propagation',
    'private',
    'mount',
    '-t',
    'tmpfs',
    'lab',
    '/mnt',
  ]);
  if (trial.code !== 0) return `this machine lets nobody make namespaces: ${trial.stderr.trim()}`;
  return undefined;
}

/** Builds the network, in a few seconds, after removing what an earlier one of the same id left. Throws a {@link LabError}. */
export async function upLab({ id = 'dev', owned = true }: LabOptions = {}): Promise<Lab> {
  checkId(id);
  const obstacle = await labObstacle();
  if (obstacle !== undefined) throw new LabError(obstacle);
  await downLab(id);
  mkdirSync(labsDirectory, { recursive: true, mode: 0o700 });
  mkdirSync(directoryOf(id), { mode: 0o700 });
  try {
    return await build(id, owned);
  } catch (error) {
    await downLab(id);
    throw error;
  }
}

async function build(id: string, owned: boolean): Promise<Lab> {
  await addNamespaces(id, labsDirectory);
  const pids = await Promise.all(
    hosts.map(async (host) => {
      const scratch = join(directoryOf(id), host);
      mkdirSync(scratch, { mode: 0o700 });
      return [host, await startHolder(id, host, scratch)] as const;
    }),
  );
  const holders = Object.fromEntries(pids) as Record<HostName, number>;
  const { files, publicKeys } = configure();
  const state: State = { owner: owned ? process.pid : 0, holders, publicKeys };
  writeFileSync(stateFile(id), JSON.stringify(state), { mode: 0o600 });
  const lab = labOf(id, state);

  await connect(id);
  await Promise.all([
    ...(['net', 'nat', 'edge'] as const).map((host) =>
      lab.must(host, ['nft', '-f', '-'], { input: routerRules[host] }),
    ),
    ...wireguardHosts.map((host) => lab.writeFile(host, '/etc/wireguard/wg0.conf', files[host])),
    ...hosts.map((host) => installMeshtui(lab, host)),
  ]);
  await lab.must('edge', ['wg-quick', 'up', 'wg0']);
  await Promise.all([
    startSsh(lab),
    startPrintService(lab),
    ...wireguardHosts.filter((host) => host !== 'edge').map((host) => lab.must(host, ['wg-quick', 'up', 'wg0'])),
  ]);
  // The phone keeps silent until it has something to say.
  await ping(lab, 'phone', 'edge', 1);
  await lab.waitForHandshakes(['home', 'laptop', 'phone', 'roamer']);
  return lab;
}

/** A lab that is up already. Throws a {@link LabError} where there is none. */
export function openLab(id = 'dev'): Lab {
  checkId(id);
  if (!existsSync(stateFile(id))) throw new LabError(`there is no lab "${id}": npm run lab -- up`);
  const state = JSON.parse(readFileSync(stateFile(id), 'utf8')) as State;
  const lost = hosts.filter((host) => !holds(state.holders[host], id, host));
  if (lost.length > 0) throw new LabError(`the lab "${id}" has lost ${lost.join(', ')}: npm run lab -- up`);
  return labOf(id, state);
}

/** Removes a lab, whatever state it is in; nothing where there is none. */
export async function downLab(id: string): Promise<void> {
  checkId(id);
  await removeNamespaces(id, labsDirectory);
  rmSync(directoryOf(id), { recursive: true, force: true });
  if (existsSync(labsDirectory) && readdirSync(labsDirectory).length === 0) rmdirSync(labsDirectory);
}

/** The ids of the labs that are here, up or broken. */
export function labIds(): string[] {
  if (!existsSync(labsDirectory)) return [];
  return readdirSync(labsDirectory).filter((name) => idPattern.test(name));
}

/** Removes the labs whose process is gone: a test run that was killed. */
export async function sweepLabs(): Promise<void> {
  for (const id of labIds()) {
    if (!existsSync(stateFile(id))) continue;
    const { owner } = JSON.parse(readFileSync(stateFile(id), 'utf8')) as State;
    if (owner !== 0 && !existsSync(`/proc/${owner}`)) await downLab(id);
  }
}

function labOf(id: string, state: State): Lab {
  const spawnArgv = (host: HostName, argv: readonly string[]) => enter(state.holders[host], argv);
  const inside = (options?: RunOptions): RunOptions => ({ ...options, env: { ...plainEnvironment, ...options?.env } });
  const base: Omit<Lab, keyof Faults> = {
    id,
    publicKeys: state.publicKeys,
    spawnArgv,
    exec: (host, argv, options) => run(spawnArgv(host, argv), inside(options)),
    must: (host, argv, options) => mustRun(spawnArgv(host, argv), inside(options)),
    meshtuiArgv: (host, args = []) => spawnArgv(host, [process.execPath, bundle, ...args]),
    async writeFile(host, path, text, mode = 0o600) {
      const octal = mode.toString(8);
      await base.must(host, readingStdin(['install', '-m', octal, '/dev/stdin', path]), { input: text });
    },
    async addPeers(count) {
      const { configuration, publicKeys } = fakePeers(count);
      await base.must('edge', readingStdin(['wg', 'addconf', 'wg0', '/dev/stdin']), {
        input: configuration,
        timeoutMs: 120_000,
      });
      return publicKeys;
    },
    async waitForHandshakes(peers, { since = 1, ms = 10_000 } = {}) {
      await until(`handshakes of ${peers.join(', ')}`, ms, async () => {
        const { stdout } = await base.must('edge', ['wg', 'show', 'wg0', 'latest-handshakes']);
        const times = new Map(stdout.split('\n').map((line) => [line.split('\t')[0], Number(line.split('\t')[1])]));
        return peers.every((peer) => (times.get(state.publicKeys[peer]) ?? 0) >= since);
      });
    },
    down: () => downLab(id),
  };
  const lab: Lab = { ...base, ...faultsOf(base as Lab) };
  return lab;
}

/** `meshtui` on every host is the bundle of this repository, under this Node. */
async function installMeshtui(lab: Lab, host: HostName): Promise<void> {
  const script = `#!/bin/sh\nexec ${process.execPath} ${bundle} "$@"\n`;
  await lab.writeFile(host, '/root/bin/meshtui', script, 0o755);
}

const idPattern = /^[a-z0-9]{1,12}$/;

function checkId(id: string): void {
  if (!idPattern.test(id)) throw new LabError(`"${id}" is no id of a lab: one to twelve small letters and digits`);
}

function directoryOf(id: string): string {
  return join(labsDirectory, id);
}

function stateFile(id: string): string {
  return join(directoryOf(id), 'state.json');
}
