import { resultInBytes } from '../bytes.ts';
import type { Argv, Host, HostFacts, RunOptions, RunResult } from '../host.ts';
import { known } from '../printable.ts';
import { demoCast, historySeconds, hub } from './cast.ts';
import { type DumpOwn, printDump, rowOf } from './dump.ts';
import { earlier } from './earlier.ts';
import { demoFiles, processes } from './files.ts';
import { demoGuards } from './guard.ts';
import { demoKernel, rememberKernel } from './kernel.ts';
import { memoryFiles } from './memory-files.ts';
import { type DemoWireGuard, demoPrograms, runProgram } from './programs.ts';
import { seededDraw } from './random.ts';
import { DemoSettings } from './settings.ts';
import { timeline } from './timeline.ts';

export interface DemoOptions {
  /** When the demo began, milliseconds since the epoch. Default: now. */
  readonly startedAt?: number;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  readonly clock?: () => number;
  /** Two demos with the same seed and start are the same to the byte. */
  readonly seed?: number;
}

/** How long the simulated hub has run when the demo begins. */
const uptimeAtStartMs = 12.3 * 86_400_000;

/** A simulated hub, and a look into its past. */
export interface DemoHost extends Host {
  /**
   * What `wg show all dump` printed at a moment, milliseconds since the epoch, as if nobody changed anything: packet by
   * packet from 15 minutes before the start of the demo on, before that roughly. Cheapest in increasing order.
   */
  dumpAt(ms: number): string;
}

/**
 * A simulated Edge with a home network, phones and laptops behind it, one peer that never completes a handshake and one
 * whose keepalive stopped. Its counters follow WireGuard's timers and depend on nothing but the seed, the start and
 * the clock. It can be changed by `wg set`, `ip` and its files, all of it in memory.
 */
export function demoHost(options: DemoOptions = {}): DemoHost {
  const clock = options.clock ?? Date.now;
  const seed = options.seed ?? 1;
  const cast = demoCast(seed);
  const startSecond = Math.floor((options.startedAt ?? clock()) / 1000);
  const peersAt = timeline(cast.peers);
  const peersEarlier = earlier(cast.peers, startSecond, seededDraw(seed));
  const dumpAt = (ms: number): string => {
    const second = Math.floor(ms / 1000) - startSecond;
    const peers = second < -historySeconds ? peersEarlier(second) : peersAt(second);
    const own: DumpOwn = { ...cast.hubKeys, port: hub.port, fwmark: 0 };
    return printDump(
      own,
      peers.map((peer) => rowOf(peer, second)),
      startSecond,
    );
  };
  const settings = new DemoSettings(cast);
  const currentSecond = () => Math.floor(clock() / 1000) - startSecond;
  const wireguard: DemoWireGuard = {
    dump() {
      const second = currentSecond();
      return printDump(settings.own(), settings.rows(peersAt(second), second), startSecond);
    },
    set: (words, read) => settings.set(words, peersAt(currentSecond()), currentSecond(), read),
  };
  const kernel = demoKernel();
  const programs = demoPrograms(wireguard, kernel);
  const facts: HostFacts = {
    hostname: known('edge'),
    uid: 0,
    pid: processes.console,
    commandLine: ['meshtui', 'demo'],
    environment: {},
    stateDirectory: '/var/lib/meshtui',
    configDirectory: '/root/.config/meshtui',
  };
  const { remember, ...files } = memoryFiles(demoFiles(cast), clock, facts);
  const uptimeMs = () => clock() - startSecond * 1000 + uptimeAtStartMs;
  const guards = demoGuards({
    files,
    remember() {
      const restores = [remember(), settings.remember(), rememberKernel(kernel)];
      return () => {
        for (const restore of restores) restore();
      };
    },
    now: clock,
    uptimeMs,
  });
  const run = async (argv: Argv, options?: RunOptions): Promise<RunResult> => {
    await guards.settle();
    return (await guards.revert(argv)) ?? runProgram(programs, argv, options);
  };
  return {
    kind: 'simulated',
    facts,
    run,
    runBytes: async (argv, options) => resultInBytes(await run(argv, options)),
    ...files,
    async readFile(path) {
      if (path !== '/proc/uptime') return files.readFile(path);
      return { outcome: 'read', value: `${(uptimeMs() / 1000).toFixed(2)} 0.00\n` };
    },
    async listDirectory(path) {
      await guards.settle();
      return files.listDirectory(path);
    },
    lock: async () => ({ outcome: 'locked', lock: { isHeld: () => true, release: async () => undefined } }),
    async startDetached(argv) {
      await guards.start(argv);
      return { outcome: 'started', pid: processes.console + 1 };
    },
    now: clock,
    monotonic: options.clock ?? (() => performance.now()),
    dumpAt,
  };
}

/** A dump and when it was taken, milliseconds since the epoch. */
export interface DemoSample {
  readonly at: number;
  readonly dump: string;
  /** Too far from the next to tell what a peer was doing: only for the traffic history. */
  readonly isSparse?: boolean;
}

/**
 * The dumps of the seconds before now, oldest first, so that a console can show a full history at its first paint.
 * The peer whose keepalive stopped is recognised as such only with 200 seconds or more.
 */
export function demoSamples(host: DemoHost, seconds = 300): readonly DemoSample[] {
  const now = host.now();
  return Array.from({ length: seconds }, (_, index) => {
    const at = now - (seconds - index) * 1000;
    return { at, dump: host.dumpAt(at) };
  });
}

/** How far apart the dumps of the traffic history are, in seconds, up to which age. */
const sparseness = [
  { every: 6 * 3_600, until: 30.5 * 86_400 },
  { every: 600, until: 86_400 + 600 },
  { every: 60, until: 3_660 },
  { every: 5, until: 610 },
] as const;

/** The dumps of 30 days before {@link demoSamples}, oldest first, so that every window of traffic is full. Each is made when it is read. */
export function demoTrafficSamples(host: DemoHost, seconds = 300): readonly DemoSample[] {
  const now = host.now();
  return sparseness.flatMap(({ every, until }, index) => {
    const end = sparseness[index + 1]?.until ?? seconds;
    const count = Math.ceil((until - end) / every);
    return Array.from({ length: count }, (_, step): DemoSample => {
      const at = now - (until - step * every) * 1000;
      return {
        at,
        get dump() {
          return host.dumpAt(at);
        },
        isSparse: true,
      };
    });
  });
}
