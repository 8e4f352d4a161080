/** One change with one thing that goes wrong. */
import type { Lab } from '../lab.ts';
import {
  type Armed,
  arm,
  type Fault,
  mountSmall,
  type SmallDisk,
  standIns,
  systemDirectories,
  unmount,
} from './faults.ts';
import { engineProcesses } from './hub-state.ts';
import { judge } from './judge.ts';
import { deadlineMs, quiet, type Result, type Stand, started, toTheEnd, type Variant } from './stand.ts';
import type { Told } from './told.ts';

/** Something that goes wrong at a certain place. */
export interface Cell {
  readonly fault: Fault;
  /** From when on it lies in wait: before the plan is applied, or between that and its confirmation. */
  readonly phase: 'apply' | 'confirm';
  /** The guard and whatever it started are killed as soon as the process has ended. */
  readonly killsGuard?: boolean;
  /** Nobody can bring anything back: before programs do their work again, or because of what somebody else did. */
  readonly mayStick?: 'for now' | 'for good';
  /** It may not come: the disk turns out to be large enough, or a call has another number this time. */
  readonly mayMiss?: boolean;
  readonly disk?: SmallDisk;
  /** In place of the hub's directories of programs. */
  readonly path?: string;
  /** What somebody else does meanwhile: it is still there afterwards. */
  readonly deed?: string;
  /** The deed is about something that the change is about: whether it is there afterwards is open. */
  readonly isContested?: boolean;
}

/** What came of a cell. */
export interface Outcome {
  /** Whether the fault came; where it did not, the change had ended before. */
  readonly fired: boolean;
  /** What is wrong afterwards, a sentence each. */
  readonly problems: readonly string[];
}

/** The stand-ins come before the hub's own programs. */
export const path = `${standIns}:${systemDirectories}`;

/** Makes the change with what goes wrong, judges what is there when nothing of it runs any more, and makes the hub ready again. */
export async function tryCell(stand: Stand, cell: Cell, allowed: readonly Variant[]): Promise<Outcome> {
  const { lab, kind } = stand;
  const told = await started(stand, cell.path ?? path);
  if (cell.disk) await mountSmall(lab, cell.disk);
  try {
    const { result, armed } = await runInto(stand, cell, told);
    if (cell.killsGuard) killGuards(lab);
    await told.end();
    await quiet(lab);
    const hasCome = await armed.disarm();
    const fired = hasCome || (cell.disk !== undefined && result?.outcome !== 'done') || cell.path !== undefined;
    const problems = await judge(stand, cell, allowed, result).catch((error: unknown) => [`judging failed: ${error}`]);
    if (cell.disk) await unmount(lab, cell.disk);
    await stand.restore();
    return { fired, problems };
  } catch (error) {
    throw new Error(`${kind.name}, ${JSON.stringify(cell)}: ${error}`, { cause: error });
  }
}

/** Applies, and where that is asked for confirms, with the fault in the phase that the cell names. */
async function runInto({ lab, kind }: Stand, { fault, phase }: Cell, told: Told) {
  let armed: Armed;
  let result: Result;
  if (phase === 'apply') {
    armed = await arm(lab, told, fault);
    result = await toTheEnd(told, kind);
  } else {
    await told.say({ say: 'apply', confirmWithinMs: deadlineMs });
    armed = await arm(lab, told, fault);
    result = (await told.say({ say: 'confirm' })) as Result;
  }
  return { result, armed };
}

/** As an operator who ends everything of the change by hand. */
function killGuards(lab: Lab): void {
  for (const { pid } of engineProcesses(lab)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
