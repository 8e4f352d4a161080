/** Any decision about any hub: what it promises comes true, nobody else is touched, and turned round it undoes itself. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describePlan } from '../../src/change/describe.ts';
import type { Plan, PlanResult, RunningPeer } from '../../src/change/plan.ts';
import { planDocument } from '../../src/change/plan-json.ts';
import type { PlanContext } from '../../src/change/plans/context.ts';
import { disablePlan, enablePlan, removePlan } from '../../src/change/plans/peer.ts';
import type { SetDecision } from '../../src/change/plans/set.ts';
import { reverseSteps } from '../../src/change/reverse.ts';
import { known } from '../../src/host/printable.ts';
import { containsPrefix, parsePrefix } from '../../src/network/prefix.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { sectionsOf } from '../../src/wg/conf/sections.ts';
import { readWanted, type WantedInterface } from '../../src/wg/conf/wanted.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { type PublicKey, shortKey } from '../../src/wg/key.ts';
import { Secret } from '../../src/wg/secret.ts';
import { applySteps, type Machine, machineOf, machineText, peerText } from './model.ts';
import { expiryPlan, notePlan, renamePlan, setPlan, tagPlan } from './peer-edits.ts';
import { anyHub, keyOf, peerKeys, secretTexts, wg0 } from './random-hub.ts';

const numRuns = process.env['MESHTUI_FULL'] === '1' ? 10_000 : 1_000;

function contextOf(hub: HubState): PlanContext {
  return { hub, ownership: { writable: true }, session: { kind: 'local' }, labelOf: (key) => known(shortKey(key)) };
}

const madeKey = keyOf('made');
const random = () => Buffer.from(madeKey, 'base64');
const givenKey = keyOf('given');

type Decision =
  | { readonly kind: 'rename' | 'tag' | 'note' | 'expire' | 'disable' | 'enable' | 'remove' }
  | { readonly kind: 'set'; readonly set: SetDecision };

const address = fc.constantFrom(
  '10.8.0.2/32',
  '10.8.0.40/32',
  '10.8.0.41',
  '192.168.77.0/24',
  '192.168.1.0/24',
  '0.0.0.0/0',
);

const setDecision: fc.Arbitrary<SetDecision> = fc.record(
  {
    allowedIps: fc.array(address, { maxLength: 3 }),
    persistentKeepalive: fc.constantFrom(0, 'off' as const, 25, 60),
    endpoint: fc.constantFrom('none' as const, '192.0.2.77:1', 'other.example.net:5'),
    presharedKey: fc.constantFrom('new' as const, 'none' as const, new Secret(givenKey)),
  },
  { requiredKeys: [] },
);

const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'rename',
      'tag',
      'note',
      'expire',
      'disable',
      'disable',
      'enable',
      'enable',
      'enable',
      'enable',
      'remove',
    ),
  }),
  fc.record({ kind: fc.constant('set' as const), set: setDecision }),
) as fc.Arbitrary<Decision>;

function decide(context: PlanContext, key: PublicKey, wish: Decision): PlanResult {
  switch (wish.kind) {
    case 'rename':
      return renamePlan(context, key, 'anna-laptop');
    case 'tag':
      return tagPlan(context, key, { add: ['family', 'phone'], remove: ['old'] });
    case 'note':
      return notePlan(context, key, 'in the kitchen');
    case 'expire':
      return expiryPlan(context, key, '2027-01-31');
    case 'disable':
      return disablePlan(context, key, { reason: 'lost', until: '2027-01-31' });
    case 'enable':
      return enablePlan(context, key);
    case 'remove':
      return removePlan(context, key);
    case 'set':
      return setPlan(context, key, wish.set, random);
  }
}

const anyChange = fc
  .record({ hub: anyHub, number: fc.nat(5), wish: decision })
  .map(({ hub, number, wish }) => ({ hub, wish, key: peerKeys[number] ?? keyOf('nobody') }));

/** Runs the check on the plans that come of random decisions, and says how many there were of each kind. */
function onPlans(check: (plan: Plan, hub: HubState, key: PublicKey, wish: Decision) => void): Map<string, number> {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(anyChange, ({ hub, key, wish }) => {
      const result = decide(contextOf(hub), key, wish);
      const what = `${wish.kind} ${result.outcome}`;
      seen.set(what, (seen.get(what) ?? 0) + 1);
      if (result.outcome === 'plan') check(result.plan, hub, key, wish);
    }),
    { numRuns },
  );
  return seen;
}

function fileOf(machine: Machine): string {
  return machine.files.get('/etc/wireguard/wg0.conf')?.text.reveal() ?? '';
}

function wantedOf(machine: Machine): WantedInterface {
  const reading = readWanted(parseConf(fileOf(machine)));
  if (reading.outcome === 'rejected') throw new Error(`rejected: ${JSON.stringify(reading.problems)}`);
  return reading.wanted;
}

/** What a file wants of all peers but one. */
function others({ peers }: WantedInterface, key: PublicKey): string[] {
  return [...peers].filter(([each]) => each !== key).map(([each, peer]) => `${each} ${peerText(peer)}`);
}

describe('a plan', { timeout: 180_000 }, () => {
  test('does what it promises, touches nobody else, and is undone by itself turned round', () => {
    const seen = onPlans((plan, hub, key, wish) => {
      const before = machineOf(hub);
      const after = applySteps(before, plan.steps);
      const [was, is] = [wantedOf(before), wantedOf(after)];
      expect(others(is, key)).toEqual(others(was, key));
      expectOthersRunAsBefore(before, after, key);
      expectRoutes(before, after, is, key);
      expectPromise(before, after, key, wish);
      const back = applySteps(after, reverseSteps(plan.steps));
      expect(machineText(withoutEndpoint(back, key, before))).toBe(machineText(before));
    });
    for (const kind of ['rename', 'tag', 'note', 'expire', 'disable', 'enable', 'remove', 'set']) {
      expect([kind, (seen.get(`${kind} plan`) ?? 0) > numRuns / 200]).toEqual([kind, true]);
    }
  });

  test('shows no private or preshared key, however it is printed', () => {
    onPlans((plan) => {
      const printed = [
        JSON.stringify(describePlan(plan)),
        JSON.stringify(planDocument(plan)),
        JSON.stringify(plan),
        inspect(plan, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
        plan.steps.map(String).join(),
        String(plan),
      ].join('\n');
      for (const secret of [...secretTexts, madeKey, givenKey]) expect(printed.includes(secret)).toBe(false);
    });
  });

  test('has its steps in an order that leaves no file ahead of what runs', () => {
    onPlans(({ steps }) => {
      const kinds = steps.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'file').length).toBeLessThan(2);
      if (kinds.includes('file')) expect(kinds.at(-1)).toBe('file');
      if (kinds.includes('flows')) expect(kinds.indexOf('flows')).toBeGreaterThan(kinds.indexOf('peer'));
      const gone = steps.filter((step) => step.kind === 'route' && !step.after);
      steps.forEach((step, index) => {
        if (step.kind !== 'route' || !kinds.includes('peer')) return;
        const carried = gone.find((wide) => wide.kind === 'route' && isWithin(step.prefix, wide.prefix));
        if (step.after && carried !== undefined) expect(index).toBeLessThan(steps.indexOf(carried));
        else expect(step.after).toBe(index > kinds.indexOf('peer'));
      });
    });
  });
});

/** An endpoint cannot be taken away again: one that the peer did not have before may stay. */
function withoutEndpoint(machine: Machine, key: PublicKey, before: Machine): Machine {
  const one = machine.interfaces.get(wg0);
  const peer = one?.peers.get(key);
  if (one === undefined || peer === undefined) return machine;
  if (before.interfaces.get(wg0)?.peers.get(key)?.endpoint !== undefined) return machine;
  const peers = new Map(one.peers).set(key, { ...peer, endpoint: undefined });
  return { ...machine, interfaces: new Map(machine.interfaces).set(wg0, { ...one, peers }) };
}

function expectOthersRunAsBefore(before: Machine, after: Machine, key: PublicKey): void {
  const running = (machine: Machine) =>
    [...(machine.interfaces.get(wg0)?.peers ?? [])]
      .filter(([each]) => each !== key)
      .map(([each, peer]) => `${each} ${peerText(peer)}`);
  expect(running(after)).toEqual(running(before));
}

function expectRoutes(before: Machine, after: Machine, wanted: WantedInterface, key: PublicKey): void {
  const [old, now] = [before.interfaces.get(wg0), after.interfaces.get(wg0)];
  if (old === undefined || now === undefined) return;
  const prefixOf = (route: string) => route.slice(route.indexOf(' ') + 1);
  const own = new Set<string>([...(old.peers.get(key)?.allowedIps ?? []), ...(now.peers.get(key)?.allowedIps ?? [])]);
  const inUse = new Set<string>(
    [...wanted.peers.values(), ...now.peers.values()].flatMap(({ allowedIps }) => allowedIps),
  );
  const gone = [...old.routes].filter((route) => !now.routes.has(route)).map(prefixOf);
  for (const route of [...now.routes].filter((each) => !old.routes.has(each)).map(prefixOf)) {
    // Where a wide route goes that carried what others still have, theirs takes over.
    const carried = gone.some((wide) => isWithin(route, wide));
    expect(own.has(route) || (carried && inUse.has(route))).toBe(true);
  }
  for (const route of old.routes) if (!now.routes.has(route)) expect(inUse.has(prefixOf(route))).toBe(false);
}

function isWithin(inner: string, outer: string): boolean {
  const [one, other] = [parsePrefix(outer)?.prefix, parsePrefix(inner)?.prefix];
  return one !== undefined && other !== undefined && containsPrefix(one, other);
}

function fieldText(peer: RunningPeer, field: 'allowedIps' | 'persistentKeepalive' | 'presharedKey'): string {
  if (field === 'allowedIps') return peer.allowedIps.toSorted().join();
  return field === 'presharedKey' ? `${peer.presharedKey?.reveal()}` : `${peer.persistentKeepalive}`;
}

function expectPromise(before: Machine, after: Machine, key: PublicKey, wish: Decision): void {
  const [was, wanted] = [wantedOf(before), wantedOf(after).peers.get(key)];
  const section = sectionsOf(parseConf(fileOf(after))).find(({ publicKey }) => publicKey === key);
  const [ran, runs] = [before, after].map((machine) => machine.interfaces.get(wg0)?.peers.get(key));
  switch (wish.kind) {
    case 'disable':
      expect([wanted, section?.disabled !== undefined, runs]).toEqual([undefined, true, undefined]);
      return;
    case 'remove':
      expect([wanted, section, runs]).toEqual([undefined, undefined, undefined]);
      return;
    case 'enable':
      expect(section !== undefined && section.disabled === undefined && wanted !== undefined).toBe(true);
      if (after.interfaces.size > 0 && wanted !== undefined) {
        const endpoint = runs?.endpoint;
        expect(runs === undefined ? undefined : peerText(runs)).toBe(peerText({ ...wanted, endpoint }));
      }
      return;
    case 'set': {
      const had = was.peers.get(key);
      if (ran === undefined || runs === undefined) {
        expect(runs).toBe(ran);
        return;
      }
      // What the edit changes runs as the file says; all else runs as it did, drift included.
      for (const field of ['allowedIps', 'persistentKeepalive', 'presharedKey'] as const) {
        const [old, now] = [had, wanted].map((peer) => peer && fieldText(peer, field));
        expect([field, fieldText(runs, field)]).toEqual([field, old === now ? fieldText(ran, field) : now]);
      }
      expect(runs.endpoint).toBe(
        wish.set.endpoint === '192.0.2.77:1' && had !== undefined ? '192.0.2.77:1' : ran.endpoint,
      );
      return;
    }
    default:
      expect(runs && peerText(runs)).toBe(ran && peerText(ran));
  }
}
