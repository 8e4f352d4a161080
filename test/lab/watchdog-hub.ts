/** The hub of a lab while a risky change waits: what an operator does there, what happens to it, and what it is then. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoredChange } from '../../src/change/record.ts';
import type { ChangeNotice } from '../../src/change/recover.ts';
import type { ConfirmResult } from '../../src/change/results.ts';
import type { OperatorOrder, Told } from '../fixtures/changes/operator.ts';
import { launch, type Terminal } from '../support/terminal.ts';
import type { Lab } from './lab.ts';
import { LabError, mustRun, run, until } from './run.ts';
import { sshArgv } from './ssh.ts';
import { namespaceOf } from './topology.ts';

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
    return { terminal: launch(argv), told: (ms) => toldIn(path, ms) };
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

/** What can be done to the program of an operator, and to what it stands on. */
export type Blow =
  | 'none'
  | 'close'
  | 'HUP'
  | 'TERM'
  | 'INT'
  | 'KILL'
  | 'group'
  | 'session'
  | 'drop'
  | 'STOP'
  | 'reboot';

/** Does it. */
export async function strike(hub: WatchedHub, blow: Blow, pid: number, { terminal }: Session): Promise<void> {
  switch (blow) {
    case 'none':
      return;
    case 'close':
      return terminal.hangUp();
    case 'HUP':
    case 'TERM':
    case 'INT':
    case 'KILL':
    case 'STOP':
      return kill(pid, `SIG${blow}`);
    case 'group':
      return kill(-Number(statOf(pid)[2]), 'SIGKILL');
    case 'session':
      for (const each of sessionOf(pid)) kill(each, 'SIGKILL');
      return;
    case 'drop':
      return hub.lab.cut('laptop');
    case 'reboot':
      return hub.reboot();
  }
}

/** All of the terminal's session, and the processes of the SSH connection that it is in. */
function sessionOf(pid: number): number[] {
  const session = statOf(pid)[3];
  const members = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) && statOf(Number(name))[3] === session ? [Number(name)] : [],
  );
  const servers: number[] = [];
  let parent = Number(statOf(pid)[1]);
  // The first of all sshd has no terminal's login for its parent: it stays.
  while (parent > 1 && /^sshd/.test(nameOf(parent)) && Number(statOf(parent)[1]) > 1) {
    servers.push(parent);
    parent = Number(statOf(parent)[1]);
  }
  return [...servers, ...members];
}

/** Whether a process runs and is not stopped for good. */
export function isAlive(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== 'Z';
}

/** State, parent, process group, session (proc_pid_stat(5)); nothing of a process that has ended. */
function statOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ', 4);
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Signals a process; one that has ended meanwhile needs none. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}

/** Runs two of the same at once. */
export async function twice(hub: WatchedHub, argv: readonly string[]): Promise<number[]> {
  const both = await Promise.all([run(hub.lab.spawnArgv('edge', argv)), run(hub.lab.spawnArgv('edge', argv))]);
  return both.map(({ code }) => code);
}
