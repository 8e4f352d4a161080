/** Drift of any hub, pushed or adopted: it is gone, nothing new has come, and turned round it is back. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIgnoredDrift } from '../../src/change/ignored-drift.ts';
import type { PlanResult } from '../../src/change/plan.ts';
import { type DriftPlanContext, ignorePlan } from '../../src/change/plans/drift.ts';
import { adoptInterfacePlan, adoptPlan } from '../../src/change/plans/drift-adopt.ts';
import { pushPlan } from '../../src/change/plans/drift-push.ts';
import { reverseSteps } from '../../src/change/reverse.ts';
import { known } from '../../src/host/printable.ts';
import { parseConf } from '../../src/wg/conf/conf-file.ts';
import { readWanted } from '../../src/wg/conf/wanted.ts';
import { type DriftItem, driftOf } from '../../src/wg/drift.ts';
import type { DumpPeer } from '../../src/wg/dump.ts';
import type { HubState } from '../../src/wg/hub.ts';
import { shortKey } from '../../src/wg/key.ts';
import { peerId } from '../../src/wg/peer.ts';
import { keptPrivateKey } from '../../src/wg/public-key.ts';
import { Secret } from '../../src/wg/secret.ts';
import { applySteps, type Machine, machineOf, machineText } from './model.ts';
import { addressOf, anyHub, keyOf, routeInto, secretTexts, wg0 } from './random-hub.ts';

const numRuns = process.env['MESHTUI_FULL'] === '1' ? 10_000 : 500;

function contextOf(hub: HubState, fields: Partial<DriftPlanContext> = {}): DriftPlanContext {
  const labelOf = (key: Parameters<typeof shortKey>[0]) => known(shortKey(key));
  return {
    hub,
    ownership: { writable: true },
    session: { kind: 'local' },
    labelOf,
    isUnowned: false,
    names: new Map(),
    ...fields,
  };
}

function driftIn(hub: HubState): readonly DriftItem[] {
  const reading = hub.conf === undefined ? undefined : readWanted(hub.conf.file);
  if (reading?.outcome === 'rejected') throw new Error(`refused: ${reading.problems[0]?.problem}`);
  return driftOf(hub, reading?.wanted);
}

/** The hub that is read of a machine which was this hub. */
function hubOf(hub: HubState, { files, interfaces }: Machine): HubState {
  const [path = '', content] = [...files][0] ?? [];
  const model = interfaces.get(wg0);
  if (hub.running === undefined || model === undefined) throw new Error('it does not run');
  const peers = [...model.peers].map(([publicKey, peer]): DumpPeer => {
    const rest = { latestHandshake: undefined, rxBytes: 0, txBytes: 0, interfaceName: wg0, publicKey };
    const { endpoint, allowedIps } = peer;
    return {
      ...peer,
      ...rest,
      id: peerId(wg0, publicKey),
      endpoint: endpoint === undefined ? undefined : known(endpoint),
      allowedIps: allowedIps.map((prefix) => known(prefix)),
    };
  });
  return {
    ...hub,
    conf: content && { path, mode: content.mode, file: parseConf(content.text.reveal()) },
    running: {
      ...hub.running,
      peers,
      listenPort: model.listenPort,
      fwmark: model.fwmark === 0 ? undefined : model.fwmark,
    },
    routes: [...model.routes].map((route) => {
      const [table = '', prefix = ''] = route.split(' ');
      return routeInto(prefix, table);
    }),
    addresses: [...model.addresses].map((address) => addressOf(address)),
  };
}

/** Some of the items, by numbers that are drawn before the items are known. */
function chosen(items: readonly DriftItem[], numbers: readonly number[]): readonly DriftItem[] {
  return items.filter((_, index) => numbers.includes(index % 12));
}

/** With the private key as an interface keeps it, but for some. */
const runningHub = fc
  .tuple(anyHub, fc.nat(9))
  .map(([hub, number]): HubState => {
    const { running } = hub;
    if (running?.privateKey === undefined || number === 0) return hub;
    return { ...hub, running: { ...running, privateKey: keptPrivateKey(running.privateKey) } };
  })
  .filter(({ running }) => running !== undefined);

const numbers = fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 12 });

describe.each([
  ['pushed', pushPlan, (item: DriftItem) => item.canPush],
  ['adopted', adoptPlan, (item: DriftItem) => item.canAdopt],
] as const)('drift that is %s', (_what, planOf, can) => {
  test('is gone, nothing else is, and undone it is back', { timeout: 120_000 }, () => {
    let plans = 0;
    fc.assert(
      fc.property(runningHub, numbers, (hub, drawn) => {
        const items = driftIn(hub);
        const some = chosen(items.filter(can), drawn).filter(({ kind }) => kind !== 'private-key');
        if (some.length === 0) return;
        const result = planOf(contextOf(hub), some);
        if (result.outcome !== 'plan') {
          // A peer that is twice in a file cannot be edited there, and one of two items may have taken the other along.
          expect(result.outcome, result.reason).not.toBe('refused');
          return;
        }
        plans += 1;
        const before = machineOf(hub);
        const after = applySteps(before, result.plan.steps);
        const ids = new Set(some.map(({ id }) => id));
        const left = driftIn(hubOf(hub, after)).map(({ id }) => id);
        expect(left.filter((id) => ids.has(id))).toEqual([]);
        const known = new Set(items.map(({ id }) => id));
        // A peer that was commented out keeps the endpoint that is written there: it may be elsewhere.
        expect(left.filter((id) => !known.has(id) && !id.includes('/endpoint/'))).toEqual([]);
        expect(machineText(applySteps(after, reverseSteps(result.plan.steps)))).toBe(machineText(before));
      }),
      { numRuns },
    );
    expect(plans).toBeGreaterThan(numRuns / 4);
  });

  test('shows no secret in its words', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(runningHub, (hub) => {
        const items = driftIn(hub);
        const result = planOf(contextOf(hub), items.filter(can));
        const text = `${JSON.stringify(items)} ${JSON.stringify(result)} ${inspect(result, { depth: 9 })}`;
        for (const secret of secretTexts) expect(text).not.toContain(secret);
      }),
      { numRuns: numRuns / 5 },
    );
  });
});

const privateKey = new Secret('cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=');

function peerOf(words: string, fields: Partial<DumpPeer>): DumpPeer {
  const publicKey = keyOf(words);
  return {
    id: peerId(wg0, publicKey),
    interfaceName: wg0,
    publicKey,
    presharedKey: undefined,
    endpoint: undefined,
    allowedIps: [],
    latestHandshake: undefined,
    rxBytes: 0,
    txBytes: 0,
    persistentKeepalive: undefined,
    ...fields,
  };
}

/** A hub without a file. */
function bareHub(fields: Partial<HubState> = {}): HubState {
  return {
    interfaceName: wg0,
    program: 'wg',
    conf: undefined,
    running: {
      name: wg0,
      flavour: 'wireguard',
      publicKey: keyOf('hub'),
      privateKey,
      listenPort: 51_820,
      fwmark: undefined,
      peers: [
        peerOf('anna', { allowedIps: [known('10.8.0.2/32')] }),
        peerOf('home', { allowedIps: [known('192.168.1.0/24')] }),
      ],
    },
    routes: [routeInto('192.168.1.0/24')],
    addresses: [addressOf('10.8.0.1/24')],
    ...fields,
  };
}

const notesOf = (result: PlanResult) => (result.outcome === 'plan' ? result.plan.notes.join(' ') : result.reason);

describe('an interface that nobody keeps', () => {
  const unowned = (hub: HubState) =>
    contextOf(hub, { isUnowned: true, ownership: { writable: false, reason: known('Nobody keeps it.') } });

  test('gets a file from which it would come up as it runs', () => {
    const hub = bareHub();
    const [item] = driftIn(hub);
    expect(item).toMatchObject({ id: 'wg0/no-file', canPush: false, canAdopt: true });
    const result = adoptPlan(unowned(hub), item === undefined ? [] : [item]);
    if (result.outcome !== 'plan') throw new Error(result.reason);
    expect(result.plan.steps).toMatchObject([
      { kind: 'file', path: '/etc/wireguard/wg0.conf', before: undefined, after: { mode: 0o600 } },
    ]);
    expect(result.plan.risk.level).toBe('safe');
    const after = applySteps({ ...machineOf(hub), files: new Map() }, result.plan.steps);
    expect(driftIn(hubOf(hub, after))).toEqual([]);
  });

  test('without any of the routes that wg-quick makes gets Table = off', () => {
    const result = adoptInterfacePlan(unowned(bareHub({ routes: [] })));
    const [step] = result.outcome === 'plan' ? result.plan.steps : [];
    expect(step?.kind === 'file' && step.after?.text.reveal()).toContain('\nTable = off\n');
    expect(notesOf(result)).toContain('Table = off');
  });

  test('with a route more is told so', () => {
    const routes = [routeInto('192.168.1.0/24'), routeInto('10.70.0.0/16')];
    expect(notesOf(adoptInterfacePlan(unowned(bareHub({ routes }))))).toContain('no route for 10.70.0.0/16');
  });

  test.each<[string, PlanResult, string]>([
    [
      'not where somebody keeps it',
      adoptInterfacePlan(contextOf(bareHub(), { ownership: { writable: false, reason: known('netplan keeps wg0.') } })),
      'netplan keeps wg0.',
    ],
    ['not where it does not run', adoptInterfacePlan(unowned(bareHub({ running: undefined }))), 'wg0 does not run.'],
  ])('%s', (_what, result, reason) => {
    expect(result).toMatchObject({ outcome: 'refused', reason: expect.stringContaining(reason) });
  });
});

describe('what is refused', () => {
  const text = `[Interface]\nPrivateKey = ${privateKey.reveal()}\nListenPort = 51820\nAddress = 10.8.0.1/24\n`;
  const hub = (more = '') =>
    bareHub({ conf: { path: '/etc/wireguard/wg0.conf', mode: 0o600, file: parseConf(text + more) } });
  const items = driftIn(hub());

  test('what is not ours to write', () => {
    const context = contextOf(hub(), { ownership: { writable: false, reason: known('wg-easy writes it.') } });
    for (const planOf of [pushPlan, adoptPlan]) {
      expect(planOf(context, items)).toEqual({ outcome: 'refused', reason: 'wg-easy writes it. Nothing was changed.' });
    }
  });

  test('a file that wg-quick refuses', () => {
    const result = pushPlan(contextOf(hub('Nonsense = 1\n')), items);
    expect(result).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/line 5.*meshtui lint/) });
  });

  test('who is cut off is named, and what they had is ended', () => {
    const result = pushPlan(contextOf(hub()), items);
    if (result.outcome !== 'plan') throw new Error(result.reason);
    const [anna, home] = [shortKey(keyOf('anna')), shortKey(keyOf('home'))];
    expect(result.plan.cutsOff).toBe(`${anna} and ${home}`);
    expect(result.plan.steps.map(({ kind }) => kind).toSorted()).toEqual(['flows', 'flows', 'peer', 'peer', 'route']);
  });
});

describe('what is ignored', () => {
  const [item] = driftIn(bareHub());
  const path = '/var/lib/meshtui/ignored-drift.json';

  test('is added to the list, once', () => {
    if (item === undefined) throw new Error('nothing has drifted');
    const first = ignorePlan([item], { path, content: undefined });
    const [step] = first.outcome === 'plan' ? first.plan.steps : [];
    if (step?.kind !== 'file' || step.after === undefined) throw new Error('no file is written');
    expect([...parseIgnoredDrift(step.after.text.reveal())]).toEqual(['wg0/no-file']);
    expect(ignorePlan([item], { path, content: step.after })).toMatchObject({ outcome: 'unchanged' });
  });

  test.each(['', 'null', '[]', '{"ignored":7}', '{'])('is nothing in a damaged list: %j', (text) => {
    expect(parseIgnoredDrift(text).size).toBe(0);
  });
});
