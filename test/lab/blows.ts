/** What befalls the program of an operator: signals, a lost connection, a restart of the machine. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Session, WatchedHub } from './watchdog-hub.ts';

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

/** The words of a process; none of one that has ended. */
export function commandOf(pid: number): string {
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
