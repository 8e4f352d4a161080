/** A machine as small as steps can tell: files, peers with WireGuard's rule that a prefix is one peer's, routes, addresses. */
import type { FileContent, PeerStep, RunningPeer, Step } from '../../src/change/plan.ts';
import { printConf } from '../../src/wg/conf/conf-file.ts';
import type { HubState } from '../../src/wg/hub.ts';
import type { PublicKey } from '../../src/wg/key.ts';

export interface Machine {
  readonly files: ReadonlyMap<string, FileContent>;
  readonly interfaces: ReadonlyMap<string, ModelInterface>;
}

export interface ModelInterface {
  readonly listenPort: number;
  readonly fwmark: number;
  readonly peers: ReadonlyMap<PublicKey, RunningPeer>;
  /** `TABLE PREFIX`. */
  readonly routes: ReadonlySet<string>;
  /** With their lengths. */
  readonly addresses: ReadonlySet<string>;
}

/** The machine that a hub was read from. */
export function machineOf({ interfaceName, conf, running, routes, addresses }: HubState): Machine {
  const files = new Map(conf === undefined ? [] : [[conf.path, { text: printConf(conf.file), mode: conf.mode }]]);
  if (running === undefined) return { files, interfaces: new Map() };
  const peers = new Map(
    running.peers.map(({ publicKey, allowedIps, endpoint, persistentKeepalive, presharedKey }) => {
      const peer = { allowedIps, endpoint, persistentKeepalive, presharedKey };
      return [publicKey, peer as object as RunningPeer];
    }),
  );
  const model: ModelInterface = {
    listenPort: running.listenPort,
    fwmark: running.fwmark ?? 0,
    peers,
    routes: new Set(routes.map(({ table, prefix }) => `${table.name} ${prefix.text}`)),
    addresses: new Set(addresses.map(({ text, onLink }) => `${text}/${onLink.length}`)),
  };
  return { files, interfaces: new Map([[interfaceName, model]]) };
}

/** The machine after the steps. Throws where it is not as a step has it before. */
export function applySteps(machine: Machine, steps: readonly Step[]): Machine {
  return steps.reduce(applyStep, machine);
}

function applyStep(machine: Machine, step: Step): Machine {
  if (step.kind === 'flows' || step.kind === 'sysctl' || step.kind === 'tunnel') return machine;
  if (step.kind === 'file') {
    demand(sameFile(machine.files.get(step.path), step.before), `${step.path} is not as before`);
    return { ...machine, files: withEntry(machine.files, step.path, step.after) };
  }
  const one = machine.interfaces.get(step.interfaceName);
  if (one === undefined) throw new Error(`${step.interfaceName} does not run`);
  return { ...machine, interfaces: new Map(machine.interfaces).set(step.interfaceName, changed(one, step)) };
}

function changed(
  one: ModelInterface,
  step: Exclude<Step, { kind: 'file' | 'flows' | 'sysctl' | 'tunnel' }>,
): ModelInterface {
  switch (step.kind) {
    case 'peer':
      return { ...one, peers: afterPeer(one.peers, step) };
    case 'route': {
      const name = `${step.table} ${step.prefix}`;
      demand(one.routes.has(name) === step.before, `the route ${name} is not as before`);
      return { ...one, routes: withMember(one.routes, name, step.after) };
    }
    case 'address':
      demand(one.addresses.has(step.address) === step.before, `${step.address} is not as before`);
      return { ...one, addresses: withMember(one.addresses, step.address, step.after) };
    case 'interface': {
      const field = step.setting === 'fwmark' ? 'fwmark' : 'listenPort';
      demand(one[field] === step.before, `the ${step.setting} is not as before`);
      return { ...one, [field]: step.after };
    }
  }
}

/** `wg set` of one peer: what others had of its allowed IPs they lose, and an endpoint that is not given stays. */
function afterPeer(peers: ModelInterface['peers'], { publicKey, before, after }: PeerStep): ModelInterface['peers'] {
  const now = peers.get(publicKey);
  demand((now === undefined) === (before === undefined), `${publicKey} is not there as before`);
  if (now !== undefined && before !== undefined) {
    const endpoint = before.endpoint ?? now.endpoint;
    demand(peerText({ ...before, endpoint }) === peerText(now), `${publicKey} is not set as before`);
  }
  if (after === undefined) return withEntry(peers, publicKey, undefined);
  const taken = new Set(after.allowedIps);
  const others = new Map(
    [...peers].map(([key, peer]) => {
      const kept = peer.allowedIps.filter((prefix) => !taken.has(prefix));
      return [key, kept.length === peer.allowedIps.length ? peer : { ...peer, allowedIps: kept }];
    }),
  );
  return others.set(publicKey, { ...after, endpoint: after.endpoint ?? now?.endpoint });
}

/** All of a machine as text, secrets included: two machines are alike where their texts are. For tests only. */
export function machineText({ files, interfaces }: Machine): string {
  const lines = [
    ...[...files].map(([path, { text, mode }]) => `file ${path} ${mode.toString(8)}\n${text.reveal()}`),
    ...[...interfaces].flatMap(([name, { listenPort, fwmark, peers, routes, addresses }]) => [
      `${name} port ${listenPort} fwmark ${fwmark}`,
      ...[...peers].map(([key, peer]) => `${name} peer ${key} ${peerText(peer)}`),
      ...[...routes].map((route) => `${name} route ${route}`),
      ...[...addresses].map((address) => `${name} address ${address}`),
    ]),
  ];
  return lines.toSorted().join('\n');
}

export function peerText({ allowedIps, endpoint, persistentKeepalive, presharedKey }: RunningPeer): string {
  const keepalive = persistentKeepalive ?? 'off';
  return [allowedIps.toSorted().join(','), endpoint, keepalive, presharedKey?.reveal()].join(' ');
}

function demand(holds: boolean, problem: string): void {
  if (!holds) throw new Error(problem);
}

function sameFile(one: FileContent | undefined, other: FileContent | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.mode === other.mode && one.text.equals(other.text);
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): Map<K, V> {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

function withMember(set: ReadonlySet<string>, member: string, isThere: boolean): Set<string> {
  const copy = new Set(set);
  if (isThere) copy.add(member);
  else copy.delete(member);
  return copy;
}
