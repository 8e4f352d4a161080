import { known, type Printable, printable } from '../../host/printable.ts';
import { sectionsOf } from '../../wg/conf/sections.ts';
import { type ConfProblem, type Flavour, readWanted, type WantedInterface } from '../../wg/conf/wanted.ts';
import type { DumpPeer } from '../../wg/dump.ts';
import type { HubConf, HubState } from '../../wg/hub.ts';
import type { PublicKey } from '../../wg/key.ts';
import type { PlanResult } from '../plan.ts';
import type { LabelOf } from '../risk.ts';
import type { OperatorSession } from '../session.ts';
import { listed } from '../words.ts';

/** Whether the configuration is ours to write. */
export type Writable =
  | { readonly writable: true }
  /** Sentences: who keeps it, and what to do instead. */
  | { readonly writable: false; readonly reason: Printable };

/** What a decision about a peer becomes a plan with. */
export interface PlanContext {
  readonly hub: HubState;
  readonly ownership: Writable;
  readonly session: OperatorSession;
  readonly labelOf: LabelOf;
  /** The side file whose name for the peer is shown before that in the configuration file; undefined: there is none. */
  readonly nameFile?: string | undefined;
}

/** The peer that a decision is about, as far as it is sure that its file may be edited. */
export interface PeerAtHand {
  readonly key: PublicKey;
  readonly label: Printable;
  readonly conf: HubConf;
  /** What the file wants now. */
  readonly wanted: WantedInterface;
  /** Whether its section is commented out, live, or not there. */
  readonly inFile: 'live' | 'disabled' | 'absent';
  readonly running: DumpPeer | undefined;
}

/** Why there is no plan, and what to do first. */
export type Refusal = Extract<PlanResult, { outcome: 'refused' }>;

/** A refusal of sentences. */
export function refused(...sentences: string[]): Refusal {
  return { outcome: 'refused', reason: known(sentences.join(' ')) };
}

/** There is nothing to do. */
export function unchanged(reason: string): PlanResult {
  return { outcome: 'unchanged', reason: known(reason) };
}

/** The sentence that a refusal ends with. */
export const nothingChanged = 'Nothing was changed.';

/** wg-quick refuses the file as it is: with what to do first. */
export function refusedNow(conf: HubConf, problems: readonly ConfProblem[]): Refusal {
  const path = printable(conf.path);
  return refused(
    `wg-quick refuses ${path}${firstOf(problems)}`,
    nothingChanged,
    `Mend the file first: meshtui lint ${path} lists what is wrong.`,
  );
}

/** wg-quick would refuse the file as it was to be: with what to do instead. */
export function refusedThen(problems: readonly ConfProblem[], advice: string): Refusal {
  return refused(`wg-quick would refuse the file${firstOf(problems)}`, nothingChanged, advice);
}

function firstOf([first]: readonly ConfProblem[]): string {
  return first === undefined ? '' : `, line ${first.line}: ${first.problem}`;
}

/** What wg(8) of this hub takes. */
export function flavourOf({ running, program }: HubState): Flavour {
  return running?.flavour ?? (program === 'awg' ? 'amneziawg' : 'wireguard');
}

/** The peer in its file, or why the file is not to be edited: with what to do first. */
export function takePeer(context: PlanContext, key: PublicKey): PeerAtHand | Refusal {
  const { hub, ownership, labelOf } = context;
  const { conf, interfaceName } = hub;
  const label = labelOf(key);
  if (!ownership.writable) return refused(ownership.reason, nothingChanged);
  if (conf === undefined) {
    return refused(
      `There is no configuration file for ${interfaceName}.`,
      nothingChanged,
      'Adopt the interface first: a file is then written from what runs.',
    );
  }
  const path = printable(conf.path);
  const reading = readWanted(conf.file, flavourOf(hub));
  if (reading.outcome === 'rejected') return refusedNow(conf, reading.problems);
  if (reading.wanted.saveConfig) {
    return refused(
      `${path} has SaveConfig = true: when ${interfaceName} stops, wg-quick writes the file anew and every edit is lost.`,
      nothingChanged,
      'Set SaveConfig to false first.',
    );
  }
  const sections = sectionsOf(conf.file).filter(({ publicKey }) => publicKey === key);
  if (sections.length > 1) {
    return refused(
      `${label} is in ${sections.length} sections of ${path} (lines ${listed(sections.map(({ header }) => `${header + 1}`))}).`,
      nothingChanged,
      'Leave only one of them, then try again.',
    );
  }
  const [section] = sections;
  return {
    key,
    label,
    conf,
    wanted: reading.wanted,
    inFile: section === undefined ? 'absent' : section.disabled === undefined ? 'live' : 'disabled',
    running: hub.running?.peers.find(({ publicKey }) => publicKey === key),
  };
}

/** Why a peer that the file does not have cannot be edited in it. */
export function notInFile({ hub }: PlanContext, { label, conf, running }: PeerAtHand): Refusal {
  const path = printable(conf.path);
  if (running === undefined) return refused(`${label} is no peer of ${hub.interfaceName}, and not in ${path}.`);
  return refused(
    `${label} runs on ${hub.interfaceName} but is not in ${path}.`,
    nothingChanged,
    'Adopt it into the file first: meshtui drift shows how.',
  );
}
