import { dirname } from 'node:path/posix';
import type { HostFacts } from '../host/host.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { Step } from './plan.ts';
import { confDirectories } from './read-hub.ts';

/** Where the records of all changes are. */
export function changesDirectory({ stateDirectory }: Pick<HostFacts, 'stateDirectory'>): string {
  return `${stateDirectory}/changes`;
}

/** The lock of which only one process at a time changes anything. */
export function lockPath(facts: Pick<HostFacts, 'stateDirectory'>): string {
  return `${changesDirectory(facts)}/lock`;
}

/** What is in the directory of a change. Markers are empty files, or a few words; there or not is what counts. */
export interface ChangePlaces {
  readonly directory: string;
  readonly record: string;
  /** The directories in which old files and keys are kept, a line each: there before them, so that they are always found. */
  readonly vaults: string;
  readonly script: string;
  readonly guard: string;
  /** An empty file for the revert script, which may run on a full disk. */
  readonly spare: string;
  /** The guard runs. */
  readonly guarding: string;
  /** From here on something may have changed. */
  readonly begun: string;
  readonly pending: string;
  readonly done: string;
  /** The revert script is at it: nobody may go on with the change. */
  readonly reverting: string;
  /** Everything is as before: the reason, then seconds since the epoch. */
  readonly reverted: string;
  /** What the revert script could not bring back, a line each. */
  readonly failed: string;
  /** The operator was told what became of it. */
  readonly told: string;
}

/** The places of a change. */
export function placesOf(facts: Pick<HostFacts, 'stateDirectory'>, id: string): ChangePlaces {
  const directory = `${changesDirectory(facts)}/${id}`;
  return {
    directory,
    record: `${directory}/record.json`,
    vaults: `${directory}/vaults`,
    script: `${directory}/revert.sh`,
    guard: `${directory}/guard.sh`,
    spare: `${directory}/spare`,
    guarding: `${directory}/guarding`,
    begun: `${directory}/begun`,
    pending: `${directory}/pending`,
    done: `${directory}/done`,
    reverting: `${directory}/reverting`,
    reverted: `${directory}/reverted`,
    failed: `${directory}/revert-failed`,
    told: `${directory}/told`,
  };
}

/** The directory beside a file in which its old self is kept: in the same file system, and as private as the file. */
export function vaultOf(path: string, id: string): string {
  return `${dirname(path)}/.meshtui/${id}`;
}

/** Where the preshared keys of an interface's peers are kept: beside its file, whether there is one or not. */
export function keyVault(
  step: { readonly interfaceName: InterfaceName; readonly program: 'wg' | 'awg' },
  id: string,
): string {
  return vaultOf(`${confDirectories[step.program]}/${step.interfaceName}.conf`, id);
}

/** Where things of the step at this place of the plan are kept. */
export interface StepPlaces {
  /** A file's old self. */
  readonly kept: string;
  /** A file's new self until it is put in its place. */
  readonly staged: string;
  /** The preshared key that a peer had. */
  readonly presharedKey: string;
}

/** The places of the things of one step; undefined for steps that have none. */
export function stepPlaces(step: Step, index: number, id: string): StepPlaces | undefined {
  if (step.kind !== 'file' && step.kind !== 'peer') return undefined;
  const vault = step.kind === 'file' ? vaultOf(step.path, id) : keyVault(step, id);
  return {
    kept: `${vault}/old-${index + 1}`,
    staged: `${vault}/new-${index + 1}`,
    presharedKey: `${vault}/psk-${index + 1}`,
  };
}
