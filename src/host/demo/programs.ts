import type { Argv, RunOptions, RunResult } from '../host.ts';
import { printable } from '../printable.ts';
import { hub } from './cast.ts';
import { operatorSession, processes } from './files.ts';
import type { DemoKernel } from './kernel.ts';
import { ip } from './network.ts';
import type { ReadSecret } from './settings.ts';

/** What a simulated program does and prints for its arguments; undefined where the demo does not simulate them. */
export type DemoProgram = (args: readonly string[], options: RunOptions) => RunResult | undefined;

/** Runs a program of the table: `missing` where it is not in it, `failed` where it is asked for what it does not simulate. */
export function runProgram(
  programs: Readonly<Record<string, DemoProgram>>,
  [name, ...args]: Argv,
  options: RunOptions = {},
): RunResult {
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) return { outcome: 'missing', program: name };
  return (
    program(args, options) ?? {
      outcome: 'failed',
      reason: printable(`The demo does not simulate "${[name, ...args].join(' ')}".`),
    }
  );
}

/** The WireGuard of the simulated hub. */
export interface DemoWireGuard {
  /** What `wg show all dump` prints. */
  dump(): string;
  /** `wg set`: what it complains of, nothing where it does not; undefined where that is not simulated. */
  set(words: readonly string[], read: ReadSecret): string | undefined;
}

/** The programs of the simulated hub. */
export function demoPrograms(wireguard: DemoWireGuard, kernel: DemoKernel): Readonly<Record<string, DemoProgram>> {
  return { wg: wg(wireguard), ip: (args) => ip(kernel, args), ss, conntrack };
}

function wg({ dump, set }: DemoWireGuard): DemoProgram {
  return (args, options) => {
    switch (args.join(' ')) {
      case '--version':
        return printed('wireguard-tools v1.0.20210914 - https://git.zx2c4.com/wireguard-tools/\n');
      case 'show interfaces':
        return printed(`${hub.interface}\n`);
      case 'show all dump':
        return printed(dump());
      case `show ${hub.interface} dump`:
        return printed(dump().replaceAll(`${hub.interface}\t`, ''));
    }
    const [verb, interfaceName, ...words] = args;
    if (verb === 'show' && words.join(' ') === 'dump') return complained('Unable to access interface: No such device');
    if (verb !== 'set') return undefined;
    if (interfaceName !== hub.interface) return complained('Unable to modify interface: No such device');
    const complaint = set(words, (path) => secretAt(path, options));
    if (complaint === undefined) return undefined;
    return complaint === '' ? printed('') : complained(complaint);
  };
}

/** What a program reads from a file that its arguments name. */
function secretAt(path: string, { input = '', secretFile }: RunOptions): string | undefined {
  if (path === secretFile?.placeholder) return secretFile.text;
  return new Map([
    ['/dev/null', ''],
    ['/dev/stdin', input],
  ]).get(path);
}

function ss(args: readonly string[]): RunResult | undefined {
  if (args.join(' ') !== '-Htnp state established') return undefined;
  const { from, fromPort, to, toPort } = operatorSession;
  const users = `users:(("sshd",pid=${processes.sshd},fd=4),("sshd",pid=${processes.sshdMonitor},fd=4))`;
  return printed(`0      0      ${to}:${toPort} ${from}:${fromPort} ${users}\n`);
}

/** Every flow that is asked for was there. */
function conntrack(args: readonly string[]): RunResult | undefined {
  if (args[0] !== '-D') return undefined;
  const stderr = 'conntrack v1.4.7 (conntrack-tools): 1 flow entries have been deleted.\n';
  return { outcome: 'exited', code: 0, stdout: '', stderr };
}

function printed(stdout: string): RunResult {
  return { outcome: 'exited', code: 0, stdout, stderr: '' };
}

function complained(words: string): RunResult {
  return { outcome: 'exited', code: 1, stdout: '', stderr: `${words}\n` };
}
