import type { Host } from '../host/host.ts';
import { printable } from '../host/printable.ts';
import type { Author, StoredChange } from './record.ts';

/** The clock of this boot. */
export interface BootClock {
  /** Changes with every boot (random(4)). */
  readonly bootId: string;
  /** Milliseconds since boot, that no change of the time of day moves. */
  readonly uptimeMs: number;
}

/** The clock of this boot; undefined where /proc does not tell. */
export async function readBootClock(host: Host): Promise<BootClock | undefined> {
  const [boot, uptime] = await Promise.all([
    host.readFile('/proc/sys/kernel/random/boot_id'),
    host.readFile('/proc/uptime'),
  ]);
  if (boot.outcome !== 'read' || uptime.outcome !== 'read') return undefined;
  const seconds = Number(uptime.value.split(' ')[0]);
  return Number.isFinite(seconds) ? { bootId: boot.value.trim(), uptimeMs: Math.round(seconds * 1000) } : undefined;
}

/** When a process started, in clock ticks since boot (proc_pid_stat(5), field 22); undefined where there is none. */
export async function processStart(host: Host, pid: number): Promise<number | undefined> {
  const stat = await host.readFile(`/proc/${pid}/stat`);
  if (stat.outcome !== 'read') return undefined;
  const fields = stat.value.slice(stat.value.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[19]);
  return Number.isFinite(ticks) && fields[0] !== 'Z' ? ticks : undefined;
}

/** Whether the process that made a change still runs: the same one, not another with its number. */
export async function isAlive(host: Host, change: Pick<StoredChange, 'process' | 'bootId'>): Promise<boolean> {
  const clock = await readBootClock(host);
  if (clock?.bootId !== change.bootId) return false;
  return (await processStart(host, change.process.pid)) === change.process.startedAt;
}

/** Nobody logged in to the session of this process (proc_pid_loginuid(5)). */
const nobody = 4_294_967_295;

/** Who is at work: the account behind sudo(8) or the login, and where they came from, as the caller has found out. */
export async function readAuthor(host: Host, from: string): Promise<Author> {
  const { environment, uid, pid } = host.facts;
  const sudo = environment['SUDO_USER'];
  if (sudo !== undefined && sudo !== '') {
    return { user: printable(sudo), uid: Number(environment['SUDO_UID'] ?? uid) || 0, from: printable(from) };
  }
  const login = await host.readFile(`/proc/${pid}/loginuid`);
  const told = login.outcome === 'read' ? Number(login.value.trim()) : Number.NaN;
  const loginUid = Number.isInteger(told) && told >= 0 && told !== nobody ? told : Math.max(uid, 0);
  return { user: printable(await accountOf(host, loginUid)), uid: loginUid, from: printable(from) };
}

async function accountOf(host: Host, uid: number): Promise<string> {
  const accounts = await host.readFile('/etc/passwd');
  const lines = accounts.outcome === 'read' ? accounts.value.split('\n') : [];
  return lines.find((line) => line.split(':')[2] === String(uid))?.split(':')[0] ?? `uid ${uid}`;
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
