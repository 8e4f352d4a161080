/** From a request to the plan that carries it out and the configuration that the device gets. */
import { randomBytes } from 'node:crypto';
import type { Plan } from '../../change/plan.ts';
import { addAllPlan, type NewClient } from '../../change/plans/add.ts';
import type { DriftPlanContext } from '../../change/plans/drift.ts';
import type { Host } from '../../host/host.ts';
import { known, type Printable } from '../../host/printable.ts';
import { withPeer } from '../../network/pool.ts';
import { bitsOf, prefixOf } from '../../network/prefix.ts';
import type { Snapshot } from '../../observe/snapshot.ts';
import type { InterfaceName, PublicKey } from '../../wg/key.ts';
import { type CheckedProfile, checkProfile } from '../../wg/profile/check-profile.ts';
import { type Issued, issuedOf } from '../../wg/profile/issued.ts';
import { generateKeyPair, generatePresharedKey } from '../../wg/profile/keys.ts';
import { keepaliveOf } from '../../wg/profile/profile.ts';
import type { Secret } from '../../wg/secret.ts';
import { type AddCheck, checkAdd, type SettledClient } from './check.ts';
import type { AddFacts } from './facts.ts';
import { addFacts } from './gather.ts';
import type { AddRequest } from './request.ts';

/** Keys of a client that is being added, in memory alone. */
interface ClientKeys {
  /** Undefined: only the device has it. */
  readonly privateKey: Secret | undefined;
  readonly publicKey: PublicKey;
  readonly presharedKey: Secret | undefined;
}

/** One client of a plan: what it was asked to be, what it will be, and what it is given. */
export interface PreparedClient {
  readonly request: AddRequest;
  readonly settled: SettledClient;
  readonly keys: ClientKeys;
  /** With the private key, where it was generated here. */
  readonly profile: CheckedProfile;
  /** What the file remembers of it, without secrets. */
  readonly issued: Issued;
  /** What is good to know, sentences. */
  readonly hints: readonly Printable[];
}

/** A plan that was read from the hub at one moment, and whom it adds. */
export interface Prepared {
  readonly outcome: 'ready';
  readonly interfaceName: InterfaceName;
  readonly plan: Plan;
  /** At least one, in the order of the requests. */
  readonly clients: readonly PreparedClient[];
  readonly facts: AddFacts;
}

/** What came of requests. Nothing was changed. */
type PrepareResult =
  | Prepared
  /** Answers are wrong: which, by the number of the request (0 the first). */
  | { readonly outcome: 'problems'; readonly checks: readonly AddCheck[] }
  | { readonly outcome: 'refused'; readonly reason: Printable };

/** Reads the hub now, and makes the plan that adds a client, with its keys and its configuration. Never throws. */
export function prepareAdd(
  host: Host,
  snapshot: Snapshot,
  interfaceName: InterfaceName,
  request: AddRequest,
): Promise<PrepareResult> {
  return prepareAll(host, snapshot, interfaceName, [request]);
}

/** The same for several clients in one plan, all or none. `keys`: those of an earlier try, by the number of the request. */
export async function prepareAll(
  host: Host,
  snapshot: Snapshot,
  interfaceName: InterfaceName,
  requests: readonly AddRequest[],
  keys: readonly ClientKeys[] = [],
): Promise<PrepareResult> {
  const gathered = await addFacts(host, snapshot, interfaceName);
  if (gathered.outcome === 'refused') return gathered;
  return planAll(gathered, interfaceName, requests, keys);
}

function planAll(
  { facts, context }: { readonly facts: AddFacts; readonly context: DriftPlanContext },
  interfaceName: InterfaceName,
  requests: readonly AddRequest[],
  keys: readonly ClientKeys[],
): PrepareResult {
  if (facts.obstacle !== undefined)
    return { outcome: 'refused', reason: known(`${facts.obstacle} Nothing was changed.`) };
  const checks: AddCheck[] = [];
  const clients: PreparedClient[] = [];
  let now = facts;
  for (const [index, request] of requests.entries()) {
    const check = checkAdd(withoutReplaced(now, request), request);
    checks.push(check);
    if (check.settled === undefined) continue;
    const client = prepared(request, check, check.settled, keys[index], facts.at);
    if ('outcome' in client) return client;
    clients.push(client);
    now = withClient(now, client);
  }
  if (clients.length < requests.length) return { outcome: 'problems', checks };
  const result = addAllPlan(context, clients.map(newClient));
  if (result.outcome !== 'plan') return { outcome: 'refused', reason: result.reason };
  return { outcome: 'ready', interfaceName, plan: result.plan, clients, facts };
}

function prepared(
  request: AddRequest,
  { hints }: AddCheck,
  settled: SettledClient,
  given: ClientKeys | undefined,
  at: number,
): PreparedClient | Extract<PrepareResult, { outcome: 'refused' }> {
  const keys = given ?? newKeys(settled, request.presharedKey);
  const { kind } = request;
  const { tunnelName: name, addresses, hub, allowedIps, dns, mtu, gateway } = settled;
  const check = checkProfile({
    name,
    kind,
    addresses: addresses.map((address) => prefixOf(address, bitsOf(address.family)).text),
    privateKey: keys.privateKey,
    presharedKey: keys.presharedKey,
    hub,
    allowedIps,
    dns,
    mtu,
    persistentKeepalive: keepaliveOf(kind),
    gateway,
  });
  if (check.outcome === 'problem') {
    return {
      outcome: 'refused',
      reason: known(`${check.problems.map(({ reason }) => reason).join(' ')} Nothing was changed.`),
    };
  }
  const issued = issuedOf(check.profile, `${new Date(at).toISOString().slice(0, 19)}Z`);
  return { request, settled, keys, profile: check.profile, issued, hints: Object.values(hints).flat() };
}

function newKeys({ publicKey }: SettledClient, hasPresharedKey: boolean): ClientKeys {
  const presharedKey = hasPresharedKey ? generatePresharedKey(randomBytes) : undefined;
  if (publicKey !== undefined) return { privateKey: undefined, publicKey, presharedKey };
  return { ...generateKeyPair(randomBytes), presharedKey };
}

function newClient({ request, settled, keys, issued, hints }: PreparedClient): NewClient {
  const { name, tags, hubAllowedIps } = settled;
  const { publicKey, presharedKey } = keys;
  const { replaces } = request;
  return { publicKey, presharedKey, name, tags, issued, replaces, allowedIps: hubAllowedIps, notes: hints };
}

/** The facts as if the peer that gets another key was not there. */
function withoutReplaced(facts: AddFacts, { name, replaces }: AddRequest): AddFacts {
  if (replaces === undefined) return facts;
  const isOther = ({ label }: { readonly label: string }) => label !== name;
  return {
    ...facts,
    pool: { ...facts.pool, peers: facts.pool.peers.filter(isOther) },
    names: facts.names.filter((other) => other !== name),
    reach: { ...facts.reach, lans: facts.reach.lans.filter(isOther) },
  };
}

/** The facts for the next client of the same plan. */
function withClient(facts: AddFacts, { settled, keys }: PreparedClient): AddFacts {
  const { name, addresses, gateway } = settled;
  const single = addresses.map((address) => prefixOf(address, bitsOf(address.family)));
  const behind = settled.lans;
  return {
    ...facts,
    pool: withPeer(facts.pool, { label: name, isDisabled: false, prefixes: [...single, ...behind] }),
    names: [...facts.names, name],
    keys: [...facts.keys, { publicKey: keys.publicKey, label: name, isHub: false }],
    reach:
      gateway === undefined
        ? facts.reach
        : { ...facts.reach, lans: [...facts.reach.lans, ...behind.map((prefix) => ({ prefix, label: name }))] },
  };
}
