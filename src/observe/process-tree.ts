import type { Host } from '../host/host.ts';

/** A process, as /proc tells of it. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** What the process calls itself, at most 15 bytes. It may choose it, so it proves nothing. */
  readonly name: string;
  /** The number of its controlling terminal; 0 is none. */
  readonly terminal: number;
}

/** Reads /proc/<pid>/stat (proc(5)). The name may hold blanks and parentheses, so it ends at the last `)`. */
export function parseStat(text: string): Process | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const [, parent, , , terminal] = text
    .slice(close + 2)
    .split(' ')
    .map(Number);
  const pid = Number(text.slice(0, open));
  if (!isPid(pid) || parent === undefined || !Number.isSafeInteger(parent) || parent < 0) return undefined;
  return {
    pid,
    parent,
    name: text.slice(open + 1, close),
    terminal: Number.isSafeInteger(terminal) ? Number(terminal) : 0,
  };
}

/** Whether a number can be that of a process. */
export function isPid(number: number): boolean {
  return Number.isSafeInteger(number) && number > 0;
}

/** The process with this number, or undefined where there is none or /proc does not show it. */
export async function readProcess(host: Host, pid: number): Promise<Process | undefined> {
  const stat = await host.readFile(`/proc/${pid}/stat`);
  return stat.outcome === 'read' ? parseStat(stat.value) : undefined;
}

/** A variable of the environment that a process was started with; undefined where it has none or it may not be read. */
export async function readVariable(host: Host, pid: number, name: string): Promise<string | undefined> {
  const environment = await host.readFile(`/proc/${pid}/environ`);
  if (environment.outcome !== 'read') return undefined;
  const entry = environment.value.split('\0').find((text) => text.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

/** Effective user and group of a process. */
export async function readOwner(host: Host, pid: number): Promise<{ uid: number; gid: number } | undefined> {
  const status = await host.readFile(`/proc/${pid}/status`);
  if (status.outcome !== 'read') return undefined;
  const effective = (key: string) => new RegExp(`^${key}:\\t\\d+\\t(\\d+)\\t`, 'm').exec(status.value)?.[1];
  const [uid, gid] = [effective('Uid'), effective('Gid')];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Device numbers of terminals that stand beside the machine (Linux, devices.txt): virtual consoles, serial lines, hypervisor consoles. */
const consoles: Readonly<Record<number, (minor: number) => string | undefined>> = {
  4: (minor) => (minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`),
  5: (minor) => (minor === 1 ? 'console' : undefined),
  188: (minor) => `ttyUSB${minor}`,
  204: (minor) => (minor >= 64 && minor < 80 ? `ttyAMA${minor - 64}` : `serial ${minor}`),
  229: (minor) => `hvc${minor}`,
};

/** The name of a console of the machine itself; undefined for a pseudo-terminal or none. */
export function consoleName(terminal: number): string | undefined {
  const { major, minor } = deviceNumbers(terminal);
  return consoles[major]?.(minor);
}

/** The name below /dev of a pseudo-terminal; undefined for another terminal or none. */
export function pseudoTerminal(terminal: number): string | undefined {
  const { major, minor } = deviceNumbers(terminal);
  return major === 136 ? `pts/${minor}` : undefined;
}

/** Linux's encoding of a device number in 32 bits: 12 bits of major among 20 of minor. */
function deviceNumbers(number: number): { major: number; minor: number } {
  return { major: (number >>> 8) & 0xfff, minor: (number & 0xff) | ((number >>> 12) & 0xfff00) };
}
