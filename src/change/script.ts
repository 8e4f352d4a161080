/** The revert script of a change: plain sh that needs neither Node nor meshtui, and holds no secret. */
import type { HostFacts } from '../host/host.ts';
import { formatAddress } from '../network/address.ts';
import type { Route } from '../network/routes.ts';
import { addressText, type Hubs, isRouteOf, normalAddress } from './compare.ts';
import { earlyFiles } from './early.ts';
import {
  allSettings,
  changedSettings,
  familyOption,
  type LiveStep,
  peerArgv,
  routeArgv,
  secretPlaceholder,
} from './live.ts';
import { lockPath, placesOf, type StepPlaces, stepPlaces } from './places.ts';
import type { FileStep, PeerStep, RouteStep, Step } from './plan.ts';
import { reversePeer } from './reverse.ts';
import { functions } from './script-functions.ts';
import { sha256 } from './sum.ts';
import { sysctlPath } from './system.ts';

/** What a script is about. */
export interface Scripted {
  readonly id: string;
  readonly title: string;
  readonly steps: readonly Step[];
  /** As they were read before the first step. */
  readonly hubs: Hubs;
}

/** The word as sh reads it: whatever is in it, it stays one word. */
export function quote(word: string): string {
  return `'${word.replaceAll('\u0000', '').replaceAll("'", "'\\''")}'`;
}

/** A line of sh that calls something with these words. */
function call(...words: readonly string[]): string {
  const [name = '', ...rest] = words;
  return [name, ...rest.map(quote)].join(' ');
}

/**
 * The script that brings everything back to before the change: files first, because they are what a restart goes by,
 * then what runs, the last step first, and a file that was put in its place before them in its turn. Each of its steps looks before it does anything, so that it may run twice, and
 * after any part of the change.
 *
 *     sh revert.sh [--unless-done] [--locked] [--quiet] [REASON]
 *
 * `--unless-done`: nothing where the change is done or reverted already. `--locked`: without asking for the lock.
 * `--quiet`: without wall(1).
 */
export function revertScript(facts: Pick<HostFacts, 'stateDirectory'>, scripted: Scripted): string {
  const { id, title, steps } = scripted;
  const early = new Set<Step>(earlyFiles(steps));
  const numbered = steps.map((step, index) => ({ step, places: stepPlaces(step, index, id) })).toReversed();
  const files = numbered.flatMap(({ step, places }) =>
    step.kind === 'file' && !early.has(step) && places ? [fileCall(step, places)] : [],
  );
  // A file that was first is last: what reads it has to be gone before.
  const live = numbered.flatMap(({ step, places }) =>
    step.kind === 'file'
      ? early.has(step) && places
        ? [fileCall(step, places)]
        : []
      : liveCalls(step, places, scripted),
  );
  return [
    '#!/bin/sh',
    '# meshtui wrote this before it changed anything. It brings everything back, and may be run again at any time.',
    `id=${quote(id)}`,
    `title=${quote(title)}`,
    `dir=${quote(placesOf(facts, id).directory)}`,
    `lock=${quote(lockPath(facts))}`,
    functions,
    'begin "$@"',
    ...files,
    'synced',
    ...live,
    ...restored(scripted),
    'finish',
    '',
  ].join('\n');
}

function fileCall({ path, before, after }: FileStep, { kept }: StepPlaces): string {
  if (before === undefined) return call('unmake_file', path, after === undefined ? '' : sha256(after.text.reveal()));
  return call('restore_file', path, kept, sha256(before.text.reveal()), after ? sha256(after.text.reveal()) : '');
}

/** The lines that turn round a step of what runs. */
function liveCalls(step: LiveStep, places: StepPlaces | undefined, { hubs, steps }: Scripted): string[] {
  switch (step.kind) {
    case 'peer':
      return places === undefined ? [] : [peerCall(step, places, steps)];
    case 'route':
      if (step.before === step.after) return [];
      return [routeCall(step, step.before ? 'add' : 'del', oldRoute(step, hubs))];
    case 'address':
      if (step.before === step.after) return [];
      return [addressCall(step.interfaceName, step.address, step.before ? 'add' : 'del')];
    case 'interface':
      if (step.before === step.after) return [];
      return [
        call('on', step.interfaceName, 'run', step.program, 'set', step.interfaceName, step.setting, `${step.before}`),
      ];
    case 'sysctl':
      return [call('set_sysctl', sysctlPath(step.key), step.before)];
    case 'tunnel': {
      const { interfaceName, how, before } = step;
      return [call('set_tunnel', how, interfaceName, before.isUp ? 'up' : 'down', before.isEnabled ? 'boot' : '')];
    }
    case 'flows':
      return [];
  }
}

function oldRoute(step: RouteStep, hubs: Hubs): Route | undefined {
  return hubs.get(step.interfaceName)?.routes.find((route) => isRouteOf(route, step));
}

/** A peer that is there is set back, unless it should have gone; one that is gone is made as it was. */
function peerCall(step: PeerStep, { presharedKey }: StepPlaces, steps: readonly Step[]): string {
  const { before, program, interfaceName, publicKey } = step;
  const turned = reversePeer(step);
  if (before === undefined) return call('on', interfaceName, 'run', ...peerArgv(step, ['remove']));
  const named = (words: readonly string[]) => words.map((word) => (word === secretPlaceholder ? presharedKey : word));
  const whole = named(allSettings(before));
  const lost = isSucceeded(step, steps) ? ['allowed-ips', before.allowedIps.join(',')] : [];
  const back = turned.before && turned.after ? named(changedSettings(turned.before, turned.after)) : lost;
  return call('on', interfaceName, 'set_peer', program, interfaceName, publicKey, `${back.length}`, ...back, ...whole);
}

/**
 * Whether another peer gets what this one had. WireGuard gives a prefix to one peer only: a removed peer that is there all
 * the same has lost it.
 */
function isSucceeded({ interfaceName, publicKey, before, after }: PeerStep, steps: readonly Step[]): boolean {
  if (after !== undefined) return false;
  const had = new Set(before?.allowedIps);
  return steps.some(
    (other) =>
      other.kind === 'peer' &&
      other.interfaceName === interfaceName &&
      other.publicKey !== publicKey &&
      other.after?.allowedIps.some((prefix) => had.has(prefix)),
  );
}

/** A route that is made again is made as it was, whoever had made it. */
function routeCall(step: Omit<RouteStep, 'kind' | 'before' | 'after'>, verb: 'add' | 'del', old?: Route): string {
  const family = familyOption(step.prefix);
  const metric = step.metric ?? (family === '-4' ? 0 : 1024);
  return call(
    ...['on', step.interfaceName, `${verb}_route`],
    ...[family, step.prefix, step.interfaceName, step.table, `${metric}`],
    ...routeArgv(step, verb),
    ...(verb === 'add' && old !== undefined ? attributesOf(old) : []),
  );
}

/** What a route has that wg-quick gives none of its routes. */
function attributesOf({ nextHops: [{ via }], protocol, prefSrc }: Route): string[] {
  return [
    ...(via === undefined ? [] : ['via', ...(via.family === 'v6' ? ['inet6'] : []), formatAddress(via)]),
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...(prefSrc === undefined ? [] : ['src', prefSrc]),
  ];
}

function addressCall(interfaceName: string, address: string, verb: 'add' | 'del'): string {
  return call('on', interfaceName, `${verb}_address`, familyOption(address), normalAddress(address), interfaceName);
}

/**
 * With an address that is taken away the kernel takes others of its subnet and routes (ip-address(8)), which no step
 * names: where one was taken away, all of the interface is looked after.
 */
function restored({ steps, hubs }: Scripted): string[] {
  const names = new Set(steps.flatMap((step) => (step.kind === 'address' && !step.after ? [step.interfaceName] : [])));
  return [...names].flatMap((name) => {
    const hub = hubs.get(name);
    const addresses = hub?.addresses.map((address) => addressCall(name, addressText(address), 'add')) ?? [];
    const routes = (hub?.routes ?? []).flatMap((route) => {
      if (route.type !== 'unicast' || route.nextHops.length > 1) return [];
      const { table, prefix, metric } = route;
      return [routeCall({ interfaceName: name, prefix: prefix.text, table: table.name, metric }, 'add', route)];
    });
    return [...addresses, ...routes];
  });
}
