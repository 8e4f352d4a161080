import { known, type Printable } from '../host/printable.ts';
import { type AddressBits, formatAddress } from '../network/address.ts';
import { contains, containsPrefix, overlaps, type ParsedPrefix, parsePrefix } from '../network/prefix.ts';
import type { HubState } from '../wg/hub.ts';
import { type PublicKey, shortKey } from '../wg/key.ts';
import { type LiveStep, sameSecret } from './live.ts';
import type { AddressStep, FlowsStep, InterfaceStep, PeerStep, Risk, RouteStep, Step, TunnelStep } from './plan.ts';
import { type Footing, footingOf, type OperatorSession } from './session.ts';
import { sharedRisks } from './shared-risk.ts';
import { listed } from './words.ts';

/** Whether it may cut the operator's own connection, so that only a new login proves that it did not. */
export function touchesOperator(risk: Risk): boolean {
  return risk.level === 'risky' && risk.touchesOperator;
}

/** How a peer is called. */
export type LabelOf = (key: PublicKey) => Printable;

/**
 * How much could go wrong with these steps on this hub, for the operator and for others. A file that is written changes
 * nothing that runs. What is not known of the operator counts against the plan.
 */
export function riskOf(
  steps: readonly Step[],
  hub: HubState,
  session: OperatorSession,
  labelOf: LabelOf = (key) => known(shortKey(key)),
): Risk {
  const live = steps.filter((step) => step.kind !== 'file');
  const own = ownRisks(live, hub, session);
  const reasons = [...own, ...sharedRisks(steps, hub, labelOf)];
  return reasons.length === 0 ? { level: 'safe' } : { level: 'risky', reasons, touchesOperator: own.length > 0 };
}

function ownRisks(steps: readonly LiveStep[], hub: HubState, session: OperatorSession): Printable[] {
  switch (session.kind) {
    case 'local':
      return [];
    case 'unknown': {
      const whom = steps.filter((step) => mayCutAnybody(step, hub)).map(nameOf);
      if (whom.length === 0) return [];
      return [known(`This may be you: it touches ${listed([...new Set(whom)])}, and ${session.why}.`)];
    }
    case 'tunnel':
    case 'outside': {
      const footing = footingOf(session, hub);
      return steps.flatMap((step) => ownRisk(step, steps, hub, footing) ?? []);
    }
  }
}

/** What a step does to the session that stands on this; undefined: nothing. */
function ownRisk(step: LiveStep, all: readonly LiveStep[], hub: HubState, footing: Footing): Printable | undefined {
  switch (step.kind) {
    case 'peer':
      return step.publicKey === footing.peer ? carrierRisk(step, footing) : otherPeerRisk(step, hub, footing);
    case 'route':
      return routeRisk(step, all, hub, footing);
    case 'address':
      return addressRisk(step, footing);
    case 'interface':
      return settingRisk(step, footing);
    case 'flows':
      return flowsRisk(step, footing);
    case 'sysctl':
      return undefined;
    case 'tunnel':
      return tunnelRisk(step, footing);
  }
}

/** The peer that carries the session is itself changed: whatever it is, it is said. */
function carrierRisk({ label, before, after }: PeerStep, { inner }: Footing): Printable {
  const you = `This is you: ${label} carries your own session`;
  if (after === undefined) return known(`${you}, which ends when the peer is removed.`);
  if (inner !== undefined && longestHolding(after.allowedIps, inner) === undefined) {
    return known(`${you}, and loses ${formatAddress(inner)}, from which you come.`);
  }
  if (before === undefined) return known(`${you}, and is set up anew.`);
  if (!sameSecret(before.presharedKey, after.presharedKey)) {
    return known(`${you}, which ends within 180 s unless your client has the new preshared key by then.`);
  }
  return known(`${you}, and its settings change.`);
}

/** Another peer takes the address that the operator comes from, in the tunnel or outside of it. */
function otherPeerRisk(
  step: PeerStep,
  hub: HubState,
  { peer, throughInterface, inner, outer }: Footing,
): Printable | undefined {
  const gained = gainedBy(step);
  const carrier = hub.running?.peers.find(({ publicKey }) => publicKey === peer);
  const carried: readonly string[] = carrier?.allowedIps ?? [];
  const own = inner === undefined ? undefined : longestHolding(carried, inner);
  for (const prefix of gained) {
    if (inner !== undefined && contains(prefix, inner) && (!throughInterface || prefix.length >= (own?.length ?? 0))) {
      return known(`This is you: ${step.label} takes ${prefix.text}, and you come from ${formatAddress(inner)}.`);
    }
    if (outer !== undefined && contains(prefix, outer)) {
      return known(`This is you: ${step.label} takes ${prefix.text}, and ${reached(outer, inner)}.`);
    }
    if (carried.includes(prefix.text)) {
      return known(`This is you: ${step.label} takes ${prefix.text} from the peer that carries your own session.`);
    }
  }
  return undefined;
}

function reached(outer: AddressBits, inner: AddressBits | undefined): string {
  const address = formatAddress(outer);
  return inner === undefined ? `you come from ${address}` : `the tunnel that you come through is reached at ${address}`;
}

/** The prefixes that a peer has after a step and had not before. */
function gainedBy({ before, after }: PeerStep): ParsedPrefix[] {
  const had = new Set(before?.allowedIps);
  return (after?.allowedIps ?? []).flatMap((text) => (had.has(text) ? [] : (parsePrefix(text)?.prefix ?? [])));
}

function routeRisk(step: RouteStep, all: readonly LiveStep[], hub: HubState, footing: Footing): Printable | undefined {
  const prefix = parsePrefix(step.prefix)?.prefix;
  if (prefix === undefined || step.before === step.after) return undefined;
  const { throughInterface, inner, outer } = footing;
  const { interfaceName } = step;
  if (!step.after) {
    if (inner === undefined || !throughInterface || !contains(prefix, inner)) return undefined;
    const left = remainingRoutes(all, hub).some((other) => contains(other, inner) && other.length > prefix.length);
    if (left) return undefined;
    return known(`This is you: the route for ${prefix.text} into ${interfaceName} goes, and answers to you take it.`);
  }
  if (inner !== undefined && !throughInterface && contains(prefix, inner)) return captured(step, formatAddress(inner));
  if (outer !== undefined) return contains(prefix, outer) ? captured(step, formatAddress(outer)) : undefined;
  if (isPrivate(prefix)) return undefined;
  const where = 'where the tunnel that you come through is reached is not known';
  return known(`This may be you: ${prefix.text} is routed into ${interfaceName}, and ${where}.`);
}

function captured({ prefix, interfaceName }: RouteStep, address: string): Printable {
  return known(`This is you: ${prefix} is routed into ${interfaceName}, and with it answers to ${address}.`);
}

/** What still leads into the interface after the steps: routes, and the prefixes of its addresses. */
function remainingRoutes(steps: readonly LiveStep[], { routes, addresses }: HubState): ParsedPrefix[] {
  const gone = new Set(steps.flatMap((step) => (step.kind === 'route' && !step.after ? [step.prefix] : [])));
  const goneAddresses = new Set(
    steps.flatMap((step) => (step.kind === 'address' && !step.after ? [parsePrefix(step.address)?.prefix.text] : [])),
  );
  return [
    ...routes.map(({ prefix }) => prefix).filter(({ text }) => !gone.has(text)),
    ...addresses.map(({ onLink }) => onLink).filter(({ text }) => !goneAddresses.has(text)),
  ];
}

const privatePrefixes = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'].flatMap(
  (text) => parsePrefix(text)?.prefix ?? [],
);

/** Whether no address of the prefix is one of the Internet's (RFC 1918, RFC 4193). */
function isPrivate(prefix: ParsedPrefix): boolean {
  return privatePrefixes.some((wide) => containsPrefix(wide, prefix));
}

function addressRisk({ interfaceName, address, before, after }: AddressStep, footing: Footing): Printable | undefined {
  const { throughInterface, inner, outer } = footing;
  if (before === after) return undefined;
  if (!after) {
    return throughInterface
      ? known(`This is you: you come through ${interfaceName}, which loses ${address}.`)
      : undefined;
  }
  const prefix = parsePrefix(address)?.prefix;
  const own = [throughInterface ? undefined : inner, outer].find(
    (each) => each !== undefined && prefix !== undefined && contains(prefix, each),
  );
  if (own === undefined) return undefined;
  return known(`This is you: ${address} on ${interfaceName} takes answers to ${formatAddress(own)} into it.`);
}

function settingRisk(
  { interfaceName, setting, before, after }: InterfaceStep,
  footing: Footing,
): Printable | undefined {
  if (!footing.throughInterface || before === after) return undefined;
  const what = setting === 'listen-port' ? `its port changes from ${before} to ${after}` : 'its fwmark changes';
  return known(`This is you: you come through ${interfaceName}, and ${what}.`);
}

/** What a tunnel that comes up takes is for its builder to see to: it is in a file. */
function tunnelRisk({ interfaceName, before, after }: TunnelStep, footing: Footing): Printable | undefined {
  if (!footing.throughInterface || !before.isUp || after.isUp) return undefined;
  return known(`This is you: you come through ${interfaceName}, which is taken down.`);
}

function flowsRisk({ prefixes }: FlowsStep, { inner, outer }: Footing): Printable | undefined {
  for (const text of prefixes) {
    const prefix = parsePrefix(text)?.prefix;
    const own = [inner, outer].find((each) => each !== undefined && prefix !== undefined && contains(prefix, each));
    if (own !== undefined) return known(`This is you: tracked connections of ${formatAddress(own)} are ended.`);
  }
  return undefined;
}

/** The longest of the prefixes that holds the address. */
function longestHolding(prefixes: readonly string[], address: AddressBits): ParsedPrefix | undefined {
  let best: ParsedPrefix | undefined;
  for (const text of prefixes) {
    const prefix = parsePrefix(text)?.prefix;
    if (prefix !== undefined && contains(prefix, address) && prefix.length > (best?.length ?? -1)) best = prefix;
  }
  return best;
}

/** Whether a step could end anybody's session, where it is not known whose is the operator's. */
function mayCutAnybody(step: LiveStep, hub: HubState): boolean {
  if (step.kind === 'sysctl') return false;
  if (step.kind === 'tunnel') return !step.after.isUp && (hub.running?.peers ?? []).length > 0;
  if (step.kind !== 'peer' || step.before !== undefined) return true;
  const gained = gainedBy(step);
  return (hub.running?.peers ?? []).some(({ allowedIps }) =>
    allowedIps.some((text) => {
      const prefix = parsePrefix(text)?.prefix;
      return prefix !== undefined && gained.some((each) => overlaps(each, prefix));
    }),
  );
}

/** What a step is about, for a list of what may be the operator. */
function nameOf(step: LiveStep): string {
  switch (step.kind) {
    case 'peer':
      return step.label;
    case 'route':
      return `the route for ${step.prefix}`;
    case 'address':
      return `the address ${step.address}`;
    case 'interface':
      return `the ${step.setting === 'fwmark' ? 'fwmark' : 'port'} of ${step.interfaceName}`;
    case 'flows':
      return `connections of ${listed(step.prefixes, 3)}`;
    case 'sysctl':
      return step.key;
    case 'tunnel':
      return `all of ${step.interfaceName}`;
  }
}
