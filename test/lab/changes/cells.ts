/** What goes wrong under each kind of change: everything everywhere, or of each something. */
import type { Lab } from '../lab.ts';
import type { Bench } from './bench.ts';
import type { Cell } from './cell.ts';
import { deeds, fileCalls, pathWithout, programRuns, type SmallDisk } from './faults.ts';
import type { Kind } from './kinds.ts';

/** Numbers from one on. */
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const isFileCall = (call: string) => fileCalls.includes(call);

/** How often this call is among those before the one of a number. */
function earlier(calls: readonly string[], at: number, call: string): number {
  return calls.slice(0, at - 1).filter((other) => other === call).length;
}

/** Killed before the call of this number. */
const killAt = (calls: readonly string[], at: number): Cell => {
  const call = calls[at - 1] ?? '';
  const when = `${earlier(calls, at, call) + 1}`;
  return { phase: 'apply', fault: { kind: 'call', what: 'signal=KILL', at: [[call, when]] } };
};

/** The call of this number fails. */
const failAt = (calls: readonly string[], at: number, error: 'EIO'): Cell => {
  const call = calls[at - 1] ?? '';
  const when = `${earlier(calls, at, call) + 1}`;
  return { phase: 'apply', fault: { kind: 'call', what: `error=${error}`, at: [[call, when]] } };
};

/** From the call of this number on all fail that change files. */
const failFrom = (calls: readonly string[], at: number, error: 'ENOSPC' | 'EIO'): Cell => ({
  phase: 'apply',
  fault: {
    kind: 'call',
    what: `error=${error}`,
    at: fileCalls.map((call) => [call, `${earlier(calls, at, call) + 1}+`] as const),
  },
});

const program = (...rules: readonly string[]): Cell => ({ phase: 'apply', fault: { kind: 'program', rules } });

/** Somebody else does something just before the program of this number runs. */
const meanwhile = (at: number, deed: string, more: Partial<Cell> = {}): Cell => ({
  phase: 'apply',
  fault: { kind: 'program', rules: [`${at} deed`], deed },
  deed,
  ...more,
});

/** Somebody else does something between the plan and the apply, or between that and the confirmation. */
const between = (phase: Cell['phase'], deed: string, more: Partial<Cell> = {}): Cell => ({
  phase,
  fault: { kind: 'deed', deed },
  deed,
  ...more,
});

const onDisk = (disk: SmallDisk): Cell => ({
  phase: 'apply',
  fault: { kind: 'program', rules: [] },
  disk,
  mayMiss: true,
});

/** The numbers of the runs that change something. */
function steps({ runs }: Bench): readonly number[] {
  return upTo(runs.length).filter((at) =>
    /^(wg set|ip -\d (route|address) (add|del)|conntrack)/.test(runs[at - 1] ?? ''),
  );
}

/** After a step that was done, what brings it back dies or fails at each of its programs, run by meshtui or by the guard. */
async function scriptDies(lab: Lab, bench: Bench, at: number): Promise<Cell[]> {
  const later = async (rule: string) => {
    await bench.try(program(rule));
    return upTo((await programRuns(lab)).length - at).map((number) => at + number);
  };
  const ours = await later(`${at} fail-after`);
  const guards = await later(`${at} kill-after`);
  return [
    ...ours.map((number) => program(`${at} fail-after`, `${number} script-before`)),
    ...guards.flatMap((number): Cell[] => [
      { ...program(`${at} kill-after`, `${number} script-before`), mayStick: 'for now' },
      { ...program(`${at} kill-after`, `${number} fail`), mayStick: 'for now' },
    ]),
  ];
}

/** From next to nothing to more than a change needs, which is where it goes through. A tmpfs of no block at all has no limit. */
const smallDisks: readonly Cell[] = [
  ...[0, ...upTo(15)].map((inodes) => onDisk({ place: '/var/lib/meshtui', inodes, blocks: 60 })),
  ...upTo(9).map((blocks) => onDisk({ place: '/var/lib/meshtui', inodes: 100, blocks })),
  ...[0, ...upTo(6)].map((inodes) => onDisk({ place: '/etc/wireguard', inodes, blocks: 60 })),
  ...[0, ...upTo(2)].map((blocks) => onDisk({ place: '/etc/wireguard', inodes: 100, blocks })),
];

/** What somebody else may do to what a change is about. */
function deedCells(lab: Lab, { risky }: Kind, at: readonly number[]): Cell[] {
  const touched = `wg set wg0 peer ${lab.publicKeys.phone} persistent-keepalive 17`;
  const other = `wg set wg0 peer ${lab.publicKeys.roamer} persistent-keepalive 17`;
  const all = (deed: string, more: Partial<Cell> = {}): Cell[] => [
    between('apply', deed, more),
    ...(risky ? [between('confirm', deed, more)] : []),
    ...at.map((number) => meanwhile(number, deed, more)),
  ];
  return [
    ...Object.values(deeds).flatMap((deed) => all(deed, { mayStick: 'for good' })),
    ...all(other),
    ...all(touched, { isContested: true, mayStick: 'for good' }),
  ];
}

/** Programs without which nothing is begun, and others that can be done without. */
const absent = ['flock', 'sh', 'mkfifo', 'conntrack', 'timeout', 'sha256sum', 'sync'];

async function missingPrograms(lab: Lab): Promise<Cell[]> {
  const paths = await Promise.all(absent.map((name) => pathWithout(lab, name)));
  return paths.map((path) => ({ ...program(), path }));
}

/** Kinds on which also those things are tried that are much the same for all. */
const thorough = ['a new LAN', 'keepalive and preshared key', 'a new LAN, to be confirmed'];

/** Everything, everywhere. */
export async function allCells(lab: Lab, kind: Kind, bench: Bench): Promise<Cell[]> {
  const { runs, calls } = bench;
  const files = calls.filter(isFileCall);
  const changing = steps(bench);
  const isThorough = thorough.includes(kind.name);
  // What is read before the first step is the same for all kinds.
  const [first = 1] = changing;
  return [
    ...upTo(files.length).map((at) => killAt(files, at)),
    ...upTo(runs.length)
      .filter((at) => isThorough || at >= first)
      .flatMap((at) => ['kill-after', 'fail', 'lie'].map((way) => program(`${at} ${way}`))),
    ...changing.flatMap((at) => ['kill-before', 'fail-after'].map((way) => program(`${at} ${way}`))),
    ...changing.map((at): Cell => ({ ...program(`${at} kill-after`), killsGuard: true })),
    ...upTo(files.length)
      .filter((at) => at % 3 === 0)
      .map((at): Cell => ({ ...killAt(files, at), killsGuard: true })),
    ...changing.slice(0, 2).map((at): Cell => ({ ...program(`${at}+ fail`), mayStick: 'for now' })),
    ...(isThorough ? await moreCells(lab, kind, bench, files) : []),
  ];
}

/** What is tried on some kinds only. What waits for a deadline each time, less often. */
async function moreCells(lab: Lab, kind: Kind, bench: Bench, files: readonly string[]): Promise<Cell[]> {
  const { runs, calls } = bench;
  const changing = steps(bench);
  const at = kind.risky ? changing : upTo(runs.length);
  const everyFourth = kind.risky ? [] : upTo(Math.floor(calls.length / 4)).map((number) => 4 * number);
  const failing = upTo(files.length).map((number) =>
    number % 2 === 0 ? failAt(files, number, 'EIO') : failFrom(files, number, 'EIO'),
  );
  return [
    ...upTo(files.length).map((number) => failFrom(files, number, 'ENOSPC')),
    ...(kind.risky ? [] : failing),
    ...everyFourth.map((number): Cell => ({ ...killAt(calls, number), mayMiss: true })),
    ...smallDisks,
    ...(await Promise.all(changing.slice(-1).map((step) => scriptDies(lab, bench, step)))).flat(),
    ...deedCells(lab, kind, at),
    ...(await missingPrograms(lab)),
    ...at.map((number) => program(`${number} hang`)),
  ];
}

/** A few of each, where most can go wrong: a look at the whole in a minute. */
export function someCells(lab: Lab, kind: Kind, bench: Bench, turn: number): Cell[] {
  const files = bench.calls.filter(isFileCall);
  const lastRename = files.findLastIndex((call) => call.startsWith('rename')) + 1;
  const changing = steps(bench);
  const [first = bench.runs.length] = changing;
  const last = changing.at(-1) ?? bench.runs.length;
  const special: readonly Cell[] = [
    { ...program(`${last} kill-after`), killsGuard: true },
    between(kind.risky ? 'confirm' : 'apply', deeds['writes into the file'], { mayStick: 'for good' }),
    meanwhile(last, deeds['replaces the file'], { mayStick: 'for good' }),
    program(`${last} lie`),
    program(`${last} fail`),
    onDisk({ place: '/etc/wireguard', inodes: 3, blocks: 60 }),
    onDisk({ place: '/var/lib/meshtui', inodes: 12, blocks: 60 }),
    failFrom(files, Math.floor(files.length / 2), 'ENOSPC'),
    // Where nothing that runs is changed, nothing is brought back either.
    { ...program(`${last} fail-after`, `${last + 3} script-before`), mayMiss: changing.length === 0 },
    meanwhile(first, `wg set wg0 peer ${lab.publicKeys.roamer} persistent-keepalive 17`),
  ];
  const chosen = special[turn % special.length];
  return [killAt(files, lastRename + 1), program(`${first} kill-after`), ...(chosen === undefined ? [] : [chosen])];
}
