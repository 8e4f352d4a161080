import type { Argv, RunResult } from '../host.ts';
import { printable } from '../printable.ts';
import { hub } from './cast.ts';
import { operatorSession, processes } from './files.ts';
import { ipOutput } from './network.ts';

/** What a simulated program prints for its arguments; undefined where the demo does not simulate them. */
export type DemoProgram = (args: readonly string[]) => RunResult | undefined;

/** Runs a program of the table: `missing` where it is not in it, `failed` where it is asked for what it does not simulate. */
export function runProgram(programs: Readonly<Record<string, DemoProgram>>, [name, ...args]: Argv): RunResult {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) return { outcome: 'missing', program: name };
  return (
    program(args) ?? {
      outcome: 'failed',
      reason: printable(`The demo does not simulate "${[name, ...args].join(' ')}".`),
    }
  );
}

/** The programs of the simulated hub; `dump` prints its WireGuard as it is now. */
export function demoPrograms(dump: () => string): Readonly<Record<string, DemoProgram>> {
  return { wg: wg(dump), ip, ss };
}

function wg(dump: () => string): DemoProgram {
  return (args) => {
    switch (args.join(' ')) {
      case '--version':
        return printed('wireguard-tools v1.0.20210914 - https://git.zx2c4.com/wireguard-tools/\n');
      case 'show interfaces':
        return printed(`${hub.interface}\n`);
      case 'show all dump':
        return printed(dump());
      case `show ${hub.interface} dump`:
        return printed(dump().replaceAll(`${hub.interface}\t`, ''));
      default:
        return undefined;
    }
  };
}

function ip(args: readonly string[]): RunResult | undefined {
  const output = ipOutput(args);
  return output === undefined ? undefined : printed(output);
}

function ss(args: readonly string[]): RunResult | undefined {
  if (args.join(' ') !== '-Htnp state established') return undefined;
  const { from, fromPort, to, toPort } = operatorSession;
  const users = `users:(("sshd",pid=${processes.sshd},fd=4),("sshd",pid=${processes.sshdMonitor},fd=4))`;
  return printed(`0      0      ${to}:${toPort} ${from}:${fromPort} ${users}\n`);
}

function printed(stdout: string): RunResult {
  return { outcome: 'exited', code: 0, stdout, stderr: '' };
}
