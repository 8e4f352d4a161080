/**
 * A pretend hub for the built program: a `wg` first on the PATH, and alone there, that does what a test says, and a
 * state directory of its own.
 *
 *     const hub = fakeHub();
 *     hub.answer(dumpOf([{ rxBytes: 1000 }]));
 *     const terminal = hub.start();
 *     hub.wg('sleep 30');
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { bundle } from '../lab/lab.ts';
import { type Result, run } from '../lab/run.ts';
import { cleanEnvironment } from './environment.ts';
import { keyOf } from './snapshots.ts';
import { type LaunchOptions, launch, type Terminal } from './terminal.ts';

export interface FakeHub {
  readonly stateDirectory: string;
  /** What a program that reads this hub finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What `wg` does from its next run on: lines of sh(1), with all usual programs. `cat "$hub/dump"` prints the answer. */
  wg(script: string): void;
  /** What `wg` prints from its next run on. */
  answer(dump: string): void;
  /** Removes the program. {@link wg} and {@link answer} bring it back. */
  uninstall(): void;
  /** The words that run the built program. */
  argv(args?: readonly string[]): string[];
  /** Opens the console in a pseudo-terminal. */
  start(args?: readonly string[], options?: LaunchOptions): Terminal;
  /** Runs the program without a terminal to its end. */
  exec(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Result>;
}

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A hub that is removed with the test. At first it answers with three peers that are silent for good. */
export function fakeHub(): FakeHub {
  const directory = mkdtempSync(join(tmpdir(), 'meshtui-hub-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const bin = join(directory, 'bin');
  const program = join(bin, 'wg');
  const stateDirectory = join(directory, 'state');
  mkdirSync(bin);
  mkdirSync(stateDirectory);
  // What guards the terminal against SIGKILL; everything else of the machine is out of reach, its own wg too.
  symlinkSync('/usr/bin/sort', join(bin, 'sort'));
  const put = (path: string, text: string, mode: number) => {
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
  };
  const env = {
    PATH: bin,
    HOME: directory,
    XDG_CONFIG_HOME: join(directory, 'config'),
    MESHTUI_STATE_DIR: stateDirectory,
  };
  const argv = (args: readonly string[] = []) => [process.execPath, bundle, ...args];
  const wg = (script: string) => put(program, `#!/bin/sh\nPATH=${systemPath}\nhub=${directory}\n${script}\n`, 0o755);
  const hub: FakeHub = {
    stateDirectory,
    env,
    wg,
    answer(dump) {
      put(join(directory, 'dump'), dump, 0o644);
      wg('exec cat "$hub/dump"');
    },
    uninstall: () => rmSync(program),
    argv,
    start: (args = [], options = {}) => launch(argv(args), { ...options, env: { ...env, ...options.env } }),
    exec: (args, added = {}) => run(argv(args), { env: cleanEnvironment({ ...env, ...added }) }),
  };
  hub.answer(dumpOf([{}, {}, {}]));
  return hub;
}

/** One peer's row of a dump. By default it was last seen days ago, and no age on the screen changes during a test. */
export interface FakePeer {
  readonly endpoint?: string;
  /** Seconds before now. */
  readonly handshakeAge?: number | 'never';
  readonly rxBytes?: number;
  readonly txBytes?: number;
  readonly keepalive?: number;
}

const threeDaysAndAHalf = 3.5 * 86_400;

/** `wg show all dump` of one interface, wg0. Peer 1 has the address 10.8.0.1. */
export function dumpOf(peers: readonly FakePeer[]): string {
  const rows = peers.map((peer, index) => {
    const { endpoint = '203.0.113.9:51820', handshakeAge = threeDaysAndAHalf, rxBytes = 0, txBytes = 0 } = peer;
    const handshake = handshakeAge === 'never' ? 0 : Math.floor(Date.now() / 1000 - handshakeAge);
    const fields = [endpoint, `${addressOf(index + 1)}/32`, handshake, rxBytes, txBytes, peer.keepalive ?? 'off'];
    return ['wg0', keyOf(index + 1), '(none)', ...fields].join('\t');
  });
  return `${[['wg0', keyOf(90_001), keyOf(90_002), 51820, 'off'].join('\t'), ...rows].join('\n')}\n`;
}

/** The address of the peer of this number, from 1. */
export function addressOf(number: number): string {
  return `10.8.${number >> 8}.${number & 255}`;
}
