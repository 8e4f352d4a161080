import { type Printable, printable } from '../../host/printable.ts';
import type { Prefix } from '../../network/prefix.ts';
import { setIssued, setTags } from '../../wg/conf/annotate.ts';
import { type ConfFile, parseConf } from '../../wg/conf/conf-file.ts';
import { addPeer } from '../../wg/conf/edit.ts';
import { renamePeer } from '../../wg/conf/rename.ts';
import type { DumpPeer } from '../../wg/dump.ts';
import type { HubState } from '../../wg/hub.ts';
import type { PublicKey } from '../../wg/key.ts';
import { peerId } from '../../wg/peer.ts';
import { type Issued, printIssued } from '../../wg/profile/issued.ts';
import type { Secret } from '../../wg/secret.ts';
import type { FileStep, Plan, PlanResult, Risk, Step } from '../plan.ts';
import { counted } from '../words.ts';
import { rekeyPlan } from './add-rekey.ts';
import { checkAllowedIps } from './allowed-ips.ts';
import { nothingChanged, type PlanContext, type Refusal, refused, takePeer } from './context.ts';
import { afterEdits } from './edited-file.ts';
import { peerChangePlan } from './peer-change.ts';

/** A peer that the hub is to have. */
export interface NewClient {
  readonly publicKey: PublicKey;
  readonly presharedKey: Secret | undefined;
  readonly name: Printable;
  readonly tags: readonly string[];
  /** What its owner is given, to be remembered where a line is long enough. */
  readonly issued: Issued;
  /** The peer whose place it takes, with another key. */
  readonly replaces?: PublicKey | undefined;
  /** Its own addresses, and what is behind it. */
  readonly allowedIps: readonly Prefix[];
  /** Sentences for whoever reads the plan. */
  readonly notes: readonly string[];
}

/** Adds a peer: live, with its routes, and in the file. Refused where it is there already or its prefixes are taken. */
function addPlan(context: PlanContext, client: NewClient): PlanResult {
  const labelOf = (key: PublicKey) => (key === client.publicKey ? client.name : context.labelOf(key));
  const own: PlanContext = { ...context, labelOf };
  const peer = takePeer(own, client.publicKey);
  if ('outcome' in peer) return peer;
  if (peer.inFile !== 'absent' || peer.running !== undefined) {
    return refused(`The key of ${client.name} is that of a peer already.`, nothingChanged);
  }
  const check = checkAllowedIps(own, peer, client.allowedIps);
  if (check.outcome === 'refused') return check;
  const file = fileWith(peer.conf.file, client);
  if ('outcome' in file) return file;
  return peerChangePlan(own, peer, file, { title: `Add ${client.name}`, notes: [...client.notes, ...check.notes] });
}

/** Adds several peers in one plan (or gives them new keys), each as if those before it were there already. The first refusal is that of all. */
export function addAllPlan(context: PlanContext, clients: readonly NewClient[]): PlanResult {
  let { hub } = context;
  const plans: Plan[] = [];
  for (const client of clients) {
    const { replaces } = client;
    const now = { ...context, hub };
    const result = replaces === undefined ? addPlan(now, client) : rekeyPlan(now, { ...client, replaces });
    if (result.outcome !== 'plan') return result;
    plans.push(result.plan);
    hub = hubAfter(hub, client, result.plan);
  }
  const [first] = plans;
  if (first === undefined) return refused('There is nobody to add.');
  return { outcome: 'plan', plan: plans.length === 1 ? first : joined(first, plans) };
}

function fileWith(before: ConfFile, client: NewClient): ConfFile | Refusal {
  const { publicKey, presharedKey, allowedIps, name, tags, issued } = client;
  const isTooLong = printIssued(issued) === undefined;
  const settings = { allowedIps, ...(presharedKey !== undefined && { presharedKey }) };
  return afterEdits(before, [
    (file) => addPeer(file, { publicKey, settings }),
    (file) => renamePeer(file, publicKey, name),
    (file) => setTags(file, publicKey, tags),
    (file) => (isTooLong ? { outcome: 'unchanged' } : setIssued(file, publicKey, issued)),
  ]);
}

/** The hub as the next client finds it. */
function hubAfter(hub: HubState, client: NewClient, { steps }: Plan): HubState {
  const text = steps.find((step) => step.kind === 'file')?.after?.text;
  const { conf, running, interfaceName } = hub;
  const peer: DumpPeer = {
    id: peerId(interfaceName, client.publicKey),
    interfaceName,
    publicKey: client.publicKey,
    presharedKey: client.presharedKey,
    endpoint: undefined,
    allowedIps: client.allowedIps.map(printable),
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
  };
  return {
    ...hub,
    conf: conf === undefined || text === undefined ? conf : { ...conf, file: parseConf(text.reveal()) },
    running: running === undefined ? undefined : { ...running, peers: [...running.peers, peer] },
  };
}

/** One plan of several that follow one another: the file is written once. */
function joined(first: Plan, plans: readonly Plan[]): Plan {
  const files = plans.flatMap(({ steps }) => steps.filter((step) => step.kind === 'file'));
  const live: Step[] = plans.flatMap(({ steps }) => steps.filter((step) => step.kind !== 'file'));
  const [firstFile, lastFile] = [files[0], files.at(-1)];
  const file: FileStep[] =
    firstFile === undefined || lastFile === undefined ? [] : [{ ...firstFile, after: lastFile.after }];
  return {
    ...first,
    title: printable(`Add ${counted(plans.length, 'peer')}`),
    steps: [...live, ...file],
    affected: plans.flatMap(({ affected }) => affected),
    risk: plans.map(({ risk }) => risk).reduce(worse),
    notes: [...new Set(plans.flatMap(({ notes }) => notes))],
  };
}

function worse(one: Risk, other: Risk): Risk {
  if (one.level === 'safe') return other;
  if (other.level === 'safe') return one;
  return {
    level: 'risky',
    reasons: [...new Set([...one.reasons, ...other.reasons])],
    touchesOperator: one.touchesOperator || other.touchesOperator,
  };
}
