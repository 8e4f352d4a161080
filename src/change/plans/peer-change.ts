import { known, type Printable, printable } from '../../host/printable.ts';
import type { ConfFile } from '../../wg/conf/conf-file.ts';
import { readWanted, type WantedInterface, type WantedPeer } from '../../wg/conf/wanted.ts';
import type { DumpPeer } from '../../wg/dump.ts';
import { sameMembers, sameSecret } from '../live.ts';
import type { PeerStep, Plan, PlanResult, RunningPeer, Step } from '../plan.ts';
import { type LabelOf, riskOf } from '../risk.ts';
import { whoNotices } from './affected.ts';
import { flavourOf, nothingChanged, type PeerAtHand, type PlanContext, refused, refusedThen } from './context.ts';
import { fileSteps } from './edited-file.ts';
import { endableFlows } from './flows.ts';
import { orderSteps } from './order.ts';
import { changedRoutes } from './routes.ts';
import { asItRuns, asWanted, isSetAlike, literalEndpoint } from './running.ts';

/** What a plan says about itself. */
export interface ChangeWords {
  readonly title: string;
  /** Sentences, before those that follow from the steps. */
  readonly notes?: readonly string[];
  /** Somebody loses access by it. */
  readonly cutsOff?: boolean;
  /** A peer that the file does not have, or has commented out, is taken off the interface where it runs all the same. */
  readonly endsRunning?: boolean;
}

/** Steps, and what is to be said of them. */
interface Derived {
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}

/**
 * The plan that makes a file out of another that differs in one peer, and has that peer run as the new file says. Only
 * what the edit changes is set: where the peer, another or a route does not run as the file says, it stays so.
 */
export function peerChangePlan(
  context: PlanContext,
  peer: PeerAtHand,
  edited: ConfFile,
  words: ChangeWords,
): PlanResult {
  const { hub, session, labelOf } = context;
  const reading = readWanted(edited, flavourOf(hub));
  const byHand = `Change the section of ${peer.label} by hand.`;
  if (reading.outcome === 'rejected') return refusedThen(reading.problems, byHand);
  const stray = strayChange(peer, reading.wanted, labelOf);
  if (stray !== undefined) {
    return refused(`The edit would change ${stray} too, as the file is written.`, nothingChanged, byHand);
  }
  const live = liveSteps(context, peer, reading.wanted, words.endsRunning === true);
  const steps = [...orderSteps(live.steps), ...fileSteps(peer.conf, edited)];
  if (steps.length === 0) return { outcome: 'unchanged', reason: known(`${peer.label} is so already.`) };
  const plan: Plan = {
    title: printable(words.title),
    interfaceName: hub.interfaceName,
    steps,
    affected: whoNotices(steps),
    risk: riskOf(steps, hub, session, labelOf),
    notes: [...(words.notes ?? []), ...live.notes].map((note) => known(note)),
    cutsOff: words.cutsOff === true ? peer.label : undefined,
    undoes: undefined,
  };
  return { outcome: 'plan', plan };
}

/**
 * Who else would be set otherwise after the edit: a line left behind belongs to the section before. A prefix that another
 * peer has too, and gets when the peer gives it up, is its own.
 */
function strayChange(
  { key, wanted: before }: PeerAtHand,
  after: WantedInterface,
  labelOf: LabelOf,
): string | undefined {
  const settings = ({ privateKey, peers, ...others }: WantedInterface) =>
    JSON.stringify({ ...others, hooks: others.hooks.map(({ line, ...hook }) => hook) });
  if (settings(before) !== settings(after) || !sameSecret(before.privateKey, after.privateKey)) return '[Interface]';
  const others = new Set([...before.peers.keys(), ...after.peers.keys()]);
  others.delete(key);
  for (const other of others) {
    const [was, is] = [before.peers.get(other), after.peers.get(other)];
    if (was === undefined || is === undefined) return labelOf(other);
    const own = is.allowedIps.filter((prefix) => was.allowedIps.includes(prefix));
    if (!isSameWish(was, { ...is, allowedIps: own })) return labelOf(other);
    const freed = before.peers.get(key)?.allowedIps ?? [];
    if (is.allowedIps.some((prefix) => !was.allowedIps.includes(prefix) && !freed.includes(prefix)))
      return labelOf(other);
  }
  return undefined;
}

/** What of the running interface follows from the edit. */
function liveSteps(context: PlanContext, peer: PeerAtHand, wanted: WantedInterface, endsRunning: boolean): Derived {
  const { hub } = context;
  const { label, key, running } = peer;
  if (hub.running === undefined) {
    return { steps: [], notes: [`${hub.interfaceName} does not run: only the file changes.`] };
  }
  const before = peer.wanted.peers.get(key);
  const after = wanted.peers.get(key);
  const target = targetOf(before, after, running, endsRunning);
  if (target === 'as it is') return { steps: [], notes: [] };
  if (target === 'not running') {
    const note = `${label} does not run on ${hub.interfaceName}: only the file changes. meshtui drift shows more.`;
    return { steps: [], notes: [note] };
  }
  const step: PeerStep = {
    kind: 'peer',
    interfaceName: hub.interfaceName,
    program: hub.program,
    publicKey: key,
    label,
    ...target,
  };
  const routes = changedRoutes(context, peer.wanted, wanted, step);
  const flows = endableFlows(context, step);
  return {
    steps: [...(isNoChange(step) ? [] : [step]), ...routes.steps, ...flows.steps],
    notes: [...endpointNotes(label, hub.interfaceName, before, after, running), ...routes.notes, ...flows.notes],
  };
}

function isNoChange({ before, after }: PeerStep): boolean {
  return before !== undefined && after !== undefined && isSetAlike(before, after);
}

type Target = Pick<PeerStep, 'before' | 'after'>;

/** What the peer runs as now, and what as then. */
function targetOf(
  before: WantedPeer | undefined,
  after: WantedPeer | undefined,
  running: DumpPeer | undefined,
  endsRunning: boolean,
): Target | 'as it is' | 'not running' {
  if (after === undefined) {
    if (running !== undefined && (before !== undefined || endsRunning))
      return { before: asItRuns(running), after: undefined };
    return before === undefined ? 'as it is' : 'not running';
  }
  if (before === undefined) {
    if (running === undefined) return { before: undefined, after: asWanted(after) };
    const settings = { ...asWanted(after), endpoint: literalEndpoint(after.endpoint) ?? running.endpoint };
    return { before: asItRuns(running), after: settings };
  }
  if (isSameWish(before, after)) return 'as it is';
  return running === undefined ? 'not running' : changedSettings(before, after, asItRuns(running));
}

function isSameWish(one: WantedPeer, other: WantedPeer): boolean {
  return (
    one.endpoint === other.endpoint && isSetAlike({ ...one, endpoint: undefined }, { ...other, endpoint: undefined })
  );
}

/** The settings that the edit changes, on top of those that run. */
function changedSettings(before: WantedPeer, after: WantedPeer, running: RunningPeer): Target {
  const keepsIps = sameMembers(before.allowedIps, after.allowedIps);
  const keepsKeepalive = before.persistentKeepalive === after.persistentKeepalive;
  const keepsSecret = sameSecret(before.presharedKey, after.presharedKey);
  const endpoint = before.endpoint === after.endpoint ? undefined : literalEndpoint(after.endpoint);
  return {
    before: { ...running, endpoint: endpoint === undefined ? undefined : running.endpoint },
    after: {
      allowedIps: keepsIps ? running.allowedIps : after.allowedIps,
      endpoint,
      persistentKeepalive: keepsKeepalive ? running.persistentKeepalive : after.persistentKeepalive,
      presharedKey: keepsSecret ? running.presharedKey : after.presharedKey,
    },
  };
}

/** Where the running peer does not get the endpoint that the file gives it. */
function endpointNotes(
  label: Printable,
  interfaceName: string,
  before: WantedPeer | undefined,
  after: WantedPeer | undefined,
  running: DumpPeer | undefined,
): string[] {
  if (after === undefined || before?.endpoint === after.endpoint) return [];
  if (after.endpoint === undefined) {
    if (running?.endpoint === undefined) return [];
    return [`${label} keeps the endpoint ${running.endpoint} that it has now, until ${interfaceName} starts anew.`];
  }
  if (literalEndpoint(after.endpoint) !== undefined) return [];
  return [`The name in ${printable(after.endpoint)} is looked up when ${interfaceName} starts next, and then only.`];
}
