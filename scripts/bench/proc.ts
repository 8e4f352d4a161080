/** What the kernel knows of a running process. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Seconds of processor time, user and system together. */
export interface CpuTime {
  readonly own: number;
  /** Of its children that have ended. */
  readonly children: number;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Processor time so far (proc_pid_stat(5), fields 14 to 17). Throws where the process is gone. */
export function cpuTime(pid: number): CpuTime {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (field: number) => Number(fields[field - 3]);
  return {
    own: (ticks(14) + ticks(15)) / ticksPerSecond,
    children: (ticks(16) + ticks(17)) / ticksPerSecond,
  };
}

/** Processor time between two moments as a share of one core, percent. */
export interface CpuShare {
  readonly own: number;
  readonly children: number;
}

/** What a process takes while `wait` runs. */
export async function cpuShare(pid: number, wait: () => Promise<void>): Promise<CpuShare> {
  const before = cpuTime(pid);
  const start = performance.now();
  await wait();
  const after = cpuTime(pid);
  const percent = 100_000 / (performance.now() - start);
  return { own: (after.own - before.own) * percent, children: (after.children - before.children) * percent };
}

/** Resident memory in megabytes (10^6 bytes). Throws where the process is gone. */
export function residentMegabytes(pid: number): number {
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
