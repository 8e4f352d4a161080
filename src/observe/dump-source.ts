import type { Host, RunResult } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import { type Dump, type DumpInterface, parseDump } from '../wg/dump.ts';

/** The programs that know of WireGuard interfaces: the standard one, and AmneziaWG's with the same verbs. */
const programs = ['wg', 'awg'] as const;
type Program = (typeof programs)[number];

/** A hung `wg` is given up after this long; the screen keeps the last data meanwhile. */
const timeoutMs = 5_000;
/** How often a program that has nothing to say is asked again, milliseconds. */
const idleRetryMs = 10_000;

/** What one reading of the hub gave. */
export type DumpReading =
  | {
      readonly outcome: 'read';
      readonly interfaces: readonly DumpInterface[];
      /** Rows and interfaces that could not be read. */
      readonly problems: readonly Printable[];
    }
  | { readonly outcome: 'no-program' }
  | { readonly outcome: 'denied'; readonly reason: Printable }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** Runs `wg show all dump`, and `awg show all dump` where that is installed. */
export class DumpSource {
  /** Only the interface of this name; undefined: all. */
  only: string | undefined;
  readonly #host: Host;
  readonly #previous = new Map<Program, Dump>();
  readonly #notBefore = new Map<Program, number>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** One reading. Never throws; at least one of the programs is always asked. */
  async read(): Promise<DumpReading> {
    const now = this.#host.monotonic();
    const due = programs.filter((program) => (this.#notBefore.get(program) ?? Number.NEGATIVE_INFINITY) <= now);
    const asked = due.length > 0 ? due : programs;
    const readings = await Promise.all(asked.map((program) => this.#readOne(program)));
    for (const [index, reading] of readings.entries()) {
      const program = asked[index] ?? 'wg';
      const isSilent =
        reading.outcome === 'no-program' || (reading.outcome === 'read' && reading.interfaces.length === 0);
      const othersSpeak = readings.some((other) => other !== reading && other.outcome === 'read');
      if (isSilent && othersSpeak) this.#notBefore.set(program, now + idleRetryMs);
      else this.#notBefore.delete(program);
    }
    return combine(readings);
  }

  async #readOne(program: Program): Promise<DumpReading> {
    const result = await this.#host.run([program, 'show', 'all', 'dump'], { lean: true, timeoutMs });
    const failure = failureOf(program, result);
    if (failure !== undefined || result.outcome !== 'exited') return failure ?? { outcome: 'no-program' };
    const dump = parseDump(result.stdout, this.#previous.get(program));
    this.#previous.set(program, dump);
    const rows = dump.problems.map(({ line, problem }) =>
      printable(`${program}: row ${line} is left out: ${problem}.`),
    );
    const interfaces = dump.interfaces.filter((one) => this.only === undefined || one.name === this.only);
    return { outcome: 'read', interfaces, problems: [...rows, ...complaints(result.stderr)] };
  }
}

function failureOf(program: Program, result: RunResult): DumpReading | undefined {
  if (result.outcome === 'missing') return { outcome: 'no-program' };
  if (result.outcome === 'timed-out') {
    const reason = printable(`${program} did not answer within ${result.afterMs / 1000} s`);
    return { outcome: 'failed', reason };
  }
  if (result.outcome === 'failed') return { outcome: 'failed', reason: result.reason };
  if (result.code === 0) return undefined;
  const words = complaints(result.stderr)[0] ?? printable(`${program} ended with status ${result.code}`);
  return /permission denied|not permitted/i.test(result.stderr)
    ? { outcome: 'denied', reason: words }
    : { outcome: 'failed', reason: words };
}

/** `wg` goes on past an interface that it cannot read, and says so on standard error with status 0. */
function complaints(stderr: string): Printable[] {
  return stderr
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 20)
    .map((line) => printable(line.slice(0, 300)));
}

function combine(readings: readonly DumpReading[]): DumpReading {
  const read = readings.filter((reading) => reading.outcome === 'read');
  const failed = readings.find((reading) => reading.outcome === 'failed' || reading.outcome === 'denied');
  const hasPeers = read.some((reading) => reading.interfaces.length > 0);
  if (failed !== undefined && !hasPeers) return failed;
  if (read.length === 0) return { outcome: 'no-program' };
  const complaint = failed !== undefined && 'reason' in failed ? [failed.reason] : [];
  return {
    outcome: 'read',
    interfaces: read.flatMap((reading) => reading.interfaces),
    problems: [...read.flatMap((reading) => reading.problems), ...complaint],
  };
}
