import type { Argv, Host, RunResult } from '../host/host.ts';
import { known, type Printable, printable } from '../host/printable.ts';
import { formatAddress } from '../network/address.ts';
import type { PathEvidence, PathProbe, ProbeAnswer } from '../wg/path/evidence.ts';

/** Longer than either program may take by its own limits. */
const timeoutMs = 8_000;

/**
 * Sends three pings from the hub to the destination and, where a TCP port was asked for, opens a connection to it and
 * closes it. Only when somebody asked for it: it is traffic. Never throws.
 */
export async function probePath(host: Host, { destination, port }: PathEvidence): Promise<PathProbe> {
  const address = destination.address === undefined ? '' : formatAddress(destination.address);
  const [ping, connect] = await Promise.all([
    tryOut(host, ['ping', '-n', '-q', '-c', '3', '-W', '1', address], pingAnswer),
    port?.protocol === 'tcp'
      ? tryOut(host, ['nc', '-n', '-v', '-z', '-w', '2', address, String(port.number)], connectAnswer)
      : undefined,
  ]);
  return { ping, connect };
}

type Judge = (code: number, said: string) => Pick<ProbeAnswer, 'answered' | 'line'>;

async function tryOut(host: Host, argv: Argv, judge: Judge): Promise<ProbeAnswer> {
  const ran = await host.run(argv, { timeoutMs });
  const command = printable(argv.join(' '));
  if (ran.outcome !== 'exited') return { command, line: failureLine(ran), answered: undefined };
  return { command, ...judge(ran.code, `${ran.stdout}\n${ran.stderr}`) };
}

/** ping(8): 0 there were answers, 1 there were none, 2 another error, of which some are the network's. */
function pingAnswer(code: number, said: string): Pick<ProbeAnswer, 'answered' | 'line'> {
  const counts = /^\d+ packets transmitted.*$/m.exec(said)?.[0];
  const line = lineOf(counts ?? said, code);
  if (code === 0) return { line, answered: true };
  const isUnreachable = counts !== undefined || /unreachable|no route to host|required key/i.test(said);
  return { line, answered: isUnreachable ? false : undefined };
}

/** nc(1) ends with 1 both where nobody accepts and where it does not know an option. */
function connectAnswer(code: number, said: string): Pick<ProbeAnswer, 'answered' | 'line'> {
  const line = lineOf(said, code);
  if (code === 0) return { line, answered: true };
  return { line, answered: /usage|invalid option|unrecognized option/i.test(said) ? undefined : false };
}

function lineOf(said: string, code: number): Printable {
  const line = said.split('\n').find((each) => each.trim() !== '');
  return printable(line?.trim() ?? `nothing was printed; status ${code}`);
}

function failureLine(ran: Exclude<RunResult, { outcome: 'exited' }>): Printable {
  if (ran.outcome === 'missing') return printable(`the program ${ran.program} is not installed`);
  return ran.outcome === 'timed-out' ? known(`no answer within ${ran.afterMs / 1000} s`) : ran.reason;
}
