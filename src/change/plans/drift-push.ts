import { known } from '../../host/printable.ts';
import type { Prefix } from '../../network/prefix.ts';
import { routeChanges, routeKey } from '../../network/wg-quick-routes.ts';
import type { DriftItem } from '../../wg/drift.ts';
import { allowedIps, routesOf } from '../../wg/drift-routes.ts';
import type { PublicKey } from '../../wg/key.ts';
import type { PeerStep, PlanResult, RouteStep, RunningPeer, Step } from '../plan.ts';
import { riskOf } from '../risk.ts';
import { listed } from '../words.ts';
import { whoNotices } from './affected.ts';
import { nothingChanged, refused } from './context.ts';
import { type BothSides, type DriftPlanContext, distinctSteps, subjectWords, takeBoth } from './drift.ts';
import { endableFlows } from './flows.ts';
import { orderSteps } from './order.ts';
import { routeStep } from './routes.ts';
import { asItRuns, asWanted, isSetAlike, literalEndpoint } from './running.ts';

/** Makes the running interface, its routes and addresses as the file is, in what these items are about. */
export function pushPlan(context: DriftPlanContext, items: readonly DriftItem[]): PlanResult {
  const { hub, session, labelOf } = context;
  const stuck = items.find(({ canPush }) => !canPush);
  if (stuck !== undefined) return refused(stuck.what, whyNot(stuck), nothingChanged);
  const both = takeBoth(context);
  if ('outcome' in both) return both;
  const peers = targetPeers(items, both);
  const peerSteps = changedPeers(context, both, peers);
  const routes = pushedRoutes(context, both, peers, items);
  const flows = peerSteps.map((step) => endableFlows(context, step));
  const steps = orderSteps(
    distinctSteps([
      ...peerSteps,
      ...routes.steps,
      ...items.flatMap((item) => itemSteps(context, both, item)),
      ...flows.flatMap((each) => each.steps),
    ]),
  );
  if (steps.length === 0) return { outcome: 'unchanged', reason: known(`${hub.interfaceName} runs as its file says.`) };
  const cut = peerSteps.filter(({ after }) => after === undefined).map(({ label }) => label);
  return {
    outcome: 'plan',
    plan: {
      title: known(`Make it run as the file says: ${subjectWords(items, hub.interfaceName)}`),
      interfaceName: hub.interfaceName,
      steps,
      affected: whoNotices(steps),
      risk: riskOf(steps, hub, session, labelOf),
      notes: [
        ...endpointNotes(items, both),
        ...movedNotes(peerSteps),
        ...routes.notes,
        ...flows.flatMap((each) => each.notes),
      ].map((note) => known(note)),
      cutsOff: cut.length === 0 ? undefined : listed(cut),
      undoes: undefined,
    },
  };
}

function whyNot({ kind }: DriftItem): string {
  switch (kind) {
    case 'private-key':
      return 'A new private key ends every session: take the interface down and up when nobody needs it.';
    case 'no-file':
      return 'There is no file to make it like; it can be adopted.';
    case 'route-elsewhere':
      return 'Remove the other route first, or give it another metric.';
    default:
      return 'Take the interface down and up when nobody needs it.';
  }
}

type Peers = Map<PublicKey, RunningPeer>;

/** The running peers as they are to be; a prefix that one is given is taken from whoever has it. */
function targetPeers(items: readonly DriftItem[], { wanted, running }: BothSides): Peers {
  const peers: Peers = new Map(running.peers.map((peer) => [peer.publicKey, asItRuns(peer)]));
  for (const { kind, subject } of items) {
    if (subject.kind !== 'peer') continue;
    const { publicKey } = subject;
    const wish = wanted.peers.get(publicKey);
    const peer = peers.get(publicKey);
    if (wish === undefined) peers.delete(publicKey);
    else if (peer === undefined) give(peers, publicKey, asWanted(wish));
    else if (kind === 'allowed-ips') give(peers, publicKey, { ...peer, allowedIps: wish.allowedIps });
    else if (kind === 'keepalive') peers.set(publicKey, { ...peer, persistentKeepalive: wish.persistentKeepalive });
    else if (kind === 'preshared-key') peers.set(publicKey, { ...peer, presharedKey: wish.presharedKey });
    else if (kind === 'endpoint') {
      peers.set(publicKey, { ...peer, endpoint: literalEndpoint(wish.endpoint) ?? peer.endpoint });
    }
  }
  return peers;
}

function give(peers: Peers, publicKey: PublicKey, peer: RunningPeer): void {
  const mine = new Set<Prefix>(peer.allowedIps);
  for (const [key, other] of peers) {
    const left = other.allowedIps.filter((prefix) => !mine.has(prefix));
    if (key !== publicKey && left.length < other.allowedIps.length) peers.set(key, { ...other, allowedIps: left });
  }
  peers.set(publicKey, peer);
}

function changedPeers({ hub, labelOf }: DriftPlanContext, { running }: BothSides, target: Peers): PeerStep[] {
  const before: Peers = new Map(running.peers.map((peer) => [peer.publicKey, asItRuns(peer)]));
  const keys = new Set([...before.keys(), ...target.keys()]);
  return [...keys].flatMap((publicKey) => {
    const [old, now] = [before.get(publicKey), target.get(publicKey)];
    if (old !== undefined && now !== undefined && isSetAlike(old, now)) return [];
    const { interfaceName, program } = hub;
    const step = { kind: 'peer', interfaceName, program, publicKey, label: labelOf(publicKey) } as const;
    // Where the endpoint is not what changes, it may go on roaming.
    const isStill = old !== undefined && now !== undefined && old.endpoint === now.endpoint;
    const side = (peer: RunningPeer | undefined) => peer && { ...peer, ...(isStill && { endpoint: undefined }) };
    return [{ ...step, before: side(old), after: side(now) }];
  });
}

/** The routes that follow from the change of peers, and those that are items themselves. */
function pushedRoutes(
  { hub }: DriftPlanContext,
  { wanted, running }: BothSides,
  target: Peers,
  items: readonly DriftItem[],
): { readonly steps: readonly RouteStep[]; readonly notes: readonly string[] } {
  const after = routesOf(wanted, running, allowedIps(target.values()));
  const changes = routeChanges(routesOf(wanted, running, allowedIps(running.peers)), after, hub.routes);
  // Of a peer that is only in the file the route may be there already, and is right to be.
  const ofFile = new Set(routesOf(wanted, running, allowedIps(wanted.peers.values())).map(routeKey));
  const { interfaceName } = hub;
  const named = items.flatMap(({ kind, subject }) =>
    subject.kind === 'route' ? [routeStep(interfaceName, subject, kind === 'route-missing')] : [],
  );
  const policy = changes.policy.map(({ prefix }) => prefix.text);
  return {
    steps: [
      ...changes.add.map((route) => routeStep(interfaceName, route, true)),
      ...changes.remove
        .filter((route) => !ofFile.has(routeKey(route)))
        .map((route) => routeStep(interfaceName, route, false)),
      ...named,
    ],
    notes:
      policy.length === 0
        ? []
        : [
            `Routes for ${listed(policy)} stay as they are now: wg-quick makes them with rules and a firewall mark, when ${interfaceName} starts next.`,
          ],
  };
}

/** Of items that are neither a peer's nor a route. */
function itemSteps({ hub }: DriftPlanContext, { wanted, running }: BothSides, { kind, subject }: DriftItem): Step[] {
  const { interfaceName, program } = hub;
  if (subject.kind === 'address') {
    const isMissing = kind === 'address-missing';
    return [{ kind: 'address', interfaceName, address: subject.address, before: !isMissing, after: isMissing }];
  }
  if (kind === 'listen-port' && wanted.listenPort !== undefined) {
    const { listenPort: before } = running;
    return [{ kind: 'interface', interfaceName, program, setting: kind, before, after: wanted.listenPort }];
  }
  if (kind === 'fwmark') {
    const [before, after] = [running.fwmark ?? 0, wanted.fwmark ?? 0];
    return [{ kind: 'interface', interfaceName, program, setting: kind, before, after }];
  }
  return [];
}

function endpointNotes(items: readonly DriftItem[], { wanted }: BothSides): string[] {
  return items.flatMap(({ kind, subject }) => {
    if (kind !== 'peer-only-in-file' || subject.kind !== 'peer') return [];
    const endpoint = wanted.peers.get(subject.publicKey)?.endpoint;
    if (endpoint === undefined || literalEndpoint(endpoint) !== undefined) return [];
    return [`The name in the endpoint of ${subject.label} is not looked up: the peer has to call first.`];
  });
}

/** Who loses a prefix to whom: it is silent where only the one who gets it is named. */
function movedNotes(steps: readonly PeerStep[]): string[] {
  const lost = steps.flatMap(({ label, before, after }) =>
    after === undefined
      ? []
      : (before?.allowedIps ?? [])
          .filter((one) => !after.allowedIps.includes(one))
          .map((prefix) => ({ label, prefix })),
  );
  return lost.flatMap(({ label, prefix }) => {
    const to = steps.find(
      ({ before, after }) =>
        after?.allowedIps.includes(prefix) === true && before?.allowedIps.includes(prefix) !== true,
    );
    return to === undefined ? [] : [`${prefix} goes from ${label} to ${to.label}.`];
  });
}
