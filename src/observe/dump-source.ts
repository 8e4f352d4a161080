import { releaseBytes } from '../host/bytes.ts';
import type { Host, RunResult } from '../host/host.ts';
import { type Printable, printable } from '../host/printable.ts';
import type { Dump, DumpInterface } from '../wg/dump.ts';
import { DumpFollower } from '../wg/dump-follower.ts';

/** The programs that know of WireGuard interfaces: the standard one, and AmneziaWG's with the same verbs. */
type Program = 'wg' | 'awg';

/** A hung `wg` is given up after this long; the screen keeps the last data meanwhile. */
const timeoutMs = 5_000;
/** A `wg` that has not answered by then is asked again beside it: whoever answers first is believed. */
const askAgainMs = 1_500;
/** More rows than this that cannot be read are counted, not listed. */
const longestList = 20;
/** Twenty times the dump of 10,000 peers. */
const maxBytes = 32 * 1024 * 1024;
/** How often a program that has nothing to say is asked again, milliseconds. */
const idleRetryMs = 10_000;

/** What one reading of the hub gave. */
export type DumpReading =
  | {
      readonly outcome: 'read';
      readonly interfaces: readonly DumpInterface[];
      /** Those that nobody wants to see now, see {@link DumpSource.only}; their traffic is kept all the same. */
      readonly hidden: readonly DumpInterface[];
      /** Rows and interfaces that could not be read. */
      readonly problems: readonly Printable[];
    }
  | { readonly outcome: 'no-program' }
  | { readonly outcome: 'denied'; readonly reason: Printable }
  | { readonly outcome: 'failed'; readonly reason: Printable };

/** A program's dump, and the bytes that it was last read from: the next ones are compared with them. */
interface Followed {
  readonly follower: DumpFollower;
  readonly bytes: Uint8Array;
}

/**
 * Runs `wg show all dump`, and `awg show all dump` where that is installed. From reading to reading the peers move on in
 * place ({@link DumpFollower}): whoever needs old numbers keeps them himself.
 */
export class DumpSource {
  /** Only the interface of this name; undefined: all. */
  only: string | undefined;
  readonly #host: Host;
  readonly #followed = new Map<Program, Followed>();
  #amneziaNotBefore = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** One reading; a complete one asks both programs, whatever that costs. Never throws. */
  async read({ isComplete = false }: { readonly isComplete?: boolean } = {}): Promise<DumpReading> {
    const now = this.#host.monotonic();
    const standard = await this.#readOne('wg');
    const isEnough = standard.outcome === 'read' && standard.interfaces.length > 0;
    if (isEnough && !isComplete && now < this.#amneziaNotBefore) return standard;
    // Beside a working `wg`, AmneziaWG is looked for after the first paint, and then again from time to time.
    const isFirst = this.#amneziaNotBefore === 0;
    if (isEnough && !isComplete && isFirst) {
      this.#amneziaNotBefore = now + 1;
      return standard;
    }
    const amnezia = await this.#readOne('awg');
    const isSilent =
      amnezia.outcome === 'no-program' || (amnezia.outcome === 'read' && amnezia.interfaces.length === 0);
    this.#amneziaNotBefore = isSilent ? now + idleRetryMs : now;
    return combine(standard, amnezia);
  }

  async #readOne(program: Program): Promise<DumpReading> {
    const result = await this.#ask(program);
    const failure = failureOf(program, result);
    if (failure !== undefined || result.outcome !== 'exited') return failure ?? { outcome: 'no-program' };
    const dump = this.#follow(program, result.stdout);
    const [first] = dump.problems;
    if (dump.interfaces.length === 0 && first !== undefined) {
      const reason = printable(`${program} answered nonsense: row ${first.line} cannot be read: ${first.problem}`);
      return { outcome: 'failed', reason };
    }
    const isWanted = (one: DumpInterface) => this.only === undefined || one.name === this.only;
    const interfaces = dump.interfaces.filter(isWanted);
    const hidden = dump.interfaces.filter((one) => !isWanted(one));
    return { outcome: 'read', interfaces, hidden, problems: [...leftOut(program, dump), ...complaints(result.stderr)] };
  }

  #follow(program: Program, bytes: Uint8Array): Dump {
    const { follower, bytes: before } = this.#followed.get(program) ?? {
      follower: new DumpFollower(),
      bytes: undefined,
    };
    const dump = follower.read(bytes);
    if (before !== undefined) releaseBytes(before);
    this.#followed.set(program, { follower, bytes });
    return dump;
  }

  /** The first answer of a program that is asked again and again while it hangs; the time limit is the first one's. */
  #ask(program: Program): Promise<RunResult<Uint8Array>> {
    return new Promise((resolve) => {
      const askOnce = () => void this.#host.runBytes([program, 'show', 'all', 'dump'], limits).then(settle);
      const again = setInterval(askOnce, askAgainMs);
      const settle = (result: RunResult<Uint8Array>) => {
        clearInterval(again);
        resolve(result);
      };
      askOnce();
    });
  }
}

const limits = { timeoutMs, maxBytes } as const;

/** A sentence for each of the first rows that could not be read, and one for the others. */
function leftOut(program: Program, { problems }: Dump): Printable[] {
  const rows = problems
    .slice(0, longestList)
    .map(({ line, problem }) => printable(`${program}: row ${line} is left out: ${problem}.`));
  const others = problems.length - rows.length;
  return others === 0 ? rows : [...rows, printable(`${program}: ${others} more rows are left out.`)];
}

function failureOf(program: Program, result: RunResult<Uint8Array>): DumpReading | undefined {
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

/** Both readings as one. Where only one program failed, the other's peers are shown and its words are a problem. */
function combine(standard: DumpReading, amnezia: DumpReading): DumpReading {
  if (amnezia.outcome === 'no-program') return standard;
  if (standard.outcome === 'no-program') return amnezia;
  if (standard.outcome === 'read' && amnezia.outcome === 'read') {
    return {
      outcome: 'read',
      interfaces: [...standard.interfaces, ...amnezia.interfaces],
      hidden: [...standard.hidden, ...amnezia.hidden],
      problems: [...standard.problems, ...amnezia.problems],
    };
  }
  const [read, failed] = standard.outcome === 'read' ? [standard, amnezia] : [amnezia, standard];
  if (read.outcome !== 'read' || failed.outcome === 'read') return failed;
  return read.interfaces.length === 0 ? failed : { ...read, problems: [...read.problems, failed.reason] };
}
