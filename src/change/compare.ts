import { known, type Printable, printable } from '../host/printable.ts';
import { formatAddress, parseAddress } from '../network/address.ts';
import type { InterfaceAddress } from '../network/addresses.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { Route } from '../network/routes.ts';
import type { DumpPeer } from '../wg/dump.ts';
import type { HubState } from '../wg/hub.ts';
import { type InterfaceName, type PublicKey, shortKey } from '../wg/key.ts';
import { type LiveStep, sameMembers, sameSecret } from './live.ts';
import type { AddressStep, InterfaceStep, PeerStep, RouteStep, Step, TunnelStep } from './plan.ts';
import { netSteps } from './reverse.ts';

/** The interfaces that a plan is about, as they were read at one time. */
export type Hubs = ReadonlyMap<InterfaceName, HubState>;

/** Which side of the steps is asked for. */
export type Side = 'before' | 'after';

/** Where what runs is not as this side of the steps has it, a sentence each. Files are not looked at. */
export function differences(steps: readonly Step[], side: Side, hubs: Hubs): Printable[] {
  return liveSteps(netSteps(steps)).flatMap((step) => {
    if (step.kind === 'flows' || step.kind === 'sysctl') return [];
    const hub = hubs.get(step.interfaceName);
    if (step.kind === 'tunnel') return tunnelDifference(step, side, hub);
    if (hub?.running === undefined) return [printable(`${step.interfaceName} does not run.`)];
    const sentence = difference(step, side, hub);
    return sentence === undefined ? [] : [printable(sentence)];
  });
}

function liveSteps(steps: readonly Step[]): LiveStep[] {
  return steps.filter((step) => step.kind !== 'file');
}

function tunnelDifference(
  { interfaceName, ...states }: TunnelStep,
  side: Side,
  hub: HubState | undefined,
): Printable[] {
  const isUp = hub?.running !== undefined;
  return isUp === states[side].isUp ? [] : [known(`${interfaceName} ${isUp ? 'is up' : 'does not run'}.`)];
}

function difference(
  step: Exclude<LiveStep, { kind: 'flows' | 'sysctl' | 'tunnel' }>,
  side: Side,
  hub: HubState,
): string | undefined {
  switch (step.kind) {
    case 'peer':
      return peerDifference(step, side, hub);
    case 'route': {
      const isThere = hub.routes.some((route) => isRouteOf(route, step));
      if (isThere === step[side]) return undefined;
      return `The route for ${step.prefix} (table ${step.table}) ${isThere ? 'is there' : 'is missing'} on ${step.interfaceName}.`;
    }
    case 'address': {
      const wanted = normalAddress(step.address);
      const isThere = hub.addresses.some((address) => addressText(address) === wanted);
      if (isThere === step[side]) return undefined;
      return `The address ${step.address} ${isThere ? 'is there' : 'is missing'} on ${step.interfaceName}.`;
    }
    case 'interface': {
      const value = settingOf(step, hub);
      if (value === step[side]) return undefined;
      return `The ${step.setting} of ${step.interfaceName} is ${value}, not ${step[side]}.`;
    }
  }
}

function settingOf({ setting }: InterfaceStep, { running }: HubState): number | undefined {
  return setting === 'listen-port' ? running?.listenPort : (running?.fwmark ?? 0);
}

/** Whether the route is the one that the step is about. */
export function isRouteOf(route: Route, { prefix, table, metric }: RouteStep): boolean {
  const { name, number } = route.table;
  const isOfTable = name === table || String(number) === table;
  const own = metric ?? (route.family === 'v4' ? 0 : 1024);
  return route.prefix.text === prefix && isOfTable && route.metric === own && route.type === 'unicast';
}

/** With its length, as {@link AddressStep} has it. */
export function addressText({ text, onLink }: InterfaceAddress): string {
  return `${text}/${onLink.length}`;
}

/** An address with its length as the kernel prints it. */
export function normalAddress(address: AddressStep['address']): string {
  const reading = parsePrefix(address);
  return reading === undefined ? address : `${formatAddress(reading.address)}/${reading.prefix.length}`;
}

function peerDifference(step: PeerStep, side: Side, { running }: HubState): string | undefined {
  const peer = running?.peers.find(({ publicKey }) => publicKey === step.publicKey);
  const wanted = step[side];
  if (wanted === undefined) return peer && `${step.label} is a peer of ${step.interfaceName}.`;
  if (peer === undefined) return `${step.label} is no peer of ${step.interfaceName}.`;
  const sentence = settingDifference(peer, wanted);
  if (sentence !== undefined) return `${step.label}: ${sentence}`;
  const { endpoint } = wanted;
  const isSet = side === 'after' && endpoint !== undefined && endpoint !== step.before?.endpoint;
  if (!isSet || sameEndpoint(peer.endpoint, endpoint)) return undefined;
  // A peer that sends from elsewhere roams there at once; only the silence of a peer makes it a failure.
  return peer.rxBytes > 0 ? undefined : `${step.label}: the endpoint is ${peer.endpoint ?? 'not set'}.`;
}

interface PeerSettings extends Pick<DumpPeer, 'persistentKeepalive' | 'presharedKey'> {
  readonly allowedIps: readonly string[];
}

function settingDifference(peer: PeerSettings, wanted: PeerSettings): string | undefined {
  if (!sameMembers(peer.allowedIps, wanted.allowedIps)) {
    return `the allowed IPs are ${peer.allowedIps.join(', ') || 'none'}.`;
  }
  if (peer.persistentKeepalive !== wanted.persistentKeepalive) {
    return `the keepalive is ${peer.persistentKeepalive ?? 'off'}.`;
  }
  if (!sameSecret(peer.presharedKey, wanted.presharedKey)) return 'the preshared key is another one.';
  return undefined;
}

function sameEndpoint(one: string | undefined, other: string): boolean {
  return one !== undefined && (one === other || normalEndpoint(one) === normalEndpoint(other));
}

function normalEndpoint(text: string): string {
  const colon = text.lastIndexOf(':');
  const address = parseAddress(text.slice(0, colon).replace(/^\[|\]$/g, ''));
  return address === undefined ? text : `${formatAddress(address)} ${text.slice(colon + 1)}`;
}

/**
 * What changed on an interface between two readings although no step is about it, a sentence each. Counters, handshakes
 * and endpoints change by themselves; so do routes of a routing daemon.
 */
export function sideEffects(steps: readonly Step[], before: Hubs, after: Hubs): Printable[] {
  return [...before].flatMap(([name, old]) => {
    const now = after.get(name);
    const isMoved = steps.some((step) => step.kind === 'tunnel' && step.interfaceName === name);
    if (old.running === undefined || isMoved) return [];
    if (now?.running === undefined) return [printable(`${name} does not run any more.`)];
    const own = liveSteps(steps).filter((step) => 'interfaceName' in step && step.interfaceName === name);
    return [...peerEffects(own, old, now), ...networkEffects(own, old, now), ...interfaceEffects(own, old, now)];
  });
}

function peerEffects(steps: readonly LiveStep[], before: HubState, after: HubState): Printable[] {
  const touched = new Set<PublicKey>(steps.flatMap((step) => (step.kind === 'peer' ? [step.publicKey] : [])));
  const now = new Map(after.running?.peers.map((peer) => [peer.publicKey, peer]));
  const old = new Set(before.running?.peers.map(({ publicKey }) => publicKey));
  const changed = (before.running?.peers ?? []).flatMap((peer) => {
    if (touched.has(peer.publicKey)) return [];
    const same = now.get(peer.publicKey);
    if (same === undefined) return [`The peer ${shortKey(peer.publicKey)} is gone, which is no part of the change.`];
    const sentence = settingDifference(same, peer);
    return sentence === undefined
      ? []
      : [`The peer ${shortKey(peer.publicKey)}, which is no part of the change: ${sentence}`];
  });
  const added = [...now.keys()].filter((key) => !old.has(key) && !touched.has(key));
  return [...changed, ...added.map((key) => `The peer ${shortKey(key)} has come, which is no part of the change.`)].map(
    printable,
  );
}

function networkEffects(steps: readonly LiveStep[], before: HubState, after: HubState): Printable[] {
  const isTouchedRoute = (route: Route) => steps.some((step) => step.kind === 'route' && isRouteOf(route, step));
  const isTouchedAddress = (text: string) =>
    steps.some((step) => step.kind === 'address' && normalAddress(step.address) === text);
  const routes = (hub: HubState) =>
    hub.routes
      .filter((route) => isSteady(route) && !isTouchedRoute(route))
      .map((route) => `The route ${routeText(route)}`);
  const addresses = (hub: HubState) =>
    hub.addresses
      .map(addressText)
      .filter((text) => !isTouchedAddress(text))
      .map((text) => `The address ${text}`);
  return [...changedTexts(routes(before), routes(after)), ...changedTexts(addresses(before), addresses(after))].map(
    printable,
  );
}

function changedTexts(before: readonly string[], after: readonly string[]): string[] {
  const old = new Set(before);
  const now = new Set(after);
  return [
    ...before.filter((text) => !now.has(text)).map((text) => `${text} is gone, which is no part of the change.`),
    ...after.filter((text) => !old.has(text)).map((text) => `${text} has come, which is no part of the change.`),
  ];
}

/** Whether a route stays as it was made: by hand, by wg-quick or by a file of settings, not by a daemon. */
function isSteady({ protocol }: Route): boolean {
  return protocol === undefined || protocol === 'boot' || protocol === 'static';
}

function routeText({ prefix, table, metric, protocol = printable('boot') }: Route): string {
  return `${prefix.text} table ${table.name} metric ${metric} proto ${protocol}`;
}

function interfaceEffects(steps: readonly LiveStep[], before: HubState, after: HubState): Printable[] {
  const isTouched = (setting: InterfaceStep['setting']) =>
    steps.some((step) => step.kind === 'interface' && step.setting === setting);
  const { running: old } = before;
  const { running: now } = after;
  const changed: string[] = [];
  if (old?.publicKey !== now?.publicKey) changed.push('key');
  if (old?.listenPort !== now?.listenPort && !isTouched('listen-port')) changed.push('port');
  if (old?.fwmark !== now?.fwmark && !isTouched('fwmark')) changed.push('fwmark');
  return changed.map((what) =>
    printable(`The ${what} of ${before.interfaceName} has changed, which is no part of the change.`),
  );
}

/**
 * Peers that would lose a prefix that the steps give to another, without a step that says so: WireGuard takes it from
 * them silently, and what a plan does not name cannot be brought back. A sentence each.
 */
export function silentLosses(steps: readonly Step[], hubs: Hubs): Printable[] {
  const peers = netSteps(steps).filter((step) => step.kind === 'peer');
  const touched = new Set(peers.map(({ interfaceName, publicKey }) => `${interfaceName} ${publicKey}`));
  return peers.flatMap((step) => {
    const gained = new Set<string>(step.after?.allowedIps);
    const others = hubs.get(step.interfaceName)?.running?.peers ?? [];
    return others.flatMap((other) => {
      const lost = other.allowedIps.find((prefix) => gained.has(prefix));
      if (lost === undefined || touched.has(`${step.interfaceName} ${other.publicKey}`)) return [];
      return [
        printable(`${lost} belongs to the peer ${shortKey(other.publicKey)}, which would lose it to ${step.label}.`),
      ];
    });
  });
}
