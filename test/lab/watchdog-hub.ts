/** The hub of a lab while a risky change waits: what an operator does there, what happens to it, and what it is then. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredChange } from '../../src/change/record.ts';
import type { ChangeNotice } from '../../src/change/recover.ts';
import type { ConfirmResult } from '../../src/change/results.ts';
import type { OperatorOrder, Told } from '../fixtures/changes/operator.ts';
import { launch, type Terminal } from '../support/terminal.ts';
import { commandOf, kill } from './blows.ts';
import type { Lab } from './lab.ts';
import { LabError, mustRun, run, until } from './run.ts';
import { sshArgv } from './ssh.ts';
import { namespaceOf } from './topology.ts';
import { ping } from './traffic.ts';

const program = join(import.meta.dirname, '..', 'fixtures', 'changes', 'operator.ts');
const changesDirectory = '/var/lib/meshtui/changes';

/** Everything that a change may not lose or leave behind, without what the kernel makes anew with each interface. */
const stateScript = `
cat /etc/wireguard/wg0.conf
stat -c '%a %u %g' /etc/wireguard/wg0.conf
wg show wg0 listen-port
wg show wg0 fwmark
wg show wg0 private-key
wg show wg0 allowed-ips | sort
wg show wg0 preshared-keys | sort
wg show wg0 persistent-keepalive | sort
ip -4 route show table all dev wg0 | sort
ip -6 route show table all dev wg0 | grep -v fe80: | sort
ip -o address show dev wg0 | cut -d : -f 2- | grep -v fe80: | sort
`;

/** Where the operator sits: at a laptop whose tunnel leads to the hub, or at a terminal of the hub. */
export type Seat = 'ssh' | 'terminal';

/** A program that an operator has started, and the terminal that it is in. */
export interface Session {
  readonly terminal: Terminal;
  /** Resolves with what the program says next. */
  told(ms?: number): Promise<Told>;
}

/** Milliseconds since boot, by the clock that deadlines go by. */
export function uptimeMs(): number {
  return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
}

export class WatchedHub {
  readonly lab: Lab;
  readonly #directory = mkdtempSync(join(tmpdir(), 'watchdog-'));
  #orders = 0;

  constructor(lab: Lab) {
    this.lab = lab;
  }

  /** Puts a stand-in in the place of wall(1) that writes down what it is given. */
  async listen(): Promise<void> {
    await this.lab.writeFile('edge', '/root/wall', '#!/bin/sh\ncat >>/root/wall.log\n', 0o755);
    await this.sh('mount --bind /root/wall "$(command -v wall)"; : >/root/wall.log');
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async sh(script: string): Promise<string> {
    return (await this.lab.must('edge', ['sh', '-c', script])).stdout;
  }

  /** File, running interface, routes and addresses, as text; what is not there is left out. */
  async state(): Promise<string> {
    return (await this.lab.exec('edge', ['sh', '-c', stateScript])).stdout;
  }

  /** What was said to everybody since the last time that this was asked. */
  async said(): Promise<string> {
    return this.sh('cat /root/wall.log; : >/root/wall.log');
  }

  /** Starts the program in a terminal. */
  start(seat: Seat, order: OperatorOrder): Session {
    const { path, words } = this.#order(order);
    const argv = seat === 'ssh' ? sshArgv(this.lab, 'laptop', 'tunnel', words) : this.lab.spawnArgv('edge', words);
    const terminal = launch(argv);
    const told = (ms?: number) =>
      toldIn(path, ms).catch((error: unknown) => {
        throw new LabError(`${String(error)}\n${terminal.text()}`);
      });
    return { terminal, told };
  }

  /** Runs the program on the hub to its end, by nobody who has logged in. */
  async run(order: OperatorOrder): Promise<Told> {
    const { path, words } = this.#order(order);
    await this.lab.must('edge', words);
    return toldIn(path);
  }

  /** Logs in anew, around the tunnel, and confirms. */
  async confirmAnew(): Promise<ConfirmResult> {
    const { path, words } = this.#order({ act: 'confirm' });
    await this.lab.must('laptop', ['ssh', 'edge-public', ...words]);
    const told = await toldIn(path);
    if (told.kind !== 'confirmed') throw new LabError(JSON.stringify(told));
    return told.result;
  }

  async review(): Promise<readonly ChangeNotice[]> {
    const told = await this.run({ act: 'review' });
    if (told.kind !== 'review') throw new LabError(JSON.stringify(told));
    return told.notices;
  }

  #order(order: OperatorOrder): { readonly path: string; readonly words: string[] } {
    this.#orders += 1;
    const path = join(this.#directory, String(this.#orders));
    writeFileSync(path, JSON.stringify(order));
    return { path, words: [process.execPath, program, path] };
  }

  /** Has the laptop dial the hub anew, and waits until it gets through. */
  async dialAnew(): Promise<void> {
    await this.lab.redial('laptop');
    await until(
      'the laptop gets through',
      10_000,
      async () => (await ping(this.lab, 'laptop', 'edge', 1)).received > 0,
    );
  }

  /** The newest change. */
  async change(): Promise<StoredChange> {
    return JSON.parse(await this.sh(`cat "$(ls -d ${changesDirectory}/2* | tail -n 1)/record.json"`)) as StoredChange;
  }

  /** The names of the markers of a change. */
  async markers(id: string): Promise<string[]> {
    return (await this.sh(`ls ${changesDirectory}/${id}`)).split('\n');
  }

  scriptOf(id: string): string {
    return `${changesDirectory}/${id}/revert.sh`;
  }

  /** The processes of a change that may still do something: its guard, its script, a stand-in for a timer. */
  async watchers(id: string): Promise<number[]> {
    const pids = await this.#processes();
    return pids.filter((pid) => commandOf(pid).includes(`/${id}/`));
  }

  async #processes(): Promise<number[]> {
    const { stdout } = await mustRun(['ip', 'netns', 'pids', namespaceOf(this.lab.id, 'edge')]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)]));
  }

  /** As pulling the plug: every process of the hub ends, and what only ran is gone; then it starts with its files. */
  async reboot(): Promise<void> {
    await this.lab.exec('edge', ['ip', 'link', 'del', 'wg0']);
    const holder = `meshtui-lab ${this.lab.id} edge`;
    const killed = (await this.#processes()).filter((pid) => !commandOf(pid).startsWith(holder));
    for (const pid of killed) kill(pid, 'SIGKILL');
    await until('the end of what ran', 5_000, async () => (await this.#processes()).length === 1);
    await this.sh(`
      rm -rf /run/wireguard/* /run/standin
      cat /proc/sys/kernel/random/uuid >/root/boot_id
      umount /proc/sys/kernel/random/boot_id 2>/dev/null
      mount --bind /root/boot_id /proc/sys/kernel/random/boot_id
      "$(command -v sshd)" -f /etc/ssh/lab/sshd_config -E /var/log/lab-sshd.log
    `);
    await this.lab.must('edge', ['wg-quick', 'up', 'wg0']);
  }

  /** Resolves with the time since boot (milliseconds) at which the hub is as it was. Throws when the time is up. */
  async until(state: string, ms: number): Promise<number> {
    const end = performance.now() + ms;
    for (;;) {
      const now = await this.state();
      const at = uptimeMs();
      if (now === state) return at;
      if (performance.now() > end) throw new LabError(`the old state did not come:\n${difference(state, now)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The lines that only one of two texts has, without keys. */
function difference(old: string, now: string): string {
  const without = (text: string, other: string, sign: string) =>
    text.split('\n').flatMap((line) => (other.includes(line) ? [] : [`${sign} ${line}`]));
  return [...without(old, now, '-'), ...without(now, old, '+')]
    .join('\n')
    .replaceAll(/([A-Za-z0-9+/]{6})[A-Za-z0-9+/]{37}=/g, '$1…');
}

async function toldIn(path: string, ms = 15_000): Promise<Told> {
  let told: Told | undefined;
  await until('what the program says', ms, () => {
    try {
      told = JSON.parse(readFileSync(`${path}.told`, 'utf8')) as Told;
      rmSync(`${path}.told`);
    } catch {
      // It has said nothing yet.
    }
    return told !== undefined;
  });
  if (told === undefined || told.kind === 'failed') throw new LabError(told?.why ?? 'nothing was said');
  return told;
}

/** Runs two of the same at once. */
export async function twice(hub: WatchedHub, argv: readonly string[]): Promise<number[]> {
  const both = await Promise.all([run(hub.lab.spawnArgv('edge', argv)), run(hub.lab.spawnArgv('edge', argv))]);
  return both.map(({ code }) => code);
}
