/** The revert script of a change: plain sh that needs neither Node nor meshtui, and holds no secret. */
import type { HostFacts } from '../host/host.ts';
import { parsePrefix } from '../network/prefix.ts';
import type { Route } from '../network/routes.ts';
import { addressText, type Hubs, isRouteOf, normalAddress } from './compare.ts';
import { allSettings, changedSettings, familyOption, peerArgv, routeArgv, secretPlaceholder } from './live.ts';
import { lockPath, placesOf, type StepPlaces, stepPlaces } from './places.ts';
import type { FileStep, PeerStep, RouteStep, Step } from './plan.ts';
import { reversePeer } from './reverse.ts';
import { functions } from './script-functions.ts';
import { sha256 } from './sum.ts';

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
 * then what runs, the last step first. Each of its steps looks before it does anything, so that it may run twice, and
 * after any part of the change.
 *
 *     sh revert.sh [--unless-done] [--locked] [--quiet] [REASON]
 *
 * `--unless-done`: nothing where the change is done or reverted already. `--locked`: without asking for the lock.
 * `--quiet`: without wall(1).
 */
export function revertScript(facts: Pick<HostFacts, 'stateDirectory'>, scripted: Scripted): string {
  const { id, title, steps } = scripted;
  const numbered = steps.map((step, index) => ({ step, places: stepPlaces(step, index, id) })).toReversed();
  const files = numbered.flatMap(({ step, places }) =>
    step.kind === 'file' && places ? [fileCall(step, places)] : [],
  );
  const live = numbered.flatMap(({ step, places }) => liveCalls(step, places, scripted));
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
function liveCalls(step: Step, places: StepPlaces | undefined, { hubs }: Scripted): string[] {
  switch (step.kind) {
    case 'peer':
      return places === undefined ? [] : [peerCall(step, places)];
    case 'route':
      if (step.before === step.after) return [];
      return [routeCall(step, step.before ? 'add' : 'del', hubs.get(step.interfaceName)?.routes ?? [])];
    case 'address':
      if (step.before === step.after) return [];
      return [addressCall(step.interfaceName, step.address, step.before ? 'add' : 'del')];
    case 'interface':
      if (step.before === step.after) return [];
      return [
        call('on', step.interfaceName, 'run', step.program, 'set', step.interfaceName, step.setting, `${step.before}`),
      ];
    case 'file':
    case 'flows':
      return [];
  }
}

/** A peer that is there is set back, unless it should have gone; one that is gone is made as it was. */
function peerCall(step: PeerStep, { presharedKey }: StepPlaces): string {
  const { before, program, interfaceName, publicKey } = step;
  const turned = reversePeer(step);
  if (before === undefined) return call('on', interfaceName, 'run', ...peerArgv(step, ['remove']));
  const named = (words: readonly string[]) => words.map((word) => (word === secretPlaceholder ? presharedKey : word));
  const whole = named(allSettings(before));
  const back = turned.before && turned.after ? named(changedSettings(turned.before, turned.after)) : [];
  return call('on', interfaceName, 'set_peer', program, interfaceName, publicKey, `${back.length}`, ...back, ...whole);
}

/** A route that is made again is made by whom it was made by before. */
function routeCall(step: RouteStep, verb: 'add' | 'del', routes: readonly Route[]): string {
  const family = familyOption(step.prefix);
  const protocol = verb === 'add' ? routes.find((route) => isRouteOf(route, step))?.protocol : undefined;
  const metric = step.metric ?? (family === '-4' ? 0 : 1024);
  return call(
    ...['on', step.interfaceName, `${verb}_route`],
    ...[family, step.prefix, step.interfaceName, step.table, `${metric}`],
    ...routeArgv(step, verb, protocol),
  );
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
      const isPlain = route.type === 'unicast' && route.nextHops.length === 1 && route.nextHops[0].via === undefined;
      const { table, prefix, metric } = route;
      const step = { kind: 'route', interfaceName: name, prefix: prefix.text, before: true, after: false } as const;
      return isPlain && parsePrefix(prefix.text) !== undefined
        ? [routeCall({ ...step, table: table.name, metric }, 'add', [route])]
        : [];
    });
    return [...addresses, ...routes];
  });
}
