import type { Host } from '../host.ts';
import { known } from '../printable.ts';
import { demoCast } from './cast.ts';
import { printDump } from './dump.ts';
import { demoFiles, processes } from './files.ts';
import { memoryFiles } from './memory-files.ts';
import { demoPrograms, runProgram } from './programs.ts';
import { timeline } from './timeline.ts';

export interface DemoOptions {
  /** When the demo began, milliseconds since the epoch. Default: now. */
  readonly startedAt?: number;
  /** Milliseconds since the epoch. Default: the machine's clock. */
  readonly clock?: () => number;
  /** Two demos with the same seed and start are the same to the byte. */
  readonly seed?: number;
}

/** A simulated hub, and a look into its past. */
export interface DemoHost extends Host {
  /**
   * What `wg show all dump` printed at a moment, milliseconds since the epoch. The past reaches back 15 minutes before
   * the start of the demo. Cheapest in increasing order.
   */
  dumpAt(ms: number): string;
}

/**
 * A simulated Edge with a home network, phones and laptops behind it, one peer that never completes a handshake and one
 * whose keepalive stopped. Its counters follow WireGuard's timers and depend on nothing but the seed, the start and
 * the clock.
 */
export function demoHost(options: DemoOptions = {}): DemoHost {
  const clock = options.clock ?? Date.now;
  const cast = demoCast(options.seed ?? 1);
  const startSecond = Math.floor((options.startedAt ?? clock()) / 1000);
  const peersAt = timeline(cast.peers);
  const dumpAt = (ms: number): string => {
    const second = Math.floor(ms / 1000) - startSecond;
    return printDump(cast.hubKeys, peersAt(second), second, startSecond);
  };
  const programs = demoPrograms(() => dumpAt(clock()));
  return {
    kind: 'simulated',
    facts: {
      hostname: known('edge'),
      uid: 0,
      pid: processes.console,
      commandLine: ['meshtui', 'demo'],
      environment: {},
      stateDirectory: '/var/lib/meshtui',
      configDirectory: '/root/.config/meshtui',
    },
    run: async (argv) => runProgram(programs, argv),
    ...memoryFiles(demoFiles(cast), clock),
    now: clock,
    monotonic: options.clock ?? (() => performance.now()),
    dumpAt,
  };
}

/** A dump and when it was taken, milliseconds since the epoch. */
export interface DemoSample {
  readonly at: number;
  readonly dump: string;
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
