/** What goes wrong under each kind of change: everything everywhere, or of each something. */
import type { Lab } from '../lab.ts';
import type { Bench } from './bench.ts';
import type { Cell } from './cell.ts';
import { allFileCalls, deeds, fileCalls, pathWithout, type SmallDisk } from './faults.ts';
import type { Kind } from './kinds.ts';

/** Numbers from one on. */
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const killAt = (at: number, calls = fileCalls): Cell => ({
  phase: 'apply',
  fault: { kind: 'call', calls, what: 'signal=KILL', at: String(at) },
});

const failAt = (at: string, error: 'ENOSPC' | 'EIO'): Cell => ({
  phase: 'apply',
  fault: { kind: 'call', calls: fileCalls, what: `error=${error}`, at },
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

const onDisk = (disk: SmallDisk): Cell => ({ phase: 'apply', fault: { kind: 'program', rules: [] }, disk });

const isFileCall = new RegExp(fileCalls);

/** The numbers of the runs that change something. */
function steps({ runs }: Bench): readonly number[] {
  return upTo(runs.length).filter((at) =>
    /^(wg set|ip -\d (route|address) (add|del)|conntrack)/.test(runs[at - 1] ?? ''),
  );
}

/** After a step that was done, what brings it back dies or fails at each of its programs, run by meshtui or by the guard. */
function scriptDies(at: number): Cell[] {
  return upTo(12).flatMap((later) => [
    program(`${at} fail-after`, `${at + later} script-before`),
    { ...program(`${at} kill-after`, `${at + later} script-before`), mayStick: 'for now' },
    { ...program(`${at} kill-after`, `${at + later} fail`), mayStick: 'for now' },
  ]);
}

const places = ['/var/lib/meshtui', '/etc/wireguard'] as const;

function smallDisks(): Cell[] {
  return places.flatMap((place) => [
    ...upTo(24).map((inodes) => onDisk({ place, inodes, blocks: 60 })),
    ...upTo(10).map((blocks) => onDisk({ place, inodes: 100, blocks })),
  ]);
}

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
  const count = calls.filter((call) => isFileCall.test(call)).length;
  const changing = steps(bench);
  const isThorough = thorough.includes(kind.name);
  // What is read before the first step is the same for all kinds.
  const [first = 1] = changing;
  return [
    ...upTo(count + 1).map((at) => killAt(at)),
    ...upTo(runs.length + 1)
      .filter((at) => isThorough || at >= first)
      .flatMap((at) => ['kill-after', 'fail', 'lie'].map((way) => program(`${at} ${way}`))),
    ...changing.flatMap((at) => ['kill-before', 'fail-after'].map((way) => program(`${at} ${way}`))),
    ...changing.map((at): Cell => ({ ...program(`${at} kill-after`), killsGuard: true })),
    ...upTo(count)
      .filter((at) => at % 3 === 0)
      .map((at): Cell => ({ ...killAt(at), killsGuard: true })),
    ...changing.slice(0, 2).map((at): Cell => ({ ...program(`${at}+ fail`), mayStick: 'for now' })),
    ...(isThorough ? await moreCells(lab, kind, bench, count) : []),
  ];
}

/** What is tried on some kinds only. What waits for a deadline each time, less often. */
async function moreCells(lab: Lab, kind: Kind, bench: Bench, count: number): Promise<Cell[]> {
  const { runs, calls } = bench;
  const changing = steps(bench);
  const at = kind.risky ? changing : upTo(runs.length);
  const everyFourth = kind.risky ? [] : upTo(Math.floor(calls.length / 4)).map((number) => 4 * number);
  return [
    ...upTo(count).map((number) => failAt(`${number}+`, 'ENOSPC')),
    ...(kind.risky ? [] : upTo(count).map((number) => failAt(number % 2 === 0 ? `${number}` : `${number}+`, 'EIO'))),
    ...everyFourth.map((number) => killAt(number, allFileCalls)),
    ...smallDisks(),
    ...changing.slice(-1).flatMap(scriptDies),
    ...deedCells(lab, kind, at),
    ...(await missingPrograms(lab)),
    ...at.map((number) => program(`${number} hang`)),
  ];
}

/** A few of each, where most can go wrong: a look at the whole in a minute. */
export function someCells(lab: Lab, kind: Kind, bench: Bench, turn: number): Cell[] {
  const files = bench.calls.filter((call) => isFileCall.test(call));
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
    failAt(`${Math.floor(files.length / 2)}+`, 'ENOSPC'),
    program(`${last} fail-after`, `${last + 3} script-before`),
    meanwhile(first, `wg set wg0 peer ${lab.publicKeys.roamer} persistent-keepalive 17`),
  ];
  const chosen = special[turn % special.length];
  return [killAt(lastRename + 1), program(`${first} kill-after`), ...(chosen === undefined ? [] : [chosen])];
}
