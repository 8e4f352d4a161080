/** Where the bench runs: a private /etc/wireguard where it may have one, and the words that start meshtui there. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemPath } from '../../test/lab/packages.ts';
import { cleanEnvironment } from '../../test/support/environment.ts';
import { makeFakeWg } from './fake-wg.ts';
import { configuration, nameOf, type Share, shortKeyOf, writeHub } from './hub.ts';
import { Session } from './session.ts';

const etc = '/etc/wireguard';
/** TMPFS_MAGIC of linux/magic.h. */
const tmpfs = 0x0102_1994;

/** The words that run a command with an empty /etc/wireguard of its own; undefined where that cannot be had. */
export function privately(argv: readonly string[]): string[] | undefined {
  if (process.getuid?.() !== 0 || !existsSync(etc)) return undefined;
  const unshare = ['unshare', '--mount', '--propagation', 'private', '--'];
  const trial = spawnSync('unshare', [...unshare.slice(1), 'mount', '-t', 'tmpfs', 'bench', etc]);
  if (trial.status !== 0) return undefined;
  return [...unshare, 'sh', '-c', `mount -t tmpfs -o mode=0700 bench ${etc} && exec "$@"`, 'bench', ...argv];
}

/** A pretend hub of some size, and the state that meshtui keeps of it from run to run. */
export interface Hub {
  readonly peers: number;
  /** What the table calls a peer; `index` in order of address, which is the order of the rows. */
  labelOf(index: number): string;
  /** Starts meshtui on it. Hubs may run beside one another. */
  start(): Session;
  /** The same with nothing between this process and meshtui's exec, for the clock; no other hub may run. */
  startAlone(): Session;
}

export interface Place {
  /** Whether peers have names: /etc/wireguard is ours alone. */
  readonly hasNames: boolean;
  /** What plays the hub's `wg`. */
  readonly wg: string;
  /** A hub that meshtui has never looked at. */
  hub(peers: number, share: Share): Hub;
  remove(): void;
}

/** Makes the directories and the fake `wg`. `bundle` is the meshtui that is measured. */
export function makePlace(bundle: string): Place {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'meshtui-bench-'));
  const wg = makeFakeWg(directory);
  const hasNames = process.getuid?.() === 0 && existsSync(etc) && statfsSync(etc).type === tmpfs;
  const argv = [process.execPath, bundle];
  let hubs = 0;
  return {
    hasNames,
    wg: wg.made,
    hub(peers, share) {
      const own = join(directory, `hub-${hubs}`);
      hubs += 1;
      writeHub(own, peers, share);
      writeFileSync(join(own, 'wg0.conf'), configuration(peers), { mode: 0o600 });
      const env = cleanEnvironment({
        PATH: `${wg.directory}:${systemPath}`,
        BENCH_HUB: own,
        MESHTUI_STATE_DIR: join(own, 'state'),
        XDG_CONFIG_HOME: join(own, 'config'),
      });
      return {
        peers,
        labelOf: hasNames ? nameOf : shortKeyOf,
        start: () => new Session(hasNames ? withConfiguration(own, argv) : argv, env),
        startAlone() {
          if (hasNames) copyFileSync(join(own, 'wg0.conf'), join(etc, 'wg0.conf'));
          return new Session(argv, env);
        },
      };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The words that run a command with the wg0.conf of this directory in an /etc/wireguard of its own. */
function withConfiguration(directory: string, argv: readonly string[]): string[] {
  const script = `mount -t tmpfs -o mode=0700 bench ${etc} && cp "$0/wg0.conf" ${etc} && exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', script, directory, ...argv];
}
